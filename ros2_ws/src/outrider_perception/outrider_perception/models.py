"""Measurement models, small and separate: state [x, y, vx, vy] in base_link, velocity relative to the rig.

Polar: [range, azimuth, range rate] about a sensor; the range-rate row is
[vx/r - x rdot/r^2, vy/r - y rdot/r^2, x/r, y/r] with x, y from the sensor. Cartesian: [x, y].
"""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Floats, columns
from outrider_perception.settings import Settings

_MIN_RANGE_M = 0.3  # nearer than the leakage nothing is measured; keeps the rows finite


def polar_prediction(state: Floats, sensor_xy_m: Floats) -> tuple[Floats, Floats]:
    """Return what the sensor should see of `state` (n, 4): z (n, 3) and its Jacobian (n, 3, 4)."""
    x, y, vx, vy = state[:, 0] - sensor_xy_m[0], state[:, 1] - sensor_xy_m[1], state[:, 2], state[:, 3]
    r = np.maximum(np.hypot(x, y), _MIN_RANGE_M)
    u_x, u_y = x / r, y / r
    rate = u_x * vx + u_y * vy
    turn_x, turn_y = -u_y / r, u_x / r
    across = vy * u_x - vx * u_y  # (v - u rate) / r is along the turn
    h = np.zeros((len(state), 3, 4))
    h[:, 0, 0] = h[:, 2, 2] = u_x
    h[:, 0, 1] = h[:, 2, 3] = u_y
    h[:, 1, 0], h[:, 1, 1] = turn_x, turn_y
    h[:, 2, 0], h[:, 2, 1] = across * turn_x, across * turn_y
    return columns(r, np.arctan2(y, x), rate), h


def polar_noise(range_m: Floats, settings: Settings) -> Floats:
    """Return the covariance (m, 3, 3) of clusters at `range_m` (m,): the sensor's, and the body's own size."""
    noise = np.zeros((len(range_m), 3, 3))
    noise[:, 0, 0], noise[:, 1, 1], noise[:, 2, 2] = polar_variances(range_m, settings)
    return noise


def polar_variances(range_m: Floats, settings: Settings) -> tuple[float, Floats, float]:
    """Return the variances of range, azimuth (m,) and range rate of clusters at `range_m` (m,), as in `polar_noise`."""
    s = settings
    turn: Floats = s.body_sigma_m / np.maximum(range_m, _MIN_RANGE_M)
    return (s.range_sigma_m ** 2 + s.body_sigma_m ** 2, s.azimuth_sigma_rad ** 2 + turn * turn,
            s.range_rate_sigma_mps ** 2)


def polar_start(range_m: Floats, azimuth_rad: Floats, range_rate_mps: Floats, noise: Floats, sensor_xy_m: Floats,
                settings: Settings) -> tuple[Floats, Floats]:
    """Return state (m, 4) and covariance (m, 4, 4) of bodies seen once.

    Velocity starts from a broad guess, wide along the road and narrow across, conditioned on the range rate.
    """
    s, n = settings, len(range_m)
    c, d = np.cos(azimuth_rad), np.sin(azimuth_rad)
    along, across = s.start_along_sigma_mps ** 2, s.start_across_sigma_mps ** 2
    state = np.empty((n, 4))
    state[:, 0], state[:, 1] = range_m * c + sensor_xy_m[0], range_m * d + sensor_xy_m[1]
    ahead, aside = along * c, across * d
    spread = ahead * c + aside * d + noise[:, 2, 2]
    gain_x, gain_y = ahead / spread, aside / spread
    state[:, 2], state[:, 3] = gain_x * range_rate_mps, gain_y * range_rate_mps
    covariance = np.zeros((n, 4, 4))
    radial, beside = noise[:, 0, 0], noise[:, 1, 1] * range_m * range_m
    covariance[:, 0, 0], covariance[:, 1, 1] = radial * c * c + beside * d * d, radial * d * d + beside * c * c
    covariance[:, 0, 1] = covariance[:, 1, 0] = (radial - beside) * (c * d)
    covariance[:, 2, 2], covariance[:, 3, 3] = along - gain_x * ahead, across - gain_y * aside
    covariance[:, 2, 3] = covariance[:, 3, 2] = -gain_x * aside
    return state, covariance


def cartesian_prediction(state: Floats) -> tuple[Floats, Floats]:
    """Return z (n, 2) and its Jacobian (n, 2, 4)."""
    h = np.zeros((len(state), 2, 4))
    h[:, 0, 0] = h[:, 1, 1] = 1.0
    return state[:, :2], h


def cartesian_start(positions_m: Floats, noise: Floats, along_mps: float, across_mps: float) -> tuple[Floats, Floats]:
    """Return state (m, 4) and covariance (m, 4, 4) of bodies seen once, at rest relative to the rig."""
    state = np.zeros((len(positions_m), 4))
    state[:, :2] = positions_m
    covariance = np.zeros((len(positions_m), 4, 4))
    covariance[:, :2, :2] = noise
    covariance[:, 2, 2], covariance[:, 3, 3] = along_mps ** 2, across_mps ** 2
    return state, covariance
