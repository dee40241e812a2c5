// The parked view: everything that is not for riding, one tab at a time.

import {make, mark, say, show} from './dom.js';
import {Health} from './health.js';
import {Look} from './look.js';
import {Rides} from './rides.js';
import {Settings} from './settings.js';

const TABS = {look: ['Look', Look], rides: ['Rides', Rides], health: ['Health', Health],
              settings: ['Settings', Settings]};

export class Parked {
  // applied(settings): the page's own settings may have changed.
  constructor(root, applied) {
    this.root = root;
    this.tabs = {};
    this.open = null;
    const links = Object.entries(TABS).map(([name, [title]]) => make('a', {href: `#parked/${name}`}, title));
    this.level = make('a.back', {href: '#'}, 'Back');
    this.body = make('section.body');
    this.root.append(make('header.top', {}, this.level, make('nav', {'aria-label': 'Parked'}, ...links)), this.body);
    this.links = Object.fromEntries(Object.keys(TABS).map((name, at) => [name, links[at]]));
    this.applied = applied;
  }

  // Open one tab and close the one before: video and bird's-eye view run only while they are looked at.
  go(name) {
    const wanted = name === null ? null : name in TABS ? name : 'look';
    if (wanted === this.open) return;
    this.tabs[this.open]?.close();
    this.open = wanted;
    if (!wanted) return;
    this.tabs[wanted] ??= new TABS[wanted][1](this.applied);
    this.body.replaceChildren(this.tabs[wanted].element);
    for (const [key, link] of Object.entries(this.links)) {
      if (key === wanted) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    this.tabs[wanted].open();
  }

  show(seen, state) {
    const word = {clear: 'Back', caution: seen.alert?.word || 'CAUTION', urgent: seen.alert?.word || 'URGENT',
                  no_data: 'NO DATA'}[seen.level];
    say(this.level, `‹ ${word}`);
    mark(this.level, 'level', seen.level);
    this.tabs[this.open]?.show?.(state);
    show(this.root, this.open !== null);
  }
}
