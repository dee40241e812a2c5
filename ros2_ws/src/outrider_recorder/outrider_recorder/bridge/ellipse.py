"""How well a place is known: the ellipse of two sigma on the ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIGMAS, STEPS = 2.0, 24
LARGEST_M = 50.0  # beyond it nothing is known, and drawing it would hide the rest
_AROUND = np.linspace(0.0, 2.0 * np.pi, STEPS + 1)
_CIRCLE = np.stack([np.cos(_AROUND), np.sin(_AROUND)])


def ellipse(x_m: float, y_m: float, covariance: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """Return the closed line (25, 3) around a place with `covariance` (4,) xx xy yx yy in m2; None where it is none."""
    matrix = np.asarray(covariance, dtype=np.float64).reshape(2, 2)
    if not np.isfinite(matrix).all() or not np.isfinite([x_m, y_m]).all():
        return None
    widths, axes = np.linalg.eigh(0.5 * (matrix + matrix.T))
    if widths[0] < 0.0 or SIGMAS * np.sqrt(widths[1]) > LARGEST_M:
        return None
    line = axes @ (SIGMAS * np.sqrt(widths)[:, None] * _CIRCLE)
    return np.stack([x_m + line[0], y_m + line[1], np.full(STEPS + 1, 0.02)], axis=1).astype(np.float32)
