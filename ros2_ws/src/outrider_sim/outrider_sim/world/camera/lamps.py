"""Lamps of vehicles: where they sit, their glare on the picture, their light on the road."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera.cast import GROUND, NEAR_M
from outrider_sim.world.camera.light import Light
from outrider_sim.world.camera.scene import Stand
from outrider_sim.world.camera.shapes import Floats
from outrider_sim.world.camera.view import F32, View, optical
from outrider_sim.world.eye import Eye

# Of each class: height and distance from the middle as shares of its box, radius in m, strength; front, then rear.
_FRONT = {'car': (0.42, 0.78, 0.10, 1.0), 'truck': (0.26, 0.72, 0.11, 1.1), 'bus': (0.24, 0.72, 0.11, 1.1),
          'motorcycle': (0.61, 0.0, 0.10, 1.0), 'scooter': (0.57, 0.0, 0.04, 0.4), 'bicycle': (0.53, 0.0, 0.04, 0.5)}
_REAR = {'car': (0.50, 0.80, 0.09, 0.5), 'truck': (0.27, 0.78, 0.10, 0.5), 'bus': (0.26, 0.88, 0.10, 0.5),
         'motorcycle': (0.55, 0.0, 0.07, 0.5), 'scooter': (0.08, 0.0, 0.04, 0.35), 'bicycle': (0.46, 0.0, 0.04, 0.4)}
_WHITE, _RED = np.array([255.0, 246.0, 226.0]), np.array([255.0, 34.0, 22.0])
_POOLS = 5                     # vehicles whose light on the road is drawn
_POOL_M = 70.0


@dataclass(frozen=True)
class Lamp:
    """A lamp that shines: place (3,), which way, radius m, strength, colour (3,)."""

    place: Floats
    ahead: tuple[float, float]
    radius_m: float
    strength: float
    colour: Floats


def lamps_of(stand: Stand, size_m: tuple[float, float, float]) -> list[Lamp]:
    """Return the lamps of a vehicle that is driven."""
    made = []
    c, s = math.cos(stand.heading), math.sin(stand.heading)
    for table, way, colour in ((_FRONT, 1.0, _WHITE), (_REAR, -1.0, _RED)):
        if stand.kind not in table:
            continue
        high, aside, radius, strength = table[stand.kind]
        # A lamp on a fork is not at the box's end.
        x = way * size_m[0] * (0.49 if aside else 0.36 if way > 0 else 0.44)
        for y in ((0.5 * aside * size_m[1], -0.5 * aside * size_m[1]) if aside else (0.0,)):
            place = np.array([stand.xy[0] + c * x - s * y, stand.xy[1] + s * x + c * y, high * size_m[2]])
            made.append(Lamp(place, (way * c, way * s), radius, strength, colour))
    return made


def glare(image: F32, lamps: list[Lamp], view: View, eye: Eye, light: Light, face: NDArray[np.int32], w: F32) -> None:
    """Add each lamp that is seen to the picture (3, height, width): a disc, its halo, its image on a wet road."""
    axes = optical(eye)
    for lamp in lamps:
        x, y, depth = ((lamp.place - eye.place) @ axes).tolist()
        if depth < 0.3:
            continue
        u, v = view.fx * x / depth + view.ppx, view.fy * y / depth + view.ppy
        column, row = round(u), round(v)
        if not (0 <= column < view.width and 0 <= row < view.height) or w[row, column] > 1.08 / depth + 0.02:
            continue
        off = eye.place[:2] - lamp.place[:2]
        facing = float(off @ np.array(lamp.ahead)) / max(float(np.hypot(*off)), 0.1)
        if facing < 0.05:
            continue
        power = lamp.strength * light.lamps * facing * math.exp(-depth / (3.0 * light.fog_m))
        core = max(0.75, lamp.radius_m * view.fx / depth)
        # Halo: light spread by lens and air; it grows with the light that arrives.
        halo = view.fx / 212.0 * (3.0 + 5.0 * power) * (1.6 if light.fog_m < 200.0 else 1.0)
        _spot(image, u, v, core, core, power * lamp.colour * 1.2)
        _spot(image, u, v, halo, halo, power ** 1.5 * lamp.colour * 0.35 * min(1.0, 0.3 + 12.0 / depth))
        if light.wet:
            low = lamp.place - np.array([0.0, 0.0, 2.0 * lamp.place[2]])
            mirror = (low - eye.place) @ axes
            if mirror[2] > NEAR_M:
                below = float(view.fy * mirror[1] / mirror[2] + view.ppy)
                _spot(image, u, below, 1.6 * core + 0.8, max(4.0, 0.55 * (below - v)), power * lamp.colour * 0.45,
                      face == GROUND)


def _spot(image: F32, u: float, v: float, wide: float, high: float, colour: Floats,
          where: NDArray[np.bool_] | None = None) -> None:
    height, width = image.shape[1:]
    left, right = max(int(u - 2.6 * wide), 0), min(int(u + 2.6 * wide) + 2, width)
    top, bottom = max(int(v - 2.6 * high), 0), min(int(v + 2.6 * high) + 2, height)
    if left >= right or top >= bottom:
        return
    x = np.exp(-((np.arange(left, right) - u) / wide) ** 2).astype(np.float32)
    y = np.exp(-((np.arange(top, bottom) - v) / high) ** 2).astype(np.float32)
    spot = y[:, None] * x
    if where is not None:
        spot *= where[top:bottom, left:right]
    for channel, value in enumerate(colour.tolist()):
        image[channel, top:bottom, left:right] += spot * np.float32(value)


def pools(x: F32, y: F32, drawn: list[Stand], size_m: Floats, eye: Eye) -> F32:
    """Return how much light the nearest vehicles throw on places on the road, x and y of one shape."""
    made = np.zeros_like(x)
    near = [stand for stand in drawn if stand.kind in _FRONT and
            math.hypot(stand.xy[0] - eye.place[0], stand.xy[1] - eye.place[1]) < _POOL_M][:_POOLS]
    for stand in near:
        c, s = np.float32(math.cos(stand.heading)), np.float32(math.sin(stand.heading))
        dx, dy = x - np.float32(stand.xy[0]), y - np.float32(stand.xy[1])
        ahead = c * dx + s * dy - np.float32(0.45 * size_m[stand.actor, 0])
        aside = c * dy - s * dx
        strength = _FRONT[stand.kind][3]
        spread = np.float32(0.6) + np.float32(0.5 * size_m[stand.actor, 1]) + np.float32(0.2) * np.abs(ahead)
        beam = np.exp(-np.abs(ahead - 5.0) / (8.0 * strength) - (aside / spread) ** 2)
        beam *= np.clip(ahead * 0.6, 0.0, 1.0)
        made += np.float32(1.1 * strength) * beam
    return made
