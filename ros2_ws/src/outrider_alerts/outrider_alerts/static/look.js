// What the rig sees: the picture of the rear camera and the bird's-eye view. Never while moving.

import {make, show} from './dom.js';
import {Overhead} from './overhead.js';
import {Video} from './video.js';

export class Look {
  constructor() {
    this.overhead = new Overhead();
    this.video = new Video();
    this.element = make('div.look', {}, make('div.pane', {}, this.overhead.element),
                        make('div.pane', {}, this.video.element));
  }

  open() {
    this.overhead.open();
    this.video.open();
  }

  close() {
    this.overhead.close();
    this.video.close();
  }

  show() {
    show(this.element, true);
  }
}
