"""The ground's colours: asphalt with grain and marks, kerbs, pavement, grass; or the slabs of a square."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera.road import Layout, Road
from outrider_sim.world.camera.view import F32

_TILE = 512
_KERB_M, _PAVEMENT_M = 0.16, 2.0
# Lightness and hue of each surface, RGB.
_ASPHALT, _KERB, _PAVEMENT, _GRASS, _MARK = ((88, 88, 91), (150, 149, 146), (128, 125, 121), (84, 106, 58),
                                             (208, 208, 202))
_SLAB = (148, 145, 139)
_COLOURS = np.array([_ASPHALT, _KERB, _PAVEMENT, _GRASS, _SLAB], dtype=np.float32)
Bands = NDArray[np.intp]


class Ground:
    """Colours of places on the ground."""

    def __init__(self, road: Road, seed: int) -> None:
        """Draw grain and patches."""
        self.road = road
        random = np.random.default_rng([seed, 21])
        grain = random.standard_normal((_TILE, _TILE)).astype(np.float32)
        rough = _smooth(random.standard_normal((_TILE, _TILE)).astype(np.float32), 9)
        self._grain = (0.075 * grain + 0.06 * _smooth(grain, 2)).reshape(-1)
        self._rough = (0.10 * rough).reshape(-1)

    def colours(self, x: F32, y: F32, depth: F32, pixel_m: F32) -> list[F32]:
        """Return red, green, blue (n,) of places (n,) in the world seen at `depth`; a pixel spans `pixel_m` across."""
        along, left = self.road.place(x, y)
        layout = self.road.layout
        soft = np.maximum(pixel_m, 0.015)
        if layout.square:
            level = self._texture(x, y, depth)
            level *= 1.0 - 0.35 * self._joints(x, y, depth)
            return [level * np.float32(channel) for channel in _SLAB]
        band = self._bands(left, layout)
        level = self._texture(x, y, depth)
        inside = band == 0
        # Wheels polish two tracks of each lane.
        if layout.middle_m is not None or layout.left_m > 2.0:
            track = np.abs(np.abs(left - np.float32(1.6)) - np.float32(0.75))
            level -= np.where(inside, np.maximum(0.05 - 0.12 * track, 0.0), 0.0)
        mark = self._marks(along, left, soft, layout) * inside
        colours = []
        for channel in range(3):
            one = _COLOURS[:, channel].take(band)
            one += (np.float32(_MARK[channel]) - one) * mark
            one *= level
            colours.append(one)
        return colours

    @staticmethod
    def _bands(left: F32, layout: Layout) -> Bands:
        """Return 0 road, 1 kerb, 2 pavement, 3 grass."""
        off = np.maximum(np.float32(layout.right_m) - left, left - np.float32(layout.left_m))
        band: Bands = (off > 0.0).astype(np.intp)
        band += off > _KERB_M
        band += off > _KERB_M + _PAVEMENT_M
        return band

    def _texture(self, x: F32, y: F32, depth: F32) -> F32:
        fine = ((y * 40.0).astype(np.intp) & (_TILE - 1)) * _TILE + ((x * 40.0).astype(np.intp) & (_TILE - 1))
        coarse = ((y * 3.1).astype(np.intp) & (_TILE - 1)) * _TILE + ((x * 1.7).astype(np.intp) & (_TILE - 1))
        fade = 1.0 / (1.0 + 0.12 * depth)
        level = self._grain.take(fine)
        level *= fade
        level += self._rough.take(coarse)
        level += 1.0
        return level

    @staticmethod
    def _marks(along: F32, left: F32, soft: F32, layout: Layout) -> F32:
        """Return how much of each pixel is paint: lines at both edges, dashes where the lanes meet."""
        def line(at: float, half: float) -> F32:
            # Share of the pixel that the line covers.
            edge = np.abs(left - np.float32(at))
            share: F32 = np.clip((half - edge) / soft + 0.5, 0.0, np.minimum(1.0, 2.0 * half / soft))
            return share

        paint = line(layout.left_m - 0.25, 0.06)
        paint = np.maximum(paint, line(max(layout.right_m + 0.22, -1.3), 0.06))
        if layout.middle_m is not None:
            dashed = (along - 9.0 * np.floor(along * np.float32(1.0 / 9.0))) < 4.0
            paint = np.maximum(paint, line(layout.middle_m, 0.06) * dashed)
        return paint

    @staticmethod
    def _joints(x: F32, y: F32, depth: F32) -> F32:
        """Return how much of each pixel is a joint between slabs of 2 m."""
        x, y = x * np.float32(0.5), y * np.float32(0.5)
        edge = np.minimum(np.abs(x - np.rint(x)), np.abs(y - np.rint(y)))
        joint: F32 = np.clip(0.012 / (edge + 0.002 * depth * 0.3 + 1e-4) - 0.6, 0.0, 1.0)
        return joint


def _smooth(field: F32, size: int) -> F32:
    """Return a wrapped box blur with the spread restored."""
    spread = float(field.std())
    for axis in (0, 1):
        field = sum((np.roll(field, step, axis) for step in range(-size, size + 1)), np.zeros_like(field))
    made: F32 = (field * (spread / float(field.std()))).astype(np.float32)
    return made
