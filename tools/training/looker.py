"""The exported net in onnxruntime: pictures in, boxes out."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from training.judge import Guess, overlaps
from training.samples import BAR_PX, barred

LEAST_SCORE = 0.01
_SAME = 0.6          # overlap from which two boxes of a class are one
_MOST = 100


class Looker:
    """One net."""

    def __init__(self, onnx: Path, threads: int = 1) -> None:
        """Load it."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(onnx), options, providers=['CPUExecutionProvider'])
        names = ast.literal_eval(self._session.get_modelmeta().custom_metadata_map['names'])
        self.kinds = tuple(names[number] for number in sorted(names))

    def look(self, rgb: NDArray[np.uint8]) -> list[Guess]:
        """Return what it sees in a shrunk picture."""
        given = barred(rgb).transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255.0)
        (raw,) = self._session.run(None, {'images': given})
        x, y, wide, high = raw[0, :4]
        scores = raw[0, 4:]
        edges = np.stack([x - wide / 2, y - high / 2 - BAR_PX, x + wide / 2, y + high / 2 - BAR_PX], axis=1)
        found: list[Guess] = []
        for number, kind in enumerate(self.kinds):
            index = np.flatnonzero(scores[number] > LEAST_SCORE)
            index = index[np.argsort(-scores[number, index], kind='stable')][:300]
            own = edges[index].astype(float)
            alive = np.ones(len(index), dtype=bool)
            for place in range(len(index)):
                if alive[place]:
                    left, top, right, bottom = own[place].tolist()
                    found.append(Guess(kind, (left, top, right, bottom), float(scores[number, index[place]])))
                    alive[place:] &= overlaps(own[place], own[place:]) < _SAME
        return sorted(found, key=lambda one: -one.score)[:_MOST]
