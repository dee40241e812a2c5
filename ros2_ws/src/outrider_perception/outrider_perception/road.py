"""How the road bends, from the rig's own way over it: who comes from behind takes the same bends, where they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from outrider_perception.arrays import Floats

_STEP_M = 0.5      # from one place of the way to the next
_LENGTH_M = 80.0   # as far back as a radar sees
_MARKS = int(_LENGTH_M / _STEP_M)
_ROLLS_MPS = 1.0   # slower, a way has no curvature


@dataclass(frozen=True)
class Road:
    """Curvature (k,) in 1/m, left > 0, at places (k,) of the way in m behind the rig (negative), in rising order."""

    place_m: Floats = field(default_factory=lambda: np.zeros(1))
    curvature: Floats = field(default_factory=lambda: np.zeros(1))

    def at(self, ahead_m: Floats) -> Floats:
        """Return the curvature (n,) at `ahead_m` (n,): straight before the way began, as it is ahead of the rig."""
        found: Floats = np.interp(ahead_m, self.place_m, self.curvature, left=0.0)
        return found

    def until_here(self, ahead_m: Floats) -> Floats:
        """Return the mean curvature (n,) between places behind the rig and the rig."""
        total, behind = self._turned_rad, np.minimum(ahead_m, -_STEP_M)
        mean: Floats = (total[-1] - np.interp(behind, self.place_m, total)) / -behind
        return mean

    @cached_property
    def _turned_rad(self) -> Floats:
        """Return by how much the road has turned (k,) from its first place."""
        steps = np.diff(self.place_m) * 0.5 * (self.curvature[1:] + self.curvature[:-1])
        return np.concatenate([[0.0], np.cumsum(steps)])

    def sharpest(self, ahead_m: Floats) -> Floats:
        """Return the largest curvature (n,), without its side, between places behind the rig and the rig."""
        from_here = np.maximum.accumulate(np.abs(self.curvature)[::-1])[::-1]
        row = np.minimum(np.searchsorted(self.place_m, ahead_m), len(from_here) - 1)
        found: Floats = from_here[row]
        return found

    def turned(self, last_m: float) -> float:
        """Return by how much the way has turned over its last `last_m`, left > 0."""
        steps = np.diff(np.append(np.maximum(self.place_m, -last_m), 0.0))
        return float(steps @ self.curvature)


class Way:
    """Remembers the way; `go` on with every scan."""

    def __init__(self) -> None:
        """Start at the first place."""
        self._gone_m = 0.0
        self._place_m, self._curvature = np.zeros(0), np.zeros(0)  # in metres gone

    def go(self, dt_s: float, speed_mps: float, turn_radps: float, delay_s: float) -> Road:
        """Return the road after `dt_s` at `speed_mps`; `turn_radps` is what the yaw rate was `delay_s` ago."""
        self._gone_m += max(dt_s, 0.0) * speed_mps
        at_m = self._gone_m - delay_s * speed_mps
        if speed_mps > _ROLLS_MPS and (not len(self._place_m) or at_m >= self._place_m[-1] + _STEP_M):
            self._place_m = np.append(self._place_m[1 - _MARKS:], at_m)
            self._curvature = np.append(self._curvature[1 - _MARKS:], turn_radps / speed_mps)
        return Road(self._place_m - self._gone_m, self._curvature) if len(self._place_m) else Road()
