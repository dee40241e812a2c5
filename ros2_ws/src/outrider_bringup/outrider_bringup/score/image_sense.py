"""The camera of one run: boxes by the model of the detector, clusters and depth by the painted depth image."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from outrider_bringup.score.depth_sense import DepthSense, Image, Leans
from outrider_bringup.score.own_sense import camera_mount
from outrider_bringup.score.readings import BoxesReading, ClustersReading, Floats, GyroReading
from outrider_perception.measurements import SensorPose
from outrider_sim.devices.world_clock import Arrivals
from outrider_sim.devices.world_faults import Faults
from outrider_sim.devices.world_ride import PathRide
from outrider_sim.world import places
from outrider_sim.world.detector import Boxes, Detector, read_model
from outrider_sim.world.eye import rotation
from outrider_sim.world.model import Scenario
from outrider_sim.world.stress import Stress

_LEAST_S = 0.001
_NO_BOXES = Boxes(np.zeros((0, 4)), (), np.zeros(0), np.zeros(0, dtype=np.int64))


def image_readings(ride: PathRide, stress: Stress,
                   gyro: Sequence[GyroReading]) -> list[BoxesReading | ClustersReading]:
    """Return what becomes of every image of the run; both streams are taken at the same instants.

    `gyro` tells the rig its lean, which depth needs to know the ground.
    """
    scenario = ride.world.scenario
    if not {'camera', 'depth'} & set(scenario.sensors):
        return []
    eyes = _Eyes(ride, stress, Leans(gyro))
    found: list[BoxesReading | ClustersReading] = []
    for frame in range(math.ceil(scenario.duration_s * eyes.model.fps - 1e-9)):
        found += eyes.look(frame)
    return found


class _Eyes:
    """Both streams of one camera."""

    def __init__(self, ride: PathRide, stress: Stress, leans: Leans) -> None:
        scenario = ride.world.scenario
        self.model = read_model()
        self.colour, self.depth = ('camera' in scenario.sensors, 'depth' in scenario.sensors)
        self._ride, self._told = ride, places.nominal(scenario.rig, 'camera')
        self._mount = camera_mount(ride, stress)
        self._detector = Detector(scenario.seed, self.model, misses=stress.misses, clutter=stress.clutter)
        self._depth = DepthSense(ride, stress, self._mount, self.model.fps) if self.depth else None
        self._leans, self._pose = leans, SensorPose(np.array(self._told.xyz_m), rotation(*self._told.rpy_rad))
        self._faults = Faults(scenario, 'camera')
        truths = {name: stress.truth(places.truth(scenario.rig, name, scenario.seed), self._told)
                  for name in ('camera', 'depth')}
        self._arrivals = {name: Arrivals(truth, scenario.seed, name) for name, truth in truths.items()}
        self._late_s = _stamps_late_s(scenario, stress)
        self._stress = stress
        self._random = np.random.default_rng([scenario.seed, 0x696D67])
        self._boxes, self._dark = _NO_BOXES, False
        self._answered_s = 0.0

    def look(self, frame: int) -> list[BoxesReading | ClustersReading]:
        """Return what the images of one instant become: clusters first, the detector needs longer and skips some."""
        told_s = frame / self.model.fps
        found: list[BoxesReading | ClustersReading] = []
        image = self._depth.image(told_s) if self._depth else None
        depth_at_s = 0.0
        if self._depth and image is not None:
            depth_at_s = self._arrivals['depth'].at(told_s)
            stamp_s = self._stamp(told_s, depth_at_s)
            near = self._depth.clusters(image, self._pose, stamp_s, self._leans.at(stamp_s, depth_at_s))
            found.append(ClustersReading(depth_at_s, stamp_s, self._told, near.xy_m, near.extent_m, near.sigma_m,
                                         near.cut, near.slopes))
        boxes = self._boxes_at(told_s) if self.colour else None
        if boxes is not None and self.model.looks_at(frame):
            arrival_s = self._arrivals['camera'].at(told_s)
            took_s = self._stress.latency * (self.model.latency_s + self.model.latency_sigma_s * float(
                self._random.standard_normal()))
            # Boxes wait for the depth that they are given.
            answered_s = max(arrival_s + max(took_s, _LEAST_S), self._answered_s + _LEAST_S, depth_at_s + _LEAST_S)
            self._answered_s = answered_s
            found.append(BoxesReading(answered_s, self._stamp(told_s, arrival_s), self._told, self.model.camera,
                                      boxes.edges_px, boxes.kinds, boxes.scores, self._depths(boxes, image),
                                      self._dark))
        return found

    def _stamp(self, told_s: float, arrival_s: float) -> float:
        return min(told_s + self._late_s, arrival_s)

    def _boxes_at(self, told_s: float) -> Boxes | None:
        faults = self._faults
        seen = self._ride.snapshot(faults.measured_s(told_s), told_s)
        boxes = self._detector.see(seen, self._mount)  # always: what follows must not differ
        dark = seen.light == 'night' or seen.in_tunnel
        if faults.acts(told_s, 'drop', 'die'):
            return None
        if faults.at(told_s, 'noise'):  # a covered lens: nobody is found in grain
            boxes, dark = _NO_BOXES, True
        if not faults.at(told_s, 'freeze'):
            self._boxes, self._dark = boxes, dark
        return self._boxes

    def _depths(self, boxes: Boxes, image: Image | None) -> Floats:
        if self._depth is None or image is None:
            return np.full(len(boxes.kinds), np.nan)
        return self._depth.inside(image, self.model.camera, boxes.edges_px)


def _stamps_late_s(scenario: Scenario, stress: Stress) -> float:
    """Return by how much the device's clock, mapped to the host's by its fastest samples, makes stamps late.

    The IMU's are the fastest; without it the images', whose jitter's lower edge is two sigma below their mean.
    """
    if 'imu' in scenario.sensors:
        return stress.latency * places.truth(scenario.rig, 'imu', scenario.seed).latency_s
    least = min(places.truth(scenario.rig, name, scenario.seed).latency_s for name in ('camera', 'depth')
                if name in scenario.sensors)
    return max(stress.latency * (least - 2.0 * places.JITTER_SIGMA_S), _LEAST_S)
