"""What the association sees: one row a body-like thing, whatever sensor and measurement model it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_perception import models
from outrider_perception.arrays import Bools, Floats, Ints
from outrider_perception.cluster import Clusters
from outrider_perception.measurements import CartesianScan, PolarScan
from outrider_perception.settings import Settings

_MAX_POSITION_M = 1e3  # beyond any sensor of the rig: damaged data
_MIN_SIGMA_M = 0.02    # no sensor here is better


@dataclass(frozen=True)
class Detections:
    """m detections of one scan: `z` (m, d) with `noise` (m, d, d), d = 3 polar, 2 Cartesian."""

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

    def __len__(self) -> int:
        """Return the number of detections."""
        return len(self.z)

    @property
    def polar(self) -> bool:
        """Tell which model `z` follows."""
        return bool(self.z.shape[1] == 3)

    def predict(self, state: Floats) -> tuple[Floats, Floats]:
        """Return what this sensor should see of `state` (n, 4), and the Jacobian."""
        if self.polar:
            return models.polar_prediction(state, self.sensor_xy_m)
        return models.cartesian_prediction(state)

    def residual(self, index: Ints, predicted: Floats) -> Floats:
        """Return seen minus predicted (k, d) for the detections at `index` (k,)."""
        if self.polar:
            return models.polar_residual(self.z[index], predicted)
        off: Floats = self.z[index] - predicted
        return off

    def start(self, index: Ints, settings: Settings) -> tuple[Floats, Floats]:
        """Return state and covariance of bodies first seen as the detections at `index`."""
        z, noise = self.z[index], self.noise[index]
        if self.polar:
            return models.polar_start(z[:, 0], z[:, 1], z[:, 2], noise, self.sensor_xy_m, settings)
        return models.cartesian_start(z, noise, settings)


def from_clusters(clusters: Clusters, scan: PolarScan, settings: Settings) -> Detections:
    """Return the clusters of a polar scan as detections."""
    m = len(clusters)
    xy = scan.pose.translation_m[:2]
    return Detections(
        scan.stamp_s, scan.sensor, xy, scan.pose.rotation[:2, 0],
        np.stack([clusters.range_m, clusters.azimuth_rad, clusters.range_rate_mps], axis=1),
        models.polar_noise(clusters.range_m, settings), clusters.xy_m + xy, clusters.count, clusters.moving,
        clusters.snr_db, clusters.depth_m, np.full((m, 3), np.nan), np.zeros(m, dtype=np.int64), np.ones(m),
        settings.gate, settings.clutter_density)


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
        settings.gate_cartesian, settings.clutter_density_m2)
    return found, {'boxes': len(use), 'boxes_left_out': len(use) - m}
