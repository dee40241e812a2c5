"""What is painted on cars, trucks, buses and wheels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from outrider_sim.world.camera.texels import (
    AMBER,
    BLACK,
    BRIGHT,
    DARK,
    GLASS,
    LAMP,
    METAL,
    PAINT,
    SEAM,
    SECOND,
    SHINE,
    TAIL,
    THIRD,
    Texels,
    U,
    V,
    disc,
    mirrored,
    plain,
    plate,
    rect,
)


def _car_front() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.27, 0.16, 0.73, 0.42, BLACK)
    rect(sheet, 0.27, 0.27, 0.73, 0.31, METAL)
    mirrored(sheet, 0.03, 0.12, 0.24, 0.40, LAMP)
    mirrored(sheet, 0.03, 0.40, 0.24, 0.46, DARK)
    rect(sheet, 0.0, 0.56, 1.0, 0.59, SEAM)
    rect(sheet, 0.2, 0.72, 0.8, 0.95, BLACK)
    mirrored(sheet, 0.05, 0.74, 0.14, 0.88, SHINE)
    return plate(sheet, 0.52)


def _car_rear() -> Texels:
    sheet = plain(PAINT)
    mirrored(sheet, 0.0, 0.03, 0.25, 0.38, DARK)
    mirrored(sheet, 0.015, 0.07, 0.235, 0.34, TAIL)
    mirrored(sheet, 0.16, 0.22, 0.235, 0.34, BRIGHT)
    rect(sheet, 0.24, 0.1, 0.76, 0.13, METAL)
    rect(sheet, 0.0, 0.55, 1.0, 0.58, SEAM)
    rect(sheet, 0.12, 0.78, 0.88, 1.0, BLACK)
    mirrored(sheet, 0.05, 0.68, 0.13, 0.74, TAIL)
    return plate(sheet, 0.30)


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
    slant = U[None] + 0.35 * V[:, None]
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
    slant = U[None] - 0.2 * V[:, None]
    sheet[(slant > 0.3) & (slant < 0.37) & (sheet == GLASS)] = SHINE
    sheet[(slant > 0.62) & (slant < 0.66) & (sheet == GLASS)] = SHINE
    for u in (0.24, 0.52):
        rect(sheet, u, 0.1, u + 0.035, 1.0, BLACK)
    return rect(sheet, 0.0, 0.92, 1.0, 1.0, METAL)


def _rim() -> Texels:
    sheet = plain(BLACK)
    disc(sheet, 0.5, 0.5, 0.34, 0.34, METAL)
    angle = np.arctan2(V[:, None] - 0.5, U[None] - 0.5)
    radius = np.hypot(V[:, None] - 0.5, U[None] - 0.5)
    sheet[(np.cos(5 * angle) > 0.25) & (radius > 0.1) & (radius < 0.31)] = DARK
    return disc(sheet, 0.5, 0.5, 0.05, 0.05, DARK)


def _spokes() -> Texels:
    sheet = plain(BLACK)
    radius = np.hypot(V[:, None] - 0.5, U[None] - 0.5)
    sheet[(radius > 0.40) & (radius < 0.445)] = METAL
    return sheet


def _truck_front() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.0, 0.0, 1.0, 0.05, DARK)
    rect(sheet, 0.06, 0.12, 0.94, 0.45, GLASS)
    slant = U[None] + 0.4 * V[:, None]
    sheet[(slant > 0.45) & (slant < 0.58) & (sheet == GLASS)] = SHINE
    rect(sheet, 0.62, 0.30, 0.80, 0.45, DARK)
    rect(sheet, 0.12, 0.52, 0.88, 0.74, BLACK)
    for v in (0.56, 0.62, 0.68):
        rect(sheet, 0.14, v, 0.86, v + 0.02, METAL)
    rect(sheet, 0.44, 0.54, 0.56, 0.6, BRIGHT)
    rect(sheet, 0.0, 0.78, 1.0, 1.0, DARK)
    mirrored(sheet, 0.05, 0.81, 0.22, 0.93, LAMP)
    mirrored(sheet, 0.0, 0.81, 0.045, 0.93, AMBER)
    return plate(sheet, 0.84, 0.1, 0.09)


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
    mirrored(sheet, 0.04, 0.86, 0.2, 0.94, THIRD)
    return rect(sheet, 0.0, 0.95, 1.0, 1.0, DARK)


def _chassis_rear() -> Texels:
    sheet = plain(DARK)
    mirrored(sheet, 0.03, 0.1, 0.2, 0.5, TAIL)
    mirrored(sheet, 0.2, 0.1, 0.26, 0.5, AMBER)
    for k in range(0, 12, 2):
        rect(sheet, k / 12, 0.62, (k + 1) / 12, 0.82, TAIL)
    return plate(sheet, 0.15, 0.12, 0.3)


def _bus_front() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.05, 0.03, 0.95, 0.15, BLACK)
    for u in (0.12, 0.2, 0.26, 0.40, 0.47, 0.53, 0.62, 0.7, 0.78):
        rect(sheet, u, 0.06, u + 0.045, 0.12, AMBER)
    rect(sheet, 0.05, 0.18, 0.95, 0.62, GLASS)
    slant = U[None] + 0.5 * V[:, None]
    sheet[(slant > 0.5) & (slant < 0.62) & (sheet == GLASS)] = SHINE
    rect(sheet, 0.495, 0.18, 0.505, 0.62, BLACK)
    disc(sheet, 0.74, 0.56, 0.08, 0.14, DARK)
    rect(sheet, 0.0, 0.68, 1.0, 0.70, BRIGHT)
    mirrored(sheet, 0.06, 0.76, 0.22, 0.87, LAMP)
    mirrored(sheet, 0.22, 0.78, 0.27, 0.85, AMBER)
    rect(sheet, 0.0, 0.92, 1.0, 1.0, DARK)
    return plate(sheet, 0.80, 0.1, 0.09)


def _bus_rear() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.12, 0.1, 0.88, 0.42, GLASS)
    rect(sheet, 0.5, 0.1, 0.62, 0.42, SHINE)
    for v in (0.54, 0.6, 0.66):
        rect(sheet, 0.2, v, 0.8, v + 0.02, DARK)
    mirrored(sheet, 0.02, 0.62, 0.12, 0.84, TAIL)
    mirrored(sheet, 0.02, 0.56, 0.12, 0.62, AMBER)
    rect(sheet, 0.0, 0.92, 1.0, 1.0, DARK)
    return plate(sheet, 0.78, 0.1, 0.09)


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


def _bonnet() -> Texels:
    sheet = plain(PAINT)
    mirrored(sheet, 0.14, 0.0, 0.16, 1.0, SEAM)
    rect(sheet, 0.3, 0.1, 0.42, 1.0, BRIGHT)
    return rect(sheet, 0.0, 0.95, 1.0, 1.0, BLACK)


def _roof() -> Texels:
    sheet = plain(PAINT)
    rect(sheet, 0.15, 0.0, 0.35, 1.0, BRIGHT)
    mirrored(sheet, 0.03, 0.0, 0.05, 1.0, SEAM)
    return sheet


MADE: dict[str, Callable[[], Texels]] = {
    'car_front': _car_front, 'car_rear': _car_rear, 'car_side': _car_side, 'pane': _glass, 'windscreen': _windscreen,
    'cabin_side': _cabin_side, 'rim': _rim, 'spokes': _spokes, 'truck_front': _truck_front, 'cab_side': _cab_side,
    'cargo_side': _cargo_side, 'cargo_rear': _cargo_rear, 'chassis_rear': _chassis_rear, 'bus_front': _bus_front,
    'bus_rear': _bus_rear, 'bus_side': _bus_side, 'bonnet': _bonnet, 'roof': _roof,
}
