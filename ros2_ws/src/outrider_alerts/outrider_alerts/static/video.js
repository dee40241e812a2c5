// The newest picture, drawn as it comes. The next one is asked for when this one is drawn: a slow phone gets fewer.

import {make, say, show} from './dom.js';

export class Video {
  constructor() {
    this.canvas = make('canvas', {width: 640, height: 360, role: 'img', 'aria-label': 'Rear camera'});
    this.told = make('p.told', {role: 'status'});
    this.element = make('figure.video', {}, this.canvas, this.told);
    this.drawn = 0;
  }

  open() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/ws/video`);
    this.socket = socket;
    this.tell('No picture yet.');
    socket.binaryType = 'blob';
    socket.onmessage = (event) => this.draw(socket, event.data);
    socket.onclose = () => socket === this.socket && this.tell('The camera is not to be seen now.');
  }

  async draw(socket, blob) {
    try {
      const picture = await createImageBitmap(new Blob([blob], {type: 'image/jpeg'}));
      if (socket === this.socket) {
        if (this.canvas.width !== picture.width) this.canvas.width = picture.width;
        if (this.canvas.height !== picture.height) this.canvas.height = picture.height;
        this.canvas.getContext('2d').drawImage(picture, 0, 0);
        this.drawn += 1;
        this.tell('');
      }
      picture.close();
    } catch {
      this.tell('A picture was damaged.');
    }
    if (socket === this.socket && socket.readyState === WebSocket.OPEN) socket.send('next');
  }

  tell(sentence) {
    say(this.told, sentence);
    show(this.told, sentence !== '');
  }

  close() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.canvas.getContext('2d').clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
