"""What the association sees: one row a body-like thing, whatever sensor and measurement model it came from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from outrider_perception import models, sight
from outrider_perception.arrays import Bools, Floats, Ints, columns, wrap_angle
from outrider_perception.classes import Classes
from outrider_perception.cluster import Clusters
from outrider_perception.late import Lag
from outrider_perception.measurements import Boxes, CartesianScan, DepthClusters, PolarScan
from outrider_perception.near import near_edges
from outrider_perception.settings import Settings, SightSettings

POLAR, PLACE, BOX, NEAR = 'polar', 'place', 'box', 'near'  # radar; boxes with a place; camera; depth alone
_ANGLES = {POLAR: 1, BOX: 0}
_NO_LAG = Lag()
_UNSAID, _UNNAMED = np.zeros(0), np.zeros(0, dtype=np.int64)  # what nobody asks of a kind of detections
_MAX_POSITION_M = 1e3  # beyond any sensor of the rig: damaged data
_MIN_SIGMA_M = 0.02    # no sensor here is better


def _nothing() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True)
class Detections:
    """m detections of one scan: `z` (m, d) with `noise` (m, d, d), d = 3 for POLAR and NEAR, else 2.

    Empty is what nobody asks of their kind: place of a BOX, strength of all but POLAR, class and score of POLAR, size
    of all but PLACE.
    """

    stamp_s: float
    sensor: str
    sensor_xy_m: Floats
    axis: Floats        # (2,) where the sensor looks, base_link axes
    z: Floats
    noise: Floats
    xy_m: Floats        # (m, 2) in base_link
    count: Ints         # points behind each
    moving: Bools       # may start a track
    snr_db: Floats
    depth_m: Floats
    size_m: Floats      # (m, 3), NaN: not measured
    class_ids: Ints
    scores: Floats
    gate: float
    clutter: float
    kind: str = POLAR
    lag: Lag = _NO_LAG
    half_rad: Floats = field(default_factory=_nothing)  # BOX: (m,) half the width of each,
    lasting: Floats = field(default_factory=_nothing)   # (m,) over how many images the error of its range is the same
    tall: Floats = field(default_factory=_nothing)      # (m,) its height over its range, NaN: unknown,
    tall_sigma: Floats = field(default_factory=_nothing)  # (m,) and one sigma
    founds: Bools | None = None    # (m,) may start a track, beside moving; None: all
    hit_nats: float = np.inf       # most that one of them may add to existence
    vouches: Bools | None = None   # (m,) tells that its body is still there; None: all
    slopes: tuple[float, float] = (-1e3, 1e3)  # NEAR: left over ahead of the image's right and left edge,
    spread_m2: Floats = field(default_factory=_nothing)  # (m, 2, 2) of where one never seen before is

    def __len__(self) -> int:
        """Return the number of detections."""
        return len(self.z)

    @property
    def polar(self) -> bool:
        """Tell whether these have a range rate."""
        return self.kind == POLAR

    @property
    def angle(self) -> int:
        """Return which column of `z` is an angle, -1: none."""
        return _ANGLES.get(self.kind, -1)

    def residual(self, index: Ints, predicted: Floats) -> Floats:
        """Return seen minus predicted (k, d) for the detections at `index` (k,)."""
        off: Floats = self.z.take(index, axis=0) - predicted
        angle = self.angle
        if angle >= 0:
            off[:, angle] = wrap_angle(off[:, angle])
        return off

    def start(self, index: Ints, settings: Settings, seen: SightSettings) -> tuple[Floats, Floats]:
        """Return state and covariance of bodies first seen as the detections at `index`."""
        z, noise = self.z[index], self.noise[index]
        if self.kind == POLAR:
            return models.polar_start(z[:, 0], z[:, 1], z[:, 2], noise, self.sensor_xy_m, settings)
        if self.kind == BOX:
            noise[:, 1, 1] /= self.lasting[index]
            return sight.start(z, noise, self.sensor_xy_m, seen.start_along_mps, seen.start_across_mps)
        if self.kind == NEAR:
            return models.cartesian_start(self.xy_m[index], self.spread_m2[index], settings.start_along_sigma_mps,
                                          seen.start_across_mps)
        return models.cartesian_start(z, noise, settings.start_along_sigma_mps, settings.start_across_sigma_mps)


def from_clusters(clusters: Clusters, scan: PolarScan, settings: Settings, lag: Lag = _NO_LAG) -> Detections:
    """Return the clusters of a polar scan as detections."""
    xy = scan.pose.translation_m[:2]
    return Detections(
        scan.stamp_s, scan.sensor, xy, scan.pose.rotation[:2, 0],
        columns(clusters.range_m, clusters.azimuth_rad, clusters.range_rate_mps),
        models.polar_noise(clusters.range_m, settings), clusters.xy_m + xy, clusters.count, clusters.moving,
        clusters.snr_db, clusters.depth_m, _UNSAID, _UNNAMED, _UNSAID,
        settings.gate, settings.clutter_density, lag=lag)


def from_boxes(scan: CartesianScan, settings: Settings) -> tuple[Detections, dict[str, int]]:
    """Return the usable boxes of a Cartesian scan, and how many were left out."""
    covariance = 0.5 * (scan.covariances_m2 + scan.covariances_m2.transpose(0, 2, 1))
    # Sylvester's test on top of a floor: what is not a covariance cannot be used.
    with np.errstate(invalid='ignore', over='ignore'):
        determinant = covariance[:, 0, 0] * covariance[:, 1, 1] - covariance[:, 0, 1] ** 2
        use = (np.abs(scan.positions_m) <= _MAX_POSITION_M).all(axis=1)
        use &= (np.abs(covariance) <= _MAX_POSITION_M ** 2).all(axis=(1, 2))
        use &= (covariance[:, 0, 0] >= 0.0) & (covariance[:, 1, 1] >= 0.0) & (determinant >= 0.0)
        use &= (scan.scores >= 0.0) & (scan.scores <= 1.0)
    m = int(use.sum())
    z = scan.positions_m[use]
    size = np.where((scan.sizes_m > 0.0) & (scan.sizes_m < 50.0), scan.sizes_m, np.nan)[use]
    found = Detections(
        scan.stamp_s, scan.sensor, np.zeros(2), np.array([1.0, 0.0]), z,
        covariance[use] + np.eye(2) * _MIN_SIGMA_M ** 2, z, np.ones(m, dtype=np.int64),
        np.ones(m, dtype=np.bool_), np.zeros(m), np.zeros(m), size,
        np.where((scan.class_ids > 0) & (scan.class_ids < 9), scan.class_ids, 0)[use], scan.scores[use],
        settings.gate_cartesian, settings.clutter_density_m2, PLACE)
    return found, {'boxes': len(use), 'boxes_left_out': len(use) - m}


def from_image(boxes: Boxes, tables: Classes, settings: SightSettings) -> tuple[Detections, dict[str, int]]:
    """Return the usable boxes of an image, its pose already leaned, and how many were left out."""
    found, pose = sight.sights(boxes, boxes.pose, tables, settings), boxes.pose
    m, xy = len(found.index), pose.translation_m[:2]
    noise = np.zeros((m, 2, 2))
    noise[:, 0, 0], noise[:, 1, 1] = found.sigma[:, 0] ** 2, found.sigma[:, 1] ** 2 * found.lasting
    seen = Detections(
        boxes.stamp_s, boxes.sensor, xy, pose.rotation[:2, 0], found.z, noise, _UNSAID, np.ones(m, dtype=np.int64),
        np.ones(m, dtype=np.bool_), _UNSAID, np.zeros(m), _UNSAID, boxes.class_ids[found.index],
        boxes.scores[found.index], settings.gate, settings.clutter_per_rad, BOX, half_rad=found.half_rad,
        lasting=found.lasting, tall=found.tall, tall_sigma=found.tall_sigma, hit_nats=settings.hit_nats)
    return seen, {'boxes': len(boxes.edges_px), 'boxes_left_out': len(boxes.edges_px) - m}


def from_depth(clusters: DepthClusters, settings: SightSettings) -> tuple[Detections, dict[str, int]]:
    """Return the usable clusters of a depth image, its pose already leaned, and how many were left out.

    What goes on beyond the image starts no track and keeps none alive: its middle travels with the rig, as a body would
    that goes along. Where it ends within the image, it tells where a track is.
    """
    seen, pose = near_edges(clusters, clusters.pose, settings), clusters.pose
    m = len(seen.index)
    found = Detections(
        clusters.stamp_s, clusters.sensor, pose.translation_m[:2], pose.rotation[:2, 0], seen.edges, seen.noise,
        seen.place_m, np.ones(m, dtype=np.int64), np.ones(m, dtype=np.bool_), np.zeros(m), np.zeros(m),
        np.full((m, 3), np.nan), np.zeros(m, dtype=np.int64), np.ones(m), settings.gate_near, settings.clutter_per_m3,
        NEAR, hit_nats=settings.hit_nats, founds=np.logical_not(clusters.cut[seen.index].any(axis=1)),
        vouches=np.logical_not(clusters.cut[seen.index].any(axis=1)),
        slopes=clusters.slopes, spread_m2=seen.spread_m2)
    return found, {'clusters': len(clusters.xy_m), 'clusters_left_out': len(clusters.xy_m) - m}
