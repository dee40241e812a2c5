// Shapes in a 100 x 100 box: the outline says the level before a word is read.

import {draw} from './dom.js';

const PATHS = {
  ring: 'M50 8a42 42 0 1 0 0 84a42 42 0 1 0 0-84zm0 12a30 30 0 1 1 0 60a30 30 0 1 1 0-60z',
  triangle: 'M50 5L98 93H2zM45 36L47 66H53L55 36zM50 71a6 6 0 1 0 0 12a6 6 0 1 0 0-12z',
  octagon: 'M30 2H70L98 30V70L70 98H30L2 70V30zM44 20L47 60H53L56 20zM50 66a7 7 0 1 0 0 14a7 7 0 1 0 0-14z',
  slash: 'M50 4a46 46 0 1 0 0 92a46 46 0 1 0 0-92zm0 13a33 33 0 0 1 19.6 6.5L23.5 69.6A33 33 0 0 1 50 17zm26.5 13.4'
    + 'A33 33 0 0 1 30.4 76.5z',
  disk: 'M50 6c26 0 42 7 42 16v56c0 9-16 16-42 16S8 87 8 78V22C8 13 24 6 50 6zm0 10c-18 0-31 4-31 7s13 7 31 7s31-4 31-7'
    + 's-13-7-31-7z',
  battery: 'M6 28h78v12h10v20H84v12H6zM18 40v20h18V40z',
  wrench: 'M70 4a26 26 0 0 0-24 36L8 78a10 10 0 0 0 14 14l38-38A26 26 0 0 0 94 22L78 38L64 36L62 22L78 6'
    + 'a26 26 0 0 0-8-2z',
  sensor: 'M50 36a14 14 0 1 0 0 28a14 14 0 1 0 0-28zM24 18L32 27A32 32 0 0 0 32 73L24 82A44 44 0 0 1 24 18zM76 18L68 27'
    + 'A32 32 0 0 1 68 73L76 82A44 44 0 0 0 76 18z',
};

export const OF_LEVEL = {clear: 'ring', caution: 'triangle', urgent: 'octagon', no_data: 'slash'};

export function shape_of(alert, level) {
  return alert && alert.shape in PATHS ? alert.shape : OF_LEVEL[level];
}

// An <svg> whose shape can be changed by turn(svg, name).
export function picture() {
  return draw('svg.shape', {viewBox: '0 0 100 100', 'aria-hidden': 'true'}, draw('path', {'fill-rule': 'evenodd'}));
}

export function turn(svg, name) {
  if (svg.dataset.shape === name) return;
  svg.dataset.shape = name;
  svg.firstElementChild.setAttribute('d', PATHS[name]);
}
