"""Which box belongs to which body: the surest first, each to the body that it overlaps most."""

from __future__ import annotations

import numpy as np

from fitting.looks import Floats, Ints

LEAST_OVERLAP = 0.3    # intersection over union: it is the body, however loosely; how loosely is fitted beside
AMONG = -2             # a box too many among bodies that hide each other: nobody knows whose
_RATHER = 1.5          # so much more of an overlap with a body that has a box already: a second box of that one


def overlaps(boxes: Floats, bodies: Floats) -> Floats:
    """Return intersection over union (n, m) of boxes (n, 4) and bodies (m, 4)."""
    low = np.maximum(boxes[:, None, :2], bodies[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], bodies[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0.0), axis=2)
    areas = [np.prod(edges[:, 2:] - edges[:, :2], axis=1) for edges in (boxes, bodies)]
    whole: Floats = both / np.maximum(areas[0][:, None] + areas[1][None, :] - both, 1e-9)
    return whole


def match(boxes: Floats, scores: Floats, whole: Floats, shown: Floats) -> tuple[Ints, Ints]:
    """Return the box of each body (m,) and the body beside which a box is one too many (n,); -1: none, AMONG: of many.

    A body counts by its whole outline or by what others leave of it, whichever fits better: `whole`, `shown` (m, 4).
    """
    own = np.full(len(whole), -1, dtype=np.int64)
    beside = np.full(len(boxes), -1, dtype=np.int64)
    if not len(boxes) or not len(whole):
        return own, beside
    alike = np.maximum(overlaps(boxes, whole), overlaps(boxes, shown))
    for box in np.argsort(-scores, kind='stable').tolist():
        free = np.where(own < 0, alike[box], 0.0)
        taken = np.where(own < 0, 0.0, alike[box])
        body, other = int(free.argmax()), int(taken.argmax())
        if free[body] >= LEAST_OVERLAP and taken[other] < _RATHER * free[body]:
            own[body] = box
        elif taken[other] >= LEAST_OVERLAP:
            beside[box] = other if (alike[box] >= LEAST_OVERLAP).sum() == 1 else AMONG
    return own, beside
