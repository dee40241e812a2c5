"""Who leaves his lane: his last bearings all lie to one side of where he was expected.

What keeps to its lane is followed stiffly, so that errors of bearing make no swerve; who changes lanes would then be
seen too late. In a filter that is right, innovations are white: their weighted sum over the last moments, over its own
sigma, is a normal number. Where it is far from zero, the body manoeuvres, and its process noise is that of one (Y.
Bar-Shalom, X. R. Li, T. Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, ch. 11: input
estimation and adjustable process noise).
"""

from __future__ import annotations

import math

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints, columns
from outrider_perception.bank import Bank
from outrider_perception.settings import Settings

_CLEAR = 2.0


def fade(bank: Bank, dt_s: float, settings: Settings) -> None:
    """Let the past count less, in place: a sum fades with time, its variance with twice that."""
    keep = math.exp(-dt_s / settings.swerve_tau_s)
    bank.swerve *= keep, keep * keep


def learn(bank: Bank, track: Ints, off_rad: Floats, spread_rad2: Floats, jacobian: Floats) -> None:
    """Take bearings (k,) of the tracks `track`, in place.

    `off_rad` anticlockwise of the prediction, its variance `spread_rad2`, and by how much a metre along and across
    turns them: `jacobian` (k, 2), rad/m. Beside the rig a bearing tells where along a body an echo came from, not its
    lane: only those count that a metre across turns by twice as much as one along.
    """
    along, across = np.abs(jacobian.T)
    per_m = jacobian[:, 1] * (across > _CLEAR * along)
    weight = per_m / spread_rad2
    bank.swerve[track] += columns(off_rad * weight, per_m * weight)


def swerves(bank: Bank, settings: Settings) -> Bools:
    """Return which tracks (n,) leave their lane."""
    total, variance = bank.swerve[:, 0], bank.swerve[:, 1]
    found: Bools = np.abs(total) > settings.swerve_sigmas * np.sqrt(np.maximum(variance, 1e-12))
    return found
