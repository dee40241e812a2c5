"""What bodies there are: classes, and how large a body is taken to be while no sensor measured it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.classes import Classes


@dataclass(frozen=True, eq=False)
class Sizes:
    """Length, width, height in m, by speed over ground, by the length that is seen and by class (sizes.yaml)."""

    smallest_m: Floats   # (3,)
    speeds_mps: Floats   # (k,) rising
    by_speed_m: Floats   # (k, 3) at each speed; the first row is the smallest
    lengths_m: Floats    # (l,) rising
    by_length_m: Floats  # (l, 2) width and height at each length
    by_class_m: Floats   # (9, 3) of each class but the first, 'unknown', whose row is 0

    @cached_property
    def speed_bends(self) -> Floats:
        """Return by how much more steeply `by_speed_m` rises from each speed but the last on (k - 1, 3)."""
        return _bends(self.speeds_mps, self.by_speed_m)

    @cached_property
    def length_bends(self) -> Floats:
        """Return by how much more steeply `by_length_m` rises from each length but the last on (l - 1, 2)."""
        return _bends(self.lengths_m, self.by_length_m)


def _bends(places: Floats, rows: Floats) -> Floats:
    slopes = np.diff(rows, axis=0) / np.diff(places)[:, None]
    bends: Floats = np.diff(slopes, axis=0, prepend=0.0)
    return bends


@dataclass(frozen=True, eq=False)
class Bodies:
    """The tables that every track is held against."""

    sizes: Sizes
    classes: Classes
