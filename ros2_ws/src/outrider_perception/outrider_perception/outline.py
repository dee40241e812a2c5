"""Distances between boxes on the ground: the rig's outline, square to base_link, and bodies turned by a heading."""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints

_ROUND_X, _ROUND_Y = np.array([1.0, 1.0, -1.0, -1.0]), np.array([1.0, -1.0, -1.0, 1.0])  # corners, one after the other
_WAYS = np.array([1.0, -1.0]).reshape(2, 1, 1, 1)  # as the rig sees a body turned, and a body the rig


def distances(x_m: Floats, y_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> Floats:
    """Return how far (n, t) boxes `size_m` (n, 2) are from the rig's outline when their middles are at `x_m`, `y_m`.

    Places are (n, t), `heading_rad` (n, t) or (n, 1) where it stays; `rig_m` (2,) length and width of the rig, centred
    on base_link. Two convex outlines that are apart are nearest at a corner of one of them; 0 where they overlap.
    """
    # A body is as far from the rig as its middle is from the sum of both outlines about the rig's: an octagon whose edges
    # are theirs, and nearest is an edge that the middle is beyond, on its own side. Rows: how far beyond and along are
    # the rig's front, its flank, the body's front and its flank.
    beyond = np.empty((4, *x_m.shape))
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    beyond[0], beyond[1] = x_m, y_m
    np.add(x_m * c, y_m * s, out=beyond[2])
    np.subtract(y_m * c, x_m * s, out=beyond[3])
    along = np.copysign(1.0, beyond)
    along.reshape(2, 2, *x_m.shape)[...] *= beyond.reshape(2, 2, *x_m.shape)[:, ::-1]
    sizes = np.empty((2, 2, len(size_m), 1))  # half length and width of the body, then of the rig
    sizes[:, 0, :, 0], sizes[:, 1] = 0.5 * size_m.T, 0.5 * rig_m[:, None, None]
    ahead, aside = sizes * np.abs(c), sizes * np.abs(s)
    own = sizes[:, ::-1].swapaxes(0, 1)  # of the rig, then of the body: each edge is one of these
    reach, shift = np.empty((2, 2, *ahead.shape[2:])), np.empty((2, 2, *ahead.shape[2:]))
    np.add(ahead[0], aside[1], out=reach[:, 0])
    np.add(aside[0], ahead[1], out=reach[:, 1])
    reach += own
    np.subtract(aside[0], ahead[1], out=shift[:, 0])
    np.subtract(ahead[0], aside[1], out=shift[:, 1])
    shift *= np.copysign(1.0, _WAYS * (c * s))
    np.abs(beyond, out=beyond)
    beyond -= reach.reshape(4, *reach.shape[2:])
    along -= shift.reshape(4, *shift.shape[2:])
    np.abs(along, out=along)
    along -= own[:, ::-1].reshape(4, len(size_m), 1)
    np.maximum(along, 0.0, out=along)
    along *= along
    overlap = np.maximum.reduce(beyond, axis=0) <= 0.0
    beyond *= beyond
    beyond += along
    distance: Floats = np.sqrt(np.minimum.reduce(beyond, axis=0))
    distance[overlap] = 0.0
    return distance


def gap(centre_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far boxes at `centre_m` (n, 2) are from the rig's outline, as `distances` tells, and where.

    That is: distance (n,), the nearest point of each body (n, 2), and of the rig (n, 2); where they overlap the
    distance is 0 and the points are those nearest to each other's corners.
    """
    pair = _Pair(centre_m[:, 0], centre_m[:, 1], size_m[:, 0], size_m[:, 1], heading_rad, rig_m)
    squared = pair.squared()
    best = squared.argmin(axis=0)
    distance: Floats = np.sqrt(squared[best, np.arange(len(best))])
    distance[pair.overlap()] = 0.0
    return distance, *pair.points(best)


class _Pair:
    """Boxes and the rig, each by the corners of the other: as the rig sees the boxes and as the boxes see the rig.

    Arrays are (2, 2, ...): along and across; in the rig's axes, where the box lies turned, and in the box's own, where
    the rig does. Corners are counted by a third axis (4,), the others are those of the places.
    """

    def __init__(self, x: Floats, y: Floats, length: Floats, width: Floats, heading_rad: Floats, rig: Floats) -> None:
        self._x, self._y = x, y
        c, s = self._c, self._s = np.cos(heading_rad), np.sin(heading_rad)
        halves = np.empty((2, 2, *length.shape))
        halves[0, 0], halves[0, 1], halves[1, 0], halves[1, 1] = 0.5 * rig[0], 0.5 * length, 0.5 * rig[1], 0.5 * width
        self._halves = halves
        place = self._place = np.empty((2, 2, *x.shape))
        place[0, 0], place[1, 0] = x, y
        np.negative(x * c + y * s, out=place[0, 1])
        np.subtract(x * s, y * c, out=place[1, 1])
        # Half the length and half the width of what lies turned: their sums and differences are its corners.
        turn = np.empty((2, *s.shape))
        turn[0] = s
        np.negative(s, out=turn[1])
        length_width = halves[:, ::-1]
        ahead, aside = length_width * c, length_width * turn
        corners = self._corners = np.empty((2, 2, 4, *turn.shape[1:]))
        np.subtract(ahead[0], aside[1], out=corners[0, :, 0])
        np.add(aside[0], ahead[1], out=corners[1, :, 0])
        np.add(ahead[0], aside[1], out=corners[0, :, 1])
        np.subtract(aside[0], ahead[1], out=corners[1, :, 1])
        np.negative(corners[:, :, :2], out=corners[:, :, 2:])
        self._at = place[:, :, None] + corners

    def squared(self) -> Floats:
        """Return the squared distances (8, ...) of the boxes' corners from the rig, then the other way about."""
        beyond = np.abs(self._at)
        beyond -= self._halves[:, :, None]
        np.maximum(beyond, 0.0, out=beyond)
        beyond *= beyond
        squared: Floats = beyond[0] + beyond[1]
        return squared.reshape(8, *squared.shape[2:])

    def points(self, best: Ints) -> tuple[Floats, Floats]:
        """Return the points (n, 2) of box and rig for a corner each: `best` (n,) 0..3 of the box, 4..7 of the rig."""
        number, rows = best % 4, np.arange(len(best))
        (rig_x, length), (rig_y, width) = self._halves
        (x, along), (y, across) = self._at[:, :, number, rows]
        along = np.minimum(np.maximum(along, -length), length)
        across = np.minimum(np.maximum(across, -width), width)
        c, s, own = self._c, self._s, best < 4
        on_body, on_rig = np.empty((len(best), 2)), np.empty((len(best), 2))
        on_body[:, 0] = np.where(own, x, self._x + (along * c - across * s))
        on_body[:, 1] = np.where(own, y, self._y + (along * s + across * c))
        for axis, corner, half, way in ((0, x, rig_x, _ROUND_X), (1, y, rig_y, _ROUND_Y)):
            on_rig[:, axis] = np.where(own, np.minimum(np.maximum(corner, -half), half), half * way[number])
        return on_body, on_rig

    def overlap(self) -> Bools:
        """Tell (...) where the boxes overlap: no axis of either box separates them."""
        far = np.abs(self._corners[:, :, :2])
        reach = np.maximum(far[:, :, 0], far[:, :, 1])
        reach += self._halves
        apart = np.abs(self._place) > reach
        overlap: Bools = np.logical_not(np.logical_or.reduce(apart.reshape(4, *apart.shape[2:]), axis=0))
        return overlap
