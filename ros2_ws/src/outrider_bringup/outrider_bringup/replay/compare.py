"""Recorded and new outputs beside each other: equal to the last bit, within a tolerance, or different. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

POSITION_M, SCANS = 1e-3, 1
NEAR_M = 1.0          # a track of another identity within it is taken for the same body
MOST_TOLD = 20


@dataclass(frozen=True)
class Body:
    """What is compared of one track."""

    x_m: float
    y_m: float
    vx_mps: float
    vy_mps: float
    kind: str = ''


class Change(NamedTuple):
    """The level of one identity from a scan on."""

    scan: int
    level: int
    at_s: float


@dataclass
class Tally:
    """Counts of one kind of output; `worst` is the greatest difference, in `unit`."""

    recorded: int = 0
    new: int = 0
    equal: int = 0     # to the last bit
    within: int = 0    # the tolerance, these included
    beyond: int = 0    # it, or on one side only
    worst: float = 0.0
    unit: str = ''

    @property
    def same(self) -> bool:
        """Tell whether all are equal to the last bit."""
        return self.recorded == self.new == self.equal

    def both(self, was: bool, now: bool, *, equal: bool) -> bool:
        """Count one on both sides, or on one alone; return whether it is on both."""
        self.recorded += was
        self.new += now
        self.equal += was and now and equal
        self.beyond += was != now
        return was and now

    def off(self, by: float, most: float) -> bool:
        """Count one that is off by so much; return whether that is within the tolerance."""
        fits = by <= most
        self.worst = max(self.worst, by)
        self.within += fits
        self.beyond += not fits
        return fits


@dataclass
class Result:
    """All tallies by name, and the first differences in words, with seconds from the start of the recording."""

    rows: dict[str, Tally] = field(default_factory=dict)
    told: list[tuple[float, str]] = field(default_factory=list)
    more: int = 0

    @property
    def same(self) -> bool:
        """Tell whether everything is equal to the last bit."""
        return all(row.same for row in self.rows.values())

    @property
    def alike(self) -> bool:
        """Tell whether nothing is beyond the tolerance."""
        return not any(row.beyond for row in self.rows.values())

    def before(self, other: Result) -> Result:
        """Return this and `other` as one, this one's rows first."""
        told = sorted((*self.told, *other.told), key=lambda one: one[0])
        return Result({**self.rows, **other.rows}, told, self.more + other.more)

    def tell(self, at_s: float, words: str) -> None:
        """Add a difference."""
        if len(self.told) < MOST_TOLD:
            self.told.append((at_s, words))
        else:
            self.more += 1


class Comparison:
    """Takes frame after frame; the frames of one kind in order of time."""

    def __init__(self, start_ns: int) -> None:
        """Seconds are counted from `start_ns`."""
        self._start_ns = start_ns
        self.result = Result({'inputs used': Tally(), 'frames of tracks': Tally(), 'tracks': Tally(unit='m'),
                              'classes of tracks': Tally(), 'frames of hazards': Tally(), 'alerts': Tally(unit='scans'),
                              'close passes': Tally(unit='m')})
        self._same: dict[int, int] = {}     # recorded identity -> new identity
        self._alone: dict[tuple[str, int], int] = {}  # who is seen on one side only: for how many scans
        self._renamed: dict[tuple[int, str, str], int] = {}  # who is called otherwise, what and how: likewise
        self._levels: dict[str, dict[int, int]] = {'recorded': {}, 'new': {}}
        self._changes: dict[str, dict[int, list[Change]]] = {'recorded': {}, 'new': {}}
        self._scan = 0

    def decided(self, at_ns: int, topic: str, recorded: str, new: str) -> None:
        """Compare whether an input was used, or why not ('' = used)."""
        row = self.result.rows['inputs used']
        if not recorded or not new:
            row.both(not recorded, not new, equal=True)
            row.within += recorded == new
        if recorded != new:
            self._tell(at_ns, f'{topic}: recorded {recorded or "used"}, now {new or "used"}')

    def tracks(self, at_ns: int, recorded: Mapping[int, Body] | None, new: Mapping[int, Body] | None, *,
               equal: bool) -> None:
        """Compare one frame of tracks; None where there was none."""
        frames, row = self.result.rows['frames of tracks'], self.result.rows['tracks']
        if not frames.both(recorded is not None, new is not None, equal=equal):
            self._tell(at_ns, f'tracks: {"not told any more" if new is None else "not told when it was recorded"}')
        recorded, new = recorded or {}, new or {}
        pairs = self._pairs(recorded, new)
        row.recorded += len(recorded)
        row.new += len(new)
        alike = True
        for was, now in pairs.items():
            off_m = math.hypot(recorded[was].x_m - new[now].x_m, recorded[was].y_m - new[now].y_m)
            row.equal += recorded[was] == new[now]
            if not row.off(off_m, POSITION_M):
                alike = False
                self._tell(at_ns, f'track #{was}: {off_m * 1e3:.3g} mm from where it was')
        alike = self._classes(at_ns, {was: (recorded[was].kind, new[now].kind) for was, now in pairs.items()}) and alike
        alone = {('is gone', one) for one in recorded if one not in pairs}
        alone |= {('is new', one) for one in new if one not in pairs.values()}
        self._alone = {who: self._alone.get(who, 0) + 1 for who in alone}
        for (what, one), scans in self._alone.items():
            alike = alike and scans <= SCANS  # a scan earlier or later is none
            row.beyond += scans > SCANS
            if scans == SCANS + 1:
                self._tell(at_ns, f'track #{one}: {what}')
        frames.within += alike

    def _classes(self, at_ns: int, kinds: Mapping[int, tuple[str, str]]) -> bool:
        """Compare the class of each that is on both sides; one that changes a scan earlier or later is alike."""
        row = self.result.rows['classes of tracks']
        renamed = {(one, was, now) for one, (was, now) in kinds.items() if was != now}
        self._renamed = {who: self._renamed.get(who, 0) + 1 for who in renamed}
        for was, now in kinds.values():
            row.both(True, True, equal=was == now)
        beyond = [who for who, scans in self._renamed.items() if scans > SCANS]
        row.within += len(kinds) - len(beyond)
        row.beyond += len(beyond)
        for one, was, now in beyond:
            if self._renamed[one, was, now] == SCANS + 1:
                self._tell(at_ns, f'track #{one}: {was or "unknown"}, now {now or "unknown"}')
        return not beyond

    def hazards(self, at_ns: int, recorded: Mapping[int, int] | None, new: Mapping[int, int] | None, *,
                equal: bool) -> None:
        """Compare one frame of hazards: level by identity."""
        frames = self.result.rows['frames of hazards']
        frames.both(recorded is not None, new is not None, equal=equal)
        self._scan += 1
        at_s = (at_ns - self._start_ns) * 1e-9
        levels: dict[str, Mapping[int, int]] = {'recorded': recorded or {}, 'new': new or {}}
        for side, now in levels.items():
            before = self._levels[side]
            for one in before.keys() | now.keys():
                if before.get(one, 0) != now.get(one, 0):
                    self._changes[side].setdefault(one, []).append(Change(self._scan, now.get(one, 0), at_s))
            self._levels[side] = dict(now)
        known = {self._same.get(one, one): level for one, level in levels['recorded'].items()}
        frames.within += known == dict(levels['new'])

    def passed(self, at_ns: int, recorded_m: float | None, new_m: float | None, *, equal: bool) -> None:
        """Compare one close pass by its clearance; None where there was none."""
        row = self.result.rows['close passes']
        row.both(recorded_m is not None, new_m is not None, equal=equal)
        if recorded_m is None or new_m is None:
            self._tell(at_ns, f'close pass: {"not told any more" if new_m is None else "not told when recorded"}')
        elif not row.off(abs(recorded_m - new_m), POSITION_M):
            self._tell(at_ns, f'close pass: {recorded_m:.3f} m, now {new_m:.3f} m')

    def finish(self) -> Result:
        """Compare the alerts, for which all frames are needed; return everything."""
        was, now = self._changes['recorded'], dict(self._changes['new'])
        for one, changes in sorted(was.items()):
            self._alerts(one, changes, now.pop(self._same.get(one, one), []))
        for one, changes in sorted(now.items()):
            self._alerts(one, [], changes)
        self.result.told.sort()
        return self.result

    def _alerts(self, one: int, recorded: list[Change], new: list[Change]) -> None:
        row = self.result.rows['alerts']
        for was, now in itertools.zip_longest(recorded, new):
            if was and now and was.level == now.level:
                off = abs(was.scan - now.scan)
                row.both(True, True, equal=off == 0)
                if not row.off(off, SCANS):
                    when = 'earlier' if now.scan < was.scan else 'later'
                    self.result.tell(was.at_s, f'alert of #{one}: level {was.level} {off} scans {when}')
                continue
            row.both(was is not None, False, equal=False)
            row.both(False, now is not None, equal=False)
            self.result.tell((was or now).at_s, f'alert of #{one}: recorded {was.level if was else "none"}, '
                                                f'now {now.level if now else "none"}')

    def _pairs(self, recorded: Mapping[int, Body], new: Mapping[int, Body]) -> dict[int, int]:
        """Return which new identity is which recorded one: as before, else the nearest that nobody is."""
        pairs = {was: self._same[was] for was in recorded if self._same.get(was) in new}
        for was, body in recorded.items():
            if was in pairs:
                continue
            taken = {*pairs.values(), *(now for known, now in self._same.items() if known in recorded)}
            off = {now: math.hypot(body.x_m - other.x_m, body.y_m - other.y_m) for now, other in new.items()
                   if now not in taken}
            nearest = min(off, key=lambda now: (off[now], now), default=None)
            if nearest is not None and off[nearest] <= NEAR_M:
                pairs[was] = self._same[was] = nearest
        return pairs

    def _tell(self, at_ns: int, words: str) -> None:
        self.result.tell((at_ns - self._start_ns) * 1e-9, words)
