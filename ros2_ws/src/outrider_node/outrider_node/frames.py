"""Frames of the rig (REP 103 axes, REP 105 names) and the arithmetic of rigid transforms.

odom -> base_link (x forward in riding direction, y left, z up, origin on the ground under the machine's centre)
     -> radar_link, camera_link -> camera_color_optical_frame, imu_link, gps_link
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ODOM = 'odom'
BASE = 'base_link'
RADAR = 'radar_link'
CAMERA = 'camera_link'
CAMERA_OPTICAL = 'camera_color_optical_frame'
IMU = 'imu_link'
GPS = 'gps_link'

Quaternion = tuple[float, float, float, float]


@dataclass(frozen=True)
class Pose:
    """A frame seen from its parent: `translation_m` (3,), `rotation` (3, 3), p_parent = rotation @ p + translation."""

    translation_m: NDArray[np.float64]
    rotation: NDArray[np.float64]

    def then(self, child: Pose) -> Pose:
        """Return the pose of `child`, given in this frame, as seen from this frame's parent."""
        return Pose(self.translation_m + self.rotation @ child.translation_m, self.rotation @ child.rotation)

    def inverse(self) -> Pose:
        """Return the parent as seen from this frame."""
        return Pose(-self.rotation.T @ self.translation_m, self.rotation.T)

    def apply(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `points` (n, 3), given in this frame, in the parent's."""
        moved: NDArray[np.float64] = points @ self.rotation.T + self.translation_m
        return moved


IDENTITY = Pose(np.zeros(3), np.eye(3))


def quaternion_from_rpy_deg(rpy_deg: Sequence[float]) -> Quaternion:
    """Return (x, y, z, w) of roll, pitch, yaw in degrees, turned about fixed x, then y, then z (REP 103)."""
    (cr, sr), (cp, sp), (cy, sy) = ((math.cos(a), math.sin(a)) for a in (math.radians(d) / 2 for d in rpy_deg))
    return (sr * cp * cy - cr * sp * sy, cr * sp * cy + sr * cp * sy,
            cr * cp * sy - sr * sp * cy, cr * cp * cy + sr * sp * sy)


def rotation_from_quaternion(quaternion: Sequence[float]) -> NDArray[np.float64]:
    """Return the (3, 3) rotation of (x, y, z, w), normalised first. Raises ValueError for a zero quaternion."""
    norm = math.sqrt(sum(part * part for part in quaternion))
    if not norm > 0.0 or not math.isfinite(norm):
        raise ValueError(f'quaternion {tuple(quaternion)} has no direction')
    x, y, z, w = (part / norm for part in quaternion)
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])


class FrameTree:
    """Static transforms by name; the newest word on a child frame counts."""

    def __init__(self) -> None:
        """Start empty."""
        self._parents: dict[str, tuple[str, Pose]] = {}

    def set(self, parent: str, child: str, translation_m: Sequence[float], quaternion: Sequence[float]) -> None:
        """Learn where `child` sits in `parent`. Raises ValueError for a zero quaternion."""
        pose = Pose(np.array(translation_m, dtype=np.float64), rotation_from_quaternion(quaternion))
        self._parents[child] = (parent, pose)

    def lookup(self, target: str, source: str) -> Pose | None:
        """Return the pose of `source` in `target`, or None while the chain between them is not known."""
        up_source, up_target = self._chain(source), self._chain(target)
        for ancestor, from_ancestor in up_target.items():
            if ancestor in up_source:
                return from_ancestor.inverse().then(up_source[ancestor])
        return None

    def _chain(self, frame: str) -> dict[str, Pose]:
        """Return every ancestor of `frame`, itself included, with the pose of `frame` in it."""
        chain = {frame: IDENTITY}
        pose = IDENTITY
        while frame in self._parents:
            parent, own = self._parents[frame]
            if parent in chain:
                break  # a loop on /tf_static: somebody else's mistake must not hang us
            pose = own.then(pose)
            chain[parent] = pose
            frame = parent
        return chain
