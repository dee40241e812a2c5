"""What the fusion node hears of the rig's own motion, as the tracker takes it. Pure: numbers of the messages come in.

An IMU's 400 samples a second become one mean a scan: what shakes in between is nobody's turn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.measurements import Gyro, Speed
from outrider_perception.settings import MotionSettings


class GyroMean:
    """Collects samples of one IMU; each mean comes out once."""

    def __init__(self, settings: MotionSettings) -> None:
        """Start with none."""
        self._span_s = settings.scan_s  # where no radar asks: as often as one would
        self._samples: list[tuple[float, float, float, float]] = []

    def add(self, stamp_s: float, rotation: Floats | None, turning_radps: Sequence[float],
            mount: Floats) -> Gyro | None:
        """Take one sample; return the mean of those since the last one when they span a scan.

        `rotation` (3, 3) is the IMU in a level frame (None: it does not know), `turning_radps` (3,) in its own axes,
        `mount` (3, 3) the IMU in base_link.
        """
        if self._samples and not 0.0 < stamp_s - self._samples[-1][0] < 1.0:
            self._samples.clear()  # its clock was set, or it was away
        if not all(map(math.isfinite, turning_radps)):
            return None
        turning = np.array(turning_radps, dtype=np.float64)
        if rotation is None:
            self._samples.append((stamp_s, float(mount[2] @ turning), math.nan, math.nan))
        else:
            base = rotation @ mount.T
            self._samples.append((stamp_s, float(rotation[2] @ turning), math.atan2(base[2, 1], base[2, 2]),
                                  math.asin(min(max(-float(base[2, 0]), -1.0), 1.0))))
        return self.take() if stamp_s - self._samples[0][0] >= self._span_s else None

    def take(self) -> Gyro | None:
        """Return the mean of what has come since the last one, None where nothing has."""
        if not self._samples:
            return None
        rate = math.fsum(sample[1] for sample in self._samples) / len(self._samples)
        stamp_s, _, roll, pitch = self._samples[-1]
        self._samples = []
        return Gyro(stamp_s, rate, roll, pitch)


def gps_speed(stamp_s: float, east_mps: float, north_mps: float, variance: float,
              lever_m: tuple[float, float], settings: MotionSettings) -> Speed | None:
    """Return speed and course of a velocity over ground; None where its numbers are none."""
    if not all(map(math.isfinite, (east_mps, north_mps, variance))) or variance < 0.0:
        return None
    sigma = max(math.sqrt(variance), settings.gps_least_sigma_mps)
    return Speed(stamp_s, math.hypot(east_mps, north_mps), sigma, 'gps',
                 math.atan2(north_mps, east_mps), lever_m)


def wheel_speed(stamp_s: float, present: Sequence[bool], erpm: Sequence[float], erpm_per_mps: float,
                settings: MotionSettings) -> Speed | None:
    """Return the speed of the middle between the driven wheels; None where no motor tells it."""
    told = [float(one) for there, one in zip(present, erpm, strict=True) if there and math.isfinite(one)]
    if not told or not (math.isfinite(erpm_per_mps) and erpm_per_mps > 0.0):
        return None
    sigma = settings.wheel_sigma_mps if len(told) == len(erpm) else settings.one_wheel_sigma_mps
    return Speed(stamp_s, sum(told) / len(told) / erpm_per_mps, sigma, 'wheels')
