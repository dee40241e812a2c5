"""Where the road lies: how far left of its line a place on the ground is, and how far along."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from outrider_sim.world.camera.shapes import Floats
from outrider_sim.world.camera.view import F32
from outrider_sim.world.model import Straight
from outrider_sim.world.scenery import Scenery
from outrider_sim.world.world import World

RIGHT_M, LEFT_M = -1.45, 6.4     # edges of a road of two lanes beside a rider who keeps to the right
LANE_M = 3.25                    # from the rider's line to the middle of the road
_CELL_M, _MARGIN_M, _BEYOND_M = 0.5, 12.0, 80.0
_BESIDE_M = 0.45                 # from a road's edge to what stands beside it


@dataclass(frozen=True)
class Layout:
    """What lies beside what, in m left of the rider's line. `square`: no road but a paved place."""

    right_m: float
    left_m: float
    middle_m: float | None       # where the lanes meet; None: one lane
    square: bool


class Road:
    """The line that the rider follows, as a straight line or, where it bends, as a map of cells."""

    def __init__(self, world: World | Scenery) -> None:
        """Lay the road along the rider's way; a machine without one stands on a square."""
        self.layout = _layout(world)
        self._map: F32 | None = None
        if isinstance(world, World) and world.scenario.rig.drive == 'path' and \
                not isinstance(world.scenario.rig.path, Straight):
            self._map = self._cells(_line(world))

    def place(self, x: F32, y: F32) -> tuple[F32, F32]:
        """Return metres along and left of the line of places on the ground (n,), (n,)."""
        if self._map is None:
            return x, y
        column = np.clip((x - self._low[0]) / _CELL_M, 0, self._map.shape[1] - 1).astype(np.intp)
        row = np.clip((y - self._low[1]) / _CELL_M, 0, self._map.shape[0] - 1).astype(np.intp)
        cell = self._map[row, column]
        dx = x - (self._low[0] + (column + np.float32(0.5)) * np.float32(_CELL_M)).astype(np.float32)
        dy = y - (self._low[1] + (row + np.float32(0.5)) * np.float32(_CELL_M)).astype(np.float32)
        along: F32 = (cell[:, 0] + dx * cell[:, 2] + dy * cell[:, 3]).astype(np.float32)
        left: F32 = (cell[:, 1] + dy * cell[:, 2] - dx * cell[:, 3]).astype(np.float32)
        return along, left

    def _cells(self, line: Floats) -> F32:
        """Return along, left, cos and sin of the nearest point of the line for every cell."""
        low, high = line[:, :2].min(axis=0) - _MARGIN_M, line[:, :2].max(axis=0) + _MARGIN_M
        self._low = low
        columns, rows = (math.ceil(size / _CELL_M) for size in (high - low).tolist())
        made = np.zeros((rows, columns, 4), np.float32)
        x = low[0] + (np.arange(columns) + 0.5) * _CELL_M
        way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(line[:, 0]), np.diff(line[:, 1])))])
        across = ((x[:, None] - line[:, 0]) ** 2).astype(np.float32)
        for row in range(rows):
            y = low[1] + (row + 0.5) * _CELL_M
            nearest = np.argmin(across + ((y - line[:, 1]) ** 2).astype(np.float32), axis=1)
            c, s = np.cos(line[nearest, 2]), np.sin(line[nearest, 2])
            dx, dy = x - line[nearest, 0], y - line[nearest, 1]
            made[row] = np.stack([way[nearest] + dx * c + dy * s, dy * c - dx * s, c, s], axis=1)
        return made


def _line(world: World) -> Floats:
    """Return the rider's way as rows x, y, heading (k, 3), a metre apart, and straight on beyond both its ends."""
    poses = world.poses(np.arange(0.0, world.scenario.duration_s + 0.1, 0.1))
    way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(poses.x), np.diff(poses.y)))])
    take = np.minimum(np.unique(np.searchsorted(way, np.arange(0.0, way[-1] + 1e-9))), len(way) - 1)
    heading = np.unwrap(poses.heading) if way[-1] < 0.5 else np.unwrap(
        np.arctan2(np.gradient(poses.y), np.gradient(poses.x)))
    ridden = np.stack([poses.x, poses.y, heading], axis=1)[take]
    beyond = np.arange(1.0, _BEYOND_M)[:, None]
    ends = [end + side * beyond * np.array([math.cos(end[2]), math.sin(end[2]), 0.0])
            for end, side in ((ridden[0], -1.0), (ridden[-1], 1.0))]
    return np.concatenate([ends[0][::-1], ridden, ends[1]])


def _layout(world: World | Scenery) -> Layout:
    """Fit the road between what stands beside it."""
    scenery = world.scenery if isinstance(world, World) else world
    right, left = RIGHT_M, LEFT_M
    beside = [wall.start[1] for wall in scenery.walls if abs(wall.start[1] - wall.end[1]) < 0.1]
    beside += [box.xy[1] for box in scenery.boxes if box.kind != 'parked_cars']
    parked = [box.xy[1] for box in scenery.boxes if box.kind == 'parked_cars']
    for y in beside:
        if y > 1.2:
            left = min(left, y - _BESIDE_M)
        elif y < -1.0:
            right = max(right, y + _BESIDE_M)
    for y in parked:
        left = max(left, y + 1.2) if y > 0.0 and not any(y < other < y + 3.0 for other in beside) else left
        right = min(right, y - 1.2) if y < 0.0 and not any(y - 3.0 < other < y for other in beside) else right
    middle = LANE_M if left - LANE_M > 2.2 else None
    square = isinstance(world, World) and world.scenario.rig.kind == 'ramp'
    return Layout(right, left, middle, square)
