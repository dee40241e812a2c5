"""What is painted on walls, signs, trees, people and dogs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from outrider_sim.world.camera.texels import (
    BRIGHT,
    COLUMNS,
    DARK,
    GLASS,
    LAMP,
    LETTERS,
    METAL,
    PAINT,
    ROWS,
    SEAM,
    SECOND,
    SHINE,
    SKIN,
    TAIL,
    THIRD,
    Texels,
    disc,
    plain,
    rect,
)


def _noise(colours: tuple[int, ...], seed: int, coarse: int = 4) -> Texels:
    random = np.random.default_rng(seed)
    fine = random.integers(0, len(colours), (ROWS, COLUMNS))
    large = random.integers(0, len(colours), (ROWS // coarse, COLUMNS // coarse)).repeat(coarse, 0).repeat(coarse, 1)
    return np.array(colours, np.uint8)[np.where(random.random((ROWS, COLUMNS)) < 0.5, fine, large)]


def _bricks() -> Texels:
    sheet = _noise((PAINT, PAINT, SECOND, THIRD), 5, 8)
    random = np.random.default_rng(6)
    for row in range(8):
        for column in range(-1, 8):
            u = (column + 0.5 * (row % 2)) / 8
            colour = (PAINT, PAINT, SECOND, THIRD)[int(random.integers(4))]
            rect(sheet, max(u, 0.0), row / 8, max(u + 0.125, 0.0), (row + 1) / 8, colour)
    sheet[::8] = SEAM
    for row in range(8):
        sheet[row * 8:(row + 1) * 8, (8 * (row % 2)) % 16::16] = SEAM
    return sheet


def _concrete() -> Texels:
    sheet = _noise((PAINT, PAINT, PAINT, SECOND, BRIGHT), 7, 8)
    sheet[:, :2] = SEAM
    return sheet


def _ceiling() -> Texels:
    sheet = _concrete()
    rect(sheet, 0.2, 0.44, 0.8, 0.56, LAMP)
    return sheet


def _rail() -> Texels:
    sheet = plain(METAL)
    rect(sheet, 0.0, 0.0, 1.0, 0.10, BRIGHT)
    rect(sheet, 0.0, 0.22, 1.0, 0.32, PAINT)
    rect(sheet, 0.0, 0.42, 1.0, 0.60, DARK)
    rect(sheet, 0.0, 0.60, 1.0, 0.72, BRIGHT)
    rect(sheet, 0.0, 0.86, 1.0, 1.0, SECOND)
    return rect(sheet, 0.0, 0.0, 0.015, 1.0, DARK)


def _sign() -> Texels:
    sheet = plain(METAL)
    disc(sheet, 0.5, 0.5, 0.5, 0.5, TAIL)
    disc(sheet, 0.5, 0.5, 0.36, 0.36, BRIGHT)
    rect(sheet, 0.34, 0.36, 0.46, 0.64, LETTERS)
    disc(sheet, 0.59, 0.5, 0.085, 0.14, LETTERS)
    return disc(sheet, 0.59, 0.5, 0.035, 0.08, BRIGHT)


def _head_back() -> Texels:
    sheet = plain(SKIN)
    return rect(sheet, 0.0, 0.0, 1.0, 0.46, SECOND)


def _helmet() -> Texels:
    sheet = plain(THIRD)
    rect(sheet, 0.0, 0.34, 1.0, 0.62, GLASS)
    rect(sheet, 0.2, 0.36, 0.7, 0.44, SHINE)
    return sheet


def _bike_helmet() -> Texels:
    sheet = plain(SKIN)
    rect(sheet, 0.0, 0.0, 1.0, 0.46, THIRD)
    for u in (0.2, 0.4, 0.6, 0.8):
        rect(sheet, u, 0.06, u + 0.05, 0.36, DARK)
    return sheet


def _jacket() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.48, 0.0, 0.52, 0.8, SEAM)
    rect(sheet, 0.0, 0.30, 1.0, 0.36, BRIGHT)
    return rect(sheet, 0.0, 0.92, 1.0, 1.0, SEAM)


def _fur() -> Texels:
    return _noise((PAINT, PAINT, PAINT, PAINT, SEAM, BRIGHT), 9, 8)


def _leaves() -> Texels:
    return _noise((PAINT, SECOND, THIRD, DARK, BRIGHT), 8, 4)


def _bark() -> Texels:
    sheet = plain(SKIN)
    random = np.random.default_rng(3)
    for u in random.random(30):
        rect(sheet, float(u), 0.0, float(u) + 0.015, 1.0, SEAM)
    return sheet


MADE: dict[str, Callable[[], Texels]] = {
    'bricks': _bricks, 'concrete': _concrete, 'ceiling': _ceiling, 'rail': _rail, 'sign': _sign,
    'head_back': _head_back, 'helmet': _helmet, 'bike_helmet': _bike_helmet, 'jacket': _jacket, 'fur': _fur,
    'leaves': _leaves, 'bark': _bark,
}
