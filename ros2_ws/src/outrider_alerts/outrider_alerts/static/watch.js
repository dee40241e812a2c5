// The socket of something looked at: open while it is looked at, and again a second after it was lost.

const AGAIN_MS = 1000;

export class Watch {
  // heard(data, socket), lost()
  constructor(path, {heard, lost}) {
    this.path = path;
    this.heard = heard;
    this.lost = lost;
    this.socket = null;
  }

  open() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}`);
    this.socket = socket;
    socket.binaryType = 'blob';
    socket.onmessage = (event) => this.is(socket) && this.heard(event.data, socket);
    socket.onclose = () => {
      if (!this.is(socket)) return;
      this.lost();
      this.timer = setTimeout(() => this.open(), AGAIN_MS);
    };
  }

  // Whether `socket` is still the one that is looked at.
  is(socket) {
    return socket === this.socket;
  }

  close() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.timer);
    socket?.close();
  }
}
