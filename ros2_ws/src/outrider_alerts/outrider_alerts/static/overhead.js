// The bird's-eye view: the rig in the upper third riding upwards, what it tracks around and behind it.

import {draw, make, mark, say, show} from './dom.js';
import {Watch} from './watch.js';

const RINGS_M = [5, 10, 20, 40];
const BEHIND_M = 45;
const AHEAD_M = 12;
const HALF_M = 22;
const SECOND_S = 1;         // length of a velocity arrow, s
const LEAST_M = 0.6;        // a person must be seen on a phone
const OLDEST_MS = 1000;

export class Overhead {
  constructor() {
    this.tracks = draw('g');
    this.svg = draw('svg', {viewBox: `${-HALF_M} ${-AHEAD_M} ${2 * HALF_M} ${AHEAD_M + BEHIND_M}`, role: 'img',
                            'aria-label': 'What is around the rig, from above'},
                    ...RINGS_M.map((metres) => draw('circle.ring', {r: metres})),
                    ...RINGS_M.map((metres) => draw('text.ring', {
                      x: metres * 0.5, y: metres * 0.866, 'text-anchor': 'middle'}, `${metres} m`)),
                    this.tracks, draw('path.rig', {d: 'M0 -1.2L0.7 1H-0.7z'}));
    this.told = make('p.told', {role: 'status'});
    this.watch = new Watch('/ws/view', {heard: (text) => this.heard(JSON.parse(text)), lost: () => this.lost()});
    this.element = make('figure.overhead', {}, this.svg, this.told);
  }

  open() {
    this.tell('Nothing was told yet.');
    this.watch.open();
  }

  heard(view) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(), Math.max(0, OLDEST_MS - view.age_ms));
    if (view.age_ms > OLDEST_MS) {
      this.lost();
      return;
    }
    this.tracks.replaceChildren(...view.tracks.map((track) => body(track)));
    this.tell(view.tracks.length ? '' : 'Nothing is near.');
  }

  lost() {
    this.tracks.replaceChildren();
    this.tell('NO DATA');
  }

  tell(sentence) {
    say(this.told, sentence);
    mark(this.told, 'grave', String(sentence === 'NO DATA'));
    show(this.told, sentence !== '');
  }

  close() {
    this.watch.close();
    clearTimeout(this.timer);
    this.tracks.replaceChildren();
  }
}

// base_link has x ahead and y left; the screen x right and y down.
function body({x, y, vx, vy, length, width, word, level}) {
  const across = Math.max(width || 0, LEAST_M);
  const along = Math.max(length || 0, LEAST_M);
  const heading = Math.hypot(vx, vy) > 0.5 ? Math.atan2(-vy, vx) * 180 / Math.PI : 0;
  return draw('g', {transform: `translate(${-y} ${-x})`, 'data-level': level || 'clear'},
              draw('line.speed', {x1: 0, y1: 0, x2: -vy * SECOND_S, y2: -vx * SECOND_S}),
              draw('rect.body', {x: -across / 2, y: -along / 2, width: across, height: along, rx: 0.3,
                                 transform: `rotate(${heading})`}),
              draw('text', {x: across / 2 + 0.5, y: 0.6}, word || ''));
}
