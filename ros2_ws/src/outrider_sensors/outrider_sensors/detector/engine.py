"""What looks at pictures: one small protocol, two engines behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.detector.errors import DetectorError, PictureError, WeightsError
from outrider_sensors.detector.found import Found
from outrider_sensors.detector.weights import ENGINES, check_weights, default_weights

__all__ = ['CHOICES', 'DetectorError', 'Engine', 'Found', 'PictureError', 'WeightsError', 'default_weights', 'load']

CHOICES = ('auto', *dict.fromkeys(ENGINES.values()))


class Engine(Protocol):
    """Looks at one picture at a time, from one thread."""

    name: str                # onnxruntime or ultralytics
    weights: Path
    kinds: tuple[str, ...]   # which of our names the weights can say
    size_px: tuple[int, int]  # width, height that the net sees

    def look(self, rgb: NDArray[np.uint8]) -> Found:
        """Return what is in a picture (height, width, 3), RGB of any size. Raises PictureError."""


def load(weights: Path, *, engine: str = 'auto', least_score: float | Mapping[str, float] = 0.25,
         kinds: Sequence[str] = (), threads: int = 1) -> Engine:
    """Return an engine that has looked once already, so that the first picture takes no longer than any.

    `engine` auto: onnxruntime for .onnx, ultralytics for .pt and .engine. `least_score`: one, or by class. `kinds`:
    what is looked for, by default all of ours. Raises WeightsError, or DetectorError for a class that nobody knows.
    """
    by_file = check_weights(weights)
    chosen = by_file if engine == 'auto' else engine
    if chosen == 'ultralytics':
        from outrider_sensors.detector.ultralytics_engine import UltralyticsEngine

        return UltralyticsEngine(weights, least_score, kinds, threads)
    if chosen != 'onnxruntime':
        raise DetectorError(f"engine is '{engine}', expected one of {', '.join(CHOICES)}. Correct it in the rig file.")
    if by_file != chosen:
        raise WeightsError(f'{weights} is for {by_file}, and onnxruntime is asked for. Set engine to auto, or give a '
                           '.onnx file.')
    from outrider_sensors.detector.onnx_engine import OnnxEngine

    return OnnxEngine(weights, least_score, kinds, threads)
