// With ?measure in the address: tells the rig which message is on the screen, and keeps when it came there.

const KEPT = 20000;

export class Measure {
  constructor() {
    this.shown = [];
    document.defaultView.shown = this.shown;
  }

  // A frame begins at the callback; a message posted from within it runs after that frame was painted.
  painted(message, send) {
    if (!message.alerts) return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        if (this.shown.length < KEPT) {
          this.shown.push([message.alerts.heartbeat, performance.timeOrigin + performance.now()]);
        }
        send({kind: 'seen', seq: message.seq});
      };
      channel.port2.postMessage(0);
    });
  }
}
