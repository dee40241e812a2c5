"""Prediction and update of all tracks at once."""

from __future__ import annotations

import math

import numpy as np

from outrider_perception.arrays import Bools, Floats
from outrider_perception.ego import EgoVelocity
from outrider_perception.lane import Lanes
from outrider_perception.settings import Settings

_STAYS = np.eye(4)
# Of a matrix row by row: cofactors of 3 x 3 are _ONE * _OTHER - _CROSS * _BACK, those of 2 x 2 _SIGNS * _OPPOSITE.
_ONE, _OTHER = np.array([4, 2, 1, 5, 0, 2, 3, 1, 0]), np.array([8, 7, 5, 6, 8, 3, 7, 6, 4])
_CROSS, _BACK = np.array([5, 1, 2, 3, 2, 0, 4, 0, 1]), np.array([7, 8, 4, 8, 6, 5, 6, 7, 3])
_OPPOSITE, _SIGNS = np.array([3, 1, 2, 0]), np.array([1.0, -1.0, -1.0, 1.0])


def predict(state: Floats, covariance: Floats, dt_s: float, ego: EgoVelocity, silent: Bools,
            settings: Settings, swerves: Bools | None = None) -> tuple[Floats, Floats]:
    """Return `state` (n, 4) and `covariance` (n, 4, 4) after `dt_s`.

    Constant velocity with white acceleration. What drives along the road keeps to its lane (lane.py); what walks
    may turn anywhere, and a walker who is `silent` (n,), unseen by Doppler, has most likely stopped: his velocity over
    ground fades. Who `swerves` (n,) leaves his lane (swerve.py).
    """
    s, ego_mps = settings, ego.velocity_mps
    over_ground = state[:, 2:] + ego_mps
    slow = np.hypot(*over_ground.T) < s.walking_mps
    step = np.empty((len(state), 4, 4))
    step[:] = _STAYS
    step[:, :, 2:] = Lanes.of(state[:, :2], state[:, 2:], ego, s.walking_mps, s.lane_tau_s).carried(dt_s)
    halts = (slow & silent).nonzero()[0]
    if len(halts):
        over_ground[halts] *= math.exp(-dt_s / s.turn_tau_s)
    after = (step @ _column(state[:, :2], over_ground))[:, :, 0]
    after[:, :2] -= ego_mps * dt_s
    after[:, 2:] -= ego_mps
    spread: Floats = step @ covariance @ _across(step)
    spread += _wander(s.accel_along_m2ps3, s.accel_across_m2ps3, dt_s)
    for who, power in ((slow, s.accel_along_m2ps3), (None if swerves is None else swerves & ~slow, s.swerve_m2ps3)):
        rows = () if who is None else who.nonzero()[0]
        if len(rows):
            spread[rows] += _wander(0.0, power - s.accel_across_m2ps3, dt_s)
    return after, spread


def _column(place: Floats, velocity: Floats) -> Floats:
    """Return states (n, 4, 1)."""
    state: Floats = np.empty((len(place), 4, 1))
    state[:, :2, 0], state[:, 2:, 0] = place, velocity
    return state


def _across(matrices: Floats) -> Floats:
    """Return matrices (n, a, b) transposed (n, b, a), copied: a product with a mere view takes four times as long."""
    copy: Floats = matrices.transpose(0, 2, 1).copy()
    return copy


def _even(spread: Floats) -> Floats:
    """Return covariances (n, d, d) without the error of rounding by which they are not symmetric."""
    even: Floats = spread + spread.transpose(0, 2, 1)
    even *= 0.5
    return even


def _wander(along: float, across: float, dt_s: float) -> Floats:
    """Return the covariance (4, 4) that white acceleration of such powers adds in `dt_s`."""
    place, both, speed = dt_s ** 3 / 3, dt_s ** 2 / 2, dt_s
    spread: Floats = np.zeros((4, 4))
    spread[0, 0], spread[1, 1] = along * place, across * place
    spread[0, 2] = spread[2, 0] = along * both
    spread[1, 3] = spread[3, 1] = across * both
    spread[2, 2], spread[3, 3] = along * speed, across * speed
    return spread


def bent(state: Floats, angle_rad: Floats, ego_mps: Floats) -> Floats:
    """Return `state` (n, 4) of bodies whose velocity over ground has turned left by `angle_rad` (n,)."""
    over_ground = state[:, 2:] + ego_mps
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    after: Floats = state.copy()
    after[:, 2] = over_ground[:, 0] * c - over_ground[:, 1] * s - ego_mps[0]
    after[:, 3] = over_ground[:, 0] * s + over_ground[:, 1] * c - ego_mps[1]
    return after


def turned(state: Floats, covariance: Floats, angle_rad: float, ego_mps: Floats) -> tuple[Floats, Floats]:
    """Return `state` (n, 4) and `covariance` (n, 4, 4) in the axes of a rig that has turned left by `angle_rad`.

    What keeps its velocity over ground turns to the right in them; the rig's own stays ahead.
    """
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    back = np.array([[c, s, 0.0, 0.0], [-s, c, 0.0, 0.0], [0.0, 0.0, c, s], [0.0, 0.0, -s, c]])
    after: Floats = state.copy()
    after[:, 2:] += ego_mps
    after = after @ back.T
    after[:, 2:] -= ego_mps
    return after, back @ covariance @ back.T.copy()


def inverted(spread: Floats) -> tuple[Floats, Floats]:
    """Return the inverses (k, d, d) and the logarithms of the determinants (k,) of covariances, d 2 or 3.

    By cofactors: for matrices so small a fifth of the time of LAPACK's, one after the other.
    """
    k, d, _ = spread.shape
    flat = spread.reshape(k, d * d)
    if d == 2:
        cofactors = flat.take(_OPPOSITE, axis=1) * _SIGNS
    else:
        cofactors = (flat.take(_ONE, axis=1) * flat.take(_OTHER, axis=1)
                     - flat.take(_CROSS, axis=1) * flat.take(_BACK, axis=1))
    determinant = (flat[:, None, :d] @ cofactors[:, :d, None])[:, :, 0]
    inverse: Floats = cofactors / determinant
    return inverse.reshape(k, d, d), np.log(determinant[:, 0])


def projected(covariance: Floats, jacobian: Floats, noise: Floats | None = None) -> tuple[Floats, Floats]:
    """Return H P (k, d, 4) and the innovation covariances H P H' + R (k, d, d)."""
    half: Floats = jacobian @ covariance
    spread = half @ _across(jacobian)
    if noise is not None:
        spread += noise
    return half, spread


def update(state: Floats, covariance: Floats, residual: Floats, half: Floats,
           inverse: Floats) -> tuple[Floats, Floats]:
    """Return (k, 4) and (k, 4, 4) after `residual` (k, d) whose covariance has this `inverse` (k, d, d).

    `half` (k, d, 4) is H P. What is learnt is taken from the covariance as H P's square over the innovation's: the
    numbers here are so much alike in size that Joseph's form, of three times as many products, tells no other.
    """
    gain = inverse @ half  # transposed
    after = state + (residual[:, None] @ gain)[:, 0]
    return after, _even(covariance - _across(half) @ gain)
