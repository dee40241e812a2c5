"""The sky and what stands at the horizon, as one strip around: azimuth by columns, elevation by rows."""

from __future__ import annotations

import numpy as np

from outrider_sim.world.camera.light import Light
from outrider_sim.world.camera.shapes import Floats
from outrider_sim.world.camera.view import F32

_COLUMNS, _ROWS = 2048, 256
_LOW, _HIGH = -0.03, 1.1        # elevation as a tangent


class Sky:
    """The strip for each light, made when first asked for."""

    def __init__(self, seed: int) -> None:
        """Draw the outline of hills and trees, and clouds."""
        random = np.random.default_rng([seed, 31])
        turn = np.arange(_COLUMNS) * (2.0 * np.pi / _COLUMNS)
        hills = np.zeros(_COLUMNS)
        for order in range(2, 40):
            hills += random.normal(0.0, 0.02 / order) * np.cos(order * turn + random.uniform(0, 6.3))
        trees = random.standard_normal(_COLUMNS)
        trees = sum((np.roll(trees, step) for step in range(-3, 4)), np.zeros(_COLUMNS)) / 7.0
        self._hills = 0.035 + hills
        self._trees = 0.016 + 0.4 * np.abs(hills) + 0.010 * trees
        self._clouds = _clouds(random)
        self._strips: dict[Light, list[F32]] = {}
        self._stars = random.random((_ROWS, _COLUMNS)) < 0.0012

    def colours(self, x: F32, y: F32, up: F32, light: Light) -> list[F32]:
        """Return red, green, blue (n,) of directions x, y, up (n,)."""
        if light not in self._strips:
            self._strips[light] = self._strip(light)
        column = (np.arctan2(y, x) * np.float32(_COLUMNS / (2.0 * np.pi))).astype(np.intp) & (_COLUMNS - 1)
        row = ((up / np.hypot(x, y) - np.float32(_LOW)) * np.float32(_ROWS / (_HIGH - _LOW))).astype(np.intp)
        np.clip(row, 0, _ROWS - 1, out=row)
        row *= _COLUMNS
        row += column
        return [channel.take(row) for channel in self._strips[light]]

    def _strip(self, light: Light) -> list[F32]:
        rise = np.linspace(_LOW, _HIGH, _ROWS)[:, None]
        share = np.clip(rise / 0.7, 0.0, 1.0) ** 0.6
        made = []
        haze = np.clip(1.0 - np.abs(rise) / 0.08, 0.0, 1.0) * 0.2
        for channel in range(3):
            zenith, horizon = light.zenith[channel], light.horizon[channel]
            sky = horizon + (zenith - horizon) * share + np.zeros((1, _COLUMNS))
            white = min(255.0, 1.12 * max(horizon, zenith) + 12.0)
            sky += (white - sky) * self._clouds * np.clip(rise * 6.0, 0.0, 1.0) * 0.75 * light.clouds
            if light.lamps >= 1.0 and light.clouds > 0.0:
                sky += 90.0 * self._stars * (rise > 0.1)
            far = light.hills[channel] + (horizon - light.hills[channel]) * max(0.5, light.haze)
            sky = np.where(rise < self._hills, far + (horizon - far) * haze, sky)
            near = light.hills[channel] * (0.62, 0.78, 0.58)[channel]
            near += (horizon - near) * light.haze
            made.append(np.where(rise < self._trees, near, sky).astype(np.float32).reshape(-1))
        return made


def _clouds(random: np.random.Generator) -> Floats:
    """Return how white each place of the strip is, 0..1: noise in octaves, flatter towards the horizon."""
    rise = np.sqrt(np.linspace(0.0, 1.0, _ROWS))[:, None]
    turn = np.arange(_COLUMNS)[None] / _COLUMNS
    field = np.zeros((_ROWS, _COLUMNS))
    for octave in range(5):
        rows, columns = 3 * 2 ** octave, 9 * 2 ** octave
        grid = random.standard_normal((rows + 2, columns))
        v, u = rise * rows, turn * columns
        top, left = v.astype(int), u.astype(int)
        v, u = _eased(v - top), _eased(u - left)
        right = (left + 1) % columns
        field += 0.55 ** octave * ((1 - v) * ((1 - u) * grid[top, left] + u * grid[top, right])
                                   + v * ((1 - u) * grid[top + 1, left] + u * grid[top + 1, right]))
    made: Floats = np.clip(field / field.std() * 0.8 - 0.15, 0.0, 1.0)
    return made


def _eased(share: Floats) -> Floats:
    made: Floats = share * share * (3.0 - 2.0 * share)
    return made
