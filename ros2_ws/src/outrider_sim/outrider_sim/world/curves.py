"""Smooth curves of time, vectorised: smoothstep, cubic pieces, monotone slopes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def smoothstep(t: Floats, at_s: float, over_s: float) -> tuple[Floats, Floats]:
    """Return 3u^2 - 2u^3 with u = (t - at) / over held in 0..1, and its rate (1/s). With over 0 it is a step."""
    if over_s <= 0.0:
        return (t >= at_s).astype(float), np.zeros_like(t)
    u = np.clip((t - at_s) / over_s, 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u), 6.0 * u * (1.0 - u) / over_s


def monotone_slopes(t: Floats, y: Floats) -> Floats:
    """Return slopes (n,) at which cubics through (t, y) never overshoot: what stands between two points stands.

    F. N. Fritsch, J. Butland, "A method for constructing local monotone piecewise cubic interpolants", SIAM J. Sci.
    Stat. Comput. 5 (1984): weighted harmonic means; at the ends the three-point formula, held to the shape.
    """
    h, d = np.diff(t), np.diff(y) / np.diff(t)
    if len(d) == 1:
        return np.array([d[0], d[0]])
    slopes = np.zeros(len(t))
    same = d[:-1] * d[1:] > 0.0
    w1, w2 = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    with np.errstate(divide='ignore', invalid='ignore'):
        mean = (w1 + w2) / (w1 / d[:-1] + w2 / d[1:])
    slopes[1:-1] = np.where(same, mean, 0.0)
    slopes[0] = _end(h[0], h[1], d[0], d[1])
    slopes[-1] = _end(h[-1], h[-2], d[-1], d[-2])
    return slopes


def _end(h0: float, h1: float, d0: float, d1: float) -> float:
    slope = ((2.0 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0.0:
        return 0.0
    return 3.0 * d0 if d0 * d1 < 0.0 and abs(slope) > 3.0 * abs(d0) else slope


class Pieces:
    """Cubic pieces through points (t, y) with slopes, and beyond the last point straight on."""

    def __init__(self, t: Floats, y: Floats, slopes: Floats) -> None:
        """Take knots (n,), values (n, ...) and slopes (n, ...); t ascending."""
        self.t, self.y, self.slopes = t, y, slopes
        step = np.diff(t).reshape(-1, *[1] * (y.ndim - 1))
        rise, d0, d1 = np.diff(y, axis=0), slopes[:-1], slopes[1:]
        # y0 + s (d0 + s (b + s c)) with s seconds into the piece; the last piece is the straight line beyond.
        last = np.zeros_like(y[:1])
        self._b = np.concatenate([(3.0 * rise / step - 2.0 * d0 - d1) / step, last])
        self._c = np.concatenate([(d0 + d1 - 2.0 * rise / step) / step ** 2, last])

    def at(self, t: Floats) -> tuple[Floats, Floats, Floats]:
        """Return values, rates and second derivatives (m, ...) at times t (m,)."""
        index = np.clip(np.searchsorted(self.t, t, side='right') - 1, 0, len(self.t) - 1)
        s = (t - self.t[index]).reshape(-1, *[1] * (self.y.ndim - 1))
        y0, d0, b, c = self.y[index], self.slopes[index], self._b[index], self._c[index]
        return (y0 + s * (d0 + s * (b + s * c)), d0 + s * (2.0 * b + 3.0 * c * s), 2.0 * b + 6.0 * c * s)
