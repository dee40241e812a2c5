"""Where the colour imager sits in camera_link, whose origin is the left imager of the stereo pair (that of depth)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

# Optical axes (x right, y down, z forward) in those of camera_link (x forward, y left, z up), REP 103.
_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
OPTICAL_RPY_DEG = (-90.0, 0.0, -90.0)
# A D455's IMU in camera_link: data sheet of the D400 family. Recordings do not keep it.
IMU_XYZ_M = (-0.01602, -0.03022, 0.0074)

Three = tuple[float, float, float]


def colour_in_link(rotation: Sequence[float], translation_m: Sequence[float]) -> tuple[Three, Three]:
    """Return place in m and roll, pitch, yaw in degrees of the colour camera's optical frame in camera_link.

    `rotation` (nine numbers by columns) and `translation_m` take points from depth to colour, both optical.
    """
    turn = np.array(rotation, dtype=np.float64).reshape(3, 3).T
    place = _OPTICAL @ (-turn.T @ np.array(translation_m, dtype=np.float64))
    seen = _OPTICAL @ turn.T
    roll, pitch = math.atan2(seen[2, 1], seen[2, 2]), -math.asin(min(max(float(seen[2, 0]), -1.0), 1.0))
    yaw = math.atan2(seen[1, 0], seen[0, 0])
    return ((float(place[0]), float(place[1]), float(place[2])),
            (math.degrees(roll), math.degrees(pitch), math.degrees(yaw)))
