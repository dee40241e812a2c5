"""A rig that leans turns its sensors with it: where they then sit, and what a radar's one angle means.

A radar with its antennas in one row tells range and the sine of the angle to that row, y / r in its own axes. On a
machine that leans the row is tilted, and the ground's left is no longer the sensor's: lean 15 degrees and a post 1 m
below the radar at 10 m is seen 1.5 degrees beside its place.
"""

from __future__ import annotations

import math

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.measurements import SensorPose

_LEVEL_RAD = 1e-4  # less is no lean
_MOST_SINE = 0.999  # a bearing of 90 degrees and more is not seen by a flat array


def leaned(pose: SensorPose, roll_rad: float, pitch_rad: float) -> SensorPose:
    """Return where a sensor is in the level frame below the rig: turned about the ground under base_link."""
    if abs(roll_rad) < _LEVEL_RAD and abs(pitch_rad) < _LEVEL_RAD:
        return pose
    cr, sr, cp, sp = math.cos(roll_rad), math.sin(roll_rad), math.cos(pitch_rad), math.sin(pitch_rad)
    body = np.array([[cp, sp * sr, sp * cr], [0.0, cr, -sr], [-sp, cp * sr, cp * cr]])
    return SensorPose(body @ pose.translation_m, body @ pose.rotation)


def bearings(range_m: Floats, sine: Floats, pose: SensorPose, height_m: float) -> Floats:
    """Return the bearings in base_link (n,) or (n, a) of what a row of antennas sees at `sine` of azimuth (like it)."""
    x, y = directions(range_m, sine, pose, height_m)
    bearing: Floats = np.arctan2(y, x)
    return bearing


def directions(range_m: Floats, sine: Floats, pose: SensorPose, height_m: float) -> tuple[Floats, Floats]:
    """Return x and y of the unit vectors along those bearings, each like `sine`.

    `range_m` (n,) or (n, 1) along the line of sight, `height_m` above the ground is where bodies reflect.
    """
    row, axis = pose.rotation[:, 1].tolist(), pose.rotation[:2, 0].tolist()
    flat = math.hypot(row[0], row[1])
    left = row[0] / max(flat, 1e-6), row[1] / max(flat, 1e-6)
    front = left[1], -left[0]
    if front[0] * axis[0] + front[1] * axis[1] < 0.0:
        front = -left[1], left[0]
    across = sine / max(flat, 1e-6)
    if row[2] != 0.0:  # an array that is level takes no height for an angle
        half = 0.5 * range_m
        below = np.minimum(np.maximum(height_m - pose.translation_m[2], -half), half)
        across = across - below / np.maximum(range_m, 1e-6) * (row[2] / max(flat, 1e-6))
    across = np.minimum(np.maximum(across, -_MOST_SINE), _MOST_SINE)
    ahead = np.sqrt(1.0 - across * across)
    return across * left[0] + ahead * front[0], across * left[1] + ahead * front[1]
