// Pairing: the token comes in the fragment, which no browser sends to a server or writes in a log, and goes at once.

import {post} from './api.js';
import {make, say, show} from './dom.js';

// The token of the address bar, which is cleared before anything else happens.
export function take_token() {
  const token = new URLSearchParams(location.hash.slice(1)).get('t') || '';
  history.replaceState(null, '', '/');
  return token;
}

export class Pairing {
  // paired(): the cookie stands.
  constructor(root, paired) {
    this.root = root;
    this.paired = paired;
    this.title = make('h1');
    this.text = make('p.large', {role: 'status'});
    this.hint = make('p.plain');
    const icon = make('img', {src: '/static/icon_192.png', alt: '', width: 96, height: 96});
    root.append(icon, this.title, this.text, this.hint);
  }

  async exchange(token) {
    this.tell('Pairing ...', '', '');
    if (!token) {
      this.tell('Not paired', 'This address holds no pairing code.', HOW);
      return;
    }
    try {
      await post('/api/pair', {token, name: phone_name()});
      this.tell('Paired', 'This phone now knows the rig.', '');
      this.paired();
    } catch (problem) {
      this.tell('Not paired', problem.message, problem.message.includes('./outrider pair') ? THEN : HOW);
    }
  }

  refused() {
    this.tell('Not paired', 'The rig does not know this phone, or it was revoked.', HOW);
  }

  tell(title, text, hint) {
    say(this.title, title);
    say(this.text, text);
    say(this.hint, hint);
    show(this.root, true);
  }
}

const THEN = 'Then scan the new code with this phone within ten minutes.';
const HOW = `At home, on the rig: ./outrider pair. ${THEN}`;

// A name to know the phone by in the list of paired ones; nothing that identifies its owner.
function phone_name() {
  const agent = navigator.userAgent;
  const device = /iPhone|iPad|Android|Windows|Mac OS|CrOS|Linux/.exec(agent)?.[0] || 'Phone';
  const browser = /Edg|Firefox|CriOS|FxiOS|Chrome|Safari/.exec(agent)?.[0] || 'browser';
  return `${device}, ${{Edg: 'Edge', CriOS: 'Chrome', FxiOS: 'Firefox'}[browser] || browser}`;
}
