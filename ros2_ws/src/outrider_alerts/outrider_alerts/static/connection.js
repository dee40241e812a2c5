// The socket of the state: opens again by itself, 0.25 s after it was lost, then twice as long up to 4 s.

const FIRST_MS = 250;
const LONGEST_MS = 4000;
const SILENT_MS = 1500;   // the alerter speaks every 100 ms: a socket this silent is dead, whatever TCP still hopes
const REFUSED = 4401;     // the server's word for: this phone is not paired (any more)

export class Connection {
  // heard(message), changed(linked), refused()
  constructor(path, {heard, changed, refused}) {
    this.path = path;
    this.heard = heard;
    this.changed = changed;
    this.refused = refused;
    this.wait_ms = FIRST_MS;
    this.tries = 0;
    this.over = false;
    this.ear = null;
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => document.hidden || this.hurry());
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    this.timer = null;
    this.tries += 1;
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}`);
    this.socket = socket;
    this.listen(LONGEST_MS);
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      const message = JSON.parse(event.data);
      this.listen(SILENT_MS);
      this.heard(message);
      if (message.kind === 'snapshot') {
        this.wait_ms = FIRST_MS;
        this.changed(true);
      }
    };
    socket.onclose = (event) => socket === this.socket && this.lost(event.code);
  }

  // Whoever says nothing for so long is given up.
  listen(ms) {
    clearTimeout(this.ear);
    this.ear = setTimeout(() => this.lost(0), ms);
  }

  lost(code) {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.ear);
    socket?.close();
    if (this.over) return;
    this.changed(false);
    this.timer = setTimeout(() => this.again(), this.wait_ms);
    this.wait_ms = Math.min(2 * this.wait_ms, LONGEST_MS);
    if (code === REFUSED) this.end();
  }

  // A browser does not tell why a socket was refused; a plain request does.
  async again() {
    this.timer = null;
    let answer = null;
    try {
      answer = await fetch('/api/paired', {cache: 'no-store', signal: AbortSignal.timeout(LONGEST_MS)});
    } catch {
      // Nobody answers: the next try comes by itself.
    }
    if (this.over || this.socket) return;
    if (answer?.status === 401) this.end();
    else if (answer) this.open();
    else this.lost(0);
  }

  hurry() {
    if (this.timer) {
      clearTimeout(this.timer);
      this.wait_ms = FIRST_MS;
      this.again();
    }
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  end() {
    this.over = true;
    clearTimeout(this.timer);
    clearTimeout(this.ear);
    this.refused();
  }
}
