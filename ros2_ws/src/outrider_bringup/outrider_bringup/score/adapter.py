"""Readings of the drivers as the tracker's own measurements: the one place to widen when it learns to take more."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from outrider_bringup.score.readings import (
    BoxesReading,
    ClustersReading,
    GyroReading,
    RadarReading,
    Reading,
    SpeedReading,
)
from outrider_perception.measurements import (
    Boxes,
    DepthClusters,
    Gyro,
    Measurement,
    OwnMotion,
    PolarScan,
    SensorPose,
    Speed,
)
from outrider_perception.steps import Step
from outrider_sim.world import words
from outrider_sim.world.eye import rotation
from outrider_sim.world.places import Mount


@functools.lru_cache(maxsize=16)
def pose_of(mount: Mount) -> SensorPose:
    """Return a sensor's place as the tracker wants it."""
    return SensorPose(np.array(mount.xyz_m), rotation(*mount.rpy_rad))


def _radar(one: RadarReading) -> PolarScan:
    return PolarScan.from_points(one.stamp_s, pose_of(one.mount), one.xyz_m, one.range_rate_mps, one.snr_db,
                                 velocity_max_mps=one.velocity_max_mps, transmitters=one.transmitters,
                                 velocity_step_mps=one.velocity_step_mps, range_resolution_m=one.range_resolution_m)


def _gyro(one: GyroReading) -> Gyro:
    return Gyro(one.stamp_s, one.yaw_rate_radps, one.roll_rad, one.pitch_rad)


def _speed(one: SpeedReading) -> Speed:
    return Speed(one.stamp_s, one.mps, one.sigma_mps, one.source, one.course_rad, one.lever_m)


def _boxes(one: BoxesReading) -> Boxes:
    camera = one.camera
    return Boxes(one.stamp_s, pose_of(one.mount), (camera.focal_px, camera.focal_px), camera.centre_px,
                 (camera.width, camera.height), one.edges_px,
                 np.array([words.CLASSES.index(kind) + 1 for kind in one.kinds], dtype=np.int64), one.scores,
                 one.depth_m, one.dark)


def _clusters(one: ClustersReading) -> DepthClusters:
    return DepthClusters(one.stamp_s, pose_of(one.mount), one.xy_m, one.extent_m, one.sigma_m, one.cut, one.slopes)


TAKES: dict[type, Callable[[Any], Measurement | OwnMotion]] = {
    RadarReading: _radar, GyroReading: _gyro, SpeedReading: _speed, BoxesReading: _boxes, ClustersReading: _clusters}


def measurement(reading: Reading) -> Measurement | OwnMotion:
    """Return what the tracker takes."""
    return TAKES[type(reading)](reading)


def speaks(step: Step) -> bool:
    """Tell whether the fusion says after this step what it knows: after a radar scan, after an image without radar."""
    return step.sensor == 'radar' or 'radar' in step.degraded
