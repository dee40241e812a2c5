"""Which row of the table of levels holds for whom: all rows, plain and stretched, at once."""

from __future__ import annotations

import numpy as np

from outrider_perception.approach import Approach
from outrider_perception.arrays import Floats, Ints
from outrider_perception.levels import HazardSettings


class Rules:
    """The rows of levels.py as columns (rows, 1), and their limits (2, rows, 1): plain, and times the hysteresis."""

    def __init__(self, settings: HazardSettings) -> None:
        """Take the table."""
        rows = settings.levels

        def column(name: str) -> Floats:
            return np.array([getattr(row, name) for row in rows], dtype=np.float64)[:, None]

        factor = np.array([1.0, settings.off_factor])[:, None, None]
        self._level = np.array([row.level for row in rows], dtype=np.int64)[:, None]
        self._late_s, self._late_sigmas = column('late_s'), column('late_sigmas')
        self._earlier = column('early_sigmas') - self._late_sigmas
        self._per_s = 1.0 / np.maximum(column('time_s') - self._late_s, 1e-3)
        self._most_sigma_m = column('most_sigma_m')
        self._last_sigmas, self._far_sigmas = column('last_sigmas'), column('far_sigmas')
        self._time_s, self._last_s = column('time_s') * factor, column('last_s') * factor
        self._clearance_m = column('clearance_m') * factor
        self._far_m = column('far_ratio') * column('clearance_m') * factor
        self._closing_mps = column('min_closing_mps') / factor

    def levels(self, approach: Approach) -> Ints:
        """Return the highest level (2, n) whose row holds, and that whose row does with its limits stretched."""
        clearance, sigma, when_s = approach.clearance_m, approach.clearance_sigma_m, approach.time_to_closest_s
        sigmas = (when_s - self._late_s) * self._per_s
        sigmas = np.minimum(np.maximum(sigmas, 0.0), 1.0) * self._earlier
        sigmas += self._late_sigmas
        holds = clearance + sigmas * sigma <= self._clearance_m
        # Who may come near enough, and surely stays within reach, when the decision falls.
        last = when_s < self._last_s
        if np.count_nonzero(last):
            last &= clearance + self._last_sigmas * sigma <= self._clearance_m
            last &= clearance + self._far_sigmas * sigma <= self._far_m
            holds |= last
        holds &= sigma <= self._most_sigma_m
        holds &= when_s <= self._time_s
        holds &= approach.closing_mps >= self._closing_mps
        found: Ints = np.maximum.reduce(holds * self._level, axis=1)
        return found
