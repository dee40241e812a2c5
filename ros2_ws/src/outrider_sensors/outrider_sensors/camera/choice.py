"""Which of the modes that a camera offers comes nearest to the one that is wanted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Mode(NamedTuple):
    """One mode of an image stream."""

    width: int
    height: int
    fps: int

    def __str__(self) -> str:
        return f'{self.width}x{self.height} at {self.fps}/s'


def nearest(offered: Sequence[Mode], wanted: Mode) -> int:
    """Return the place in `offered` of the mode nearest to `wanted`; the smaller of two as near.

    A rate counts twice as much as a number of pixels: over USB 2 a small image in time is worth more than a large one
    late. Raises ValueError where nothing is offered.
    """
    def distance(place: int) -> tuple[float, int]:
        mode = offered[place]
        pixels = abs(math.log(mode.width * mode.height / (wanted.width * wanted.height)))
        shape = abs(math.log(mode.width / mode.height * wanted.height / wanted.width))
        return pixels + shape + 2 * abs(math.log(mode.fps / wanted.fps)), mode.width * mode.height
    return min(range(len(offered)), key=distance)


def nearest_rate(offered: Sequence[int], wanted_hz: int) -> int:
    """Return the place in `offered` of the rate nearest to `wanted_hz`. Raises ValueError where nothing is offered."""
    return min(range(len(offered)), key=lambda place: abs(offered[place] - wanted_hz))
