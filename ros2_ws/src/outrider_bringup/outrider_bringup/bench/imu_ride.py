"""One scenario through the orientation filter, IMU and GPS as the world has them: how far off roll and pitch are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imufusion
import numpy as np
from numpy.typing import NDArray

from outrider_sensors.imu.gravity import STANDARD_GRAVITY_MPS2
from outrider_sensors.imu.orientation import Orientation
from outrider_sim.world import places, scenario
from outrider_sim.world.gps import Gps
from outrider_sim.world.imu import Imu, Samples
from outrider_sim.world.world import World

UNSETTLED_S = 3.0  # so long after a start on the move the filter itself says that it does not know
GPS_HZ, GPS_LATE_S = 10, 0.1
KEPT_DPS = 0.1  # how far a bias has wandered since the ride on which it was learnt
PEER_STEP_S, PEER_FPS = 1 / 63, 30  # what the original stack does: one sample an image, a fixed step

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Off:
    """Roll and pitch less the truth, RMS in degrees: settled, from the first sample on, and of the peer."""

    name: str
    roll_deg: float
    pitch_deg: float
    whole_deg: float
    peer_roll_deg: float
    peer_pitch_deg: float

    @property
    def worst_deg(self) -> float:
        """The larger one."""
        return max(self.roll_deg, self.pitch_deg)


def ride(file: Path, *, kept: bool = True, speeds: bool = True) -> Off:
    """Play one file. `kept`: the bias is known from an earlier ride; `speeds`: a GPS tells the speed."""
    one = scenario.load(file)
    world = World(one)
    mount = places.nominal(one.rig, 'imu')
    # Only the place: how the sensor is turned is calibration, and the same for all filters.
    imu = Imu(one.seed, mount_xyz_m=mount.xyz_m)
    bias_dps = np.degrees(imu.gyro_bias_radps) + KEPT_DPS * np.random.default_rng(one.seed).standard_normal(3)
    samples = imu.samples(world.poses, 0.0, one.duration_s)
    fixes = Gps(one.seed).fixes(world.poses, np.arange(0.0, one.duration_s, 1 / GPS_HZ).tolist()) if speeds else []
    told = [(fix.t_s + GPS_LATE_S, math.hypot(*fix.velocity_ned_mps[:2])) for fix in fixes if fix.ok]
    times, quaternions = play(Orientation(tuple(bias_dps.tolist()) if kept else None), samples, told)
    roll, pitch = off_deg(times, quaternions, world)
    peer_roll, peer_pitch = off_deg(*one_sample_an_image(samples), world)
    settled = times >= UNSETTLED_S
    return Off(one.name, rms(roll[settled]), rms(pitch[settled]), max(rms(roll), rms(pitch)), rms(peer_roll),
               rms(peer_pitch))


def play(filter_: Orientation, samples: Samples, speeds: Iterable[tuple[float, float]]) -> tuple[Floats, Floats]:
    """Hand all over as it comes; return times (n,) and quaternions (n, 4), w first. Speeds are stamped at arrival."""
    events: list[tuple[float, int, Any]] = [
        *((t_s, 0, xyz) for t_s, xyz in zip(samples.accel_t_s.tolist(), samples.accel_mps2.tolist(), strict=True)),
        *((t_s, 1, xyz) for t_s, xyz in zip(samples.gyro_t_s.tolist(), samples.gyro_radps.tolist(), strict=True)),
        *((t_s, 2, speed) for t_s, speed in speeds)]
    made = []
    for t_s, kind, value in sorted(events, key=lambda event: event[:2]):
        if kind == 1:
            made += filter_.gyro(t_s, value)
        elif kind == 0:
            filter_.accel(t_s, value)
        else:
            filter_.speed(t_s, value)
    return np.array([sample.t_s for sample in made]), np.array([sample.quaternion_wxyz for sample in made])


def one_sample_an_image(samples: Samples) -> tuple[Floats, Floats]:
    """Return times and quaternions of what is often done: the newest sample at each image, a fixed step."""
    ahrs = imufusion.Ahrs()
    ahrs.set_settings(imufusion.AhrsSettings(convention=imufusion.CONVENTION_NWU))
    ahrs.set_sample_period(PEER_STEP_S)
    times = np.arange(0.0, samples.gyro_t_s[-1], 1 / PEER_FPS)
    made = []
    for gyro, accel in zip(_newest(samples.gyro_t_s, samples.gyro_radps, times),
                           _newest(samples.accel_t_s, samples.accel_mps2, times), strict=True):
        ahrs.update_no_magnetometer(np.degrees([gyro[2], -gyro[0], -gyro[1]]),
                                    np.array([accel[2], -accel[0], -accel[1]]) / STANDARD_GRAVITY_MPS2)
        made.append(ahrs.get_quaternion())
    return times, np.array(made)


def _newest(t_s: Floats, values: Floats, at_s: Floats) -> Floats:
    found: Floats = values[np.searchsorted(t_s, at_s, side='right') - 1]
    return found


def off_deg(times: Floats, quaternions: Floats, world: World) -> tuple[Floats, Floats]:
    """Return roll and pitch of (n, 4) less those of the world, (n,) each, degrees."""
    w, x, y, z = quaternions.T
    truth = world.poses(times)
    roll = np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)) - truth.roll
    pitch = np.arcsin(np.clip(2 * (w * y - z * x), -1.0, 1.0)) - truth.pitch
    return np.degrees(roll), np.degrees(pitch)


def rms(values: Floats | Sequence[float]) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))
