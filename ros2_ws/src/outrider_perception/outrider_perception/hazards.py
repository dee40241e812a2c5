"""Tracks to hazards: levels that come up only on several scans and go down only after a hold, and close passes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from outrider_perception.approach import Approach, foresee
from outrider_perception.arrays import Bools, Floats, Ints
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
        if step.stamp_s < self._now_s:
            self._said.clear()
            self._passes = Passes(self.settings)
        self._now_s = step.stamp_s
        approach = foresee(step, self.settings)
        on, still = self._raw(approach)
        # Beside the rig a body is at its closest for as long as it is long.
        past = approach.closing_mps < np.where(approach.time_to_closest_s > 0.0, -1.0, 0.5) * self.settings.past_mps
        said = [self._say(identity, int(on[i]), int(still[i]), bool(past[i]), step)
                for i, identity in enumerate(step.tracks.identity.tolist())]
        alive = set(step.tracks.identity.tolist())
        self._said = {identity: told for identity, told in self._said.items() if identity in alive}
        passes = self._passes.update(step, approach)
        level = np.array([told.level for told in said], dtype=np.int64)
        since = np.array([told.since_s for told in said], dtype=np.float64)
        urgency = np.lexsort((approach.distance_m, approach.time_to_closest_s, -level))
        row = urgency[level[urgency] > NONE]
        return Hazards(row, level[row], since[row], approach, passes)

    def _raw(self, approach: Approach) -> Ints:
        """Return the highest level (2, n) whose row holds, and that whose row does with its limits stretched."""
        s = self.settings
        held = np.zeros((2, len(approach.distance_m)), dtype=np.int64)
        for rule in s.levels:
            early = (approach.time_to_closest_s - rule.late_s) / max(rule.time_s - rule.late_s, 1e-3)
            sigmas = rule.late_sigmas + (rule.early_sigmas - rule.late_sigmas) * np.minimum(np.maximum(early, 0.0), 1.0)
            surely = approach.clearance_m + sigmas * approach.clearance_sigma_m
            known = approach.clearance_sigma_m <= rule.most_sigma_m
            for level, factor in zip(held, (1.0, s.off_factor), strict=True):
                holds = surely <= rule.clearance_m * factor
                if rule.last_s:
                    holds |= _at_last(approach, rule, factor)
                holds &= known & (approach.time_to_closest_s <= rule.time_s * factor)
                holds &= approach.closing_mps >= rule.min_closing_mps / factor
                np.maximum(level, holds * rule.level, out=level)
        return held

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


def _at_last(approach: Approach, rule: Level, factor: float) -> Bools:
    """Return who (n,) may come near enough, and surely stays within reach, when the decision falls."""
    clearance, sigma = approach.clearance_m, approach.clearance_sigma_m
    found: Bools = ((approach.time_to_closest_s < rule.last_s * factor)
                    & (clearance + rule.last_sigmas * sigma <= rule.clearance_m * factor)
                    & (clearance + rule.far_sigmas * sigma <= rule.far_ratio * rule.clearance_m * factor))
    return found
