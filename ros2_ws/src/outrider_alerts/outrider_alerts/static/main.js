// The page: joins connection, state, sound and the four views. It decides nothing itself; judge.js does.

import {get, post, sentence} from './api.js';
import {Connection} from './connection.js';
import {Awake, lacks} from './device.js';
import {mark, show} from './dom.js';
import {judge} from './judge.js';
import {Measure} from './measure.js';
import {Pairing, take_token} from './pairing.js';
import {Parked} from './parked.js';
import {Ramp} from './ramp.js';
import {Riding} from './riding.js';
import {Sound} from './sound.js';
import {SoundBar} from './sound_bar.js';
import {Speaker} from './speaker.js';
import {State} from './state.js';

const BEAT_MS = 100;
const NO_DATA = {name: 'no_data', tone: 'no_data', level: 'no_data'};   // by the page itself, whoever is silent
const root = (id) => document.getElementById(id);

export const state = new State();
export const sound = new Sound(() => paint());
const speaker = new Speaker();
export const awake = new Awake();
const measure = location.search.includes('measure') ? new Measure() : null;
const pairing = new Pairing(root('pairing'), () => start());
const riding = new Riding(root('riding'), {record, mark: mark_ride, mute});
const ramp = new Ramp(root('ramp'));
const parked = new Parked(root('parked'), (settings) => apply(settings));
const bar = new SoundBar(root('sound_bar'));

export let connection = null;
let view = 'start';

function start() {
  connection = new Connection('/ws/state', {heard, changed: linked, refused});
  get('/static/tones.json').then((tones) => { sound.tones = tones; }).catch(() => {});
  get('/api/settings').then((told) => apply(Object.fromEntries(told.map((one) => [one.key, one.value]))))
    .catch(() => {});
  go();
  setInterval(paint, BEAT_MS);
}

function heard(message) {
  const told = state.take(message);
  if (told.includes('rig')) go();
  paint();
  measure?.painted(message, (seen) => connection.send(seen));
}

function linked(yes) {
  state.linked = yes;
  paint();
}

function refused() {
  const rig = state.get('rig');
  state.linked = false;
  state.sections = {};
  if (rig?.kind === 'ramp') {   // an armed drive is still stopped by the phone that was there when it was armed
    state.sections = {rig};
    ramp.sent_away = true;
    paint();
    return;
  }
  sound.silence();
  view = 'pairing';
  go();
  pairing.refused();
}

// Which view: the address says parked, the rig says riding or ramp.
function go() {
  const hash = location.hash.slice(1);
  const tab = hash.startsWith('parked') && state.moving() !== true ? hash.split('/')[1] || 'look' : null;
  const before = view;
  if (view !== 'pairing' || connection?.over === false) {
    view = tab !== null ? 'parked' : state.get('rig')?.kind === 'ramp' ? 'ramp' : 'riding';
  }
  if (view !== before) bar.settle();
  parked.go(view === 'parked' ? tab : null);
  mark(document.body, 'view', view);
  for (const name of ['riding', 'ramp', 'parked', 'pairing']) show(root(name), view === name);
  paint();
}

function paint() {
  if (!connection || view === 'pairing') return;
  const seen = judge(state.get('alerts'), state.since_ms('alerts'), state.linked);
  mark(document.body, 'level', seen.level);
  const moving = state.moving();
  if (view === 'parked' && (moving === true || (moving === null && seen.level === 'urgent'))) {
    history.replaceState(null, '', '/');
    go();
    return;
  }
  riding.show(seen, state, sound.muted);
  if (view === 'ramp') ramp.show(seen, state);
  if (view === 'parked') parked.show(seen, state);
  speak(seen);
  bar.paint(sound);
}

function speak(seen) {
  if (!sound.on) return;
  const list = seen.level === 'no_data' ? [NO_DATA] : [seen.alert, ...seen.others].filter(Boolean);
  const heard_now = speaker.choose(list, sound.tones, performance.now());
  if (heard_now) sound.say(heard_now.tone, heard_now.level, heard_now.fresh);
  else sound.silence();
}

function apply(settings) {
  if (Number.isFinite(settings.volume)) sound.loudness(settings.volume / 100);
  riding.units(settings);
  ramp.units(settings);
}

async function answer(path, body, said) {
  try {
    return sentence((await post(path, body))?.message || said);
  } catch (problem) {
    return problem.message;
  }
}

function record(on) {
  return answer('/api/record', {on}, on ? 'Recording.' : 'Recording stopped.');
}

function mark_ride() {
  return answer('/api/mark', {}, 'Marked.');
}

function mute(yes) {
  sound.mute(yes);
  paint();
  return yes ? 'Muted. Urgent and NO DATA still sound.' : 'Sound is on.';
}

function tapped() {
  const first = !sound.context;
  if (!sound.on) {
    bar.asked();
    sound.unlock();
  }
  awake.hold();
  if (first && lacks().length) riding.press(lacks()[0]);
}

// All of them: what counts as a tap differs between browsers.
for (const way of ['pointerup', 'click', 'keydown']) addEventListener(way, tapped);
addEventListener('hashchange', go);

if (location.pathname === '/pair') {
  view = 'pairing';
  mark(document.body, 'view', view);
  pairing.exchange(take_token());
} else {
  start();
}
