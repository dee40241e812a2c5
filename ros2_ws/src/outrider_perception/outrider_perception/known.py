"""The tracks as the radar should see its next scan: what folded range rates are compared with."""

from __future__ import annotations

import numpy as np

from outrider_perception import kalman, models
from outrider_perception.arrays import Floats
from outrider_perception.bank import Bank
from outrider_perception.expected import Expected
from outrider_perception.settings import Settings
from outrider_perception.unfolder import Known


def known(bank: Bank, expected: Expected, before: Floats, swung: Floats, settings: Settings) -> Known:
    """Return the tracks as a sensor that swings by `swung` (2,) m/s should see them.

    `expected` is what one would see at its place that moves as base_link does; `before` (n, 4, 4) the covariances of
    their states before the step. What a body may have done since is not in them: with it a walker, who may do anything,
    claims what passes him.
    """
    reach, azimuth, closing = expected.z.T
    noise = models.polar_variances(reach, settings)
    swings_x, swings_y = swung.tolist()
    if swings_x or swings_y:
        closing = closing - (np.cos(azimuth) * swings_x + np.sin(azimuth) * swings_y)
    sigmas = kalman.projected(before, expected.jacobian, expected.wander)[1].reshape(-1, 9).T[::4].copy()
    for sigma, more in zip(sigmas, noise, strict=True):
        sigma += more
    along, across, rate = np.sqrt(sigmas, out=sigmas)
    return Known(reach, azimuth, closing, along, reach * across, rate, bank.box_m[:, 0], bank.confirmed)
