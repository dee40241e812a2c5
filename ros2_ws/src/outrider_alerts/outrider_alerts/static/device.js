// What the phone itself must do for a rider: stay awake, be installed. Over plain HTTP a browser refuses both.

export function lacks() {
  const missing = [];
  if (!window.isSecureContext) {
    missing.push('Over plain HTTP the screen may go dark by itself: set the phone to stay on while you ride.');
    missing.push('Over plain HTTP the page cannot be installed as an app: keep it as a bookmark.');
    missing.push('Over plain HTTP this phone may not tell where it is: privacy zones use the GPS of the rig.');
  } else if (!('wakeLock' in navigator)) {
    missing.push('This browser cannot keep the screen on: set the phone to stay on while you ride.');
  }
  return missing;
}

export class Awake {
  constructor() {
    this.lock = null;
    document.addEventListener('visibilitychange', () => document.hidden || this.hold());
  }

  // A lock is lost whenever the page is hidden; it is asked for again at the next tap or return.
  async hold() {
    if (!window.isSecureContext || !('wakeLock' in navigator) || (this.lock && !this.lock.released)) return;
    try {
      this.lock = await navigator.wakeLock.request('screen');
    } catch {
      this.lock = null;   // low battery or a hidden page: the next tap asks again
    }
  }
}
