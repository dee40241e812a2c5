"""Names for the array types that every core here uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def wrap_angle(angle_rad: Floats) -> Floats:
    """Return the angles within -pi..pi."""
    wrapped: Floats = np.remainder(angle_rad + np.pi, 2.0 * np.pi) - np.pi
    return wrapped
