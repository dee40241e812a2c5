"""The RealSense of the world on its wire: images and IMU samples into the feed, each at its time.

One body: colour, depth and IMU sit where the camera truly sits, by the camera's own nominal offsets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from outrider_sim.devices.camera_feed import Camera, pinhole
from outrider_sim.devices.realsense import CLOCK_DRIFT_PPM, CLOCK_OFFSET_S, D455_FIELD_DEG, RealSense
from outrider_sim.devices.world_clock import Outbox, WorldClock, boot_ns
from outrider_sim.devices.world_faults import Faults, shaken
from outrider_sim.devices.world_ride import Ride
from outrider_sim.world import places
from outrider_sim.world.camera.exposure import exposure
from outrider_sim.world.eye import rotation
from outrider_sim.world.imu import Imu
from outrider_sim.world.model import Rig, Scenario
from outrider_sim.world.places import Mount

IMU_IN_CAMERA_M = (-0.01602, -0.03022, 0.0074)  # x forward, y left, z up: data sheet of the D400 family
_SLOTS = 8  # half a second
_AGAIN_S = 0.3  # from one set of streams to another: it is enumerated anew
_LATE_S = 1.0  # samples that are older when they could be written were never taken

Image = tuple[str, float, NDArray[np.uint8] | NDArray[np.uint16]]  # stream, t, pixels


def cameras(scenario: Scenario, size: tuple[int, int], fps: int) -> Camera:
    """Return the camera that the scenario has: one with a gyroscope of its own, so with a serial number of its own."""
    colour, depth = (replace(pinhole(*size, fps, field), slots=_SLOTS) for field in D455_FIELD_DEG)
    whole = Camera(colour, depth, serial=f'{scenario.seed % 10**12:012d}')
    return _with(whole, whole, scenario.sensors)


def mount_in_camera(rig: Rig, seed: int, offset_m: Sequence[float]) -> Mount:
    """Return where a part of the camera truly sits; `offset_m` is forward, left, up of the camera."""
    body = places.truth(rig, 'camera', seed).mount
    x, y, z = (np.array(body.xyz_m) + rotation(*body.rpy_rad) @ np.array(offset_m)).tolist()
    return Mount((x, y, z), body.rpy_rad)


class WorldFeed:
    """The camera's end of its cable. One thread calls it; images may be put in by another."""

    def __init__(self, path: Path, camera: Camera, ride: Ride, clock: WorldClock) -> None:
        """Plug in what lives at the beginning."""
        scenario = ride.world.scenario
        self._whole, self._clock, self._ride = camera, clock, ride
        self._faults = {name: Faults(scenario, name) for name in ('camera', 'depth', 'imu') if name in scenario.sensors}
        self._alive = self._living(0.0)
        self.device = RealSense(path, _with(camera, camera, self._alive), offset_s=CLOCK_OFFSET_S,
                                drift_ppm=CLOCK_DRIFT_PPM, begin_s=boot_ns() * 1e-9)
        if not self._alive:
            self.device.unplug(math.inf)
        self._images: Outbox[Image] = Outbox()
        self._inertial = _Inertial(ride, self._faults['imu']) if 'imu' in self._faults else None

    def put(self, due_s: float, image: Image) -> None:
        """Send an image, to be there at t = `due_s`."""
        self._images.put(due_s, image)

    def wake_s(self) -> float:
        """Return the t of the next image."""
        return self._images.next_s

    def step(self, now_ns: int) -> None:
        """Write what is due."""
        t_s, now_s = self._clock.t_s(now_ns), now_ns * 1e-9
        alive = self._living(t_s)
        if alive != self._alive:
            self._alive = alive
            self.device.camera = _with(self.device.camera, self._whole, alive)
            self.device.unplug(now_s + _AGAIN_S if alive else math.inf)
        back_s = self.device.back_s
        if back_s is not None and now_s >= back_s:
            self.device.plug(now_s)
        if t_s < 0.0:
            return
        if self._inertial:
            self._inertial.step(t_s, self)
        for stream, told_s, pixels in self._images.take(t_s):
            taken_s = self._clock.at_ns(told_s) * 1e-9
            if self.has(stream) and self.device.gives(stream, taken_s):
                if stream == 'depth':
                    self.device.feed.exposed(stream, *exposure(self._ride.snapshot(told_s, told_s)))
                self.device.feed.image(stream, pixels, self.device.device_ns(taken_s))

    def motion(self, stream: str, told_s: float, xyz: Sequence[float]) -> None:
        """Write one sample of the IMU, taken at t = `told_s` by its own account."""
        taken_s = self._clock.at_ns(told_s) * 1e-9
        if self.has(stream) and self.device.gives(stream, taken_s):
            write = self.device.feed.gyro if stream == 'gyro' else self.device.feed.accel
            write(self.device.device_ns(taken_s), xyz)

    def has(self, stream: str) -> bool:
        """Tell whether it is plugged in with a stream."""
        camera = self.device.camera
        there = {'colour': camera.colour, 'depth': camera.depth, 'gyro': camera.gyro_hz, 'accel': camera.accel_hz}
        return self.device.back_s is None and bool(there[stream])

    def _living(self, t_s: float) -> tuple[str, ...]:
        return tuple(name for name, faults in self._faults.items() if not faults.dead(t_s))


class _Inertial:
    """The IMU: every sample of the world's, in batches as long as the calls are apart."""

    def __init__(self, ride: Ride, faults: Faults) -> None:
        scenario = ride.world.scenario
        mount = mount_in_camera(scenario.rig, scenario.seed, IMU_IN_CAMERA_M)
        self._imu = Imu(scenario.seed, mount_xyz_m=mount.xyz_m,
                        mount_rpy_deg=[math.degrees(angle) for angle in mount.rpy_rad])
        self._ride, self._faults = ride, faults
        self._age_s = max(places.truth(scenario.rig, 'imu', scenario.seed).latency_s, ride.lag_s)
        self._random = np.random.default_rng([scenario.seed, 0x73686B])
        self._until_s = 0.0
        self._last: dict[str, list[float]] = {}

    def step(self, t_s: float, feed: WorldFeed) -> None:
        """Give out what is old enough to have arrived."""
        until_s = min(t_s - self._age_s, self._ride.world.scenario.duration_s)
        if until_s <= self._until_s:
            return
        for begin_s, end_s in self._faults.spans(self._until_s, until_s):
            samples = self._imu.samples(self._faults.told(self._ride.poses, begin_s), begin_s, end_s)
            gyro, accel = samples.gyro_radps, samples.accel_mps2
            if self._faults.at(begin_s, 'noise'):
                gyro, accel = shaken(self._random, gyro, accel)
            if not self._faults.acts(begin_s, 'drop', 'die'):
                self._give(feed, samples.gyro_t_s, gyro, samples.accel_t_s, accel, t_s - _LATE_S)
        self._until_s = until_s

    def _give(self, feed: WorldFeed, gyro_t_s: NDArray[np.float64], gyro: NDArray[np.float64],
              accel_t_s: NDArray[np.float64], accel: NDArray[np.float64], oldest_s: float) -> None:
        rows = [*zip(gyro_t_s.tolist(), ['gyro'] * len(gyro), gyro.tolist(), strict=True),
                *zip(accel_t_s.tolist(), ['accel'] * len(accel), accel.tolist(), strict=True)]
        for told_s, stream, felt in sorted(rows, key=lambda row: row[0]):
            if not (self._faults.at(told_s, 'freeze') and stream in self._last):
                self._last[stream] = felt
            if told_s >= oldest_s:
                feed.motion(stream, told_s, self._last[stream])


def _with(now: Camera, whole: Camera, sensors: Sequence[str]) -> Camera:
    """Return the camera of `now` with those streams of `whole` that are among `sensors`."""
    imu = 'imu' in sensors
    return replace(now, colour=whole.colour if 'camera' in sensors else None,
                   depth=whole.depth if 'depth' in sensors else None,
                   gyro_hz=whole.gyro_hz if imu else 0, accel_hz=whole.accel_hz if imu else 0)
