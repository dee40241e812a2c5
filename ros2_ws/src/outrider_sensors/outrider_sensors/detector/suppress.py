"""One box a body: of boxes that overlap the surest stays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.detector.found import Floats

OVERLAP = 0.6         # intersection over union; from here on two boxes of one kind are of one body
OVERLAP_KINDS = 0.85  # of two kinds: a rider and his bicycle overlap less
MOST = 300            # boxes that are looked at, the surest; a full street has fifty


def suppress(edges: Floats, scores: Floats, kinds: NDArray[np.int64], overlap: float = OVERLAP) -> NDArray[np.int64]:
    """Return which of the boxes (n, 4) stay, the surest first; of one kind they overlap by `overlap` at most."""
    order = np.argsort(-scores, kind='stable')[:MOST]
    edges, kinds = edges[order], kinds[order]
    area = np.maximum(edges[:, 2] - edges[:, 0], 0.0) * np.maximum(edges[:, 3] - edges[:, 1], 0.0)
    alive = np.ones(len(order), dtype=np.bool_)
    for row in range(len(order)):
        if not alive[row]:
            continue
        rest = slice(row + 1, None)
        low = np.maximum(edges[row, :2], edges[rest, :2])
        high = np.minimum(edges[row, 2:], edges[rest, 2:])
        common = np.prod(np.maximum(high - low, 0.0), axis=1)
        share = common / np.maximum(area[row] + area[rest] - common, 1e-9)
        alive[rest] &= share <= np.where(kinds[rest] == kinds[row], overlap, OVERLAP_KINDS)
    kept: NDArray[np.int64] = order[alive]
    return kept
