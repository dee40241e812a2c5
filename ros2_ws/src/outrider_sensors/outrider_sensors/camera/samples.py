"""What a camera gives: images and samples of its IMU, each with the host's time at which it was taken."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

STREAMS = ('colour', 'depth', 'gyro', 'accel')


class ImageFrame(NamedTuple):
    """One image: `stream` colour or depth, the host's time it was taken at, (h, w, 3) uint8 or (h, w) uint16."""

    stream: str
    stamp_ns: int
    pixels: NDArray[Any]


class MotionSample(NamedTuple):
    """One sample of the IMU: `stream` gyro (rad/s) or accel (m/s^2), host time, device time, camera's axes."""

    stream: str
    stamp_ns: int
    device_s: float
    xyz: tuple[float, float, float]
