"""The least that a tracker of this size must compute, by numpy alone: batched prediction, gates, nearest pairs, update.

No own motion, no unfolding, no clusters, no births, no shapes, no hazards: what is left is the textbook's extended
Kalman filter on range, azimuth and range rate over a whole bank at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.bench.step_scene import LANE_M, NEAREST_M, PERIOD_S

Floats = NDArray[np.float64]

_NOISE = np.diag([0.4, 0.03, 0.3]) ** 2
_GATE = 11.3  # chi-square, 3 degrees of freedom, 99 %


class BareFilter:
    """A bank of n tracks that stays as large as it is; `step` takes (m, 3) range, azimuth, range rate."""

    def __init__(self, tracks: int) -> None:
        """Start on a line behind the sensor."""
        self.state = np.zeros((tracks, 4))
        self.state[:, 0] = -NEAREST_M - LANE_M * np.arange(tracks)
        self.covariance = np.tile(np.eye(4), (tracks, 1, 1))
        self._move = np.eye(4)
        self._move[0, 2] = self._move[1, 3] = PERIOD_S
        self._power = np.diag([PERIOD_S ** 3 / 3, PERIOD_S ** 3 / 3, PERIOD_S, PERIOD_S])

    def step(self, z: Floats) -> None:
        """Predict, let every track take its nearest detection within the gate, update."""
        state, covariance = self.state @ self._move.T, self._move @ self.covariance @ self._move.T + self._power
        x, y, vx, vy = state.T
        r = np.hypot(x, y)
        rate = (x * vx + y * vy) / r
        h = np.zeros((len(state), 3, 4))
        h[:, 0, 0], h[:, 0, 1], h[:, 1, 0], h[:, 1, 1] = x / r, y / r, -y / r ** 2, x / r ** 2
        h[:, 2, 0], h[:, 2, 1] = vx / r - x * rate / r ** 2, vy / r - y * rate / r ** 2
        h[:, 2, 2], h[:, 2, 3] = x / r, y / r
        off = z[None, :, :] - np.stack([r, np.arctan2(y, x), rate], axis=1)[:, None, :]
        off[..., 1] = np.remainder(off[..., 1] + np.pi, 2.0 * np.pi) - np.pi
        spread = h @ covariance @ h.transpose(0, 2, 1) + _NOISE
        distance2 = np.einsum('nmi,nij,nmj->nm', off, np.linalg.inv(spread), off)
        best = distance2.argmin(axis=1)
        rows = np.flatnonzero(distance2[np.arange(len(state)), best] <= _GATE)
        gain = np.linalg.solve(spread[rows], h[rows] @ covariance[rows]).transpose(0, 2, 1)
        state[rows] += (gain @ off[rows, best[rows], :, None])[:, :, 0]
        covariance[rows] -= gain @ h[rows] @ covariance[rows]
        self.state, self.covariance = state, covariance
