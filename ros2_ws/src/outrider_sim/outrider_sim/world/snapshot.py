"""What the world is at one instant, for every fake sensor alike. World frame: x ahead at the start, y left, z up."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.model import Fault
from outrider_sim.world.scenery import Scenery

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """base_link in the world, REP 103: roll > 0 leans right, heading > 0 turns left. Angles in rad."""

    t_s: float
    x: float
    y: float
    z: float
    heading: float
    roll: float
    pitch: float
    vx: float             # m/s, over ground, world axes
    vy: float
    ax: float             # m/s^2, world axes, without gravity
    ay: float
    yaw_rate: float       # rad/s
    roll_rate: float
    pitch_rate: float

    @property
    def speed(self) -> float:
        """Over ground, m/s, never negative."""
        return math.hypot(self.vx, self.vy)

    @property
    def acceleration(self) -> float:
        """Along the heading, m/s^2."""
        return self.ax * math.cos(self.heading) + self.ay * math.sin(self.heading)


@dataclass(frozen=True)
class Poses:
    """The same at n instants: every field (n,)."""

    t_s: Floats
    x: Floats
    y: Floats
    z: Floats
    heading: Floats
    roll: Floats
    pitch: Floats
    vx: Floats
    vy: Floats
    ax: Floats
    ay: Floats
    yaw_rate: Floats
    roll_rate: Floats
    pitch_rate: Floats

    @property
    def speed(self) -> Floats:
        """Over ground (n,), m/s, never negative."""
        return np.hypot(self.vx, self.vy)

    @property
    def xy(self) -> Floats:
        """Places (n, 2)."""
        return np.stack([self.x, self.y], axis=1)

    @property
    def velocity(self) -> Floats:
        """Velocities (n, 2)."""
        return np.stack([self.vx, self.vy], axis=1)

    def one(self, index: int = 0) -> Pose:
        """Return the pose at one of the instants."""
        return Pose(*(float(getattr(self, name)[index]) for name in _NAMES))


_NAMES = tuple(field.name for field in fields(Pose))


@dataclass(frozen=True)
class Body:
    """An actor at one instant."""

    id: str
    kind: str
    xy: tuple[float, float]          # centre of the footprint
    heading: float                   # rad
    velocity: tuple[float, float]    # m/s, world axes
    size_m: tuple[float, float, float]
    moving: bool


@dataclass(frozen=True)
class Snapshot:
    """The world at `t_s`. Arrays are (actors, ...) in the order of the file."""

    t_s: float
    rider: Pose
    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    xy: Floats                       # (n, 2)
    velocity: Floats                 # (n, 2)
    heading: Floats                  # (n,)
    size_m: Floats                   # (n, 3)
    scenery: Scenery                 # what stands; the same object at all times
    light: str
    weather: str
    faults: tuple[Fault, ...]        # those that act now
    in_tunnel: bool                  # no sky: no GPS, no daylight

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """The actors one by one."""
        moving = np.hypot(self.velocity[:, 0], self.velocity[:, 1]) > MOVING_MPS
        rows = zip(self.ids, self.kinds, self.xy.tolist(), self.heading.tolist(), self.velocity.tolist(),
                   self.size_m.tolist(), moving.tolist(), strict=True)
        return tuple(Body(name, kind, (x, y), heading, (vx, vy), (length, width, height), move)
                     for name, kind, (x, y), heading, (vx, vy), (length, width, height), move in rows)

    def fault(self, sensor: str, *kinds: str) -> Fault | None:
        """Return the fault of one of `kinds` that acts on a sensor now; the last one in the file counts."""
        for fault in reversed(self.faults):
            if fault.sensor == sensor and (not kinds or fault.do in kinds):
                return fault
        return None


MOVING_MPS = 0.1  # slower over ground stands
