"""What the drivers would publish, as plain values: one class a topic, each with its stamp and when it was there.

Seconds of the world. `mount` is what the stack is told of a sensor's place: the rig's file, not the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.pinhole import Pinhole
from outrider_sim.world.places import Mount

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RadarReading:
    """One frame of radar/points: xyz (n, 3) m in the sensor's axes, range rate (n,) m/s, strength (n,) dB."""

    arrival_s: float
    stamp_s: float
    mount: Mount
    xyz_m: Floats
    range_rate_mps: Floats
    snr_db: Floats
    velocity_max_mps: float    # of its chirp: range rates are told within +- this
    velocity_step_mps: float
    transmitters: int          # that take turns
    range_resolution_m: float


@dataclass(frozen=True)
class GyroReading:
    """imu/data turned into base_link's level axes; the mean of all samples since the one before."""

    arrival_s: float
    stamp_s: float
    yaw_rate_radps: float
    roll_rad: float
    pitch_rad: float


@dataclass(frozen=True)
class SpeedReading:
    """gps/velocity or the motors' speed; course anticlockwise from east, NaN where nobody knows one."""

    arrival_s: float
    stamp_s: float
    mps: float
    sigma_mps: float
    source: str                # gps | wheels
    course_rad: float
    lever_m: tuple[float, float]


@dataclass(frozen=True)
class BoxesReading:
    """The detector's boxes of one image: left, top, right, bottom (n, 4) px.

    `depth_m` (n,) along the camera's axis to the nearest surface inside each box, NaN where depth has none.
    """

    arrival_s: float
    stamp_s: float
    mount: Mount
    camera: Pinhole
    edges_px: Floats
    kinds: tuple[str, ...]
    scores: Floats
    depth_m: Floats
    dark: bool                 # the image is: night, a tunnel, a covered lens


@dataclass(frozen=True)
class ClustersReading:
    """Clusters of one depth image: middle of what is seen (n, 2) m, x ahead, y left of the camera.

    `extent_m` (n, 3) along both and up, `sigma_m` (n,) along the line of sight, `cut` (n, 3) where the image's right
    and left edge and the end of the reach go through it; `slopes`: left over ahead of both edges.
    """

    arrival_s: float
    stamp_s: float
    mount: Mount
    xy_m: Floats
    extent_m: Floats
    sigma_m: Floats
    cut: NDArray[np.bool_]
    slopes: tuple[float, float]


Reading = RadarReading | GyroReading | SpeedReading | BoxesReading | ClustersReading
