"""The world beside a rider that is driven from outside, step by step: who takes on its speed needs its whole way."""

from __future__ import annotations

import math

import numpy as np

from outrider_sim.world.curves import smoothstep
from outrider_sim.world.model import Actor
from outrider_sim.world.snapshot import Pose, Snapshot
from outrider_sim.world.world import World


class LiveWorld:
    """Follows time and the rider's pose; all actors but those with `to: rider` are where World has them.

    Truth of such a run comes afterwards, from World(scenario, RecordedMotion(poses)): equal within the trapezoid rule
    of the steps, 0.1 mm at 100 steps a second.
    """

    def __init__(self, world: World) -> None:
        """Start `world` at 0 s."""
        self.world = world
        actors = world.scenario.actors
        self._companions = [(place, _Companion(actor)) for place, actor in enumerate(actors)
                            if any(change.to_rider for change in actor.changes)]

    def step(self, t_s: float, rider: Pose) -> Snapshot:
        """Return the world at `t_s`, which must not go back."""
        centre, velocity, heading = (part[0] for part in self.world.actors.at(np.array([t_s])))
        lane = self._lanes(t_s)
        for place, companion in self._companions:
            x, y, speed = companion.step(t_s, float(heading[place]), rider.speed)
            offset, rate = lane[place]
            centre[place] = x, y + offset
            velocity[place] = speed * math.cos(heading[place]), speed * math.sin(heading[place]) + rate
        return self.world.snapshot(t_s, rider, centre, velocity, heading)

    def _lanes(self, t_s: float) -> dict[int, tuple[float, float]]:
        """Return how far lane changes have moved each companion to world left, and how fast they do."""
        found = {}
        for place, companion in self._companions:
            shares = [(change.value, smoothstep(np.array([t_s]), change.at_s, change.over_s))
                      for change in companion.actor.of('lane')]
            found[place] = (sum(value * float(share[0]) for value, (share, _) in shares),
                            sum(value * float(rate[0]) for value, (_, rate) in shares))
        return found


class _Companion:
    """One actor that takes on the rider's speed: where it is without lane changes, integrated."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._x, self._y = actor.at
        self._t_s = 0.0
        self._speed = actor.speed_mps
        self._heading = math.radians(actor.heading_deg)
        self._begin: dict[int, float] = {}  # speed at which each change began

    def step(self, t_s: float, heading: float, rider_mps: float) -> tuple[float, float, float]:
        speed = self._speed_at(t_s, rider_mps)
        half = 0.5 * (t_s - self._t_s)
        self._x += half * (self._speed * math.cos(self._heading) + speed * math.cos(heading))
        self._y += half * (self._speed * math.sin(self._heading) + speed * math.sin(heading))
        self._t_s, self._speed, self._heading = t_s, speed, heading
        return self._x, self._y, speed

    def _speed_at(self, t_s: float, rider_mps: float) -> float:
        speed = self.actor.speed_mps
        for place, change in enumerate(self.actor.of('speed')):
            if t_s < change.at_s:
                break
            begin = self._begin.setdefault(place, speed)
            share = float(smoothstep(np.array([t_s]), change.at_s, change.over_s)[0][0])
            speed = begin + ((rider_mps if change.to_rider else change.value) - begin) * share
        return speed
