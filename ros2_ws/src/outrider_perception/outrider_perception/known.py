"""The tracks as the radar should see its next scan: what folded range rates are compared with."""

from __future__ import annotations

import numpy as np

from outrider_perception import extent, models
from outrider_perception.arrays import Floats
from outrider_perception.bank import Bank
from outrider_perception.measurements import SensorPose
from outrider_perception.settings import Settings
from outrider_perception.unfolder import Known


def known(bank: Bank, dt_s: float, swung: Floats, pose: SensorPose, settings: Settings) -> Known:
    """Return the tracks as a sensor at `pose`, that swings by `swung` (2,) m/s, should see them after `dt_s`."""
    at, axis = pose.translation_m[:2], pose.rotation[:2, 0]
    centre = bank.state[:, :2] + bank.state[:, 2:] * dt_s
    looks = extent.seen(centre, bank.box_m, bank.heading_rad, at, axis, settings)
    place = centre + looks.offset_m
    away = place - at
    reach = np.maximum(np.hypot(away[:, 0], away[:, 1]), 0.3)
    line = away / reach[:, None]
    side = np.stack([-line[:, 1], line[:, 0]], axis=1)
    spread, velocity = bank.covariance[:, :2, :2], bank.covariance[:, 2:, 2:]
    noise = (extent.wander(looks, place, bank.state[:, 2:], at) + models.polar_noise(reach, settings))
    along, across, rate = (np.einsum('ni,nij,nj->n', u, p, u)
                           for u, p in ((line, spread), (side, spread), (line, velocity)))
    return Known(reach, np.arctan2(away[:, 1], away[:, 0]), ((bank.state[:, 2:] - swung) * line).sum(axis=1),
                 np.sqrt(along + noise[:, 0, 0]), np.sqrt(across + reach ** 2 * noise[:, 1, 1]),
                 np.sqrt(rate + noise[:, 2, 2]), bank.box_m[:, 0], bank.confirmed)
