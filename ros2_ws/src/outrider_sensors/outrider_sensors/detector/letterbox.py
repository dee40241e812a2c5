"""A picture of any size in the one size that a net sees: scaled as a whole, grey around it, as in training.

The place of the picture within is ultralytics' own (`LetterBox`): in the middle, the odd pixel to the right and below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from outrider_sensors.detector.errors import PictureError
from outrider_sensors.detector.found import Floats

GREY = 114
LEAST_PX = 16    # a picture smaller than this shows nothing
MOST_PX = 8192   # nor has any camera so many


@dataclass(frozen=True)
class Fit:
    """Where a picture of `picture_px` (width, height) lies in the net's: `left`, `top`, `width`, `height`."""

    picture_px: tuple[int, int]
    left: int
    top: int
    width: int
    height: int

    def back(self, edges: Floats) -> Floats:
        """Return edges (n, 4) of the net's picture in pixels of the picture itself, cut at its border."""
        across, down = self.picture_px
        scale = np.array([across / self.width, down / self.height] * 2)
        whole = (edges - np.array([self.left, self.top] * 2)) * scale
        cut: Floats = np.clip(whole, 0.0, np.array([across, down] * 2, dtype=np.float64))
        return cut


def check_picture(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    """Return width and height. Raises PictureError for what is no picture."""
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise PictureError(f'picture is {rgb.dtype} {"x".join(map(str, rgb.shape))}, expected rows x columns x 3 of '
                           'uint8. Check its publisher.')
    height, width, _ = rgb.shape
    check_size(width, height)
    return width, height


def check_size(width: int, height: int) -> None:
    """Raise PictureError for a size that shows nothing, or that no camera has."""
    if not (min(width, height) >= LEAST_PX and max(width, height) <= MOST_PX):
        raise PictureError(f'picture is {width}x{height}, expected {LEAST_PX} to {MOST_PX} pixels each way. '
                           'Check its publisher.')


def fit(picture_px: tuple[int, int], net_px: tuple[int, int]) -> Fit:
    """Return where a picture lies in the net's; both (width, height)."""
    share = min(net_px[0] / picture_px[0], net_px[1] / picture_px[1])
    width, height = (max(1, round(size * share)) for size in picture_px)
    return Fit(picture_px, round((net_px[0] - width) / 2 - 0.1), round((net_px[1] - height) / 2 - 0.1), width, height)


class Letterbox:
    """Fills one array of the net's input again and again."""

    def __init__(self, net_px: tuple[int, int], kind: type[np.floating]) -> None:
        """`net_px` is width, height; `kind` float32 or float16."""
        self.net_px = net_px
        self.blob = np.full((1, 3, net_px[1], net_px[0]), GREY / 255, dtype=kind)
        self._last: Fit | None = None

    def fill(self, rgb: NDArray[np.uint8]) -> Fit:
        """Lay the picture (height, width, 3) into `blob` (1, 3, rows, columns), 0..1. Raises PictureError."""
        place = fit(check_picture(rgb), self.net_px)
        if place != self._last:
            self.blob[:] = GREY / 255
            self._last = place
        if place.picture_px != (place.width, place.height):
            image = Image.fromarray(rgb).resize((place.width, place.height), Image.Resampling.BILINEAR)
            rgb = np.asarray(image)
        part = self.blob[0, :, place.top:place.top + place.height, place.left:place.left + place.width]
        np.multiply(rgb.transpose(2, 0, 1), 1 / 255, out=part, dtype=np.float32, casting='unsafe')
        return place
