// The riding view: one state as large as the screen. Nothing on it needs reading twice.

import {sentence} from './api.js';
import {make, mark, say, show} from './dom.js';
import {picture, shape_of, turn} from './shapes.js';
import {Strip} from './strip.js';
import {SIDE, age, clock, metres, seconds} from './words.js';

const WORD = {clear: 'CLEAR', no_data: 'NO DATA', caution: 'VEHICLE', urgent: 'VEHICLE'};
const NOTICE_MS = 4000;
const RECORDER_MS = 3000;   // it speaks once a second

export class Riding {
  // asked: {record(on), mark(), mute(yes)}; each may return a promise of a sentence to show.
  constructor(root, asked) {
    this.root = root;
    this.asked = asked;
    this.strip = new Strip();
    this.recording = false;
    this.muted = false;
    this.feet = false;
    this.notice_ends_ms = 0;
    this.build();
  }

  build() {
    this.rec = make('span.rec');
    this.age = make('span.age');
    this.more = make('a.more', {href: '#parked'}, 'More');
    this.shape = picture();
    this.word = make('p.word');
    this.side = make('p.side');
    this.distance = make('b');
    this.distance_unit = make('span', {}, 'm');
    this.closing = make('b');
    this.numbers = make('div.numbers', {}, make('p', {}, this.distance, this.distance_unit),
                        make('p', {}, make('span', {}, 'in'), this.closing, make('span', {}, 's')));
    this.text = make('p.text');
    this.others = make('ul.others');
    this.notice = make('p.notice', {role: 'status', hidden: true});
    this.record_button = this.button('record', () => this.press(this.asked.record(!this.recording)));
    this.mark_button = this.button('mark', () => this.press(this.asked.mark()));
    this.mute_button = this.button('mute', () => this.press(this.asked.mute(!this.muted)));
    say(this.mark_button, 'MARK');
    this.root.append(
      make('header.top', {}, this.rec, this.age, this.more),
      make('section.state', {'aria-live': 'assertive', 'aria-atomic': 'true'},
           make('div.band', {'aria-hidden': 'true'}, make('i'), make('i'), make('i')),
           make('div.sign', {}, this.shape, make('div.say', {}, this.word, this.side)), this.numbers, this.text),
      this.others, this.notice, this.strip.element,
      make('footer.buttons', {}, this.record_button, this.mark_button, this.mute_button));
  }

  button(name, pressed) {
    return make('button', {type: 'button', id: `${name}_button`, onclick: pressed});
  }

  async press(answer) {
    const sentence = await answer;
    if (!sentence) return;
    say(this.notice, sentence);
    show(this.notice, true);
    this.notice_ends_ms = performance.now() + NOTICE_MS;
  }

  // seen: what judge() returned.
  show(seen, state, muted) {
    const {level, alert} = seen;
    mark(this.root, 'level', level);
    mark(this.root, 'side', alert && level !== 'no_data' && alert.side in SIDE && Number.isFinite(alert.distance_m)
      ? alert.side : 'none');
    turn(this.shape, shape_of(alert, level));
    const word = level === 'no_data' ? WORD.no_data : alert?.word || WORD[level];
    say(this.word, word);
    mark(this.word, 'long', word.length > 7 ? 'yes' : 'no');
    say(this.side, this.root.dataset.side === 'none' ? '' : SIDE[alert.side]);
    const near = level === 'caution' || level === 'urgent' ? alert : null;
    this.number(this.distance, metres(near?.distance_m, this.feet));
    say(this.distance_unit, this.feet ? 'ft' : 'm');
    this.number(this.closing, seconds(near?.ttc_s));
    const why = sentence(seen.why.replace(/^no data( yet)?: /i, ''));
    say(this.text, level === 'no_data' ? why : near && !Number.isFinite(near.distance_m) ? near.text : '');
    say(this.age, age(seen.age_ms));
    this.beside(seen.others);
    this.recorder(state);
    this.strip.add(level, performance.now());
    this.muted = muted;
    say(this.mute_button, muted ? 'MUTED' : 'MUTE');
    mark(this.mute_button, 'on', String(muted));
    this.mute_button.setAttribute('aria-pressed', String(muted));
    show(this.more, state.moving() !== true && level !== 'urgent');
    if (!this.notice.hidden && performance.now() > this.notice_ends_ms) show(this.notice, false);
  }

  // settings: {distance_unit: 'm' | 'ft', ...}
  units(settings) {
    if ('distance_unit' in settings) this.feet = settings.distance_unit === 'ft';
  }

  number(element, text) {
    say(element, text);
    show(element.parentElement, text !== '');
  }

  beside(others) {
    const lines = others.slice(0, 2).map((one) => one.text || one.word);
    if (lines.join('\n') === this.lines) return;
    this.lines = lines.join('\n');
    this.others.replaceChildren(...lines.map((line) => make('li', {}, line)));
  }

  recorder(state) {
    const told = state.age_ms('recorder') <= RECORDER_MS ? state.get('recorder') : null;
    this.recording = Boolean(told?.recording);
    const running_s = this.recording ? told.duration_s + state.age_ms('recorder') / 1000 : 0;
    say(this.rec, !told ? 'REC ?' : this.recording ? `REC ${clock(running_s)}` : 'REC OFF');
    mark(this.rec, 'on', String(this.recording));
    say(this.record_button, this.recording ? 'STOP REC' : 'RECORD');
    mark(this.record_button, 'on', String(this.recording));
    this.record_button.disabled = !told;
    this.mark_button.disabled = !told;
  }
}
