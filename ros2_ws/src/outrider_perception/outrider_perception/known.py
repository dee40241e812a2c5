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
    x, y = line.T
    noise = (extent.wander(looks, place, bank.state[:, 2:], at) + models.polar_noise(reach, settings))
    p = bank.covariance
    along = p[:, 0, 0] * x * x + 2.0 * p[:, 0, 1] * x * y + p[:, 1, 1] * y * y
    across = p[:, 0, 0] * y * y - 2.0 * p[:, 0, 1] * x * y + p[:, 1, 1] * x * x
    rate = p[:, 2, 2] * x * x + 2.0 * p[:, 2, 3] * x * y + p[:, 3, 3] * y * y
    return Known(reach, np.arctan2(away[:, 1], away[:, 0]), ((bank.state[:, 2:] - swung) * line).sum(axis=1),
                 np.sqrt(along + noise[:, 0, 0]), np.sqrt(across + reach ** 2 * noise[:, 1, 1]),
                 np.sqrt(rate + noise[:, 2, 2]), bank.box_m[:, 0], bank.confirmed)
