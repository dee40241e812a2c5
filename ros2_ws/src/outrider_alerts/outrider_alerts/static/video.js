// The newest picture, drawn as it comes. The next one is asked for when this one is drawn: a slow phone gets fewer.

import {make, say, show} from './dom.js';
import {Watch} from './watch.js';

export class Video {
  constructor() {
    this.canvas = make('canvas', {width: 640, height: 360, role: 'img', 'aria-label': 'Rear camera'});
    this.told = make('p.told', {role: 'status'});
    this.element = make('figure.video', {}, this.canvas, this.told);
    this.drawn = 0;
    this.watch = new Watch('/ws/video', {heard: (blob, socket) => this.draw(socket, blob),
                                         lost: () => this.tell('The camera is not to be seen now.')});
  }

  open() {
    this.tell('No picture yet.');
    this.watch.open();
  }

  async draw(socket, blob) {
    try {
      const picture = await createImageBitmap(new Blob([blob], {type: 'image/jpeg'}));
      if (this.watch.is(socket)) {
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
    if (this.watch.is(socket) && socket.readyState === WebSocket.OPEN) socket.send('next');
  }

  tell(sentence) {
    say(this.told, sentence);
    show(this.told, sentence !== '');
  }

  close() {
    this.watch.close();
    this.canvas.getContext('2d').clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
