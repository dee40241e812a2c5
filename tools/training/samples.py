"""What the net is shown: crops round bodies, a quarter of a picture each, and whole pictures; varied every time.

Most of a road picture is empty, so a crop teaches nearly as much as the whole at a quarter of the cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training import store
from training.labels import KINDS, NET_PX, SHRUNK_PX, Label, cropped

CROP_PX = 224, 128  # multiples of 32, the net's coarsest step
GREY = 114
_EMPTY = 0.06                # of the crops are taken anywhere
_ZOOM = 0.62, 1.75           # of the crops that are not at the net's own scale
_ZOOMED = 0.5
# How often a class is looked for, against how often there is one.
_WEIGHTS = {'car': 0.8, 'truck': 1.2, 'bus': 1.2, 'motorcycle': 1.2, 'scooter': 1.2, 'bicycle': 1.6, 'person': 1.6,
            'dog': 0.8}

Rgb = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One input of the net and what is in it: class numbers (n,), edges left, top, right, bottom (n, 4)."""

    rgb: Rgb
    kinds: NDArray[np.int64]
    edges: Floats


class Samples:
    """All pictures of a part of the data set; more are found as they come."""

    def __init__(self, folder: Path, part: str, seed: int) -> None:
        """Take what is there."""
        self._folder, self._part = folder, part
        self._random = np.random.default_rng(seed)
        self._files: list[Path] = []
        self._pixels: list[NDArray[np.uint8]] = []
        self._labels: list[list[Label]] = []
        self._bodies: dict[str, list[tuple[int, Label]]] = {kind: [] for kind in KINDS}
        self.look()

    def look(self) -> None:
        """Take files that came since."""
        for path in store.files(self._folder, self._part):
            if path in self._files:
                continue
            pixels, rows = store.read(path)
            self._files.append(path)
            for image, row in zip(pixels, rows, strict=True):
                number = len(self._pixels)
                self._pixels.append(image)
                self._labels.append(list(row.labels))
                for label in row.labels:
                    if label.is_learnt:
                        self._bodies[label.kind].append((number, label))

    def __len__(self) -> int:
        """Return how many pictures there are."""
        return len(self._pixels)

    def crop(self) -> Sample:
        """Return a crop round a body, seldom round none."""
        random = self._random
        zoom = 1.0 if random.random() > _ZOOMED else float(np.exp(random.uniform(*np.log(_ZOOM))))
        wide, high = min(CROP_PX[0] * zoom, SHRUNK_PX[0]), min(CROP_PX[1] * zoom, SHRUNK_PX[1])
        if random.random() < _EMPTY:
            number = int(random.integers(len(self)))
            x, y = random.uniform(0, SHRUNK_PX[0]), random.uniform(0, SHRUNK_PX[1])
        else:
            kinds = [kind for kind in KINDS if self._bodies[kind]]
            weights = np.array([_WEIGHTS[kind] for kind in kinds])
            kind = kinds[int(random.choice(len(kinds), p=weights / weights.sum()))]
            bodies = self._bodies[kind]
            # The best of two is the smaller one: far bodies are the hard ones.
            number, body = bodies[int(random.integers(len(bodies)))]
            if random.random() < 0.35:
                other = bodies[int(random.integers(len(bodies)))]
                number, body = min((number, body), other, key=lambda one: one[1].high_px)
            x = 0.5 * (body.left + body.right) + random.uniform(-0.42, 0.42) * wide
            y = 0.5 * (body.top + body.bottom) + random.uniform(-0.42, 0.42) * high
        left = round(float(np.clip(x - 0.5 * wide, 0.0, SHRUNK_PX[0] - wide)))
        top = round(float(np.clip(y - 0.5 * high, 0.0, SHRUNK_PX[1] - high)))
        right, bottom = min(left + round(wide), SHRUNK_PX[0]), min(top + round(high), SHRUNK_PX[1])
        part = np.asarray(self._pixels[number][top:bottom, left:right])
        labels = cropped(self._labels[number], left, top, right, bottom)
        across, down = CROP_PX[0] / (right - left), CROP_PX[1] / (bottom - top)
        if part.shape[:2] != CROP_PX[::-1]:
            part = np.asarray(Image.fromarray(part).resize(CROP_PX, Image.Resampling.BILINEAR))
        return self._varied(part, _stretched(labels, across, down))

    def whole(self) -> Sample:
        """Return a whole picture with its grey bars."""
        number = int(self._random.integers(len(self)))
        sample = self._varied(np.asarray(self._pixels[number]), self._labels[number])
        return Sample(barred(sample.rgb), sample.kinds, sample.edges + [0.0, BAR_PX, 0.0, BAR_PX])

    def _varied(self, rgb: Rgb, labels: list[Label]) -> Sample:
        """Mirror it, change light and colour."""
        random = self._random
        learnt = [label for label in labels if label.is_learnt]
        kinds = np.array([KINDS.index(label.kind) for label in learnt], dtype=np.int64)
        edges = np.array([[one.left, one.top, one.right, one.bottom] for one in learnt], dtype=float).reshape(-1, 4)
        if random.random() < 0.5:
            rgb = rgb[:, ::-1]
            edges = edges[:, [2, 1, 0, 3]] * [-1.0, 1.0, -1.0, 1.0] + [rgb.shape[1], 0.0, rgb.shape[1], 0.0]
        if random.random() < 0.25:  # paler or more colourful
            values = rgb.astype(np.float32)
            grey = values.mean(axis=2, keepdims=True)
            rgb = np.clip(grey + (values - grey) * np.float32(random.uniform(0.2, 1.6)), 0.0, 255.0).astype(np.uint8)
        if random.random() < 0.8:  # exposure, contrast, tint
            gain, bend = np.exp(random.normal(0.0, [0.28, 0.15]))
            table = 255.0 * (_LEVELS[:, None] * random.uniform(0.88, 1.12, 3) * gain).clip(0.0, 1.0) ** bend
            rgb = np.stack([table.astype(np.uint8)[:, channel][rgb[..., channel]] for channel in range(3)], axis=2)
        if random.random() < 0.15 and rgb.shape[0] > 20:  # out of focus
            small = (round(rgb.shape[1] * 0.6), round(rgb.shape[0] * 0.6))
            rgb = np.asarray(Image.fromarray(np.ascontiguousarray(rgb)).resize(small, Image.Resampling.BOX).resize(
                (rgb.shape[1], rgb.shape[0]), Image.Resampling.BILINEAR))
        return Sample(np.ascontiguousarray(rgb), kinds, edges)


_LEVELS: Floats = np.arange(256) / 255.0
BAR_PX = (NET_PX[1] - SHRUNK_PX[1]) // 2


def barred(rgb: Rgb) -> Rgb:
    """Return a shrunk picture between the grey bars that make it the net's input."""
    made = np.full((NET_PX[1], NET_PX[0], 3), GREY, np.uint8)
    made[BAR_PX:BAR_PX + rgb.shape[0], :rgb.shape[1]] = rgb
    return made


def _stretched(labels: Sequence[Label], across: float, down: float) -> list[Label]:
    return [replace(one, left=one.left * across, top=one.top * down, right=one.right * across,
                    bottom=one.bottom * down) for one in labels]
