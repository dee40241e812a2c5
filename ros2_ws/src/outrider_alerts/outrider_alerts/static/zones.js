// Privacy zones: circles whose inside is cut from reports and exports. Added here, where the rig or the phone stands.

import {get, post} from './api.js';
import {make, say} from './dom.js';

const RADIUS_M = 300;

export class Zones {
  constructor() {
    this.list = make('ul.lines');
    this.told = make('p.told', {role: 'status'});
    this.name = make('input', {id: 'zone_name', type: 'text', maxlength: 40, placeholder: 'home'});
    this.radius = make('input', {id: 'zone_radius', type: 'number', min: 10, max: 20000, step: 10, value: RADIUS_M,
                                 inputmode: 'numeric'});
    this.add = make('button.action', {type: 'button', id: 'zone_add', onclick: () => this.here()}, 'Add here');
    this.element = make('section.zones', {}, make('h2', {}, 'Privacy zones'),
                        make('p.note', {}, 'What lies inside is cut from reports and exports, not from the ride.'),
                        this.list, make('div.form', {}, make('label', {for: 'zone_name'}, 'Name'), this.name,
                                        make('label', {for: 'zone_radius'}, 'Radius, m'), this.radius, this.add),
                        this.told);
  }

  async read(ask = () => get('/api/zones')) {
    try {
      const zones = await ask();
      this.list.replaceChildren(...(zones.length ? zones.map((zone) => this.row(zone))
        : [make('li', {}, 'None: reports show the whole way.')]));
      say(this.told, '');
      return true;
    } catch (problem) {
      say(this.told, problem.message);
      return false;
    }
  }

  row({name, radius_m}) {
    const remove = () => this.read(() => post('/api/zones/remove', {name}));
    return make('li', {}, make('b', {}, name), make('span', {}, `${Math.round(radius_m)} m`),
                make('button.action', {type: 'button', onclick: remove}, 'Remove'));
  }

  // The rig's own GPS first; without it the phone's, where the browser gives it (https only).
  async here() {
    const zone = {name: this.name.value.trim(), radius_m: Number(this.radius.value)};
    if (!zone.name) {
      say(this.told, 'The zone has no name: type one, such as home.');
      return;
    }
    say(this.told, 'Asking the GPS ...');
    if (await this.read(() => post('/api/zones', {...zone, here: true}))) {
      this.name.value = '';
    } else if (window.isSecureContext && navigator.geolocation) {
      navigator.geolocation.getCurrentPosition(
        ({coords}) => this.read(() => post('/api/zones', {...zone, lat: coords.latitude, lon: coords.longitude})),
        () => say(this.told, 'Neither the rig nor this phone knows where it is. Go outside and try again.'));
    }
  }
}
