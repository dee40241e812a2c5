// The rides on the rig, newest first, and the report of each.

import {get, post} from './api.js';
import {make, say} from './dom.js';
import {clock, size} from './words.js';

const AGAIN_MS = 1000;

export class Rides {
  constructor() {
    this.list = make('ul.rides');
    this.told = make('p.told', {role: 'status'});
    this.element = make('div', {}, make('h2', {}, 'Rides'), this.told, this.list);
    this.asked = new Set();
  }

  open() {
    this.shown = true;
    say(this.told, 'Reading the rides ...');
    this.read();
  }

  close() {
    this.shown = false;
    clearTimeout(this.timer);
  }

  async read() {
    clearTimeout(this.timer);
    try {
      const rides = await get('/api/rides');
      for (const ride of rides) if (ride.report || ride.report_error) this.asked.delete(ride.id);
      this.list.replaceChildren(...rides.map((ride) => this.row(ride)));
      say(this.told, rides.length ? '' : 'No ride was recorded yet. RECORD on the riding view begins one.');
    } catch (problem) {
      say(this.told, problem.message);
    }
    if (this.shown && this.asked.size) this.timer = setTimeout(() => this.read(), AGAIN_MS);
  }

  row(ride) {
    const marks = ride.marks ? `${ride.marks} ${ride.marks === 1 ? 'mark' : 'marks'}` : '';
    const facts = [clock(ride.duration_s), size(ride.bytes), marks, ride.health].filter(Boolean).join(' · ');
    return make('li', {'data-ride': ride.id}, make('b', {}, ride.title || ride.id), make('span', {}, facts),
                ride.report_error ? make('p.bad', {}, ride.report_error) : null, this.link(ride));
  }

  link(ride) {
    if (ride.report) return make('a.action', {href: ride.report}, 'Report');
    if (this.asked.has(ride.id)) return make('span.action.waits', {}, 'Making it ...');
    return make('button.action', {type: 'button', onclick: () => this.order(ride.id)}, 'Make report');
  }

  async order(id) {
    try {
      await post(`/api/rides/${encodeURIComponent(id)}/report`);
      this.asked.add(id);
      await this.read();
    } catch (problem) {
      say(this.told, problem.message);
    }
  }
}
