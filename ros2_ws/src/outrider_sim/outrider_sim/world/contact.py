"""Whether the ramp stands against something, and which way it cannot roll any more. Pure.

It is stopped by what it touches where rolling on would push it deeper into it; who stands beside it does not stop it. A
way that is barred stays so until nothing touches it. Whatever begins higher than a metre is in nobody's way.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import boxes
from outrider_sim.world.model import Point
from outrider_sim.world.scenery import Scenery
from outrider_sim.world.snapshot import Snapshot

Floats = NDArray[np.float64]
Boxes = tuple[Floats, Floats, Floats]  # centre (n, 2), heading (n,), length and width (n, 2)

_ABOVE_M = 1.0
_TRY_M = 0.01    # so far ahead and back it is tried
_DEEPER = 0.1    # of that it must go deeper: a wall that is touched at less than 6 degrees lets it slide along
_WORDS = {(False, False): 'free', (True, False): 'ahead', (False, True): 'behind', (True, True): 'both'}


class Bumper:
    """Follows what the ramp touches, in order of time."""

    def __init__(self, size_m: Point, scenery: Scenery) -> None:
        """Take length and width of the ramp and all that stands."""
        self._size = np.array(size_m)
        walls = [wall for wall in scenery.walls if wall.low_m < _ABOVE_M]
        start = np.array([wall.start for wall in walls]).reshape(-1, 2)
        along = np.array([wall.end for wall in walls]).reshape(-1, 2) - start
        length = np.hypot(along[:, 0], along[:, 1])
        self._things = (np.concatenate([scenery.box_xy, start + 0.5 * along]),
                        np.concatenate([scenery.box_heading, np.arctan2(along[:, 1], along[:, 0])]),
                        np.concatenate([scenery.box_size_m[:, :2], np.stack([length, np.zeros_like(length)], axis=1)]))
        self._barred = (False, False)

    @property
    def barred(self) -> tuple[bool, bool]:
        """Whether it cannot roll ahead, and back."""
        return self._barred

    def step(self, snapshot: Snapshot) -> str:
        """Return `ahead`, `behind`, `both` or `free`: which way is barred now."""
        xy, heading, size = self._things
        others = (np.concatenate([snapshot.xy, xy]), np.concatenate([snapshot.heading, heading]),
                  np.concatenate([snapshot.size_m[:, :2], size]))
        rider = snapshot.rider
        # A box lies within its half diagonal.
        reach = 0.5 * (np.hypot(others[2][:, 0], others[2][:, 1]) + math.hypot(*self._size))
        near = np.hypot(others[0][:, 0] - rider.x, others[0][:, 1] - rider.y) <= reach
        touched = _those(others, near)
        gaps = self._gaps(rider.x, rider.y, rider.heading, touched) if near.any() else np.empty(0)
        touching = gaps <= 0.0
        if not touching.any():
            self._barred = (False, False)
        else:
            touched = _those(touched, touching)
            c, s = math.cos(rider.heading), math.sin(rider.heading)
            ahead, behind = ((self._gaps(rider.x + way * c, rider.y + way * s, rider.heading, touched)
                              < gaps[touching] - _DEEPER * _TRY_M).any() for way in (_TRY_M, -_TRY_M))
            self._barred = bool(ahead or self._barred[0]), bool(behind or self._barred[1])
        return _WORDS[self._barred]

    def _gaps(self, x: float, y: float, heading: float, others: Boxes) -> Floats:
        n = len(others[0])
        mine = np.broadcast_to([x, y], (n, 2)), np.full(n, heading), np.broadcast_to(self._size, (n, 2))
        return signed_gaps(mine, others)


def signed_gaps(a: Boxes, b: Boxes) -> Floats:
    """Return the widest gap (n,) of each pair of boxes along an axis of either; < 0: how deep they overlap."""
    return np.maximum(_along_axes(a, boxes.corners(*b)), _along_axes(b, boxes.corners(*a)))


def _those(every: Boxes, which: NDArray[np.bool_]) -> Boxes:
    return every[0][which], every[1][which], every[2][which]


def _along_axes(box: Boxes, points: Floats) -> Floats:
    """Return the widest gap (n,) of points (n, 4, 2) along the axes of a box."""
    centre, heading, size = box
    c, s = np.cos(heading)[:, None], np.sin(heading)[:, None]
    away = points - centre[:, None, :]
    local = np.stack([away[..., 0] * c + away[..., 1] * s, away[..., 1] * c - away[..., 0] * s], axis=-1)
    half = 0.5 * size
    gaps: Floats = np.maximum(local.min(axis=1) - half, -half - local.max(axis=1)).max(axis=1)
    return gaps
