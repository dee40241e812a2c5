"""How the road bends, from the rig's own way over it: who comes from behind takes the same bends, where they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.copies import amended

_STEP_M = 0.5      # from one place of the way to the next
_LENGTH_M = 80.0   # as far back as a radar sees
_MARKS = int(_LENGTH_M / _STEP_M)
_ROLLS_MPS = 1.0   # slower, a way has no curvature


@dataclass(frozen=True)
class Road:
    """Curvature (k,) in 1/m, left > 0, at places (k,) of the way in m, in rising order; the rig is at `gone_m`.

    What follows from the places alone is kept from one scan to the next (copies.py) while no place is added.
    """

    place_m: Floats = field(default_factory=lambda: np.zeros(1))
    curvature: Floats = field(default_factory=lambda: np.zeros(1))
    gone_m: float = 0.0

    def at(self, ahead_m: Floats) -> Floats:
        """Return the curvature (n,) at `ahead_m` (n,): straight before the way began, as it is ahead of the rig."""
        if self.straight:
            return np.zeros(len(ahead_m))
        found: Floats = np.interp(ahead_m + self.gone_m, self.place_m, self.curvature, left=0.0)
        return found

    def until_here(self, ahead_m: Floats) -> Floats:
        """Return the mean curvature (n,) between places behind the rig and the rig."""
        if self.straight:
            return np.zeros(len(ahead_m))
        behind = np.minimum(ahead_m, -_STEP_M)
        mean: Floats = np.interp(behind + self.gone_m, self.place_m, self._to_turn_rad)
        mean /= -behind
        return mean

    @cached_property
    def straight(self) -> bool:
        """Tell whether there is no bend at all."""
        return not np.count_nonzero(self.curvature)

    @cached_property
    def _to_turn_rad(self) -> Floats:
        """Return by how much the road turns (k,) from each place to its last."""
        place, curvature = self.place_m, self.curvature
        steps = np.zeros(len(place))
        np.multiply(place[1:] - place[:-1], 0.5 * (curvature[1:] + curvature[:-1]), out=steps[:-1])
        total: Floats = np.add.accumulate(steps[::-1])[::-1].copy()
        return total

    @cached_property
    def _sharpest(self) -> Floats:
        """Return the largest curvature (k,), without its side, from each place to the last."""
        most: Floats = np.maximum.accumulate(np.abs(self.curvature[::-1]))[::-1].copy()
        return most

    def sharpest(self, ahead_m: Floats) -> Floats:
        """Return the largest curvature (n,), without its side, between places behind the rig and the rig."""
        row = self.place_m.searchsorted(ahead_m + self.gone_m)
        found: Floats = self._sharpest.take(row, mode='clip')
        return found

    def turned(self, last_m: float) -> float:
        """Return by how much the way has turned over its last `last_m`, left > 0."""
        steps = np.diff(np.append(np.maximum(self.place_m - self.gone_m, -last_m), 0.0))
        return float(steps @ self.curvature)


class Way:
    """Remembers the way; `go` on with every scan."""

    def __init__(self) -> None:
        """Start at the first place."""
        self._gone_m = 0.0
        self._road = Road(np.zeros(0), np.zeros(0))  # in metres gone

    def go(self, dt_s: float, speed_mps: float, turn_radps: float, delay_s: float) -> Road:
        """Return the road after `dt_s` at `speed_mps`; `turn_radps` is what the yaw rate was `delay_s` ago."""
        self._gone_m += max(dt_s, 0.0) * speed_mps
        at_m = self._gone_m - delay_s * speed_mps
        place_m, curvature = self._road.place_m, self._road.curvature
        if speed_mps > _ROLLS_MPS and (not len(place_m) or at_m >= place_m[-1] + _STEP_M):
            self._road = Road(_added(place_m, at_m), _added(curvature, turn_radps / speed_mps), self._gone_m)
        elif len(place_m):
            self._road = amended(self._road, gone_m=self._gone_m)
        return self._road if len(self._road.place_m) else Road()


def _added(row: Floats, more: float) -> Floats:
    """Return the last of a row (k,) with one more."""
    kept = row[1 - _MARKS:]
    longer: Floats = np.empty(len(kept) + 1)
    longer[:-1], longer[-1] = kept, more
    return longer
