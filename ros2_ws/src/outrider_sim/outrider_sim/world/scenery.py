"""What stands: things of the scenario as boxes and as upright segments, computed once.

| thing | becomes |
|---|---|
| parked_cars, trees, signs | boxes, the first one's centre at `from`, then every `every_m` up to `to` |
| wall, guard_rail | one segment from the ground up |
| bridge | a deck across: one segment from 4.5 to 6 m, 8 m wide |
| tunnel | two walls 4 m to either side of the line and a ceiling; within it neither GPS nor daylight |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.model import Point, Thing

Floats = NDArray[np.float64]

# Length (along the row), width, height in m.
_BOXES = {'parked_cars': (4.5, 1.8, 1.5), 'trees': (0.4, 0.4, 6.0), 'signs': (0.1, 0.6, 2.2)}
# Bottom and top in m: EN 1317 rails are 0.75 m high, clearance below road bridges is 4.5 m.
_HEIGHTS = {'guard_rail': (0.45, 0.75), 'wall': (0.0, 2.5), 'bridge': (4.5, 6.0), 'tunnel': (0.0, 5.0)}
TUNNEL_HALF_WIDTH_M = 4.0
BRIDGE_WIDTH_M = 8.0


@dataclass(frozen=True)
class Box:
    """A body that stands. The row of things it belongs to is `kind`."""

    kind: str
    thing: int                       # its place in the file's things
    xy: Point
    heading: float                   # rad
    size_m: tuple[float, float, float]


@dataclass(frozen=True)
class Wall:
    """An upright surface above a line on the ground, from `low_m` to `high_m`."""

    kind: str
    thing: int
    start: Point
    end: Point
    low_m: float
    high_m: float
    every_m: float = 4.0             # from one spot that reflects to the next: posts, joints


@dataclass(frozen=True)
class Scenery:
    """All that stands. Arrays (boxes, ...) and (walls, ...) in the same order as the tuples."""

    boxes: tuple[Box, ...]
    walls: tuple[Wall, ...]
    tunnels: tuple[tuple[Point, Point], ...]
    box_xy: Floats                   # (b, 2)
    box_heading: Floats              # (b,)
    box_size_m: Floats               # (b, 3)
    wall_start: Floats               # (w, 2)
    wall_end: Floats                 # (w, 2)

    def in_tunnel(self, x: float, y: float) -> bool:
        """Tell whether a place lies in a tunnel."""
        for (x0, y0), (x1, y1) in self.tunnels:
            length = math.hypot(x1 - x0, y1 - y0)
            along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length
            across = ((y - y0) * (x1 - x0) - (x - x0) * (y1 - y0)) / length
            if 0.0 <= along <= length and abs(across) <= TUNNEL_HALF_WIDTH_M:
                return True
        return False


def build(things: Sequence[Thing]) -> Scenery:
    """Return the bodies and walls of all things."""
    boxes: list[Box] = []
    walls: list[Wall] = []
    for place, thing in enumerate(things):
        if thing.kind in _BOXES:
            boxes += _row(place, thing)
        else:
            walls += _walls(place, thing)
    return Scenery(
        tuple(boxes), tuple(walls), tuple((thing.start, thing.end) for thing in things if thing.kind == 'tunnel'),
        np.array([box.xy for box in boxes], dtype=float).reshape(-1, 2), np.array([box.heading for box in boxes]),
        np.array([box.size_m for box in boxes], dtype=float).reshape(-1, 3),
        np.array([wall.start for wall in walls], dtype=float).reshape(-1, 2),
        np.array([wall.end for wall in walls], dtype=float).reshape(-1, 2))


def _row(place: int, thing: Thing) -> list[Box]:
    (x0, y0), (x1, y1) = thing.start, thing.end
    length, heading = math.dist(thing.start, thing.end), math.atan2(y1 - y0, x1 - x0)
    count = int(length / thing.every_m + 1e-9) + 1
    return [Box(thing.kind, place, (x0 + step * math.cos(heading), y0 + step * math.sin(heading)), heading,
                _BOXES[thing.kind]) for step in (number * thing.every_m for number in range(count))]


def _walls(place: int, thing: Thing) -> list[Wall]:
    low, high = _HEIGHTS[thing.kind]
    if thing.kind in ('wall', 'guard_rail'):
        return [Wall(thing.kind, place, thing.start, thing.end, low, high, thing.every_m)]
    (x0, y0), (x1, y1) = thing.start, thing.end
    length = math.dist(thing.start, thing.end)
    half = TUNNEL_HALF_WIDTH_M if thing.kind == 'tunnel' else BRIDGE_WIDTH_M / 2
    dx, dy = -(y1 - y0) / length * half, (x1 - x0) / length * half
    return [Wall(thing.kind, place, (x0 + side * dx, y0 + side * dy), (x1 + side * dx, y1 + side * dy), low, high)
            for side in (1.0, -1.0)]
