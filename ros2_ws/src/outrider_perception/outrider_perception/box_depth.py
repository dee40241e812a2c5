"""How far a body in a detector's box is, by the depth image: a low quantile of the inner half of the box.

The inner half leaves out the background beside and above; a quantile of 25 % takes the near surface where background
shows through, and no single wrong pixel.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outrider_perception.arrays import Floats
from outrider_perception.settings import DepthSettings


def box_depth(depth_mm: NDArray[np.uint16], edges: Floats, settings: DepthSettings, unit_m: float = 0.001) -> Floats:
    """Return the depth (n,) along the camera's axis, m, in boxes (n, 4) of left, top, right, bottom; NaN: none.

    `depth_mm` (height, width) in units of `unit_m`, 0 unknown, aligned with the image of the boxes; `edges` in its own
    pixels: where it is decimated, divide those of the image.
    """
    s = settings
    height, width = depth_mm.shape
    found = np.full(len(edges), np.nan)
    for row, (left, top, right, bottom) in enumerate(edges.tolist()):
        if not all(math.isfinite(edge) for edge in (left, top, right, bottom)):
            continue
        quarter_u, quarter_v = 0.25 * (right - left), 0.25 * (bottom - top)
        u0, u1 = _pixels(left + quarter_u, right - quarter_u, width)
        v0, v1 = _pixels(top + quarter_v, bottom - quarter_v, height)
        if u1 <= u0 or v1 <= v0:
            continue
        step = max(1, int(math.sqrt((u1 - u0) * (v1 - v0) / s.box_most_pixels)))
        part = depth_mm[v0:v1:step, u0:u1:step]
        known = part[part > 0]
        if len(known) >= max(s.box_least_pixels, s.box_least_share * part.size):
            place = int(s.box_quantile * (len(known) - 1))
            found[row] = float(np.partition(known, place)[place]) * unit_m
    return found


def _pixels(low: float, high: float, size: int) -> tuple[int, int]:
    """Return first and one past the last pixel between two edges, at least three where the image has them."""
    first, last = math.floor(min(max(low, 0.0), size)), math.ceil(min(max(high, 0.0), size))
    short = 3 - (last - first)
    if short > 0 and 0.0 <= 0.5 * (low + high) < size:
        first = max(0, first - short // 2)
        last = min(size, first + 3)
    return first, last
