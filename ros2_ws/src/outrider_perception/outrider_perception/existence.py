"""The probability that a track is a body: integrated probabilistic data association, in log odds.

Musicki, Evans and Stankovic, IEEE TAC 1994. Two departures, both because successive radar scans are not independent
(a fade lasts 3..5 scans, a side lobe comes back): what a hit may add is bounded, and silence counts by time.
"""

from __future__ import annotations

import math

import numpy as np

from outrider_perception.arrays import Floats, Ints
from outrider_perception.settings import Settings


def log_odds(probability: float) -> float:
    """Return ln(p / (1 - p))."""
    return math.log(probability / (1.0 - probability))


def missed(dt_s: float, settings: Settings) -> float:
    """Return what `dt_s` without a hit takes from the log odds."""
    return settings.miss_nats_per_s * dt_s


def hit(distance2: Floats, log_spread: Floats, numbers: int, count: Ints, clutter: float,
        settings: Settings) -> Floats:
    """Return what a hit adds (k,): detection times likelihood over clutter density, bounded.

    `distance2` (k,) Mahalanobis squared, `log_spread` (k,) the logarithm of the innovation covariance's determinant,
    `numbers` how many a measurement holds, `count` (k,) points behind each.
    """
    gain = log_spread + distance2
    gain *= -0.5
    gain += math.log(settings.detection / clutter) - 0.5 * numbers * math.log(2 * math.pi)
    most = settings.hit_nats + (settings.hit_nats_multi - settings.hit_nats) * (count > 1)
    bounded: Floats = np.minimum(np.maximum(gain, 0.0), most)
    return bounded
