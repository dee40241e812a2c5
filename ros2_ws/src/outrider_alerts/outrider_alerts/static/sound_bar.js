// The bar above the views: says when there is no sound. Its room stays when it has nothing more to say, until another
// view or another way of holding the phone moves everything anyhow: nothing moves away from under the finger.

import {mark, say, show} from './dom.js';

const ON_MS = 1000;

export class SoundBar {
  constructor(element) {
    this.element = element;
    this.told_until_ms = 0;
    matchMedia('(orientation: portrait)').addEventListener('change', () => this.settle());
  }

  // A tap has asked for sound.
  asked() {
    this.told_until_ms = performance.now() + ON_MS;
  }

  // All moves now: the room may go.
  settle() {
    if (this.element.dataset.says === 'nothing') show(this.element, false);
  }

  paint(sound) {
    const says = !sound.on || performance.now() < this.told_until_ms;
    if (says) show(this.element, true);
    mark(this.element, 'says', says ? 'something' : 'nothing');
    say(this.element, !says ? '' : sound.on ? 'SOUND IS ON' : sound.context ? 'SOUND STOPPED: TAP' : 'SOUND IS OFF: TAP');
  }
}
