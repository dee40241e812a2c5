"""Textures: 64 x 128 texels, each the number of a colour in the body's own paintbox. Coordinates 0..1, v down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 64, 128
# What the numbers mean, for every body alike.
(PAINT, SEAM, BRIGHT, GLASS, SHINE, BLACK, METAL, LAMP, TAIL, PLATE, LETTERS, AMBER, SECOND, THIRD, SKIN, DARK
 ) = range(16)
COLOURS = 16
GLASSY = (GLASS, SHINE, LAMP)

Texels = NDArray[np.uint8]
_V, _U = ((np.arange(n) + 0.5) / n for n in (ROWS, COLUMNS))


def plain(colour: int) -> Texels:
    """Return one colour."""
    return np.full((ROWS, COLUMNS), colour, np.uint8)


def rect(sheet: Texels, u0: float, v0: float, u1: float, v1: float, colour: int) -> Texels:
    """Fill a rectangle."""
    sheet[round(v0 * ROWS):round(v1 * ROWS), round(u0 * COLUMNS):round(u1 * COLUMNS)] = colour
    return sheet


def disc(sheet: Texels, u: float, v: float, ru: float, rv: float, colour: int) -> Texels:
    """Fill an ellipse."""
    sheet[((_U - u) / ru) ** 2 + ((_V[:, None] - v) / rv) ** 2 < 1.0] = colour
    return sheet


def _mirrored(sheet: Texels, u0: float, v0: float, u1: float, v1: float, colour: int) -> Texels:
    rect(sheet, u0, v0, u1, v1, colour)
    return rect(sheet, 1 - u1, v0, 1 - u0, v1, colour)


def _plate(sheet: Texels, v: float, half: float = 0.14, high: float = 0.16) -> Texels:
    rect(sheet, 0.5 - half, v, 0.5 + half, v + high, PLATE)
    for letter in range(6):
        u = 0.5 - 0.82 * half + letter * 0.28 * half
        rect(sheet, u, v + 0.25 * high, u + 0.17 * half, v + 0.75 * high, LETTERS)
    return sheet


def _car_front() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.27, 0.16, 0.73, 0.42, BLACK)
    rect(sheet, 0.27, 0.27, 0.73, 0.31, METAL)
    _mirrored(sheet, 0.03, 0.12, 0.24, 0.40, LAMP)
    _mirrored(sheet, 0.03, 0.40, 0.24, 0.46, DARK)
    rect(sheet, 0.0, 0.56, 1.0, 0.59, SEAM)
    rect(sheet, 0.2, 0.72, 0.8, 0.95, BLACK)
    _mirrored(sheet, 0.05, 0.74, 0.14, 0.88, SHINE)
    return _plate(sheet, 0.52)


def _car_rear() -> Texels:
    sheet = plain(PAINT)
    _mirrored(sheet, 0.0, 0.03, 0.25, 0.38, DARK)
    _mirrored(sheet, 0.015, 0.07, 0.235, 0.34, TAIL)
    _mirrored(sheet, 0.16, 0.22, 0.235, 0.34, BRIGHT)
    rect(sheet, 0.24, 0.1, 0.76, 0.13, METAL)
    rect(sheet, 0.0, 0.55, 1.0, 0.58, SEAM)
    rect(sheet, 0.12, 0.78, 0.88, 1.0, BLACK)
    _mirrored(sheet, 0.05, 0.68, 0.13, 0.74, TAIL)
    return _plate(sheet, 0.30)


def _car_side() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.0, 0.08, 1.0, 0.12, BRIGHT)
    rect(sheet, 0.0, 0.84, 1.0, 1.0, DARK)
    for u in (0.33, 0.54, 0.745):
        rect(sheet, u, 0.0, u + 0.01, 0.84, SEAM)
    for u in (0.36, 0.57):
        rect(sheet, u, 0.22, u + 0.05, 0.27, METAL)
    for u in (0.19, 0.81):
        disc(sheet, u, 0.86, 0.088, 0.62, BLACK)
    rect(sheet, 0.0, 0.14, 0.035, 0.4, TAIL)
    return rect(sheet, 0.965, 0.18, 1.0, 0.42, LAMP)


def _glass(sheet: Texels | None = None) -> Texels:
    """A pane with what it mirrors, in a frame of paint."""
    made = plain(GLASS) if sheet is None else sheet
    slant = _U[None] + 0.35 * _V[:, None]
    made[(slant > 0.5) & (slant < 0.68)] = SHINE
    made[(slant > 0.74) & (slant < 0.78)] = SHINE
    made[:3] = DARK
    made[-3:] = BLACK
    made[:, :5] = PAINT
    made[:, -5:] = PAINT
    return made


def _windscreen() -> Texels:
    sheet = _glass()
    disc(sheet, 0.72, 0.75, 0.11, 0.34, DARK)     # driver and seats behind the glass
    disc(sheet, 0.30, 0.80, 0.09, 0.26, DARK)
    rect(sheet, 0.06, 0.9, 0.94, 1.0, BLACK)
    return rect(sheet, 0.46, 0.05, 0.54, 0.16, BLACK)


def _cabin_side() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.05, 0.18, 0.95, 0.90, GLASS)
    slant = _U[None] - 0.2 * _V[:, None]
    sheet[(slant > 0.3) & (slant < 0.37) & (sheet == GLASS)] = SHINE
    sheet[(slant > 0.62) & (slant < 0.66) & (sheet == GLASS)] = SHINE
    for u in (0.24, 0.52):
        rect(sheet, u, 0.1, u + 0.035, 1.0, BLACK)
    return rect(sheet, 0.0, 0.92, 1.0, 1.0, METAL)


def _rim() -> Texels:
    sheet = plain(BLACK)
    disc(sheet, 0.5, 0.5, 0.34, 0.34, METAL)
    angle = np.arctan2(_V[:, None] - 0.5, _U[None] - 0.5)
    radius = np.hypot(_V[:, None] - 0.5, _U[None] - 0.5)
    sheet[(np.cos(5 * angle) > 0.25) & (radius > 0.1) & (radius < 0.31)] = DARK
    return disc(sheet, 0.5, 0.5, 0.05, 0.05, DARK)


def _spokes() -> Texels:
    sheet = plain(BLACK)
    radius = np.hypot(_V[:, None] - 0.5, _U[None] - 0.5)
    sheet[(radius > 0.40) & (radius < 0.445)] = METAL
    return sheet


def _truck_front() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.0, 0.0, 1.0, 0.05, DARK)
    rect(sheet, 0.06, 0.12, 0.94, 0.45, GLASS)
    slant = _U[None] + 0.4 * _V[:, None]
    sheet[(slant > 0.45) & (slant < 0.58) & (sheet == GLASS)] = SHINE
    rect(sheet, 0.62, 0.30, 0.80, 0.45, DARK)
    rect(sheet, 0.12, 0.52, 0.88, 0.74, BLACK)
    for v in (0.56, 0.62, 0.68):
        rect(sheet, 0.14, v, 0.86, v + 0.02, METAL)
    rect(sheet, 0.44, 0.54, 0.56, 0.6, BRIGHT)
    rect(sheet, 0.0, 0.78, 1.0, 1.0, DARK)
    _mirrored(sheet, 0.05, 0.81, 0.22, 0.93, LAMP)
    _mirrored(sheet, 0.0, 0.81, 0.045, 0.93, AMBER)
    return _plate(sheet, 0.84, 0.1, 0.09)


def _cab_side() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.45, 0.12, 0.93, 0.45, GLASS)
    rect(sheet, 0.7, 0.12, 0.78, 0.45, SHINE)
    rect(sheet, 0.38, 0.08, 0.40, 0.95, SEAM)
    rect(sheet, 0.44, 0.53, 0.52, 0.56, METAL)
    return rect(sheet, 0.0, 0.86, 1.0, 1.0, DARK)


def _cargo_side() -> Texels:
    sheet = plain(SECOND)
    rect(sheet, 0.0, 0.0, 1.0, 0.04, METAL)
    rect(sheet, 0.0, 0.93, 1.0, 1.0, METAL)
    for k in range(1, 8):
        rect(sheet, k / 8, 0.04, k / 8 + 0.008, 0.93, SEAM)
    disc(sheet, 0.24, 0.48, 0.1, 0.3, THIRD)
    disc(sheet, 0.24, 0.48, 0.055, 0.16, SECOND)
    rect(sheet, 0.38, 0.36, 0.86, 0.50, THIRD)
    return rect(sheet, 0.38, 0.56, 0.72, 0.62, THIRD)


def _cargo_rear() -> Texels:
    sheet = plain(SECOND)
    rect(sheet, 0.0, 0.0, 1.0, 0.05, METAL)
    rect(sheet, 0.49, 0.05, 0.51, 0.95, SEAM)
    for u in (0.3, 0.7):
        rect(sheet, u - 0.01, 0.06, u + 0.01, 0.92, METAL)
    _mirrored(sheet, 0.04, 0.86, 0.2, 0.94, THIRD)
    return rect(sheet, 0.0, 0.95, 1.0, 1.0, DARK)


def _chassis_rear() -> Texels:
    sheet = plain(DARK)
    _mirrored(sheet, 0.03, 0.1, 0.2, 0.5, TAIL)
    _mirrored(sheet, 0.2, 0.1, 0.26, 0.5, AMBER)
    for k in range(0, 12, 2):
        rect(sheet, k / 12, 0.62, (k + 1) / 12, 0.82, TAIL)
    return _plate(sheet, 0.15, 0.12, 0.3)


def _bus_front() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.05, 0.03, 0.95, 0.15, BLACK)
    for u in (0.12, 0.2, 0.26, 0.40, 0.47, 0.53, 0.62, 0.7, 0.78):
        rect(sheet, u, 0.06, u + 0.045, 0.12, AMBER)
    rect(sheet, 0.05, 0.18, 0.95, 0.62, GLASS)
    slant = _U[None] + 0.5 * _V[:, None]
    sheet[(slant > 0.5) & (slant < 0.62) & (sheet == GLASS)] = SHINE
    rect(sheet, 0.495, 0.18, 0.505, 0.62, BLACK)
    disc(sheet, 0.74, 0.56, 0.08, 0.14, DARK)
    rect(sheet, 0.0, 0.68, 1.0, 0.70, BRIGHT)
    _mirrored(sheet, 0.06, 0.76, 0.22, 0.87, LAMP)
    _mirrored(sheet, 0.22, 0.78, 0.27, 0.85, AMBER)
    rect(sheet, 0.0, 0.92, 1.0, 1.0, DARK)
    return _plate(sheet, 0.80, 0.1, 0.09)


def _bus_rear() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.12, 0.1, 0.88, 0.42, GLASS)
    rect(sheet, 0.5, 0.1, 0.62, 0.42, SHINE)
    for v in (0.54, 0.6, 0.66):
        rect(sheet, 0.2, v, 0.8, v + 0.02, DARK)
    _mirrored(sheet, 0.02, 0.62, 0.12, 0.84, TAIL)
    _mirrored(sheet, 0.02, 0.56, 0.12, 0.62, AMBER)
    rect(sheet, 0.0, 0.92, 1.0, 1.0, DARK)
    return _plate(sheet, 0.78, 0.1, 0.09)


def _bus_side() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.0, 0.14, 1.0, 0.5, GLASS)
    for k in range(9):
        rect(sheet, 0.02 + k * 0.115, 0.14, 0.028 + k * 0.115, 0.5, BLACK)
        rect(sheet, 0.06 + k * 0.115, 0.14, 0.075 + k * 0.115, 0.5, SHINE)
    for u in (0.46, 0.90):
        rect(sheet, u, 0.14, u + 0.075, 0.92, GLASS)
        rect(sheet, u + 0.035, 0.14, u + 0.04, 0.92, BLACK)
    rect(sheet, 0.0, 0.60, 0.45, 0.70, SECOND)
    rect(sheet, 0.54, 0.60, 0.89, 0.70, SECOND)
    rect(sheet, 0.0, 0.93, 1.0, 1.0, DARK)
    for u in (0.23, 0.79):
        disc(sheet, u, 0.95, 0.05, 0.2, BLACK)
    return sheet


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


def _bonnet() -> Texels:
    sheet = plain(PAINT)
    _mirrored(sheet, 0.14, 0.0, 0.16, 1.0, SEAM)
    rect(sheet, 0.3, 0.1, 0.42, 1.0, BRIGHT)
    return rect(sheet, 0.0, 0.95, 1.0, 1.0, BLACK)


def _roof() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.15, 0.0, 0.35, 1.0, BRIGHT)
    _mirrored(sheet, 0.03, 0.0, 0.05, 1.0, SEAM)
    return sheet


_MADE: dict[str, Callable[[], Texels]] = {
    'car_front': _car_front, 'car_rear': _car_rear, 'car_side': _car_side, 'windscreen': _windscreen, 'pane': _glass,
    'cabin_side': _cabin_side, 'rim': _rim, 'spokes': _spokes, 'truck_front': _truck_front, 'cab_side': _cab_side,
    'cargo_side': _cargo_side, 'cargo_rear': _cargo_rear, 'chassis_rear': _chassis_rear, 'bus_front': _bus_front,
    'bus_rear': _bus_rear, 'bus_side': _bus_side, 'bricks': _bricks, 'concrete': _concrete, 'ceiling': _ceiling,
    'rail': _rail, 'sign': _sign, 'head_back': _head_back, 'helmet': _helmet, 'bike_helmet': _bike_helmet,
    'jacket': _jacket, 'fur': _fur, 'leaves': _leaves, 'bark': _bark, 'bonnet': _bonnet, 'roof': _roof,
}
# The first COLOURS textures are the plain colours themselves.
NUMBER = {name: COLOURS + place for place, name in enumerate(_MADE)}
ATLAS: Texels = np.concatenate([*(plain(colour) for colour in range(COLOURS)), *(make() for make in _MADE.values())]
                               ).reshape(-1)
