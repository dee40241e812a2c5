"""Where camera and depth see a body whose centre is tracked: the sides that face them, as a box stands."""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Floats, complexes, places, wrap_angle

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
    away = complexes(centre_m) - complex(*sensor_xy_m)
    length, width = 0.5 * box_m[:, 0], 0.5 * box_m[:, 1]
    turn = np.exp(-1j * heading_rad)
    own = away * turn  # from the sensor, in the body's own axes
    x, y = np.abs(own.real), np.abs(own.imag)
    # The corners from the centre as the centre is seen: by how much they turn the line of sight is their angle.
    corners = np.empty((4, len(own)), dtype=np.complex128)
    corners.real[:2], corners.real[2:], corners.imag[::3], corners.imag[1:3] = length, -length, width, -width
    corners += own
    corners *= own.conj()
    turned = np.arctan2(corners.imag, corners.real)
    middle = np.arctan2(away.imag, away.real) + 0.5 * (np.minimum.reduce(turned) + np.maximum.reduce(turned))
    near = np.hypot(np.maximum(x - length, 0.0), np.maximum(y - width, 0.0))
    return places(near * np.exp(1j * middle) - away)


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
