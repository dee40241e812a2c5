"""Where frames sit in base_link, from /tf_static."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_recorder.bridge.rows import Placed
from outrider_recorder.bridge.words import safe

BASE = 'base_link'
Matrix = NDArray[np.float64]


def rotation(x: float, y: float, z: float, w: float) -> Matrix:
    """Return the (3, 3) rotation of a quaternion of length 1."""
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                     [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                     [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


class Places:
    """The newest word on each frame counts; what hangs in the air until its parent is known is not placed."""

    def __init__(self) -> None:
        """Start empty."""
        self._parents: dict[str, tuple[str, Matrix, tuple[float, float, float, float]]] = {}

    def learn(self, transforms: Iterable[Any]) -> list[Placed]:
        """Take TransformStamped messages; return every frame now placed in base_link."""
        for transform in transforms:
            turn, shift = transform.transform.rotation, transform.transform.translation
            quaternion = np.array([turn.x, turn.y, turn.z, turn.w], dtype=np.float64)
            size = float(np.linalg.norm(quaternion))
            if not size > 0.0:
                continue
            x, y, z, w = (quaternion / size).tolist()
            self._parents[transform.child_frame_id] = (
                transform.header.frame_id, np.array([shift.x, shift.y, shift.z]), (x, y, z, w))
        return [placed for placed in map(self._placed, self._parents) if placed]

    def rotation(self, frame: str) -> Matrix:
        """Return the (3, 3) rotation from `frame` to base_link; the identity while it is not known."""
        placed = self._placed(frame)
        return rotation(*placed.quaternion) if placed else np.eye(3)

    def _placed(self, frame: str) -> Placed | None:
        shift, turn, name = np.zeros(3), (0.0, 0.0, 0.0, 1.0), frame
        for _ in range(len(self._parents) + 1):  # bounded: a loop on /tf_static must not hang us
            if name == BASE:
                return Placed(f'world/{safe(frame)}', (float(shift[0]), float(shift[1]), float(shift[2])), turn)
            if name not in self._parents:
                return None
            name, step, quaternion = self._parents[name]
            shift, turn = rotation(*quaternion) @ shift + step, _product(quaternion, turn)
        return None


def _product(a: tuple[float, float, float, float],
             b: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    (ax, ay, az, aw), (bx, by, bz, bw) = a, b
    return (aw * bx + ax * bw + ay * bz - az * by, aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw, aw * bw - ax * bx - ay * by - az * bz)
