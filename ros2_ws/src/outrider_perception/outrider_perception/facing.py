"""Where camera and depth see a body whose centre is tracked: the sides that face them, as a box stands."""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Bools, Floats, wrap_angle

# Corners by halves of length and width; which sides meet there: front, right, back, left.
_CORNERS = np.array([[0.5, 0.5], [0.5, -0.5], [-0.5, -0.5], [-0.5, 0.5]])
_SIDES = np.array([[1, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], dtype=np.bool_)


def _corners(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats) -> Floats:
    """Return the corners (n, 4, 2) of footprints, from the sensor."""
    c, s = np.cos(heading_rad)[:, None], np.sin(heading_rad)[:, None]
    local = _CORNERS * box_m[:, None, :2]
    off = np.stack([local[..., 0] * c - local[..., 1] * s, local[..., 0] * s + local[..., 1] * c], axis=-1)
    return centre_m[:, None, :] - sensor_xy_m + off


def in_image(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats) -> Floats:
    """Return the offsets (n, 2) from centres to what a box in an image stands for.

    That is: halfway between the outermost bearings, as far away as the nearest surface.
    """
    away = centre_m - sensor_xy_m
    bearing = np.arctan2(away[:, 1], away[:, 0])
    corners = _corners(centre_m, box_m, heading_rad, sensor_xy_m)
    turn = wrap_angle(np.arctan2(corners[..., 1], corners[..., 0]) - bearing[:, None])
    middle = bearing + 0.5 * (turn.min(axis=1) + turn.max(axis=1))
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    along = np.maximum(np.abs(away[:, 0] * c + away[:, 1] * s) - 0.5 * box_m[:, 0], 0.0)
    across = np.maximum(np.abs(away[:, 1] * c - away[:, 0] * s) - 0.5 * box_m[:, 1], 0.0)
    near = np.hypot(along, across)
    offset: Floats = near[:, None] * np.stack([np.cos(middle), np.sin(middle)], axis=1) - away
    return offset


def in_depth(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats, axis: Floats) -> Floats:
    """Return the offsets (n, 2) from centres to the middle of what depth shows, in the axes of a sensor along `axis`.

    Seen are the corners of those sides whose outer face the sensor is on.
    """
    away = centre_m - sensor_xy_m
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    x, y = -(away[:, 0] * c + away[:, 1] * s), -(away[:, 1] * c - away[:, 0] * s)  # the sensor as the body sees it
    length, width = 0.5 * box_m[:, 0], 0.5 * box_m[:, 1]
    faces = np.stack([x > length, y < -width, x < -length, y > width], axis=1)
    shown: Bools = np.asarray((faces[:, None, :] & _SIDES).any(axis=2))
    nothing: Bools = np.asarray(~shown.any(axis=1, keepdims=True))
    shown |= nothing
    corners = _corners(centre_m, box_m, heading_rad, sensor_xy_m)
    turned = np.stack([corners @ axis, corners @ np.array([-axis[1], axis[0]])], axis=-1)
    low = np.where(shown[..., None], turned, np.inf).min(axis=1)
    high = np.where(shown[..., None], turned, -np.inf).max(axis=1)
    middle = 0.5 * (low + high)
    offset: Floats = middle[:, :1] * axis + middle[:, 1:] * np.array([-axis[1], axis[0]]) - away
    return offset
