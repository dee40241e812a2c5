// Settings of the rig, privacy zones, paired phones, and what this browser cannot do here.

import {get, post, sentence} from './api.js';
import {make, say} from './dom.js';
import {lacks} from './device.js';
import {Phones} from './phones.js';
import {Zones} from './zones.js';

export class Settings {
  // applied(settings): what was read or set, as {key: value}.
  constructor(applied) {
    this.applied = applied;
    this.list = make('ul.settings');
    this.told = make('p.told', {role: 'status'});
    this.zones = new Zones();
    this.phones = new Phones();
    this.lacks = make('ul.lines');
    this.element = make('div', {}, make('h2', {}, 'Settings'), this.told, this.list, this.zones.element,
                        this.phones.element, make('h2', {}, 'This browser'), this.lacks);
  }

  open() {
    this.read(() => get('/api/settings'));
    this.zones.read();
    this.phones.read();
    const missing = lacks();
    this.lacks.replaceChildren(...(missing.length ? missing : ['It can do all that this page asks for.'])
      .map((sentence) => make('li', {}, sentence)));
  }

  close() {}

  async read(ask) {
    try {
      const settings = await ask();
      this.list.replaceChildren(...settings.map((one) => this.row(one)));
      this.applied(Object.fromEntries(settings.map((one) => [one.key, one.value])));
      say(this.told, '');
    } catch (problem) {
      say(this.told, problem.message);
    }
  }

  row(one) {
    const input = field(one);
    const change = () => post('/api/settings', {key: one.key, value: typed(one, input)});
    input.addEventListener('change', () => this.read(change));
    const later = one.takes_effect && one.takes_effect !== 'at once' ? `Takes effect ${one.takes_effect}.` : '';
    const note = [one.note && sentence(one.note), later].filter(Boolean).join(' ');
    return make('li', {}, make('label', {for: `setting_${one.key}`}, one.title || one.key),
                make('span.value', {}, input, one.unit ? make('span', {}, one.unit) : null), make('p.note', {}, note));
  }
}

function field(one) {
  const id = `setting_${one.key}`;
  if (one.choices) {
    return make('select', {id}, ...one.choices.map((choice) => make(
      'option', {value: String(choice), selected: choice === one.value}, String(choice))));
  }
  if (typeof one.value === 'boolean') return make('input', {id, type: 'checkbox', checked: one.value});
  if (typeof one.value === 'number') {
    return make('input', {id, type: 'number', value: one.value, step: 'any', min: one.min, max: one.max,
                          inputmode: 'decimal'});
  }
  return make('input', {id, type: 'text', value: one.value ?? '', maxlength: 80});
}

function typed(one, input) {
  if (input.type === 'checkbox') return input.checked;
  if (input.type === 'number') return Number(input.value);
  return one.choices ? one.choices.find((choice) => String(choice) === input.value) : input.value;
}
