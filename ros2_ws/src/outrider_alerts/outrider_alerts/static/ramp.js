// The ramp's view: what the governor decided and why, and the button that stops.

import {make, mark, say, show} from './dom.js';
import {EStop} from './estop.js';
import {SIDE, metres, speed} from './words.js';

const STATE = {disarmed: 'DISARMED', armed: 'ARMED', moving: 'MOVING', stopping: 'STOPPING', estopped: 'E-STOP'};
const JACK = {lifting: 'lifting', lowering: 'lowering', off: 'off'};
const OLDEST_MS = 1000;
const SILENT = 'The governor is silent: nothing is known of the drive.';
const SENT_AWAY = 'This phone was revoked. While the drive is armed, STOP still works.';
const WORD = {clear: 'CLEAR', no_data: 'NO DATA'};

export class Ramp {
  constructor(root) {
    this.root = root;
    this.estop = new EStop();
    this.tiles = {};
    this.refused = null;
    this.unit = 'm/s';
    this.sent_away = false;
    this.build();
  }

  build() {
    this.alert = make('p.alert', {'aria-live': 'assertive'});
    this.more = make('a.more', {href: '#parked'}, 'More');
    this.word = make('p.word', {'aria-live': 'polite'});
    this.reasons = make('ul.reasons');
    const tile = (name, title) => {
      this.tiles[name] = make('dd');
      return make('div.tile', {}, make('dt', {}, title), this.tiles[name]);
    };
    this.root.append(
      make('header.top', {}, this.alert, this.more),
      make('div.scroll', {}, make('section.drive', {}, this.word, this.reasons),
           make('dl.tiles', {}, tile('speed', 'Speed'), tile('battery', 'Battery'), tile('left', 'Left motor'),
                tile('right', 'Right motor'), tile('jack', 'Jack'), tile('relays', 'Relays'))),
      this.estop.element);
  }

  show(seen, state) {
    mark(this.root, 'level', seen.level);
    const {alert} = seen;
    const place = metres(alert?.distance_m);   // the machine's own alerts have none
    say(this.alert, WORD[seen.level] || (place ? `${alert.word} ${SIDE[alert.side]} ${place} m` : alert.word));
    this.drive(state);
    this.motors(state);
    this.relays(state);
    show(this.more, state.moving() !== true && !place);
    this.estop.show(state);
  }

  // settings: {speed_unit: 'km/h' | 'mph' | 'm/s', ...}
  units(settings) {
    if (['km/h', 'mph', 'm/s'].includes(settings.speed_unit)) this.unit = settings.speed_unit;
  }

  drive(state) {
    const told = state.age_ms('drive') <= OLDEST_MS ? state.get('drive') : null;
    mark(this.root, 'drive', told ? told.state : 'unknown');
    say(this.word, told ? STATE[told.state] || told.state : 'UNKNOWN');
    const reasons = told ? told.refusals : [this.sent_away ? SENT_AWAY : SILENT];
    if (reasons.join('\n') !== this.refused) {
      this.refused = reasons.join('\n');
      this.reasons.replaceChildren(...reasons.map((reason) => make('li', {}, reason)));
    }
    this.put('speed', told, () => speed(told.speed_mps, this.unit),
             () => `${this.unit}, of ${speed(told.speed_wanted_mps, this.unit)}`);
    this.put('battery', Number.isFinite(told?.battery_v) ? told : null, () => `${told.battery_v.toFixed(1)} V`);
  }

  motors(state) {
    const told = state.get('motors') || [];
    ['left', 'right'].forEach((side, at) => {
      const motor = told.find((one) => one.name === side) || told[at];
      const fresh = motor && (motor.age_ms || 0) + state.since_ms('motors') <= OLDEST_MS;
      this.put(side, fresh ? motor : null, () => `${degrees(motor.temperature_motor_c)}`,
               () => (motor.fault ? `fault ${motor.fault}` : `driver ${degrees(motor.temperature_mosfet_c)}`),
               Boolean(motor?.fault));
    });
  }

  relays(state) {
    const told = state.age_ms('relays') <= OLDEST_MS ? state.get('relays') : null;
    const fresh = told?.link ? told : null;
    this.put('jack', fresh, () => JACK[told.jack] || told.jack,
             () => (told.upper ? 'at the top' : told.lower ? 'at the bottom' : 'between'));
    this.put('relays', fresh, () => (told.estop_open ? 'E-STOP' : told.supply ? 'on' : 'off'),
             () => `steer ${told.steer}`, Boolean(fresh?.estop_open));
  }

  put(name, told, large, small = () => '', bad = false) {
    const tile = this.tiles[name];
    mark(tile.parentElement, 'state', !told ? 'unknown' : bad ? 'bad' : 'good');
    if (!tile.firstChild) tile.append(make('b'), make('span'));
    say(tile.firstChild, told ? large() : 'unknown');
    say(tile.lastChild, told ? small() : '');
  }
}

function degrees(celsius) {
  return Number.isFinite(celsius) ? `${Math.round(celsius)}°` : '-';
}
