"""Distances between boxes on the ground: the rig's outline, square to base_link, and bodies turned by a heading.

Two boxes are as far apart as the middle of one is from the sum of both outlines about the middle of the other: an
octagon, alike on both sides, whose edges are theirs. Nearest to a place beyond it is an edge that it is beyond, on its
own side (C. Ericson, "Real-Time Collision Detection", 2005, 3.11: Minkowski sum).
"""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Floats, columns

_WAYS = np.array([1.0, -1.0]).reshape(2, 1, 1, 1)  # as the rig sees a body turned, and a body the rig


def distances(x_m: Floats, y_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> Floats:
    """Return how far (n, t) boxes `size_m` (n, 2) are from the rig's outline when their middles are at `x_m`, `y_m`.

    Places are (n, t), `heading_rad` (n, t) or (n, 1) where it stays; `rig_m` (2,) length and width of the rig, centred
    on base_link; 0 where they overlap.
    """
    return Outlines(size_m, heading_rad, rig_m).distances(x_m, y_m)


def gap(centre_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far boxes at `centre_m` (n, 2) are from the rig's outline, as `distances` tells, and where.

    That is: distance (n,), the nearest point of each body (n, 2), and of the rig (n, 2); where they overlap the
    distance is 0 and both points are the place of the rig that is nearest to the body's middle.
    """
    x, y = centre_m.T
    outlines = Outlines(size_m, heading_rad[:, None], rig_m)
    c, s, half = outlines.cosine[:, 0], outlines.sine[:, 0], outlines.half[:, :, 0]
    beyond, along, side = outlines.beside(centre_m[:, :1], centre_m[:, 1:])
    squared = outlines.squared(beyond, along)[:, :, 0]
    edge, rows = squared.argmin(axis=0), np.arange(len(x))
    (long, wide), (length, width) = 0.5 * rig_m, 0.5 * size_m.T
    on_edge = np.minimum(np.maximum(along[:, :, 0], -half), half)
    # For each edge by how much the nearest place of the octagon goes along the rig's axes, and along the body's.
    way_c, way_s = np.copysign(1.0, c), np.copysign(1.0, s)
    parts = np.empty((4, 4, len(rows)))
    parts[0, 0], parts[0, 1], parts[0, 2], parts[0, 3] = long, on_edge[0], way_c * length, -way_s * width
    parts[1, 0], parts[1, 1], parts[1, 2], parts[1, 3] = on_edge[1], wide, way_s * length, way_c * width
    parts[2, 0], parts[2, 1], parts[2, 2], parts[2, 3] = way_c * long, way_s * wide, length, on_edge[2]
    parts[3, 0], parts[3, 1], parts[3, 2], parts[3, 3] = -way_s * long, way_c * wide, on_edge[3], width
    rig_x, rig_y, ahead, aside = (parts[edge, :, rows] * side[edge, rows]).T
    distance: Floats = np.sqrt(squared[edge, rows])
    on_rig = columns(rig_x, rig_y)
    on_body = columns(x - (ahead * c - aside * s), y - (ahead * s + aside * c))
    overlap = (np.maximum.reduce(beyond[:, :, 0], axis=0) <= 0.0).nonzero()[0]
    if len(overlap):
        distance[overlap] = 0.0
        on_rig[overlap] = on_body[overlap] = np.minimum(np.maximum(centre_m[overlap], -0.5 * rig_m), 0.5 * rig_m)
    return distance, on_body, on_rig


class Outlines:
    """The octagons of boxes `size_m` (n, 2) with `heading_rad` (n, t), or (n, 1) where it stays, and the rig `rig_m`.

    Rows are four pairs of edges: the rig's front and flank, the body's front and flank. `half` (4, n, 1) is half of
    each, `cosine` and `sine` those of the headings.
    """

    def __init__(self, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> None:
        """Take the shapes; they are asked for places."""
        c, s = self.cosine, self.sine = np.cos(heading_rad), np.sin(heading_rad)
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
        self.half = own[:, ::-1].reshape(4, len(size_m), 1)
        self._reach, self._shift = reach.reshape(4, *reach.shape[2:]), shift.reshape(4, *shift.shape[2:])

    def distances(self, x_m: Floats, y_m: Floats) -> Floats:
        """Return how far (n, t) the boxes are from the rig's outline when their middles are at `x_m`, `y_m` (n, t)."""
        beyond, along, _ = self.beside(x_m, y_m)
        distance: Floats = np.sqrt(np.minimum.reduce(self.squared(beyond, along), axis=0))
        distance[np.maximum.reduce(beyond, axis=0) <= 0.0] = 0.0
        return distance

    def beside(self, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Return how far middles at `x`, `y` (n, t) are beyond the edges (4, n, t), along them, and on which side.

        Of each pair the edge counts on whose side the middle is; along is counted from its own middle.
        """
        c, s = self.cosine, self.sine
        beyond = np.empty((4, *x.shape))
        beyond[0], beyond[1] = x, y
        np.add(x * c, y * s, out=beyond[2])
        np.subtract(y * c, x * s, out=beyond[3])
        side = np.copysign(1.0, beyond)
        pairs = (2, 2, *x.shape)
        along = (beyond.reshape(pairs)[:, ::-1] * side.reshape(pairs)).reshape(beyond.shape)
        along -= self._shift
        np.abs(beyond, out=beyond)
        beyond -= self._reach
        return beyond, along, side

    def squared(self, beyond: Floats, along: Floats) -> Floats:
        """Return the squared distances (4, n, t) from the edges."""
        past = np.abs(along)
        past -= self.half
        np.maximum(past, 0.0, out=past)
        past *= past
        past += beyond * beyond
        return past
