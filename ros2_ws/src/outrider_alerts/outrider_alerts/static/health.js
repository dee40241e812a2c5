// What the doctor and the devices say, in words, each red line with its next action; restart of one node.

import {get, post, sentence} from './api.js';
import {make, say} from './dom.js';

const WORD = {ok: 'OK', warn: 'WARN', error: 'FAULT', stale: 'SILENT'};
const GRAVE = {error: 0, stale: 1, warn: 2, ok: 3};
const AGAIN_MS = 1000;

export class Health {
  constructor() {
    this.devices = make('ul.lines');
    this.lines = make('ul.lines');
    this.run = make('button.action', {type: 'button', onclick: () => this.examine()}, 'Run the doctor');
    this.told = make('p.told', {role: 'status'});
    this.nodes = make('div.nodes');
    this.restarted = make('p.told', {role: 'status'});
    this.element = make('div', {}, make('h2', {}, 'Devices'), this.devices, make('h2', {}, 'Doctor'), this.run,
                        this.told, this.lines, make('h2', {}, 'Restart a node'), this.nodes, this.restarted);
  }

  open() {
    this.shown = true;
    this.seen = null;
    this.read();
    this.list();
  }

  close() {
    this.shown = false;
    clearTimeout(this.timer);
  }

  show(state) {
    const devices = state.linked ? state.get('devices') || [] : [];
    const key = JSON.stringify(devices);
    if (key !== this.seen) {
      this.seen = key;
      this.devices.replaceChildren(...(devices.length ? graver_first(devices).map(line)
        : [make('li', {}, 'No device has told anything.')]));
    }
  }

  // What was started on the rig, each with how it is where it does not simply run.
  async list() {
    try {
      const nodes = (await get('/api/nodes')).filter(({name}) => !name.startsWith('fake_'));
      this.nodes.replaceChildren(...nodes.map(({name, state}) => make(
        'button.action', {type: 'button', 'data-node': name, onclick: () => this.restart(name)},
        state === 'running' ? name : `${name}: ${state}`)));
      say(this.restarted, '');
    } catch (problem) {
      say(this.restarted, problem.message);
    }
  }

  async read() {
    try {
      this.paint(await get('/api/doctor'));
    } catch (problem) {
      say(this.told, problem.message);
    }
  }

  async examine() {
    try {
      this.paint(await post('/api/doctor'));
    } catch (problem) {
      say(this.told, problem.message);
    }
  }

  paint(told) {
    const lines = graver_first(told?.lines || []);
    const red = lines.filter((one) => one.level !== 'ok');
    this.run.disabled = Boolean(told?.running);
    say(this.told, told?.running ? 'The doctor is looking ...' : !told?.ran_ms ? 'The doctor was not asked yet.'
      : red.length ? `${red.length} of ${lines.length} want something from you.` : `All ${lines.length} are well.`);
    this.lines.replaceChildren(...red.map(line));
    clearTimeout(this.timer);
    if (told?.running && this.shown) this.timer = setTimeout(() => this.read(), AGAIN_MS);
  }

  async restart(node) {
    say(this.restarted, `${node}: restarting ...`);
    try {
      const told = await post('/api/restart', {node});
      say(this.restarted, sentence(told?.message || `${node} restarts`));
    } catch (problem) {
      say(this.restarted, problem.message);
    }
  }
}

function graver_first(lines) {
  return [...lines].sort((one, other) => GRAVE[one.level] - GRAVE[other.level]);
}

function line({name, level, text, next}) {
  return make('li', {'data-level': level}, make('b', {}, `${WORD[level] || level} ${name}`),
              make('span', {}, text || ''), next ? make('p.next', {}, `Next: ${next}`) : null);
}
