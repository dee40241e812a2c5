"""The normal distribution of one and of two numbers, for whole arrays."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from fitting.looks import Floats

_NORMAL = NormalDist()
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_cdf = np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2.0)), otypes=[np.float64])
_quantile = np.vectorize(_NORMAL.inv_cdf, otypes=[np.float64])


def quantile(share: Floats) -> Floats:
    """Return below which number so much lies."""
    found: Floats = _quantile(np.clip(share, 1e-9, 1.0 - 1e-9))
    return found


def both_below(first: Floats, second: Floats, rho: float) -> Floats:
    """Return the probability (n,) that two numbers of correlation `rho` lie below `first` and `second`.

    Sheppard 1899, integrated over the angle as Drezner and Wesolowsky 1990 do.
    """
    half = 0.5 * math.asin(rho)
    angle = half * (1.0 + _NODES)
    a, b = first[:, None], second[:, None]
    inside = np.exp(-(a * a + b * b - 2.0 * a * b * np.sin(angle)) / (2.0 * np.cos(angle) ** 2))
    found: Floats = _cdf(first) * _cdf(second) + half / (2.0 * math.pi) * (inside * _WEIGHTS).sum(axis=1)
    return np.clip(found, 0.0, 1.0)
