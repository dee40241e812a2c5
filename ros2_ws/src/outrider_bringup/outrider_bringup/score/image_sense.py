"""The camera of one run: boxes by the model of the detector, clusters and depth by that of the depth camera."""

from __future__ import annotations

import math

import numpy as np

from outrider_bringup.score.own_sense import camera_mount
from outrider_bringup.score.readings import BoxesReading, ClustersReading, Floats
from outrider_sim.devices.world_clock import Arrivals
from outrider_sim.devices.world_faults import Faults
from outrider_sim.devices.world_ride import PathRide
from outrider_sim.world import places
from outrider_sim.world.depth_clusters import Clusters, DepthEye, depth_sigma_m
from outrider_sim.world.detector import Boxes, Detector, read_model
from outrider_sim.world.model import Scenario
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.stress import Stress

_LEAST_S = 0.001
_NOISE_CLUSTERS = 3  # a stereo pair that matches nothing shows surfaces anywhere
_NOISE_SIZE_M = 0.6
_NO_BOXES = Boxes(np.zeros((0, 4)), (), np.zeros(0), np.zeros(0, dtype=np.int64))


def image_readings(ride: PathRide, stress: Stress) -> list[BoxesReading | ClustersReading]:
    """Return what becomes of every image of the run; both streams are taken at the same instants."""
    scenario = ride.world.scenario
    if not {'camera', 'depth'} & set(scenario.sensors):
        return []
    eyes = _Eyes(ride, stress)
    found: list[BoxesReading | ClustersReading] = []
    for frame in range(math.ceil(scenario.duration_s * eyes.model.fps - 1e-9)):
        found += eyes.look(frame / eyes.model.fps)
    return found


class _Eyes:
    """Both streams of one camera."""

    def __init__(self, ride: PathRide, stress: Stress) -> None:
        scenario = ride.world.scenario
        self.model = read_model()
        self.colour, self.depth = ('camera' in scenario.sensors, 'depth' in scenario.sensors)
        self._ride, self._told = ride, places.nominal(scenario.rig, 'camera')
        self._mount = camera_mount(ride, stress)
        self._detector = Detector(scenario.seed, self.model, misses=stress.misses, clutter=stress.clutter)
        self._eye = DepthEye(scenario.seed, misses=stress.misses)
        self._faults = {name: Faults(scenario, name) for name in ('camera', 'depth')}
        truths = {name: stress.truth(places.truth(scenario.rig, name, scenario.seed), self._told)
                  for name in ('camera', 'depth')}
        self._arrivals = {name: Arrivals(truth, scenario.seed, name) for name, truth in truths.items()}
        self._late_s = _stamps_late_s(scenario, stress)
        self._stress = stress
        self._random = np.random.default_rng([scenario.seed, 0x696D67])
        self._boxes, self._dark = _NO_BOXES, False
        self._clusters = Clusters(np.zeros((0, 2)), np.zeros((0, 3)), np.zeros(0), np.zeros(0, dtype=np.bool_),
                                  np.zeros(0, dtype=np.int64))
        self._answered_s = 0.0

    def look(self, told_s: float) -> list[BoxesReading | ClustersReading]:
        """Return what the images told at `told_s` become: clusters first, the detector needs longer."""
        clusters, depth_at_s = self._clusters_at(told_s) if self.depth else (None, 0.0)
        found: list[BoxesReading | ClustersReading] = []
        if clusters is not None:
            found.append(ClustersReading(depth_at_s, self._stamp(told_s, depth_at_s), self._told, clusters.xy,
                                         clusters.extent_m, clusters.sigma_m, clusters.cut))
        boxes = self._boxes_at(told_s) if self.colour else None
        if boxes is not None:
            arrival_s = self._arrivals['camera'].at(told_s)
            took_s = self._stress.latency * (self.model.latency_s + self.model.latency_sigma_s * float(
                self._random.standard_normal()))
            answered_s = max(arrival_s + max(took_s, _LEAST_S), self._answered_s + _LEAST_S)
            if clusters is not None:
                answered_s = max(answered_s, depth_at_s + _LEAST_S)  # boxes wait for the depth that they are given
            self._answered_s = answered_s
            found.append(BoxesReading(answered_s, self._stamp(told_s, arrival_s), self._told, self.model.camera,
                                      boxes.edges_px, boxes.kinds, boxes.scores, self._depths(boxes, clusters),
                                      self._dark))
        return found

    def _stamp(self, told_s: float, arrival_s: float) -> float:
        return min(told_s + self._late_s, arrival_s)

    def _seen(self, sensor: str, told_s: float) -> Snapshot:
        return self._ride.snapshot(self._faults[sensor].measured_s(told_s), told_s)

    def _boxes_at(self, told_s: float) -> Boxes | None:
        faults = self._faults['camera']
        seen = self._seen('camera', told_s)
        boxes = self._detector.see(seen, self._mount)  # always: what follows must not differ
        dark = seen.light == 'night' or seen.in_tunnel
        if faults.acts(told_s, 'drop', 'die'):
            return None
        if faults.at(told_s, 'noise'):  # a covered lens: nobody is found in grain
            boxes, dark = _NO_BOXES, True
        if not faults.at(told_s, 'freeze'):
            self._boxes, self._dark = boxes, dark
        return self._boxes

    def _clusters_at(self, told_s: float) -> tuple[Clusters | None, float]:
        faults = self._faults['depth']
        clusters = self._eye.see(self._seen('depth', told_s), self._mount)
        if faults.acts(told_s, 'drop', 'die'):
            return None, 0.0
        if faults.at(told_s, 'noise'):
            clusters = self._anything()
        if not faults.at(told_s, 'freeze'):
            self._clusters = clusters
        return self._clusters, self._arrivals['depth'].at(told_s)

    def _anything(self) -> Clusters:
        distance, bearing = self._random.uniform(0.5, 10.0, _NOISE_CLUSTERS), self._random.uniform(
            -0.7, 0.7, _NOISE_CLUSTERS)
        return Clusters(np.stack([distance * np.cos(bearing), distance * np.sin(bearing)], axis=1),
                        np.full((_NOISE_CLUSTERS, 3), _NOISE_SIZE_M),
                        np.array([depth_sigma_m(one) for one in distance.tolist()]),
                        np.zeros(_NOISE_CLUSTERS, dtype=np.bool_), np.full(_NOISE_CLUSTERS, -1))

    def _depths(self, boxes: Boxes, clusters: Clusters | None) -> Floats:
        """Return the depth (n,) in each box: of the nearest surface of its body where depth shows that one."""
        depths = np.full(len(boxes.kinds), np.nan)
        for place, row in enumerate(boxes.row.tolist()):
            mine = np.flatnonzero(clusters.row == row).tolist() if clusters is not None and row >= 0 else []
            if clusters is not None and mine:
                depths[place] = clusters.xy[mine[0], 0] - 0.5 * clusters.extent_m[mine[0], 0]
        return np.where(depths > 0.1, depths, np.nan)


def _stamps_late_s(scenario: Scenario, stress: Stress) -> float:
    """Return by how much the device's clock, mapped to the host's by its fastest samples, makes stamps late.

    The IMU's are the fastest; without it the images', whose jitter's lower edge is two sigma below their mean.
    """
    if 'imu' in scenario.sensors:
        return stress.latency * places.truth(scenario.rig, 'imu', scenario.seed).latency_s
    least = min(places.truth(scenario.rig, name, scenario.seed).latency_s for name in ('camera', 'depth')
                if name in scenario.sensors)
    return max(stress.latency * (least - 2.0 * places.JITTER_SIGMA_S), _LEAST_S)
