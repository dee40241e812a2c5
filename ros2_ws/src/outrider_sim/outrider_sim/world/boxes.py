"""Exact distances of boxes on the ground, turned as they like. Vectorised over n pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SIGNS = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]])


def corners(centre: Floats, heading: Floats, size: Floats) -> Floats:
    """Return corners (n, 4, 2) of boxes: centre (n, 2), heading (n,) in rad, length and width (n, 2)."""
    return centre[:, None, :] + _turned(0.5 * size[:, None, :] * _SIGNS, heading)


def to_points(centre: Floats, heading: Floats, size: Floats, points: Floats) -> Floats:
    """Return distances (n, k) of points (n, k, 2) to the boxes; 0 inside."""
    local = np.abs(_turned(points - centre[:, None, :], -heading))
    outside = np.maximum(local - 0.5 * size[:, None, :], 0.0)
    return np.hypot(outside[..., 0], outside[..., 1])


def between(centre_a: Floats, heading_a: Floats, size_a: Floats,
            centre_b: Floats, heading_b: Floats, size_b: Floats) -> Floats:
    """Return the distance (n,) of each pair of boxes, 0 where they touch or overlap.

    Two convex outlines that are apart are nearest at a corner of one of them; they are apart if, and only if, an axis
    of one of the boxes separates them (separating axes; Gottschalk, Lin, Manocha, SIGGRAPH 1996).
    """
    a, b = corners(centre_a, heading_a, size_a), corners(centre_b, heading_b, size_b)
    nearest = np.minimum(to_points(centre_a, heading_a, size_a, b).min(axis=1),
                         to_points(centre_b, heading_b, size_b, a).min(axis=1))
    apart = _separated(centre_a, heading_a, size_a, b) | _separated(centre_b, heading_b, size_b, a)
    return np.where(apart, nearest, 0.0)


def to_segments(centre: Floats, heading: Floats, size: Floats, start: Floats, end: Floats) -> Floats:
    """Return distances (n,) of boxes to segments from start (n, 2) to end (n, 2): boxes without width."""
    along = end - start
    length = np.hypot(along[:, 0], along[:, 1])
    return between(centre, heading, size, 0.5 * (start + end), np.arctan2(along[:, 1], along[:, 0]),
                   np.stack([length, np.zeros_like(length)], axis=1))


def _separated(centre: Floats, heading: Floats, size: Floats, points: Floats) -> NDArray[np.bool_]:
    local = _turned(points - centre[:, None, :], -heading)
    half = 0.5 * size
    gaps: NDArray[np.bool_] = (local.min(axis=1) > half) | (local.max(axis=1) < -half)
    return np.logical_or(gaps[:, 0], gaps[:, 1])


def _turned(points: Floats, angle: Floats) -> Floats:
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack([points[..., 0] * c - points[..., 1] * s, points[..., 0] * s + points[..., 1] * c], axis=-1)
