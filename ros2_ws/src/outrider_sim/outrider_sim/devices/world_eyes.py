"""What the camera of the world sees, as images: rendered at their time, handed on with their arrival."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from outrider_sim.devices.camera_feed import Camera, Stream
from outrider_sim.devices.world_clock import Arrivals, Beat, WorldClock, boot_ns
from outrider_sim.devices.world_faults import Faults
from outrider_sim.devices.world_feed import Image, mount_in_camera
from outrider_sim.devices.world_ride import Ride
from outrider_sim.world import places
from outrider_sim.world.camera import DepthPainter, Painter, View
from outrider_sim.world.eye import eye_of

_SENSORS = {'colour': 'camera', 'depth': 'depth'}  # a stream by the scenario's name for it
_LOOK_S = 0.01  # how often it looks for the beginning


class Eyes:
    """Both imagers. Whoever calls `watch` is busy until the process ends."""

    def __init__(self, camera: Camera, ride: Ride, clock: WorldClock, put: Callable[[float, Image], None]) -> None:
        """Prepare the painters; `put` takes each image with the t of its arrival."""
        self._ride, self._clock, self._put = ride, clock, put
        scenario = ride.world.scenario
        streams = {'colour': camera.colour, 'depth': camera.depth}
        self._imagers = [_Imager(name, stream, camera, ride) for name, stream in streams.items() if stream]
        fps = max((stream.fps for stream in streams.values() if stream), default=0)
        self._period_s = 1.0 / fps if fps else scenario.duration_s

    def watch(self) -> None:
        """Render for ever, each image of a late machine's newest instant only."""
        beat = Beat(self._period_s)
        while True:
            t_s = self._clock.t_s(boot_ns()) - self._ride.lag_s
            due = beat.take(t_s)
            if due is None:
                time.sleep(min(beat.next_s - t_s, _LOOK_S if t_s < 0.0 else self._period_s))
                continue
            for imager in self._imagers:
                pixels = imager.image(due[1])
                if pixels is not None:
                    self._put(imager.arrivals.at(due[1]), (imager.stream, due[1], pixels))


class _Imager:
    """One stream: painter, true place, faults."""

    def __init__(self, stream: str, geometry: Stream, camera: Camera, ride: Ride) -> None:
        world, scenario = ride.world, ride.world.scenario
        self.stream, self._ride = stream, ride
        self._faults = Faults(scenario, _SENSORS[stream])
        self.arrivals = Arrivals(places.truth(scenario.rig, _SENSORS[stream], scenario.seed), scenario.seed, stream)
        # A point of the depth imager lies `translation_m` (right, down, ahead) further in the colour imager's axes.
        right, down, ahead = camera.translation_m
        self._mount = mount_in_camera(scenario.rig, scenario.seed,
                                      (-ahead, right, down) if stream == 'colour' else (0.0, 0.0, 0.0))
        view = View(geometry.width, geometry.height, geometry.fx, geometry.fy, geometry.ppx, geometry.ppy)
        self._colour = Painter(world, view, scenario.seed) if stream == 'colour' else None
        self._depth = DepthPainter(world, view, scenario.seed, unit_m=camera.depth_unit_m,
                                   baseline_m=camera.baseline_m) if stream == 'depth' else None
        self._last: NDArray[np.uint8] | NDArray[np.uint16] | None = None

    def image(self, told_s: float) -> NDArray[np.uint8] | NDArray[np.uint16] | None:
        """Return what is told at `told_s`, None for nothing."""
        if self._faults.acts(told_s, 'drop', 'die'):
            return None
        if self._last is None or not self._faults.at(told_s, 'freeze'):
            self._last = self._see(told_s)
        return self._last

    def _see(self, told_s: float) -> NDArray[np.uint8] | NDArray[np.uint16]:
        snapshot = self._ride.snapshot(self._faults.measured_s(told_s), told_s)
        eye = eye_of(snapshot.rider, self._mount)
        if self._colour:
            return self._colour.colour(snapshot, eye)
        assert self._depth is not None
        return self._depth.depth(snapshot, eye)
