"""Samples of the camera's IMU -> orientation, each with the host's stamp of its gyro sample. Pure.

The filter works in device time, whose steps are the sensor's own; the mapping to the host's clock, which is corrected
now and then, only makes the stamps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from outrider_sensors.camera.samples import MotionSample


class Orientation(Protocol):
    """What is needed of a filter; samples have `t_s`, the time of the gyro sample they came from."""

    def accel(self, t_s: float, xyz: tuple[float, float, float]) -> None:
        """Take one accelerometer sample."""

    def gyro(self, t_s: float, xyz: tuple[float, float, float]) -> Sequence[Any]:
        """Take one gyro sample; return those that are ready, in order."""

    def speed(self, t_s: float, speed_mps: float) -> None:
        """Learn the speed over ground."""


class Inertial:
    """One filter, fed in the order of arrival."""

    def __init__(self, orientation: Orientation) -> None:
        """Start with nothing waiting."""
        self.orientation = orientation
        self._waiting: deque[tuple[float, int]] = deque()
        self._newest: MotionSample | None = None

    def take(self, sample: MotionSample) -> list[tuple[int, Any]]:
        """Return (stamp ns, filter's sample) of every gyro sample that is ready now, each exactly once."""
        if sample.stream == 'accel':
            self.orientation.accel(sample.device_s, sample.xyz)
            return []
        self._newest = sample
        self._waiting.append((sample.device_s, sample.stamp_ns))
        return [(self._stamp_of(ready.t_s), ready) for ready in self.orientation.gyro(sample.device_s, sample.xyz)]

    def speed(self, stamp_ns: int, speed_mps: float) -> None:
        """Learn the speed over ground that somebody else measured at `stamp_ns` of the host's clock."""
        if self._newest is not None:
            self.orientation.speed(self._newest.device_s + (stamp_ns - self._newest.stamp_ns) * 1e-9, speed_mps)

    def _stamp_of(self, t_s: float) -> int:
        # Samples that the filter refused (time stood still or went back) have no answer and are passed over.
        while True:
            at_s, stamp_ns = self._waiting.popleft()
            if at_s == t_s:
                return stamp_ns
