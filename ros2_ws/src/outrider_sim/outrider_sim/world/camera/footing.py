"""What bodies do to the ground's light: shadows beneath and beside them, lamps before them. On a coarser grid."""

from __future__ import annotations

import math

import numpy as np

from outrider_sim.world.camera.lamps import pools
from outrider_sim.world.camera.light import Light
from outrider_sim.world.camera.scene import Stand
from outrider_sim.world.camera.shapes import Floats, Ints
from outrider_sim.world.camera.view import F32, View, optical
from outrider_sim.world.eye import Eye

_STEP = 2                # pixels of the picture to one of the grid, each way
_SHADOW_M = 45.0         # farther shadows are too small
_KINDS_WITHOUT = ('bridge', 'tunnel', 'signs', 'guard_rail', 'wall')


class Footing:
    """Light on the ground for each pixel of a view."""

    def __init__(self, view: View) -> None:
        """Lay the grid."""
        self.view = view
        self._columns, self._rows = -(-view.width // _STEP), -(-view.height // _STEP)
        middle = 0.5 * (_STEP - 1)
        self._x = ((np.arange(self._columns) * _STEP + middle - view.ppx) / view.fx).astype(np.float32)
        self._y = ((np.arange(self._rows) * _STEP + middle - view.ppy) / view.fy).astype(np.float32)[:, None]
        columns, rows = np.arange(view.width) // _STEP, np.arange(view.height) // _STEP
        self._of = (rows[:, None] * self._columns + columns).reshape(-1)

    def light(self, pixels: Ints, drawn: tuple[Stand, ...], size_m: Floats, eye: Eye, light: Light,
              heading: float) -> tuple[F32, F32]:
        """Return light of the sky, as a share, and of lamps at pixels (n,) that see the ground."""
        axes = optical(eye).astype(np.float32)
        down = np.minimum(axes[2, 0] * self._x + axes[2, 1] * self._y + axes[2, 2], np.float32(-1e-3))
        depth = np.float32(-eye.place[2]) / down
        x = (axes[0, 0] * self._x + axes[0, 1] * self._y + axes[0, 2]) * depth
        y = (axes[1, 0] * self._x + axes[1, 1] * self._y + axes[1, 2]) * depth
        dim = np.ones_like(x)
        for stand in drawn:
            dx, dy = stand.xy[0] - float(eye.place[0]), stand.xy[1] - float(eye.place[1])
            if math.hypot(dx, dy) < _SHADOW_M and stand.kind not in _KINDS_WITHOUT:
                self._shadow(dim, x, y, stand, size_m, (dx, dy), light)
        lit = np.zeros_like(x)
        if light.lamps > 0.0:
            place = eye.place.astype(np.float32)
            lit = np.float32(light.lamps) * pools(x + place[0], y + place[1], [one for one in drawn if one.actor >= 0],
                                                  size_m, eye)
            lit += np.float32(0.35 * light.lamps) * self._own(x, y, eye, heading)
        return dim.reshape(-1).take(self._of.take(pixels)), lit.reshape(-1).take(self._of.take(pixels))

    @staticmethod
    def _own(x: F32, y: F32, eye: Eye, heading: float) -> F32:
        """Return the light of the rider's own lamp, which shines ahead and a little behind."""
        c, s = np.float32(math.cos(heading)), np.float32(math.sin(heading))
        ahead, aside = c * x + s * y, c * y - s * x
        beam: F32 = np.where(ahead > 0.0, np.exp(-np.abs(ahead) / 9.0 - (aside / (0.5 + 0.25 * np.abs(ahead))) ** 2),
                             0.35 * np.exp(-np.abs(ahead) / 1.5 - (aside / 1.2) ** 2)).astype(np.float32)
        return beam

    def _shadow(self, dim: F32, x: F32, y: F32, stand: Stand, size_m: Floats, off: tuple[float, float],
                light: Light) -> None:
        """Darken beneath a body, and where the sun does not reach."""
        if stand.actor >= 0:
            long, wide = size_m[stand.actor, 0], size_m[stand.actor, 1]
        elif stand.kind == 'trees':
            long, wide = 0.4, 0.4
        else:
            long, wide = 4.5, 1.8
        slim = stand.kind in ('bicycle', 'motorcycle', 'scooter', 'dog', 'person')
        self._patch(dim, x, y, stand.heading, off, 0.5 * long, 0.5 * wide * (0.7 if slim else 1.0), 0.3,
                    0.45 if slim else 0.72)
        sun = light.to_sun
        if light.sun > 0.12 and sun[2] > 0.1:
            rise = 0.55 * stand.height_m if stand.kind != 'trees' else 4.0
            shift = (off[0] - sun[0] / sun[2] * rise, off[1] - sun[1] / sun[2] * rise)
            grown = 0.15 * stand.height_m if stand.kind != 'trees' else 1.3
            self._patch(dim, x, y, stand.heading, shift, 0.42 * long + grown * 0.5, 0.42 * wide + grown, 0.35,
                        0.8 * light.sun * (0.6 if slim else 1.0))

    def _patch(self, dim: F32, x: F32, y: F32, heading: float, off: tuple[float, float], long: float, wide: float,
               soft: float, depth: float) -> None:
        c, s = math.cos(heading), math.sin(heading)
        reach = math.hypot(long, wide) + soft
        # Rows and columns that the patch can touch, from the grid's own places.
        touched = (np.abs(x - np.float32(off[0])) < reach) & (np.abs(y - np.float32(off[1])) < reach)
        rows = np.flatnonzero(touched.any(axis=1))
        if not len(rows):
            return
        columns = np.flatnonzero(touched[rows[0]:rows[-1] + 1].any(axis=0))
        part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        dx, dy = x[part] - np.float32(off[0]), y[part] - np.float32(off[1])
        outside = np.maximum(np.abs(np.float32(c) * dx + np.float32(s) * dy) - np.float32(long),
                             np.abs(np.float32(c) * dy - np.float32(s) * dx) - np.float32(wide))
        dim[part] *= 1.0 - np.float32(depth) * np.clip(0.5 - outside * np.float32(0.5 / soft), 0.0, 1.0)
