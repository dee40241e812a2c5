"""What a camera gives: images and samples of its IMU, each with the host's time at which it was taken."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from numpy.typing import NDArray

STREAMS = ('colour', 'depth', 'gyro', 'accel')


class ImageFrame(NamedTuple):
    """One image: `stream` colour or depth, the host's time it was taken at, (h, w, 3) uint8 or (h, w) uint16.

    `exposure_s` and `gain` of a depth image: of its imagers, NaN where the camera does not tell.
    """

    stream: str
    stamp_ns: int
    pixels: NDArray[Any]
    exposure_s: float = math.nan
    gain: float = math.nan


class MotionSample(NamedTuple):
    """One sample of the IMU: `stream` gyro (rad/s) or accel (m/s^2), host time, device time, camera's axes."""

    stream: str
    stamp_ns: int
    device_s: float
    xyz: tuple[float, float, float]
