"""onnxruntime alone: exports of ultralytics without torch, without ultralytics. The default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.detector.errors import WeightsError
from outrider_sensors.detector.found import NOTHING, Floats, Found
from outrider_sensors.detector.kinds import Sieve, read_names
from outrider_sensors.detector.letterbox import LEAST_PX, MOST_PX, Letterbox
from outrider_sensors.detector.suppress import suppress

_INPUTS: dict[str, type[np.floating]] = {'tensor(float)': np.float32, 'tensor(float16)': np.float16}
_AGAIN = 'Export the weights with ultralytics: yolo export model=YOURS.pt format=onnx'


class OnnxEngine:
    """One session. It takes the raw head [1, 4 + classes, anchors] and the end-to-end output [1, n, 6]."""

    name = 'onnxruntime'

    def __init__(self, weights: Path, least_score: float | Mapping[str, float], kinds: Sequence[str],
                 threads: int) -> None:
        """Open the weights and look once at grey. Raises WeightsError."""
        self.weights = weights
        try:
            self._session = _session(weights, threads)
            meta = self._session.get_modelmeta().custom_metadata_map
            if 'names' not in meta:
                raise WeightsError(f'they do not name their classes. {_AGAIN}')
            names = read_names(meta['names'])
            self._sieve = Sieve(names, least_score, kinds)
            self._input, self.size_px, kind = _input(self._session, meta)
            self._classes = max(names) + 1
            self._letterbox = Letterbox(self.size_px, kind)
            self._raw = self._is_raw(self._run())
        except WeightsError as error:
            raise WeightsError(f'{weights} is of no use: {error}') from None
        self.kinds = self._sieve.kinds
        self._least = np.array([self._sieve.least.get(row, np.inf) for row in range(self._classes)])
        self._rows = np.array(sorted(self._sieve.kind_of))
        # Two classes of theirs may be one of ours: they must not stand side by side on one body.
        self._ours = np.array([self.kinds.index(self._sieve.kind_of[row]) if row in self._sieve.kind_of else -1
                               for row in range(self._classes)])

    def look(self, rgb: NDArray[np.uint8]) -> Found:
        """Return what is in a picture (height, width, 3), RGB of any size. Raises PictureError."""
        place = self._letterbox.fill(rgb)
        edges, scores, rows = self._head(self._run()) if self._raw else self._ends(self._run())
        sure = np.isfinite(edges).all(axis=1) & (scores >= self._least[rows])
        edges, scores, kinds = edges[sure], scores[sure], self._ours[rows[sure]]
        kept = suppress(edges, scores, kinds)
        edges, scores, kinds = place.back(edges[kept]), np.minimum(scores[kept], 1.0), kinds[kept]
        shown = (edges[:, 2] - edges[:, 0] >= 1.0) & (edges[:, 3] - edges[:, 1] >= 1.0)  # the rest lies in the grey
        if not shown.any():
            return NOTHING
        return Found(edges[shown], tuple(self.kinds[kind] for kind in kinds[shown]), scores[shown])

    def _run(self) -> NDArray[Any]:
        try:
            answer: NDArray[Any] = np.asarray(self._session.run(None, {self._input: self._letterbox.blob})[0])
        except Exception as error:  # onnxruntime's own errors have no common base but Exception
            raise WeightsError(f'onnxruntime cannot run them ({_first(error)}). {_AGAIN}') from None
        return answer

    def _is_raw(self, answer: NDArray[Any]) -> bool:
        shape = answer.shape
        if len(shape) == 3 and shape[0] == 1 and answer.dtype.kind == 'f':
            if shape[1] == 4 + self._classes and shape[2] != 6:
                return True
            if shape[2] == 6:
                return False
        raise WeightsError(f'they answer {list(shape)}, expected boxes: [1, {4 + self._classes}, n] or [1, n, 6]. '
                           f'{_AGAIN}')

    def _head(self, answer: NDArray[Any]) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """Return edges, scores and their class of anchors in which one of ours is likeliest."""
        ours = answer[0, 4 + self._rows]
        columns = np.flatnonzero(ours.max(axis=0) >= self._sieve.lowest)
        likely = answer[0][:, columns].astype(np.float64)
        rows = likely[4:].argmax(axis=0)
        centre, half = likely[:2], 0.5 * likely[2:4]
        return np.concatenate([centre - half, centre + half]).T, likely[4:].max(axis=0, initial=0.0), rows

    def _ends(self, answer: NDArray[Any]) -> tuple[Floats, Floats, NDArray[np.int64]]:
        rows = answer[0].astype(np.float64)
        rows = rows[np.isfinite(rows).all(axis=1) & (rows[:, 4] >= self._sieve.lowest)]
        numbers = rows[:, 5].astype(np.int64)
        known = (numbers >= 0) & (numbers < self._classes)
        return rows[known, :4], rows[known, 4], numbers[known]


def _session(weights: Path, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise WeightsError(f'onnxruntime is not installed ({_first(error)}). Run: make setup') from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4  # what is wrong is said by us, in one sentence
    # A rig has other things to do than to wait for a picture at full speed.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    try:
        return onnxruntime.InferenceSession(str(weights), options, providers=['CPUExecutionProvider'])
    except Exception as error:  # onnxruntime's own errors have no common base but Exception
        raise WeightsError(f'onnxruntime cannot read them ({_first(error)}). {_AGAIN}') from None


def _input(session: Any, meta: Mapping[str, str]) -> tuple[str, tuple[int, int], type[np.floating]]:
    """Return name, width and height, and number kind of the one input. Raises WeightsError."""
    inputs = session.get_inputs()
    one = inputs[0]
    shape = list(one.shape)
    fits = len(inputs) == 1 and one.type in _INPUTS and len(shape) == 4 and shape[1] == 3
    if fits and not all(isinstance(size, int) for size in shape[2:]):  # any size: that of the training
        said = read_names(meta.get('imgsz', '[]'))
        shape[2:] = [int(said[0]), int(said[1])] if len(said) == 2 else [0, 0]
    if not fits or not all(LEAST_PX <= size <= MOST_PX for size in shape[2:]) or (
            isinstance(shape[0], int) and shape[0] != 1):
        takes = ', '.join(f'{each.name} {each.shape} of {each.type}' for each in inputs)
        raise WeightsError(f'they take {takes}, expected one picture [1, 3, height, width]. {_AGAIN}')
    return str(one.name), (shape[3], shape[2]), _INPUTS[one.type]


def _first(error: BaseException) -> str:
    return ' '.join(str(error).split())[:160] or type(error).__name__
