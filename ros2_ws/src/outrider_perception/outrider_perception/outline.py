"""Distances between boxes on the ground: the rig's outline, square to base_link, and bodies turned by a heading."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints

_ROUND_X, _ROUND_Y = np.array([1.0, 1.0, -1.0, -1.0]), np.array([1.0, -1.0, -1.0, 1.0])  # corners, one after the other


def distances(x_m: Floats, y_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> Floats:
    """Return how far (n, t) boxes `size_m` (n, 2) are from the rig's outline when their middles are at `x_m`, `y_m`.

    Places are (n, t), `heading_rad` (n, t) or (n, 1) where it stays; `rig_m` (2,) length and width of the rig, centred
    on base_link. Two convex outlines that are apart are nearest at a corner of one of them; 0 where they overlap.
    """
    pair = _Pair(x_m, y_m, size_m[:, :1], size_m[:, 1:2], heading_rad, rig_m)
    squared = np.minimum(np.minimum.reduce(pair.from_body(), axis=0), np.minimum.reduce(pair.from_rig(), axis=0))
    distance: Floats = np.sqrt(squared)
    distance[pair.overlap()] = 0.0
    return distance


def gap(centre_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far boxes at `centre_m` (n, 2) are from the rig's outline, as `distances` tells, and where.

    That is: distance (n,), the nearest point of each body (n, 2), and of the rig (n, 2); where they overlap the
    distance is 0 and the points are those nearest to each other's corners.
    """
    pair = _Pair(centre_m[:, 0], centre_m[:, 1], size_m[:, 0], size_m[:, 1], heading_rad, rig_m)
    squared = np.concatenate([pair.from_body(), pair.from_rig()])              # (8, n)
    best = squared.argmin(axis=0)
    distance: Floats = np.sqrt(squared[best, np.arange(len(best))])
    distance[pair.overlap()] = 0.0
    return distance, *pair.points(best)


class _Pair:
    """Boxes and the rig, by their corners: the first axis (4,) counts those, the others are those of the places."""

    def __init__(self, x: Floats, y: Floats, length: Floats, width: Floats, heading_rad: Floats, rig: Floats) -> None:
        self._x, self._y = x, y
        self._half_length, self._half_width = 0.5 * length, 0.5 * width
        self._rig_x, self._rig_y = 0.5 * float(rig[0]), 0.5 * float(rig[1])
        c, s = self._c, self._s = np.cos(heading_rad), np.sin(heading_rad)
        # Half the length and half the width, turned: their sums and differences are the corners.
        along_x, along_y = self._half_length * c, self._half_length * s
        across_x, across_y = self._half_width * s, self._half_width * c
        self._even, self._odd = (along_x - across_x, along_y + across_y), (along_x + across_x, along_y - across_y)

    @cached_property
    def _corners(self) -> tuple[Floats, Floats]:
        """Return x and y (4, ...) of the boxes' corners."""
        corners = []
        for at, even, odd in zip((self._x, self._y), self._even, self._odd, strict=True):
            each = np.empty((4, *at.shape))
            each[0], each[1], each[2], each[3] = at + even, at + odd, at - even, at - odd
            corners.append(each)
        return corners[0], corners[1]

    @cached_property
    def _rig_corners(self) -> tuple[Floats, Floats]:
        """Return along and across (4, ...) of the rig's corners as each box sees them."""
        ahead, behind = self._rig_x - self._x, -self._rig_x - self._x
        left, right = self._rig_y - self._y, -self._rig_y - self._y
        c, s = self._c, self._s
        along, across = np.empty((4, *self._x.shape)), np.empty((4, *self._x.shape))
        for number, (x, y) in enumerate(((ahead, left), (ahead, right), (behind, right), (behind, left))):
            along[number], across[number] = x * c + y * s, y * c - x * s
        return along, across

    def from_body(self) -> Floats:
        """Return the squared distances (4, ...) of the boxes' corners from the rig."""
        x, y = self._corners
        squared: Floats = np.maximum(np.abs(x) - self._rig_x, 0.0) ** 2 + np.maximum(np.abs(y) - self._rig_y, 0.0) ** 2
        return squared

    def from_rig(self) -> Floats:
        """Return the squared distances (4, ...) of the rig's corners from the boxes."""
        along, across = self._rig_corners
        squared: Floats = (np.maximum(np.abs(along) - self._half_length, 0.0) ** 2
                           + np.maximum(np.abs(across) - self._half_width, 0.0) ** 2)
        return squared

    def points(self, best: Ints) -> tuple[Floats, Floats]:
        """Return the points (n, 2) of box and rig for a corner each: `best` (n,) 0..3 of the box, 4..7 of the rig."""
        at = best % 4, np.arange(len(best))
        (x, y), (along, across) = ((one[at], other[at]) for one, other in (self._corners, self._rig_corners))
        along = np.minimum(np.maximum(along, -self._half_length), self._half_length)
        across = np.minimum(np.maximum(across, -self._half_width), self._half_width)
        c, s, own = self._c, self._s, best < 4
        on_body, on_rig = np.empty((len(best), 2)), np.empty((len(best), 2))
        on_body[:, 0] = np.where(own, x, self._x + (along * c - across * s))
        on_body[:, 1] = np.where(own, y, self._y + (along * s + across * c))
        for axis, corner, half, way in ((0, x, self._rig_x, _ROUND_X), (1, y, self._rig_y, _ROUND_Y)):
            on_rig[:, axis] = np.where(own, np.minimum(np.maximum(corner, -half), half), half * way[at[0]])
        return on_body, on_rig

    def overlap(self) -> Bools:
        """Tell (...) where the boxes overlap: no axis of either box separates them."""
        x, y, c, s = self._x, self._y, self._c, self._s
        far_x = np.maximum(np.abs(self._even[0]), np.abs(self._odd[0]))
        far_y = np.maximum(np.abs(self._even[1]), np.abs(self._odd[1]))
        apart: Bools = (np.abs(x) > self._rig_x + far_x) | (np.abs(y) > self._rig_y + far_y)
        turn_c, turn_s = np.abs(c), np.abs(s)
        apart |= np.abs(x * c + y * s) > self._half_length + (self._rig_x * turn_c + self._rig_y * turn_s)
        apart |= np.abs(y * c - x * s) > self._half_width + (self._rig_x * turn_s + self._rig_y * turn_c)
        return ~apart
