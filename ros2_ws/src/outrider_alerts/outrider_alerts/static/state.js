// The newest of every section that the rig told, and when it came in. One place; everybody reads it.

export const SECTIONS = ['alerts', 'recorder', 'drive', 'motors', 'relays', 'rig', 'devices', 'can', 'motion'];

export class State {
  constructor(now_ms = () => performance.now()) {
    this.now_ms = now_ms;
    this.linked = false;
    this.sections = {};
    this.came_ms = {};
    this.seq = -1;
  }

  // Take one message of /ws/state; return the names of its sections. A snapshot forgets all that stood before it.
  take(message) {
    if (message.kind === 'snapshot') this.sections = {};
    const told = SECTIONS.filter((name) => name in message);
    for (const name of told) {
      this.sections[name] = message[name];
      this.came_ms[name] = this.now_ms();
    }
    this.seq = message.seq;
    return told;
  }

  get(name) {
    return this.sections[name] ?? null;
  }

  // ms since the section came in.
  since_ms(name) {
    return name in this.came_ms ? this.now_ms() - this.came_ms[name] : Infinity;
  }

  // Age of what a section tells, ms: its own age when it was sent and the time since.
  age_ms(name) {
    const section = this.get(name);
    return section ? (section.age_ms ?? 0) + this.since_ms(name) : Infinity;
  }

  // true, false, or null where nothing tells a speed.
  moving() {
    const motion = this.get('motion');
    if (motion && this.age_ms('motion') < 3000) return Boolean(motion.moving);
    const drive = this.get('drive');
    if (drive && this.age_ms('drive') < 1000) return drive.state === 'moving' || Math.abs(drive.speed_mps) > 0.3;
    return null;
  }
}
