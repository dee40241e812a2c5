"""A measurement that comes after newer ones: retrodiction, without any memory of the past.

The bodies' states of now are carried back to the instant of the measurement, compared there, and what is learned holds
for now: x(then) = B x(now) + b is put into the measurement's own Jacobian. Left out is what the process noise did
within the lag (Y. Bar-Shalom, "Update with out-of-sequence measurements in tracking", IEEE TAES 2002, has the optimum):
at 0.15 s 6 cm of a braking car, below every sensor's error. test_late.py compares with measurements in order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Floats


@dataclass(frozen=True)
class Lag:
    """By how much a measurement is behind, how far the rig has turned left since, and its velocity (2,)."""

    lag_s: float = 0.0
    turned_rad: float = 0.0
    ego_mps: Floats | None = None

    def back(self, state: Floats) -> Floats:
        """Return `state` (n, 4) of now as it was at the measurement, in the axes of then."""
        if self.lag_s <= 0.0:
            return state
        ego = np.zeros(2) if self.ego_mps is None else self.ego_mps
        turn = self._turn()
        after = np.empty_like(state)
        then = (state[:, 2:] + ego) @ turn
        then -= ego
        after[:, 2:] = then
        then *= -self.lag_s
        then += state[:, :2] @ turn
        after[:, :2] = then
        return after

    def through(self, jacobian: Floats) -> Floats:
        """Return Jacobians (n, d, 4) with respect to now of those with respect to then."""
        if self.lag_s <= 0.0:
            return jacobian
        back, turn = np.zeros((4, 4)), self._turn().T
        back[:2, :2], back[:2, 2:], back[2:, 2:] = turn, -self.lag_s * turn, turn
        found: Floats = jacobian @ back
        return found

    def _turn(self) -> Floats:
        """Return R with row vectors: v_then = v_now @ R."""
        c, s = math.cos(self.turned_rad), math.sin(self.turned_rad)
        # Axes that turned left see the same vector turned right; back again it turns left.
        return np.array([[c, s], [-s, c]])
