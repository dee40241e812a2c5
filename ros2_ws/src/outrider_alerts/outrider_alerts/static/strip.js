// The last minute, a bar a second: its height tells the level as well as its colour does.

import {draw, make} from './dom.js';

const SECONDS = 60;
const RANK = ['clear', 'caution', 'urgent', 'no_data'];
const HEIGHT = {none: 0, clear: 6, caution: 15, urgent: 24, no_data: 24};

export class Strip {
  constructor() {
    this.second = null;
    this.levels = Array(SECONDS).fill('none');
    this.bars = this.levels.map((_, at) => draw('rect', {x: at * 5, width: 4, y: 24, height: 0}));
    this.element = make('figure.strip', {'aria-label': 'The last minute'},
                        draw('svg', {viewBox: `0 0 ${5 * SECONDS - 1} 24`, preserveAspectRatio: 'none'}, ...this.bars));
  }

  // The gravest level of a second stands for it.
  add(level, now_ms) {
    const second = Math.floor(now_ms / 1000);
    const gone = this.second === null ? 0 : second - this.second;
    this.second = second;
    if (gone > 0) this.levels = this.levels.concat(Array(Math.min(gone, SECONDS)).fill('none')).slice(-SECONDS);
    const last = this.levels[SECONDS - 1];
    const graver = RANK.indexOf(level) > RANK.indexOf(last);
    if (graver) this.levels[SECONDS - 1] = level;
    if (gone > 0 || graver) this.paint();
  }

  paint() {
    this.levels.forEach((level, at) => {
      const bar = this.bars[at];
      if (bar.dataset.level === level) return;
      bar.dataset.level = level;
      bar.setAttribute('y', 24 - HEIGHT[level]);
      bar.setAttribute('height', HEIGHT[level]);
    });
  }
}
