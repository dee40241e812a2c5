"""What bodies are taken for, and how that falls with their size."""

from __future__ import annotations

import numpy as np

from fitting.looks import Bools, Floats, Looks
from outrider_sim.world.detector import Model
from outrider_sim.world.words import CLASSES

LEAST_SHARE = 0.005      # a confusion that is rarer is none
_FEWEST = 30             # looks at a class
_MOST = 0.9              # of the boxes of a class, as the model has it
_HALVES_PX = np.geomspace(8.0, 2000.0, 41)
_SHARES = np.geomspace(0.002, 0.9, 61)


def confusion(found: Looks, before: Model) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return which share of the boxes of each class is called what else, and within how many pixels it halves.

    Wrong answers are share * 2^((at - size) / half), the likeliest of a grid; `found` holds what was found only. A
    class that was hardly seen stays as `before`.
    """
    told, halves = {}, {}
    for number, kind in enumerate(CLASSES):
        mine = found.take(found.kind == number)
        said = mine.said[mine.said != number]
        if len(mine) < _FEWEST:
            told[kind], halves[kind] = before.confusion.get(kind, {}), before.confusion_half_px[kind]
            continue
        share, halves[kind] = _falling(mine.size_px, mine.said != number, before.confusion_at_px)
        many = np.bincount(said, minlength=len(CLASSES)) / max(len(said), 1)
        told[kind] = {CLASSES[other]: round(float(share * many[other]), 4) for other in np.argsort(-many).tolist()
                      if share * many[other] >= LEAST_SHARE}
    return told, halves


def _falling(size_px: Floats, is_wrong: Bools, at_px: float) -> tuple[float, float]:
    """Return the share at `at_px` and the pixels in which it halves."""
    best, found = -np.inf, (0.0, float(_HALVES_PX[-1]))
    for half_px in _HALVES_PX.tolist():
        shape = np.exp2(np.minimum((at_px - size_px) / half_px, 50.0))
        for share in _SHARES.tolist():
            p = np.clip(share * shape, 1e-5, _MOST)
            value = float(np.log(np.where(is_wrong, p, 1.0 - p)).sum())
            if value > best:
                best, found = value, (share, half_px)
    return found


def wrong(found: Looks, model: Model) -> tuple[Floats, Bools]:
    """Return how likely each look is to be wrong (n,) by the model, and whether it is."""
    share = [sum(model.shares(CLASSES[kind], size).values())
             for kind, size in zip(found.kind.tolist(), found.size_px.tolist(), strict=True)]
    return np.array(share), found.said != found.kind
