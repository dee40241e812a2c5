"""Distances between boxes on the ground: the rig's outline, square to base_link, and bodies turned by a heading.

Two boxes are as far apart as the middle of one is from the sum of both outlines about the middle of the other: an
octagon, alike on both sides, whose edges are theirs. Nearest to a place beyond it is an edge that it is beyond, on its
own side (C. Ericson, "Real-Time Collision Detection", 2005, 3.11: Minkowski sum).
"""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Bools, Floats, columns

_WAYS = np.array([1.0, -1.0]).reshape(2, 1, 1, 1)  # as the rig sees a body turned, and a body the rig


def distances(x_m: Floats, y_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> Floats:
    """Return how far (n, t) boxes `size_m` (n, 2) are from the rig's outline when their middles are at `x_m`, `y_m`.

    Places are (n, t), `heading_rad` (n, t) or (n, 1) where it stays; `rig_m` (2,) length and width of the rig, centred
    on base_link; 0 where they overlap.
    """
    sum_ = _Sum(x_m, y_m, size_m, np.cos(heading_rad), np.sin(heading_rad), rig_m)
    distance: Floats = np.sqrt(np.minimum.reduce(sum_.squared(), axis=0))
    distance[sum_.overlap] = 0.0
    return distance


def gap(centre_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far boxes at `centre_m` (n, 2) are from the rig's outline, as `distances` tells, and where.

    That is: distance (n,), the nearest point of each body (n, 2), and of the rig (n, 2); where they overlap the
    distance is 0 and both points are the place of the rig that is nearest to the body's middle.
    """
    x, y = centre_m.T
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    sum_ = _Sum(centre_m[:, :1], centre_m[:, 1:], size_m, c[:, None], s[:, None], rig_m)
    squared = sum_.squared()[:, :, 0]
    edge, rows = squared.argmin(axis=0), np.arange(len(squared[0]))
    (long, wide), (length, width) = 0.5 * rig_m, 0.5 * size_m.T
    on_edge = sum_.along[:, :, 0]
    on_edge = np.minimum(np.maximum(on_edge, -sum_.half[:, :, 0]), sum_.half[:, :, 0])
    # For each edge by how much the nearest place of the octagon goes along the rig's axes, and along the body's.
    way_c, way_s = np.copysign(1.0, c), np.copysign(1.0, s)
    parts = np.empty((4, 4, len(rows)))
    parts[0, 0], parts[0, 1], parts[0, 2], parts[0, 3] = long, on_edge[0], way_c * length, -way_s * width
    parts[1, 0], parts[1, 1], parts[1, 2], parts[1, 3] = on_edge[1], wide, way_s * length, way_c * width
    parts[2, 0], parts[2, 1], parts[2, 2], parts[2, 3] = way_c * long, way_s * wide, length, on_edge[2]
    parts[3, 0], parts[3, 1], parts[3, 2], parts[3, 3] = -way_s * long, way_c * wide, on_edge[3], width
    rig_x, rig_y, ahead, aside = (parts[edge, :, rows] * sum_.side[edge, rows]).T
    distance: Floats = np.sqrt(squared[edge, rows])
    on_rig = columns(rig_x, rig_y)
    on_body = columns(x - (ahead * c - aside * s), y - (ahead * s + aside * c))
    overlap = sum_.overlap[:, 0].nonzero()[0]
    if len(overlap):
        distance[overlap] = 0.0
        on_rig[overlap] = on_body[overlap] = np.minimum(np.maximum(centre_m[overlap], -0.5 * rig_m), 0.5 * rig_m)
    return distance, on_body, on_rig


class _Sum:
    """The octagons, and where the bodies' middles are from their edges.

    Rows are four pairs of edges: the rig's front and flank, the body's front and flank; of each pair the edge counts
    on whose `side` the middle is. `along` (4, n, t) is how far it is from there along the edge's line, `half` (4, n, 1)
    half the edge.
    """

    def __init__(self, x: Floats, y: Floats, size: Floats, c: Floats, s: Floats, rig: Floats) -> None:
        beyond = np.empty((4, *x.shape))
        beyond[0], beyond[1] = x, y
        np.add(x * c, y * s, out=beyond[2])
        np.subtract(y * c, x * s, out=beyond[3])
        self.side = np.copysign(1.0, beyond)
        along = self.along = (beyond.reshape(2, 2, *x.shape)[:, ::-1] * self.side.reshape(2, 2, *x.shape)).reshape(
            4, *x.shape)
        sizes = np.empty((2, 2, len(size), 1))  # half length and width of the body, then of the rig
        sizes[:, 0, :, 0], sizes[:, 1] = 0.5 * size.T, 0.5 * rig[:, None, None]
        ahead, aside = sizes * np.abs(c), sizes * np.abs(s)
        own = sizes[:, ::-1].swapaxes(0, 1)  # of the rig, then of the body: each edge is one of these
        reach, shift = np.empty((2, 2, *ahead.shape[2:])), np.empty((2, 2, *ahead.shape[2:]))
        np.add(ahead[0], aside[1], out=reach[:, 0])
        np.add(aside[0], ahead[1], out=reach[:, 1])
        reach += own
        np.subtract(aside[0], ahead[1], out=shift[:, 0])
        np.subtract(ahead[0], aside[1], out=shift[:, 1])
        shift *= np.copysign(1.0, _WAYS * (c * s))
        self.half = own[:, ::-1].reshape(4, len(size), 1)
        along -= shift.reshape(4, *shift.shape[2:])
        np.abs(beyond, out=beyond)
        beyond -= reach.reshape(4, *reach.shape[2:])
        self._beyond = beyond
        self.overlap: Bools = np.maximum.reduce(beyond, axis=0) <= 0.0

    def squared(self) -> Floats:
        """Return the squared distances (4, n, t) of the middles from the edges."""
        past = np.abs(self.along)
        past -= self.half
        np.maximum(past, 0.0, out=past)
        past *= past
        past += self._beyond * self._beyond
        return past
