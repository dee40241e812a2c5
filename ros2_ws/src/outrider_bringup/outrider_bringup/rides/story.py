"""What happened on a ride, in plain numbers: filled by read.py, told by the report, the exports and the index. Pure.

Times are receipts in ns, as the recorder wrote them; UTC is them plus `utc_offset_ns`, where it is known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from outrider_recorder.zones import Fix, metres

CLASSES = ('unknown', 'car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')  # Track.CLASS_*
SIDES = ('behind', 'left', 'right', 'ahead')                                                      # Hazard.SIDE_*
LEVELS = ('none', 'notice', 'warn', 'urgent')                                                     # Hazard.LEVEL_*
SILENT_NS = 1_000_000_000    # no hazards for longer: NO DATA
EPISODE_NS = 1_000_000_000   # an alert that comes back within it is the same one
STEP_M = 3.0                 # GPS noise on the spot is no way


@dataclass
class Episode:
    """One alert about one body. `spans`: (begin, end, level) ns, each while one level held; `level`: the gravest."""

    track: int
    begin_ns: int
    end_ns: int
    level: int
    kind: int
    side: int
    nearest_m: float
    closing_mps: float
    spans: list[tuple[int, int, int]] = field(default_factory=list)

    def go_on(self, at_ns: int, level: int) -> None:
        """Take its level at `at_ns`."""
        if self.spans and self.spans[-1][2] == level:
            self.spans[-1] = self.spans[-1][0], at_ns, level
        else:
            if self.spans:
                begin, _, before = self.spans[-1]
                self.spans[-1] = begin, at_ns, before
            self.spans.append((at_ns, at_ns, level))
        self.end_ns, self.level = at_ns, max(self.level, level)


@dataclass
class Pass:
    """One close pass; `at_ns` receipt of the closest instant. `still` is a JPEG, b'' where there is none."""

    at_ns: int
    track: int
    kind: int
    side: int
    clearance_m: float
    sigma_m: float
    speed_mps: float
    closing_mps: float
    night: bool = False
    still: bytes = b''
    fix: Fix | None = None


@dataclass
class Health:
    """What one sensor sent."""

    name: str
    topic: str
    messages: int = 0
    first_ns: int = 0
    last_ns: int = 0
    longest_gap_ns: int = 0
    lost: int = 0               # numbers that its sequence left out

    def hear(self, at_ns: int, sequence: int, newest: int | None) -> None:
        """Count one message."""
        if self.messages:
            self.longest_gap_ns = max(self.longest_gap_ns, at_ns - self.last_ns)
        else:
            self.first_ns = at_ns
        if newest is not None:
            self.lost += max(0, sequence - newest - 1)
        self.messages, self.last_ns = self.messages + 1, at_ns

    @property
    def hz(self) -> float:
        """Return messages a second between the first and the last."""
        return (self.messages - 1) / max(1e-9, (self.last_ns - self.first_ns) * 1e-9) if self.messages > 1 else 0.0


@dataclass
class Story:
    """Everything that report, export and index tell of a ride."""

    name: str
    info: dict[str, Any]
    first_ns: int
    last_ns: int
    utc_offset_ns: int | None = 0
    fixes: list[Fix] = field(default_factory=list)
    altitudes_m: list[float] = field(default_factory=list)           # of each fix, nan: not told
    speeds: list[tuple[int, float]] = field(default_factory=list)    # receipt, m/s over ground
    episodes: list[Episode] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    health: list[Health] = field(default_factory=list)
    degraded: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    silences: list[tuple[int, int]] = field(default_factory=list)    # NO DATA
    alarms: list[tuple[int, str]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)                 # one sentence each

    @property
    def length_s(self) -> float:
        """Return how long it is."""
        return (self.last_ns - self.first_ns) * 1e-9

    @property
    def distance_m(self) -> float:
        """Return the way: by GPS where it spoke, else by the speeds."""
        by_gps = way_m(self.fixes)
        if by_gps > 0.0:
            return by_gps
        return sum(speed * (after - at) * 1e-9 for (at, speed), (after, _) in zip(
            self.speeds, self.speeds[1:], strict=False) if after - at < SILENT_NS)

    def speed_at(self, at_ns: int) -> float:
        """Return the speed nearest to an instant, m/s; nan where none was told within a second."""
        near = min(self.speeds, key=lambda one: abs(one[0] - at_ns), default=None)
        return near[1] if near and abs(near[0] - at_ns) <= SILENT_NS else math.nan

    def fix_at(self, at_ns: int) -> Fix | None:
        """Return the position nearest to an instant, None where none was told within two seconds."""
        near = min(self.fixes, key=lambda one: abs(one.at_ns - at_ns), default=None)
        return near if near and abs(near.at_ns - at_ns) <= 2 * SILENT_NS else None


def way_m(fixes: Sequence[Fix]) -> float:
    """Return the length of a way in m: steps of STEP_M, so that noise on the spot adds nothing."""
    total, last = 0.0, None
    for fix in fixes:
        if last is None:
            last = fix
            continue
        step = metres(*last[1:], *fix[1:])
        if step >= STEP_M:
            total, last = total + step, fix
    return total


def clock_text(ns: int) -> str:
    """Return a span as 1:02:03, or 2:03."""
    seconds = max(0, ns) // 1_000_000_000
    hours, rest = divmod(seconds, 3600)
    return f'{hours}:{rest // 60:02d}:{rest % 60:02d}' if hours else f'{rest // 60}:{rest % 60:02d}'
