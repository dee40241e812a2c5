"""Distances between boxes on the ground: the rig's outline, square to base_link, and bodies turned by a heading."""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Bools, Floats


def corners(size_m: Floats, heading_rad: Floats) -> Floats:
    """Return the corners (n, 4, 2) of boxes `size_m` (n, 2) long and wide, about their own centres."""
    half = 0.5 * size_m[:, None, :] * np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]])
    c, s = np.cos(heading_rad)[:, None], np.sin(heading_rad)[:, None]
    turned: Floats = np.stack([half[..., 0] * c - half[..., 1] * s, half[..., 0] * s + half[..., 1] * c], axis=-1)
    return turned


def gap(centre_m: Floats, size_m: Floats, heading_rad: Floats, rig_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far bodies are from the rig's outline, at each of t places.

    `centre_m` (n, t, 2), `size_m` (n, 2), `heading_rad` (n,), `rig_m` (2,) length and width of the rig, centred on
    base_link. Returns distance (n, t), the nearest point of each body (n, t, 2), and of the rig (n, t, 2). Two convex
    outlines that are apart are nearest at a corner of one of them; where they overlap the distance is 0 and the points
    are those nearest to each other's corners.
    """
    half_rig, half = 0.5 * rig_m, 0.5 * size_m[:, None, :]
    own = corners(size_m, heading_rad)
    theirs = centre_m[:, :, None, :] + own[:, None, :, :]                      # (n, t, 4, 2)
    on_rig = np.clip(theirs, -half_rig, half_rig)
    from_body = ((theirs - on_rig) ** 2).sum(axis=-1)                          # (n, t, 4)

    c, s = np.cos(heading_rad)[:, None], np.sin(heading_rad)[:, None]
    edges = half_rig * np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]])
    off = edges - centre_m[:, :, None, :]                                      # (n, t, 4, 2)
    local_x = off[..., 0] * c[..., None] + off[..., 1] * s[..., None]
    local_y = off[..., 1] * c[..., None] - off[..., 0] * s[..., None]
    near_x = np.clip(local_x, -half[..., None, 0], half[..., None, 0])
    near_y = np.clip(local_y, -half[..., None, 1], half[..., None, 1])
    from_rig = (local_x - near_x) ** 2 + (local_y - near_y) ** 2
    on_body = centre_m[:, :, None, :] + np.stack(
        [near_x * c[..., None] - near_y * s[..., None], near_x * s[..., None] + near_y * c[..., None]], axis=-1)

    squared = np.concatenate([from_body, from_rig], axis=-1)                   # (n, t, 8)
    best = squared.argmin(axis=-1)[..., None]
    body = np.concatenate([theirs, on_body], axis=2)
    rig = np.concatenate([on_rig, np.broadcast_to(edges, on_body.shape)], axis=2)
    distance = np.sqrt(np.take_along_axis(squared, best, axis=-1)[..., 0])
    distance[_overlap(centre_m, own, size_m, heading_rad, half_rig)] = 0.0
    take = best[..., None]
    return distance, np.take_along_axis(body, take, axis=2)[:, :, 0], np.take_along_axis(rig, take, axis=2)[:, :, 0]


def _overlap(centre_m: Floats, own: Floats, size_m: Floats, heading_rad: Floats, half_rig: Floats) -> Bools:
    """Tell (n, t) where the boxes overlap: no axis of either box separates them."""
    reach = np.abs(own).max(axis=1)                                            # (n, 2) half extents along x and y
    apart: Bools = (np.abs(centre_m) > half_rig + reach[:, None, :]).any(axis=-1)
    c, s = np.cos(heading_rad)[:, None], np.sin(heading_rad)[:, None]
    along = np.abs(centre_m[..., 0] * c + centre_m[..., 1] * s)
    across = np.abs(centre_m[..., 1] * c - centre_m[..., 0] * s)
    rig_along = half_rig[0] * np.abs(c) + half_rig[1] * np.abs(s)
    rig_across = half_rig[0] * np.abs(s) + half_rig[1] * np.abs(c)
    apart |= along > 0.5 * size_m[:, None, 0] + rig_along
    apart |= across > 0.5 * size_m[:, None, 1] + rig_across
    return ~apart
