"""What a machine that drives looks like in one line. Pure; takes the time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

SILENT_S, SILENT_MS = 1.0, 1000.0
AGES_OVER_S = 10.0
STATES = ('disarmed', 'armed', 'MOVING', 'stopping', 'E-STOPPED')
ARMED = STATES.index('armed')
JACK = {1: 'jack up', -1: 'jack down'}
STEER = {1: 'steer left', -1: 'steer right'}


@dataclass
class DriveStatus:
    """State, refusal, speed, battery, the pad's link, relays. Nothing is shown before a governor was heard."""

    state: int = 0
    refusal: str = ''  # text of the gravest
    speed_mps: float = 0.0
    battery_v: float = 0.0
    relays: str = ''  # what is on, '-' nothing; '' never heard
    _problems: dict[str, str] = field(default_factory=dict)
    heard_s: float | None = None  # the last report
    _ages_ms: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=2000))

    def heard(self, now_s: float, state: int, refusal: str, speed_mps: float, battery_v: float, age_ms: float) -> None:
        """Take one report of the governor; `age_ms` is how old the newest sign of the operator was."""
        self.heard_s, self.state, self.refusal = now_s, state, refusal
        self.speed_mps, self.battery_v = speed_mps, battery_v
        if age_ms >= SILENT_MS:
            self._ages_ms.clear()  # a new beginning: what was before would colour the next ten seconds
        else:
            self._ages_ms.append((now_s, age_ms))

    def switched(self, jack: int, steer: int, present: bool) -> None:
        """Take what the relay controller reports."""
        on = [text for text in (JACK.get(jack, ''), STEER.get(steer, '')) if text]
        self.relays = ', '.join(on) if on else '-'
        if not present:
            self.relays = 'silent'

    def is_news(self, device: str, wrong: bool, sentence: str) -> bool:
        """Take what a device says of itself; return whether it is to be told: a new problem, or the end of one."""
        now, before = sentence if wrong else '', self._problems.get(device, '')
        self._problems[device] = now
        return now != before

    def link_age_p99_ms(self, now_s: float) -> float | None:
        """Return the 99th percentile of the operator's age over the last ten seconds, ms; None where it is silent."""
        recent = sorted(age for at, age in self._ages_ms if now_s - at <= AGES_OVER_S)
        return recent[int(0.99 * (len(recent) - 1))] if recent else None

    def line(self, now_s: float) -> str:
        """Return the status in one line, '' where no governor was ever heard."""
        if self.heard_s is None:
            return ''
        if now_s - self.heard_s > SILENT_S:
            return f'governor NO DATA for {now_s - self.heard_s:.0f} s'
        state = STATES[self.state] if self.state < len(STATES) else '?'
        parts = [state, self.refusal, f'{self.speed_mps:+.1f} m/s' if abs(self.speed_mps) >= 0.05 else '0.0 m/s']
        if self.battery_v:
            parts.append(f'{self.battery_v:.1f} V')
        age = self.link_age_p99_ms(now_s)
        parts.append('pad silent' if age is None else f'pad p99 {age:.0f} ms')
        if self.relays:
            parts.append(f'relays {self.relays}')
        return '   '.join(part for part in parts if part)
