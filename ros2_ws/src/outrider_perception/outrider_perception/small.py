"""Matrices of one or two numbers each way, in closed form: LAPACK takes ten times as long to begin."""

from __future__ import annotations

import math

import numpy as np

from outrider_perception.arrays import Floats

_LEAST = 1e-9  # what a root is taken of at least


def inverse(spread: Floats) -> Floats:
    """Return the inverse of a covariance (1, 1) or (2, 2)."""
    if len(spread) == 1:
        return 1.0 / spread
    (a, b), (c, d) = spread.tolist()
    found: Floats = np.array([[d, -b], [-c, a]]) / (a * d - b * c)
    return found


def whitened(information: Floats, vector: Floats) -> tuple[Floats, Floats]:
    """Return rows R (2, 2) and z (2,) so that R v = z says of v what `information` @ v = `vector` does.

    The errors of z are independent and of size one: R is the root of the information (Cholesky's, transposed).
    """
    (xx, _), (xy, yy) = information.tolist()
    x, y = vector.tolist()
    root_x = math.sqrt(xx + _LEAST)
    both = xy / root_x
    root_y = math.sqrt(max(yy + _LEAST - both * both, _LEAST))
    x /= root_x
    return np.array([[root_x, both], [0.0, root_y]]), np.array([x, (y - both * x) / root_y])
