"""Tracks to hazards: levels that come up only on several scans and go down only after a hold, and close passes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from outrider_perception.approach import Approach, foresee
from outrider_perception.arrays import Floats, Ints
from outrider_perception.levels import NONE, HazardSettings, Level
from outrider_perception.passes import ClosePass, Passes
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


class HazardJudge:
    """Remembers what was said; `judge` takes one step."""

    def __init__(self, settings: HazardSettings) -> None:
        """Start having said nothing."""
        self.settings = settings
        self._said: dict[int, _Said] = {}
        self._passes = Passes(self.settings)
        self._now_s = -np.inf

    def judge(self, step: Step) -> Hazards:
        """Return the hazards and the passes that ended; forgets all when time goes backwards."""
        s = self.settings
        if step.stamp_s < self._now_s:
            self._said.clear()
            self._passes = Passes(s)
        self._now_s = step.stamp_s
        approach = foresee(step, s)
        identities = step.tracks.identity.tolist()
        rows = zip(approach.time_to_closest_s.tolist(), approach.clearance_m.tolist(),
                   approach.clearance_sigma_m.tolist(), approach.closing_mps.tolist(), strict=True)
        said = [self._say(identity, *row, step) for identity, row in zip(identities, rows, strict=True)]
        alive = set(identities)
        self._said = {identity: told for identity, told in self._said.items() if identity in alive}
        passes = self._passes.update(step, approach)
        level = np.array([told.level for told in said], dtype=np.int64)
        since = np.array([told.since_s for told in said], dtype=np.float64)
        urgency = np.lexsort((approach.distance_m, approach.time_to_closest_s, -level))
        row = urgency[level[urgency] > NONE]
        return Hazards(row, level[row], since[row], approach, passes)

    def _raw(self, when_s: float, clearance_m: float, sigma_m: float, closing_mps: float, factor: float) -> int:
        """Return the highest level whose row holds for one body, its limits stretched by `factor`."""
        level = NONE
        for rule in self.settings.levels:
            if (closing_mps * factor >= rule.min_closing_mps and when_s <= rule.time_s * factor and rule.level > level
                    and sigma_m <= rule.most_sigma_m
                    and (_surely(rule, when_s, clearance_m, sigma_m, factor)
                         or _at_last(rule, when_s, clearance_m, sigma_m, factor))):
                level = rule.level
        return level

    def _say(self, identity: int, when_s: float, clearance_m: float, sigma_m: float, closing_mps: float,
             step: Step) -> _Said:
        s, now_s = self.settings, step.stamp_s
        on = self._raw(when_s, clearance_m, sigma_m, closing_mps, 1.0)
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
        still = self._raw(when_s, clearance_m, sigma_m, closing_mps, s.off_factor) if told.level else NONE
        for level in range(1, max(up, min(still, told.level)) + 1):
            told.reason_s[level] = now_s
        held = max((level for level, when in told.reason_s.items() if now_s - when <= s.hold_s), default=NONE)
        # Who has gone by needs no warning; nothing is held for him. Beside the rig a body is at its closest for as long
        # as it is long.
        past = closing_mps < (-s.past_mps if when_s > 0.0 else 0.5 * s.past_mps)
        level = NONE if past else max(up, held)
        if level != told.level:
            told.level, told.since_s = level, now_s
        return told


def _surely(rule: Level, when_s: float, clearance_m: float, sigma_m: float, factor: float) -> bool:
    """Tell whether one body comes near enough, as surely as the time that is left asks."""
    early = (when_s - rule.late_s) / max(rule.time_s - rule.late_s, 1e-3)
    sigmas = rule.late_sigmas + (rule.early_sigmas - rule.late_sigmas) * min(max(early, 0.0), 1.0)
    return clearance_m + sigmas * sigma_m <= rule.clearance_m * factor


def _at_last(rule: Level, when_s: float, clearance_m: float, sigma_m: float, factor: float) -> bool:
    """Tell whether one body may come near enough, and surely stays within reach, when the decision falls."""
    return (rule.last_s > 0.0 and when_s < rule.last_s * factor
            and clearance_m + rule.last_sigmas * sigma_m <= rule.clearance_m * factor
            and clearance_m + rule.far_sigmas * sigma_m <= rule.far_ratio * rule.clearance_m * factor)
