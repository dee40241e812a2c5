// The paired phones: each can be sent away, this one too.

import {get, post} from './api.js';
import {make, say} from './dom.js';

export class Phones {
  constructor() {
    this.list = make('ul.lines.phones');
    this.told = make('p.told', {role: 'status'});
    this.element = make('section', {}, make('h2', {}, 'Paired phones'), this.list, this.told);
  }

  async read() {
    try {
      const phones = await get('/api/paired');
      this.list.replaceChildren(...phones.map((phone) => this.row(phone)));
      say(this.told, 'Another phone is paired at home with ./outrider pair.');
    } catch (problem) {
      say(this.told, problem.message);
    }
  }

  row(phone) {
    const facts = `since ${day(phone.since)}, last seen ${day(phone.last_seen)}${phone.this ? ', this phone' : ''}`;
    const revoke = make('button.action', {type: 'button', onclick: () => this.ask(phone, revoke)}, 'Revoke');
    return make('li', {'data-phone': phone.id}, make('b', {}, phone.name || 'unnamed'), make('span', {}, facts),
                revoke);
  }

  // Asked twice: whoever is revoked has to be paired again at home.
  async ask(phone, button) {
    if (button.dataset.sure !== 'yes') {
      button.dataset.sure = 'yes';
      say(button, 'Revoke for good');
      return;
    }
    try {
      await post('/api/paired/revoke', {id: phone.id});
      await this.read();
    } catch (problem) {
      say(this.told, problem.message);
    }
  }
}

// Unix seconds as a day and a minute.
function day(when_s) {
  return new Date(when_s * 1000).toLocaleString([], {dateStyle: 'medium', timeStyle: 'short'});
}
