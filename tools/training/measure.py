"""Measures an exported net on pictures of scenes that it was never trained on."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outrider_sensors.detector.engine import Found, load
from training import store
from training.judge import Guess, Judge
from training.labels import KINDS

LIGHTS = ('day', 'dusk', 'night', 'tunnel')
LEAST_SCORE = 0.01  # average precision wants the unsure as well


@dataclass(frozen=True)
class Measured:
    """What came out: per class over all light, the means by light, and what it was measured on."""

    pictures: int
    lights: dict[str, int]            # pictures of each
    precision: dict[str, float]       # mAP50 of each class
    truths: dict[str, int]            # bodies of each that had to be found
    by_light: dict[str, dict[str, float]]
    mean: float
    mean_by_light: dict[str, float]
    p50_ms: float                     # of one core, one look

    def plain(self) -> dict[str, Any]:
        """Return it for a file."""
        return dict(vars(self))


def measure(onnx: Path, folder: Path) -> Measured:
    """Look at every measured picture under `folder`, with the engine of the node."""
    engine = load(onnx, least_score=LEAST_SCORE)
    whole, by_light = Judge(), {light: Judge() for light in LIGHTS}
    took = []
    for rgb, row in store.each(folder, 'measure'):
        began = time.process_time()  # what others take of a busy machine is not its own
        found = engine.look(rgb)
        took.append(time.process_time() - began)
        guesses = _guesses(found)
        whole.take(guesses, row.labels)
        by_light[row.light].take(guesses, row.labels)
    if not whole.pictures:
        raise FileNotFoundError(f'{folder} holds no pictures to measure on, expected some; run: '
                                'tools/train_detector render')
    return Measured(whole.pictures, {light: judge.pictures for light, judge in by_light.items()},
                    {kind: _rounded(whole.precision(kind)) for kind in KINDS},
                    {kind: whole.truths(kind) for kind in KINDS},
                    {light: {kind: _rounded(judge.precision(kind)) for kind in KINDS}
                     for light, judge in by_light.items()},
                    _rounded(whole.mean()), {light: _rounded(judge.mean()) for light, judge in by_light.items()},
                    round(1000.0 * sorted(took)[len(took) // 2], 1))


def _guesses(found: Found) -> list[Guess]:
    return [Guess(kind, (left, top, right, bottom), score) for kind, (left, top, right, bottom), score
            in zip(found.kinds, found.edges_px.tolist(), found.scores.tolist(), strict=True)]


def _rounded(value: float) -> float:
    return value if math.isnan(value) else round(value, 3)
