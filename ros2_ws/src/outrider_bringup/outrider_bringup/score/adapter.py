"""Readings of the drivers as the tracker's own measurements: the one place to widen when it learns to take more."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from outrider_bringup.score.readings import RadarReading, Reading
from outrider_perception.measurements import PolarScan, SensorPose
from outrider_sim.world.eye import rotation
from outrider_sim.world.places import Mount


@functools.lru_cache(maxsize=16)
def pose_of(mount: Mount) -> SensorPose:
    """Return a sensor's place as the tracker wants it."""
    return SensorPose(np.array(mount.xyz_m), rotation(*mount.rpy_rad))


def _radar(reading: RadarReading) -> PolarScan:
    return PolarScan.from_points(reading.stamp_s, pose_of(reading.mount), reading.xyz_m, reading.range_rate_mps,
                                 reading.snr_db)


TAKES: dict[type, Callable[[Any], Any]] = {RadarReading: _radar}
SPEAKS: tuple[type, ...] = (RadarReading,)  # after which the fusion says what it knows


def measurement(reading: Reading) -> Any | None:
    """Return the tracker's measurement, None where it takes none of this kind yet."""
    make = TAKES.get(type(reading))
    return make(reading) if make else None
