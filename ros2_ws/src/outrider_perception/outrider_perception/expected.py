"""What a sensor should see of the bodies that are known: where, by which of their states, and how far it may stray."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outrider_perception import extent, facing, kalman, models, sight
from outrider_perception.arrays import Floats
from outrider_perception.bank import Bank
from outrider_perception.detections import BOX, NEAR, POLAR, Detections
from outrider_perception.late import Lag
from outrider_perception.settings import Settings


class Expected(NamedTuple):
    """One row a track (n,): what is seen (n, d), its Jacobian H (n, d, 4), H P (n, d, 4), and its covariance (n, d, d).

    `wander` (n, d, d) is what the body's own size has in that, None: nothing. `looked` is where the body was taken to
    be (n, 2) and how far from there what is seen of it lies (n, 2); None where nobody asks.
    """

    z: Floats
    jacobian: Floats
    half: Floats
    spread: Floats
    wander: Floats | None = None
    looked: tuple[Floats, Floats] | None = None


def by_radar(bank: Bank, sensor_xy_m: Floats, axis: Floats, lag: Lag, settings: Settings) -> Expected:
    """Return what a radar at `sensor_xy_m` that looks along `axis` (2,) should see."""
    state = lag.back(bank.state)
    centre = state[:, :2].copy()
    looks = extent.seen(centre, bank.box_m, bank.heading_rad + lag.turned_rad, sensor_xy_m, axis, settings)
    seen = state.copy()
    seen[:, :2] += looks.offset_m
    wander = extent.wander(looks, seen[:, :2], seen[:, 2:], sensor_xy_m)
    z, jacobian = models.polar_prediction(seen, sensor_xy_m)
    jacobian = lag.through(jacobian)
    return Expected(z, jacobian, *kalman.projected(bank.covariance, jacobian, wander), wander,
                    (centre, looks.offset_m))


def by(bank: Bank, detections: Detections, settings: Settings) -> Expected:
    """Return what the sensor of `detections` should see."""
    at, axis, lag, box = detections.sensor_xy_m, detections.axis, detections.lag, bank.box_m
    if detections.kind == POLAR:
        return by_radar(bank, at, axis, lag, settings)
    state, heading = lag.back(bank.state), bank.heading_rad + lag.turned_rad
    if detections.kind == NEAR:
        z = facing.in_depth(state[:, :2], box, heading, at, axis, detections.slopes)
        jacobian = np.zeros((len(bank), 3, 4))
        jacobian[:, 0, :2], jacobian[:, 1:, :2] = axis, (-axis[1], axis[0])
    elif detections.kind == BOX:
        seen = state.copy()
        seen[:, :2] += facing.in_image(state[:, :2], box, heading, at)
        z, jacobian = sight.prediction(seen, at)
    else:
        z, jacobian = models.cartesian_prediction(state)
    jacobian = lag.through(jacobian)
    return Expected(z, jacobian, *kalman.projected(bank.covariance, jacobian))
