"""The world as the wires ask for it: poses and snapshots at t, whether the rider follows a path or is driven."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from outrider_sim.devices.world_faults import acting
from outrider_sim.world.rider import Floats
from outrider_sim.world.snapshot import Poses, Snapshot
from outrider_sim.world.world import World


class Ride(Protocol):
    """What each sensor asks."""

    world: World
    lag_s: float  # how long after t the rider of t and a little later is known

    def poses(self, t_s: Floats) -> Poses:
        """Return the rider at times (n,)."""

    def snapshot(self, measured_s: float, told_s: float) -> Snapshot:
        """Return the world of `measured_s` with the faults that act at `told_s`."""


class PathRide:
    """A rider on the path of its file: the world is a function of time."""

    lag_s = 0.0

    def __init__(self, world: World) -> None:
        """Ride through `world`."""
        self.world = world

    def poses(self, t_s: Floats) -> Poses:
        """Return the rider at times (n,)."""
        return self.world.poses(t_s)

    def snapshot(self, measured_s: float, told_s: float) -> Snapshot:
        """Return the world of `measured_s` with the faults that act at `told_s`."""
        return replace(self.world.at(measured_s), faults=acting(self.world.scenario, told_s))
