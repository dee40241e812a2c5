"""What always returns to a standing rig, so that a body which stands for a moment is told from the furniture.

A walker who turns, or crosses, has no Doppler for a second. Seen from a standing rig he is still the thing that was
not there before. The map is a grid in range and sine of azimuth around the sensor with the share of recent scans in
which a cell returned without Doppler. It says nothing while the rig rolls.
"""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Bools, Floats
from outrider_perception.settings import Settings

_RANGE_CELL_M = 0.2     # peaks of a static body stay within a range bin or two
_SINE_CELL = 1.0 / 16.0  # two steps of the chip's sine grid


class Background:
    """The map; `foreground` asks and then learns."""

    def __init__(self, settings: Settings) -> None:
        """Start with an empty map."""
        self._settings = settings
        rows = int(np.ceil(settings.background_range_m / _RANGE_CELL_M))
        self._share = np.zeros((rows + 2, int(2.0 / _SINE_CELL) + 4))  # a rim, so that neighbours always exist
        self._known_s = 0.0

    def forget(self) -> None:
        """Start anew: the rig rolled, or time jumped."""
        if self._known_s > 0.0:
            self._share.fill(0.0)
            self._known_s = 0.0

    def foreground(self, dt_s: float, range_m: Floats, azimuth_rad: Floats) -> Bools:
        """Return which of the points without Doppler (n,) are not background; then learn them all."""
        s = self._settings
        dt_s = max(dt_s, 1e-3)
        self._known_s += dt_s
        rate = dt_s / min(self._known_s, s.background_tau_s)  # a plain mean at first, then a fading one
        near = range_m < s.background_range_m
        row = 1 + np.where(near, range_m / _RANGE_CELL_M, 0.0).astype(np.int64)
        column = 1 + ((np.sin(azimuth_rad) + 1.0) / _SINE_CELL).astype(np.int64)
        around = [self._share[row + i, column + j] for i in (-1, 0, 1) for j in (-1, 0, 1)]
        fresh: Bools = near & (np.max(around, axis=0) < s.background_share)
        self._share *= 1.0 - rate
        seen = np.zeros(self._share.shape, dtype=np.bool_)
        seen[row[near], column[near]] = True
        self._share[seen] += rate
        return fresh
