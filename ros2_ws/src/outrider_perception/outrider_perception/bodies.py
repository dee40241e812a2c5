"""What bodies there are: classes, and how large a body is taken to be while no sensor measured it."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, eq=False)
class Bodies:
    """The tables that every track is held against."""

    sizes: Sizes
    classes: Classes
