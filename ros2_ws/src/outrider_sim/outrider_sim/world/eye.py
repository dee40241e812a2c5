"""Where a sensor of base_link is in the world, where it looks and how it moves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.places import Mount
from outrider_sim.world.snapshot import Pose

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Eye:
    """The sensor in the world: place (3,) in m, axes x ahead, y left, z up as columns (3, 3), velocity (2,) in m/s."""

    place: Floats
    axes: Floats
    velocity: Floats


def eye_of(pose: Pose, mount: Mount) -> Eye:
    """Return where a sensor of base_link is, looks and moves."""
    body = rotation(pose.roll, pose.pitch, pose.heading)
    arm = body @ np.array(mount.xyz_m)
    return Eye(np.array([pose.x, pose.y, pose.z]) + arm, body @ rotation(*mount.rpy_rad),
               np.array([pose.vx - pose.yaw_rate * arm[1], pose.vy + pose.yaw_rate * arm[0]]))


def rotation(roll: float, pitch: float, yaw: float) -> Floats:
    """Return REP 103's turns about fixed x, then y, then z."""
    (cr, sr), (cp, sp), (cy, sy) = ((math.cos(angle), math.sin(angle)) for angle in (roll, pitch, yaw))
    return np.array([[cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
                     [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr], [-sp, cp * sr, cp * cr]])
