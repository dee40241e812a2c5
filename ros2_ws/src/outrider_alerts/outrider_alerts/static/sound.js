// Tones of the alert table by Web Audio. A browser lets nothing sound before the first tap; until then it is `off`.

const NEVER_MUTED = new Set(['urgent', 'no_data']);
const EDGE_S = 0.008;      // fade of a note, so that it does not click
const FLOOR = 0.5;
const AHEAD_S = 0.02;

export class Sound {
  // changed(): on or off may have changed.
  constructor(changed) {
    this.tones = {};
    this.context = null;
    this.muted = false;
    this.volume = 1;
    this.changed = changed;
    this.now = null;         // {name, level, again_s} of what is being said
    this.notes = [];
  }

  get on() {
    return this.context?.state === 'running';
  }

  // Must be called from within a tap or a key press.
  async unlock() {
    if (!this.context) {
      this.context = new AudioContext({latencyHint: 'interactive'});
      this.master = this.context.createGain();
      this.master.connect(this.context.destination);
      this.context.onstatechange = () => this.changed();
    }
    if (!this.on) await this.context.resume();
    this.changed();
  }

  // volume 0..1; what is never muted is never below half of its own.
  loudness(volume) {
    this.volume = Math.min(1, Math.max(0, volume));
  }

  mute(yes) {
    this.muted = yes;
    if (yes && this.now && !NEVER_MUTED.has(this.now.level)) this.silence();
  }

  // Say what stands now; called often. A new tone begins at once, the same one again when its time has come.
  say(name, level, fresh = false) {
    const quiet = !name || !this.tones[name] || (this.muted && !NEVER_MUTED.has(level));
    if (quiet || !this.on) {
      this.silence();
      return;
    }
    const tone = this.tones[name];
    const now_s = this.context.currentTime;
    const changed = fresh || this.now?.name !== name || this.now.level !== level;
    const due = tone.repeat_s > 0 && this.now && now_s + AHEAD_S >= this.now.again_s;
    if (!changed && !due) return;
    if (changed) this.silence();
    const starts_s = Math.max(now_s, changed ? 0 : this.now.again_s) + (changed ? 0 : AHEAD_S);
    this.now = {name, level, again_s: starts_s + tone.repeat_s};
    this.play(tone, starts_s, NEVER_MUTED.has(level) ? Math.max(this.volume, FLOOR) : this.volume);
  }

  play(tone, starts_s, volume) {
    let at_s = starts_s;
    for (const note of tone.notes) {
      const loud = (note.volume ?? 1) * volume;
      const gain = this.context.createGain();
      const voice = this.context.createOscillator();
      voice.type = note.wave || 'sine';
      voice.frequency.value = note.hz;
      gain.gain.setValueAtTime(0, at_s);
      gain.gain.linearRampToValueAtTime(loud, at_s + EDGE_S);
      gain.gain.setValueAtTime(loud, Math.max(at_s + EDGE_S, at_s + note.s - EDGE_S));
      gain.gain.linearRampToValueAtTime(0, at_s + note.s);
      voice.connect(gain).connect(this.master);
      voice.start(at_s);
      voice.stop(at_s + note.s);
      voice.onended = () => {
        this.notes = this.notes.filter((one) => one !== voice);
      };
      this.notes.push(voice);
      at_s += note.s + (note.gap_s || 0);
    }
  }

  silence() {
    this.now = null;
    for (const voice of this.notes) voice.stop();
    this.notes = [];
  }
}
