"""How far a body has gone across its lane in the last moments: what is left of a lane change.

Who changes lanes goes over by one lane and stays there (T. Toledo, D. Zohar, "Modeling duration of lane changes", TRR
1999, 2007). So what he has gone already says how much is still to come, which his velocity across alone does not: that
is largest in the middle, and a filter forgets it late.
"""

from __future__ import annotations

import math

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.bank import Bank
from outrider_perception.lane import Lanes
from outrider_perception.settings import Settings


def learn(bank: Bank, moved_m: Floats, lanes: Lanes, dt_s: float, settings: Settings) -> None:
    """Take by how much the places over ground have changed (n, 2) in `dt_s`, corrections included, in place.

    Only of places that are known to a fraction of a lane: a newborn's first corrections are errors of bearing, no way.
    """
    x, y = lanes.across.T
    covariance = bank.covariance
    variance = (x * x * covariance[:, 0, 0] + 2.0 * x * y * covariance[:, 0, 1] + y * y * covariance[:, 1, 1])
    known = lanes.keeps & (variance < settings.aside_sigma_m ** 2)
    gone = np.where(known, moved_m[:, 0] * x + moved_m[:, 1] * y, 0.0)
    bank.aside_m = (bank.aside_m + gone) * math.exp(-dt_s / settings.aside_tau_s)


def still_to_come(velocity_mps: Floats, aside_m: Floats, lanes: Lanes, lane_m: float) -> Floats:
    """Return by how much the velocities (n, 2) over ground are lowered (n, 2), so that a lane change ends in time.

    It is foreseen to fade with the time constant of `lanes`, that is to go on by velocity times it: by no more than is
    left of a lane. Who has gone over by more than one and a half changes more than one, and nobody knows how many.
    """
    x, y = lanes.across.T
    across = velocity_mps[:, 0] * x + velocity_mps[:, 1] * y
    gone = np.where(aside_m * across > 0.0, np.abs(aside_m), 0.0)
    most = np.where(gone > 1.5 * lane_m, np.inf, np.maximum(lane_m - gone, 0.0) / lanes.tau_s)
    over = np.maximum(np.abs(across) - most, 0.0) * lanes.keeps
    lowered: Floats = (np.sign(across) * over)[:, None] * lanes.across
    return lowered
