"""The two lines of the screen that are an act's own: what comes in, and what comes of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from outrider_bringup.demo.rider import Told
from outrider_bringup.demo.skater import Sight
from outrider_bringup.up.drive import STATES

MS = 1_000_000
MOVING = STATES[2]
ROOM = 63  # columns: 79 less the label
FRESH_MS = 250  # frames come every 20 ms; older than this it is not "now"
NAMES = {'r1': 'R1', 'up': 'arrow up', 'down': 'arrow down', 'options': 'arm', 'share': 'disarm'}


@dataclass(frozen=True)
class Line:
    """A labelled line; `level` decides its colour on a terminal: '', notice, warn, urgent or nothing."""

    label: str
    text: str
    level: str = ''


def of_radar(rate_hz: float, points: int, others: str, recorded_mb: float, told: Told) -> tuple[Line, Line]:
    """Return what radar and `others` send and what the rider is told."""
    parts = [f'radar {rate_hz:.0f}/s {points} pts', others, recording(recorded_mb)]
    return (Line('sensors', '   '.join(part for part in parts if part)), Line('rider sees', told.text, told.level))


def of_ramp(sight: Sight, battery_v: float, recorded_mb: float, frames: Frames, held: tuple[str, ...],
            now_ns: int) -> tuple[Line, Line]:
    """Return how the ramp is, and what is on the wire to its motors; `now_ns` on the clock of `frames`."""
    if sight.state is None:
        return (Line('ramp', f'its four programs start   {recording(recorded_mb)}'),
                Line('on the wire', frames.say(now_ns)))
    state = STATES[sight.state] if sight.state < len(STATES) else '?'
    jack = {1: 'jack lifting', -1: 'jack lowering'}.get(sight.jack, 'jack up' if sight.jack_up else 'jack not up')
    parts = [state, f'{sight.speed_mps:.1f} m/s', jack, f'{battery_v:.1f} V' if battery_v else '']
    if sight.texts and state != MOVING and not sight.speed_mps:
        parts = [state, sight.texts[0], jack]
    buttons = ', '.join(NAMES.get(button, button) for button in held)
    return (Line('ramp', _fitting([*parts, recording(recorded_mb)])),
            Line('on the wire', _fitting([frames.say(now_ns), f'{buttons} held' if buttons else ''])))


def _fitting(parts: list[str]) -> str:
    """Return the parts that have room beside the label on 80 columns; the first always."""
    text = parts[0]
    for part in parts[1:]:
        if part and len(text) + 3 + len(part) <= ROOM:
            text += f'   {part}'
    return text


def recording(megabytes: float) -> str:
    """Return how large the record is."""
    return f'recording {megabytes:.1f} MB'


@dataclass
class Frames:
    """The newest set-points on the wire and the release they are measured from, ns of one clock."""

    drove_ns: int | None = None
    stopped_ns: int | None = None
    let_go_ns: int | None = None  # R1, while cross was held

    def say(self, now_ns: int) -> str:
        """Return it in words."""
        if self.drove_ns is None:
            return 'brake frames only' if self.stopped_ns is not None else 'nothing yet'
        if self.let_go_ns is not None and self.let_go_ns - FRESH_MS * MS < self.drove_ns:
            after_ms = max(0.0, (self.drove_ns - self.let_go_ns) / MS)
            return f'last driving frame {after_ms:.0f} ms after R1 let go'
        return 'driving frames' if now_ns - self.drove_ns < FRESH_MS * MS else 'brake frames'
