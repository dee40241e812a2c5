"""What textures are made of: 64 x 128 texels, each the number of a colour in the body's own paintbox.

Coordinates are 0..1, u to the right, v down.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 64, 128
# What the numbers mean, for every body alike.
(PAINT, SEAM, BRIGHT, GLASS, SHINE, BLACK, METAL, LAMP, TAIL, PLATE, LETTERS, AMBER, SECOND, THIRD, SKIN, DARK
 ) = range(16)
COLOURS = 16

Texels = NDArray[np.uint8]
V, U = ((np.arange(n) + 0.5) / n for n in (ROWS, COLUMNS))


def plain(colour: int) -> Texels:
    """Return one colour."""
    return np.full((ROWS, COLUMNS), colour, np.uint8)


def rect(sheet: Texels, u0: float, v0: float, u1: float, v1: float, colour: int) -> Texels:
    """Fill a rectangle."""
    sheet[round(v0 * ROWS):round(v1 * ROWS), round(u0 * COLUMNS):round(u1 * COLUMNS)] = colour
    return sheet


def disc(sheet: Texels, u: float, v: float, ru: float, rv: float, colour: int) -> Texels:
    """Fill an ellipse."""
    sheet[((U - u) / ru) ** 2 + ((V[:, None] - v) / rv) ** 2 < 1.0] = colour
    return sheet


def mirrored(sheet: Texels, u0: float, v0: float, u1: float, v1: float, colour: int) -> Texels:
    """Fill a rectangle and its mirror image."""
    rect(sheet, u0, v0, u1, v1, colour)
    return rect(sheet, 1 - u1, v0, 1 - u0, v1, colour)


def plate(sheet: Texels, v: float, half: float = 0.14, high: float = 0.16) -> Texels:
    """Paint a number plate in the middle."""
    rect(sheet, 0.5 - half, v, 0.5 + half, v + high, PLATE)
    for letter in range(6):
        u = 0.5 - 0.82 * half + letter * 0.28 * half
        rect(sheet, u, v + 0.25 * high, u + 0.17 * half, v + 0.75 * high, LETTERS)
    return sheet
