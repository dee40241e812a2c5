"""Rides through the pure world as the tracker would get them: measurements in the order of arrival, truth beside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from outrider_perception.measurements import Gyro, PolarScan, SensorPose, Speed
from outrider_sim.world import places
from outrider_sim.world.eye import rotation
from outrider_sim.world.gps import Gps
from outrider_sim.world.imu import OPTICAL, Imu
from outrider_sim.world.model import Scenario
from outrider_sim.world.radar.chirp import read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.radar.scatterers import road_of
from outrider_sim.world.world import World

GYRO_S, GPS_S = 0.05, 0.1
TILT_SIGMA_RAD, TILT_TAU_S = math.radians(1.0), 5.0  # of roll by an orientation filter


@dataclass(frozen=True)
class Seen:
    """What is true when a scan was taken: the rider's velocity in its own axes, bodies in base_link, relative."""

    t_s: float
    own_mps: np.ndarray
    yaw_rate_radps: float
    place_m: np.ndarray      # (n, 2)
    velocity_mps: np.ndarray  # (n, 2)


class Ride:
    """One scenario, up to `until_s`, sensed with true mounts, latencies and jitter that the tracker is not told."""

    def __init__(self, scenario: Scenario, *, until_s: float, chirp: str = '', gps: bool = True,
                 imu: bool = True) -> None:
        """Sense all of it. `chirp` is the text of a .cfg other than the scenario's."""
        self.world = World(scenario)
        self._random = np.random.default_rng([scenario.seed, 99])
        self._scenario, self._end_s = scenario, min(until_s, scenario.duration_s)
        self._taken_s: dict[float, float] = {}
        rows = self._scans(read_cfg(chirp or places.radar_file(scenario.radar).read_text()))
        rows += self._fixes() if gps else []
        rows += self._gyros() if imu else []
        self.feed: list[Any] = sorted(rows, key=lambda one: (one.stamp_s, isinstance(one, PolarScan)))

    def seen(self, scan: PolarScan) -> Seen:
        """Return the truth of a scan of the feed."""
        t_s = self._taken_s[scan.stamp_s]
        snapshot = self.world.at(t_s)
        rider = snapshot.rider
        c, s = math.cos(rider.heading), math.sin(rider.heading)
        axes = np.array([[c, s], [-s, c]])
        own = np.array([rider.vx, rider.vy])
        return Seen(t_s, axes @ own, rider.yaw_rate, (snapshot.xy - [rider.x, rider.y]) @ axes.T,
                    (snapshot.velocity - own) @ axes.T)

    def _stamp(self, sensor: str, t_s: float) -> float:
        truth = places.truth(self._scenario.rig, sensor, self._scenario.seed)
        return t_s + max(0.001, truth.latency_s + truth.jitter_sigma_s * float(self._random.standard_normal()))

    def _scans(self, chirp: Any) -> list[Any]:
        rig, seed = self._scenario.rig, self._scenario.seed
        radar = Radar(chirp, seed, places.truth(rig, 'radar', seed).mount, road_of(self.world))
        told = places.nominal(rig, 'radar')
        pose = SensorPose(np.array(told.xyz_m), rotation(*told.rpy_rad))
        scans: list[Any] = []
        step = chirp.velocity_step_mps
        for t_s in np.arange(0.0, self._end_s, chirp.period_s).tolist():
            points = radar.scan(self.world.at(t_s))
            if points is None:
                continue
            stamp_s = max(self._stamp('radar', t_s), scans[-1].stamp_s + 1e-4 if scans else 0.0)
            self._taken_s[stamp_s] = t_s
            scans.append(PolarScan.from_points(
                stamp_s, pose, np.stack([points['x'], points['y'], points['z']], axis=1), points['doppler_bin'] * step,
                points['snr_db'], velocity_max_mps=0.5 * chirp.loops * step, transmitters=chirp.transmitters,
                velocity_step_mps=step))
        return scans

    def _fixes(self) -> list[Any]:
        rig, seed = self._scenario.rig, self._scenario.seed
        receiver = Gps(seed, antenna_m=places.truth(rig, 'gps', seed).mount.xyz_m)
        x, y, _ = places.nominal(rig, 'gps').xyz_m
        found: list[Any] = []
        for t_s in np.arange(0.0, self._end_s, GPS_S).tolist():
            fix = receiver.fix(self.world.poses, t_s)
            north, east, _ = fix.velocity_ned_mps
            found.append(Speed(self._stamp('gps', t_s), math.hypot(north, east), fix.speed_error_mps, 'gps',
                               math.atan2(north, east), (x, y)))
        return found

    def _gyros(self) -> list[Any]:
        rig, seed = self._scenario.rig, self._scenario.seed
        mount = places.truth(rig, 'camera', seed).mount
        unit = Imu(seed, mount_xyz_m=mount.xyz_m, mount_rpy_deg=np.degrees(mount.rpy_rad).tolist())
        into_base = OPTICAL @ rotation(*mount.rpy_rad).T
        found: list[Any] = []
        keeps, tilt = math.exp(-GYRO_S / TILT_TAU_S), 0.0
        for number in range(int(self._end_s / GYRO_S) - 1):
            begin_s, end_s = round(number * GYRO_S, 6), round((number + 1) * GYRO_S, 6)
            rates = unit.samples(self.world.poses, begin_s, end_s).gyro_radps @ into_base
            pose = self.world.pose(end_s)
            tilt = keeps * tilt + math.sqrt(1.0 - keeps ** 2) * TILT_SIGMA_RAD * float(self._random.standard_normal())
            up = rotation(pose.roll, pose.pitch, 0.0)[2]
            found.append(Gyro(self._stamp('imu', end_s), float((rates @ up).mean()), pose.roll + tilt, pose.pitch))
        return found
