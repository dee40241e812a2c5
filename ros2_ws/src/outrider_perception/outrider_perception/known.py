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
    away_x, away_y = place[:, 0] - at[0], place[:, 1] - at[1]
    reach = np.maximum(np.hypot(away_x, away_y), 0.3)
    x, y = away_x / reach, away_y / reach
    own_along, own_across, _, angle, passing = extent.spread(looks, place, bank.state[:, 2:], at)
    range2, azimuth2, rate2 = models.polar_variances(reach, settings)
    p, xx, yy, xy = bank.covariance.reshape(-1, 16).T, x * x, y * y, 2.0 * x * y
    along = p[0] * xx + p[1] * xy + p[5] * yy + own_along + range2
    across = p[0] * yy - p[1] * xy + p[5] * xx + reach * reach * (own_across * (angle * angle) + azimuth2)
    rate = p[10] * xx + p[11] * xy + p[15] * yy + own_across * (passing * passing) + rate2
    closing = (bank.state[:, 2] - swung[0]) * x + (bank.state[:, 3] - swung[1]) * y
    return Known(reach, np.arctan2(away_y, away_x), closing, np.sqrt(along), np.sqrt(across), np.sqrt(rate),
                 bank.box_m[:, 0], bank.confirmed)
