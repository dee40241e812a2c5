"""ultralytics: .pt, TensorRT's .engine, and .onnx to compare. Optional, and AGPL-3.0; it is imported here alone.

A .pt is a program to torch, which runs what stands in it: load only what you trust.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.detector.errors import WeightsError
from outrider_sensors.detector.found import NOTHING, Found
from outrider_sensors.detector.kinds import Sieve
from outrider_sensors.detector.letterbox import GREY, check_picture
from outrider_sensors.detector.suppress import MOST, OVERLAP, suppress
from outrider_sensors.detector.ultralytics_alone import NoUltralyticsError, ultralytics

_DEFAULT_PX = 640  # of weights that do not say what they were trained with


class UltralyticsEngine:
    """One model of ultralytics; on a GPU where torch has one."""

    name = 'ultralytics'

    def __init__(self, weights: Path, least_score: float | Mapping[str, float], kinds: Sequence[str],
                 threads: int) -> None:
        """Open the weights and look once at grey. Raises WeightsError."""
        self.weights = weights
        try:
            yolo = ultralytics(_folder()).YOLO
        except NoUltralyticsError as error:
            raise WeightsError(f'{weights} needs ultralytics: {error}') from None
        import torch

        torch.set_num_threads(threads)
        self._device = 0 if torch.cuda.is_available() else 'cpu'
        logging.getLogger('ultralytics').setLevel(logging.ERROR)  # what is wrong is said by us, in one sentence
        try:
            self._model = yolo(str(weights), task='detect')
            if weights.suffix.lower() == '.pt' and self._model.task != 'detect':
                raise WeightsError(f'they are made to {self._model.task}, expected to detect. Take those without a '
                                   'suffix like -seg or -pose.')
            self._size = _size(self._model)
            names = dict(self._model.names)  # of an export it reads them only now
            self._sieve = Sieve({int(number): str(name) for number, name in names.items()}, least_score, kinds)
            self.size_px = (self._size[1], self._size[0])
            self._rows = sorted(self._sieve.kind_of)
            self.kinds = self._sieve.kinds
            self._predict(np.full((self._size[0], self._size[1], 3), GREY, np.uint8))
            self.size_px = _seen(self._model, self.size_px)
        except WeightsError as error:
            raise WeightsError(f'{weights} is of no use: {error}') from None
        except Exception as error:  # ultralytics, torch and TensorRT raise whatever they like
            raise WeightsError(f'{weights} is of no use: ultralytics cannot open it ({_first(error)}). Check it with: '
                               f'yolo predict model={weights}') from None

    def look(self, rgb: NDArray[np.uint8]) -> Found:
        """Return what is in a picture (height, width, 3), RGB of any size. Raises PictureError."""
        width, height = check_picture(rgb)
        boxes = self._predict(np.ascontiguousarray(rgb[:, :, ::-1]))  # it takes arrays as BGR
        edges, scores = (part.cpu().numpy().astype(np.float64) for part in (boxes.xyxy, boxes.conf))
        rows = boxes.cls.cpu().numpy().astype(np.int64)
        sure = [row for row, number in enumerate(rows.tolist())
                if number in self._sieve.least and scores[row] >= self._sieve.least[number]]
        if not sure:
            return NOTHING
        edges = np.clip(edges[sure], 0.0, np.array([width, height] * 2, dtype=np.float64))
        named = [self._sieve.kind_of[number] for number in rows[sure].tolist()]
        # Those of one class it has told apart itself.
        kept = suppress(edges, scores[sure], np.array([self.kinds.index(kind) for kind in named]), overlap=1.0)
        return Found(edges[kept], tuple(named[row] for row in kept), scores[sure][kept])

    def _predict(self, bgr: NDArray[np.uint8]) -> Any:
        return self._model.predict(bgr, imgsz=self._size, conf=self._sieve.lowest, iou=OVERLAP, max_det=MOST,
                                   classes=self._rows, device=self._device, verbose=False, save=False)[0].boxes


def _size(model: Any) -> tuple[int, int]:
    """Return height and width that the weights were trained with."""
    said = (model.overrides or {}).get('imgsz', _DEFAULT_PX)
    sides = list(said) if isinstance(said, (list, tuple)) else [said, said]
    return int(sides[0]), int(sides[-1])


def _seen(model: Any, otherwise: tuple[int, int]) -> tuple[int, int]:
    """Return width and height that the predictor looks at: an export has its own."""
    said = getattr(getattr(model, 'predictor', None), 'imgsz', None)
    return (int(said[1]), int(said[0])) if isinstance(said, (list, tuple)) and len(said) == 2 else otherwise


def _folder() -> Path:
    """Return a folder where ultralytics may keep its settings."""
    cache = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'outrider' / 'ultralytics'
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix='outrider_ultralytics_'))
    return cache


def _first(error: BaseException) -> str:
    return ' '.join(str(error).split())[:160] or type(error).__name__
