"""Tracks to hazards: levels that come up only on several scans and go down only after a hold, and close passes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from outrider_perception.approach import Approach, foresee
from outrider_perception.arrays import Floats, Ints
from outrider_perception.levels import NONE, HazardSettings
from outrider_perception.passes import ClosePass, Passes
from outrider_perception.rules import Rules
from outrider_perception.tracker import Step


@dataclass(frozen=True)
class Hazards:
    """Those tracks above NONE, gravest first: `row` (k,) into the step's tracks, `level` (k,), `since_s` (k,)."""

    row: Ints
    level: Ints
    since_s: Floats
    approach: Approach          # of every track of the step, by row
    close_passes: list[ClosePass]


@dataclass
class _Said:
    """What was said of one identity."""

    recent: deque[int]          # raw levels of the last scans
    level: int = NONE
    since_s: float = 0.0
    reason_s: dict[int, float] = field(default_factory=dict)  # when each level was last justified


_NOTHING = _Said(deque())


class HazardJudge:
    """Remembers what was said; `judge` takes one step."""

    def __init__(self, settings: HazardSettings) -> None:
        """Start having said nothing."""
        self.settings = settings
        self._rules = Rules(settings)
        self._said: dict[int, _Said] = {}
        self._passes = Passes(self.settings)
        self._now_s = -np.inf

    def judge(self, step: Step) -> Hazards:
        """Return the hazards and the passes that ended; forgets all when time goes backwards."""
        if step.stamp_s < self._now_s:
            self._said.clear()
            self._passes = Passes(self.settings)
        self._now_s = step.stamp_s
        approach = foresee(step, self.settings)
        on, still = self._rules.levels(approach).tolist()
        # Beside the rig a body is at its closest for as long as it is long.
        past = approach.closing_mps < np.where(approach.time_to_closest_s > 0.0, -1.0, 0.5) * self.settings.past_mps
        identities = step.tracks.identity.tolist()
        # Of whom no row ever held, nothing is to be remembered.
        said = [self._say(*one, step) if one[1] or one[0] in self._said else _NOTHING
                for one in zip(identities, on, still, past.tolist(), strict=True)]
        if self._said:
            alive = set(identities)
            self._said = {identity: told for identity, told in self._said.items() if identity in alive}
        passes = self._passes.update(step, approach)
        level = np.array([told.level for told in said], dtype=np.int64)
        row = level.nonzero()[0]
        if len(row) > 1:
            row = row[np.lexsort((approach.distance_m[row], approach.time_to_closest_s[row], -level[row]))]
        since = np.array([said[one].since_s for one in row.tolist()], dtype=np.float64)
        return Hazards(row, level[row], since, approach, passes)

    def _say(self, identity: int, on: int, still: int, past: bool, step: Step) -> _Said:
        s, now_s = self.settings, step.stamp_s
        told = self._said.get(identity)
        if told is None:
            told = self._said[identity] = _Said(deque(maxlen=s.up_window))
        if step.used:  # a repeated scan is no second witness
            told.recent.append(on)
        if not (on or told.level or told.reason_s):
            return told
        # Up to the highest level that enough of the last scans reached.
        reached = sorted(told.recent, reverse=True)
        up = reached[s.up_hits - 1] if len(reached) >= s.up_hits else NONE
        for level in range(1, max(up, min(still, told.level)) + 1):
            told.reason_s[level] = now_s
        held = max((level for level, when in told.reason_s.items() if now_s - when <= s.hold_s), default=NONE)
        # Who has gone by needs no warning; nothing is held for him.
        level = NONE if past else max(up, held)
        if level != told.level:
            told.level, told.since_s = level, now_s
        return told
