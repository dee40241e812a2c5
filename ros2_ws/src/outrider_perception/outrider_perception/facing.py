"""Where camera and depth see a body whose centre is tracked: the sides that face them, as a box stands."""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Floats, columns, wrap_angle

# Corners by halves of length and width; sides between them: front, right, back, left.
_CORNERS = np.array([[0.5, 0.5], [0.5, -0.5], [-0.5, -0.5], [-0.5, 0.5]])
_NEAREST_M = 0.1  # ahead of the sensor's plane


def _corners(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats) -> Floats:
    """Return the corners (n, 4, 2) of footprints, from the sensor."""
    c, s = np.cos(heading_rad)[:, None], np.sin(heading_rad)[:, None]
    local = _CORNERS * box_m[:, None, :2]
    off = np.stack([local[..., 0] * c - local[..., 1] * s, local[..., 0] * s + local[..., 1] * c], axis=-1)
    return centre_m[:, None, :] - sensor_xy_m + off


def outlook(centre_m: Floats, box_m: Floats, heading_rad: Floats,
            sensor_xy_m: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what footprints reach over, each (n,): bearings of the right and left corner, least and largest range."""
    away = centre_m - sensor_xy_m
    bearing = np.arctan2(away[:, 1], away[:, 0])
    corners = _corners(centre_m, box_m, heading_rad, sensor_xy_m)
    turn = wrap_angle(np.arctan2(corners[..., 1], corners[..., 0]) - bearing[:, None])
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    along = np.maximum(np.abs(away[:, 0] * c + away[:, 1] * s) - 0.5 * box_m[:, 0], 0.0)
    across = np.maximum(np.abs(away[:, 1] * c - away[:, 0] * s) - 0.5 * box_m[:, 1], 0.0)
    return (bearing + turn.min(axis=1), bearing + turn.max(axis=1), np.maximum(np.hypot(along, across), _NEAREST_M),
            np.hypot(corners[..., 0], corners[..., 1]).max(axis=1))


def in_image(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats) -> Floats:
    """Return the offsets (n, 2) from centres to what a box in an image stands for.

    That is: halfway between the outermost bearings, as far away as the nearest surface.
    """
    x, y = centre_m[:, 0] - sensor_xy_m[0], centre_m[:, 1] - sensor_xy_m[1]
    length, width = 0.5 * box_m[:, 0], 0.5 * box_m[:, 1]
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    along_x, along_y, across_x, across_y = length * c, length * s, width * s, width * c
    corners = np.empty((2, 4, len(x)))
    corners[0, 0], corners[0, 1] = along_x - across_x, along_x + across_x
    corners[1, 0], corners[1, 1] = along_y + across_y, along_y - across_y
    np.negative(corners[:, :2], out=corners[:, 2:])
    corners[0] += x
    corners[1] += y
    bearing = np.arctan2(y, x)
    turn = wrap_angle(np.arctan2(corners[1], corners[0]) - bearing)
    middle = bearing + 0.5 * (np.minimum.reduce(turn, axis=0) + np.maximum.reduce(turn, axis=0))
    along = np.maximum(np.abs(x * c + y * s) - length, 0.0)
    across = np.maximum(np.abs(y * c - x * s) - width, 0.0)
    near = np.hypot(along, across)
    return columns(near * np.cos(middle) - x, near * np.sin(middle) - y)


def in_depth(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats, axis: Floats,
             slopes: tuple[float, float]) -> Floats:
    """Return the edges (n, 3) of what depth shows, in the axes of a sensor along `axis`: nearest, right, left.

    Seen are those parts of the sides whose outer face the sensor is on that lie within the image: `slopes` are left
    over ahead of its right and left edge. Where nothing is, the whole body stands for it.
    """
    away = centre_m - sensor_xy_m
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    x, y = -(away[:, 0] * c + away[:, 1] * s), -(away[:, 1] * c - away[:, 0] * s)  # the sensor as the body sees it
    length, width = 0.5 * box_m[:, 0], 0.5 * box_m[:, 1]
    faces = np.stack([x > length, y < -width, x < -length, y > width], axis=1)
    corners = _corners(centre_m, box_m, heading_rad, sensor_xy_m)
    begin = np.stack([corners @ axis, corners @ np.array([-axis[1], axis[0]])], axis=-1)  # sides go round clockwise
    end = np.roll(begin, -1, axis=1)
    first, last = np.zeros(begin.shape[:2]), np.ones(begin.shape[:2])
    right, left = slopes
    for normal, least in ((np.array([-right, 1.0]), 0.0), (np.array([left, -1.0]), 0.0),
                          (np.array([1.0, 0.0]), _NEAREST_M)):
        inside, then = begin @ normal - least, end @ normal - least
        with np.errstate(divide='ignore', invalid='ignore'):
            at = inside / (inside - then)
        first = np.where((inside < 0.0) & (then > inside), np.maximum(first, at), first)
        last = np.where((then < 0.0) & (inside > then), np.minimum(last, at), last)
        last = np.where((inside < 0.0) & (then < 0.0), -1.0, last)
    shown = faces & (first < last)
    nothing = ~shown.any(axis=1, keepdims=True)
    first, last = np.where(nothing, 0.0, first), np.where(nothing, 1.0, last)
    shown |= nothing
    ends = np.stack([begin + first[..., None] * (end - begin), begin + last[..., None] * (end - begin)], axis=2)
    low = np.where(shown[..., None, None], ends, np.inf).min(axis=(1, 2))
    high = np.where(shown[..., None, None], ends, -np.inf).max(axis=(1, 2))
    edges: Floats = np.stack([low[:, 0], low[:, 1], high[:, 1]], axis=1)
    return edges
