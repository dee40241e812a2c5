// Which of the alerts that stand is heard now: the first whose tone still has something to say. Pure; takes the time.

export class Speaker {
  constructor() {
    this.told = new Set();   // alerts whose tone sounds once, and did
    this.current = null;     // {name, ends_ms}
  }

  // list: alerts, gravest first. Returns {tone, level, fresh}, or null where all is said.
  choose(list, tones, now_ms) {
    const standing = new Set(list.map((one) => one.name));
    this.told = new Set([...this.told].filter((name) => standing.has(name)));
    for (const alert of list) {
      const tone = tones[alert.tone];
      if (!tone) continue;
      const going = this.current?.name === alert.name;
      const once = tone.repeat_s === 0;
      if (once && this.told.has(alert.name) && !(going && now_ms < this.current.ends_ms)) continue;
      if (!going) this.current = {name: alert.name, ends_ms: now_ms + 1000 * length_s(tone)};
      if (once) this.told.add(alert.name);
      return {tone: alert.tone, level: alert.level, fresh: !going};
    }
    this.current = null;
    return null;
  }
}

function length_s(tone) {
  return tone.notes.reduce((sum, note) => sum + note.s + (note.gap_s || 0), 0);
}
