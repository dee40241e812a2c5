// The e-stop button: asks every 200 ms until the governor says that it latched. It stops and cannot clear.

import {make, mark, say, show} from './dom.js';

const AGAIN_MS = 200;
const DOUBT_MS = 500;
const SETTLE_MS = 1000;    // drive/state may be this late behind the answer
const PATIENCE_MS = 800;   // of one request: never more than four wait at a time

export class EStop {
  constructor() {
    this.asked_ms = null;
    this.latched = false;
    this.latched_ms = 0;
    this.reason = '';
    this.timer = null;
    this.word = make('span.large', {}, 'STOP');
    this.told = make('p.told', {role: 'status', 'aria-live': 'assertive'});
    this.button = make('button.estop', {type: 'button', id: 'estop_button'}, this.word);
    // At the touch, not at the release: a finger that slides off has pressed all the same.
    this.button.addEventListener('pointerdown', () => this.press());
    this.button.addEventListener('click', () => this.press());
    this.element = make('section.stopping', {}, this.told, this.button,
                        make('p.plain', {}, 'Not the safety stop: the red switch is.'));
    show(this.told, false);
  }

  press() {
    if (this.timer) return;
    this.latched = false;
    this.asked_ms = performance.now();
    this.timer = setInterval(() => this.ask(), AGAIN_MS);
    this.ask();
    this.paint();
    setTimeout(() => this.paint(), DOUBT_MS);
  }

  async ask() {
    try {
      const answer = await fetch('/api/estop', {
        method: 'POST', body: '{}', headers: {'Content-Type': 'application/json'}, cache: 'no-store',
        credentials: 'same-origin', redirect: 'error', keepalive: true, signal: AbortSignal.timeout(PATIENCE_MS)});
      const told = await answer.json();
      if (told.latched) this.confirmed();
      else if (this.timer) this.reason = told.error || told.message || '';
    } catch {
      // Asked again in 200 ms, until somebody confirms it.
    }
    this.paint();
  }

  confirmed() {
    clearInterval(this.timer);
    this.timer = null;
    this.latched = true;
    this.latched_ms = performance.now();
    this.reason = '';
  }

  // What the governor itself tells counts as well: another hand may have stopped it.
  show(state) {
    const drive = state.get('drive');
    const fresh = drive && state.age_ms('drive') <= SETTLE_MS;
    if (fresh && drive.state === 'estopped') this.confirmed();
    else if (fresh && !this.timer && performance.now() - this.latched_ms > SETTLE_MS) this.latched = false;
    this.paint();
  }

  paint() {
    const waits_ms = this.timer ? performance.now() - this.asked_ms : 0;
    const phase = this.latched ? 'latched' : !this.timer ? 'ready' : waits_ms >= DOUBT_MS ? 'doubt' : 'asking';
    mark(this.element, 'phase', phase);
    say(this.word, {latched: 'STOPPED', ready: 'STOP', doubt: 'STOP', asking: 'STOPPING'}[phase]);
    say(this.told, {latched: `${this.asked_ms === null ? 'Latched' : 'Confirmed'}. Clear it at the ramp.`, ready: '',
                    doubt: `NOT CONFIRMED${this.reason ? `: ${this.reason}` : ''}`, asking: ''}[phase]);
    show(this.told, this.told.textContent !== '');
  }
}
