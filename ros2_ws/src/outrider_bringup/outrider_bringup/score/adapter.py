"""Readings of the drivers as the tracker's own measurements: the one place to widen when it learns to take more."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from outrider_bringup.score.readings import GyroReading, RadarReading, Reading, SpeedReading
from outrider_perception.measurements import Gyro, PolarScan, SensorPose, Speed
from outrider_sim.world.eye import rotation
from outrider_sim.world.places import Mount


@functools.lru_cache(maxsize=16)
def pose_of(mount: Mount) -> SensorPose:
    """Return a sensor's place as the tracker wants it."""
    return SensorPose(np.array(mount.xyz_m), rotation(*mount.rpy_rad))


def _radar(one: RadarReading) -> PolarScan:
    return PolarScan.from_points(one.stamp_s, pose_of(one.mount), one.xyz_m, one.range_rate_mps, one.snr_db,
                                 velocity_max_mps=one.velocity_max_mps, transmitters=one.transmitters,
                                 velocity_step_mps=one.velocity_step_mps)


def _gyro(one: GyroReading) -> Gyro:
    return Gyro(one.stamp_s, one.yaw_rate_radps, one.roll_rad, one.pitch_rad)


def _speed(one: SpeedReading) -> Speed:
    return Speed(one.stamp_s, one.mps, one.sigma_mps, one.source, one.course_rad, one.lever_m)


TAKES: dict[type, Callable[[Any], Any]] = {RadarReading: _radar, GyroReading: _gyro, SpeedReading: _speed}
SPEAKS: tuple[type, ...] = (RadarReading,)  # after which the fusion says what it knows


def measurement(reading: Reading) -> Any | None:
    """Return the tracker's measurement, None where it takes none of this kind yet."""
    make = TAKES.get(type(reading))
    return make(reading) if make else None
