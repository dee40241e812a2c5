"""The world: a pure function of time. Equal to the last bit for the same file and seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.actors import ActorsMotion
from outrider_sim.world.model import Scenario
from outrider_sim.world.rider import Motion, PathMotion
from outrider_sim.world.scenery import build
from outrider_sim.world.snapshot import Pose, Poses, Snapshot

Floats = NDArray[np.float64]


class World:
    """Plays one scenario.

    The rider follows the path of the file. With `drive: pad` or `follow` it is driven from outside: hand its pose to
    `at`, or, afterwards, all that it did as a `Motion` to the constructor.
    """

    def __init__(self, scenario: Scenario, rider: Motion | None = None) -> None:
        """Lay out all motion of `scenario`."""
        self.scenario = scenario
        self.rider: Motion = rider or PathMotion(scenario.rig, scenario.duration_s)
        self.actors = ActorsMotion(scenario.actors, scenario.duration_s, self.rider)
        self.scenery = build(scenario.things)
        self.ids = tuple(actor.id for actor in scenario.actors)
        self.kinds = tuple(actor.kind for actor in scenario.actors)
        self.size_m: Floats = np.array([actor.size_m for actor in scenario.actors], dtype=float).reshape(-1, 3)

    def pose(self, t_s: float) -> Pose:
        """Return where the rider is."""
        return self.rider.poses(np.array([t_s])).one()

    def poses(self, t_s: Floats) -> Poses:
        """Return where the rider is at times (n,)."""
        return self.rider.poses(t_s)

    def at(self, t_s: float, rider: Pose | None = None) -> Snapshot:
        """Return the world at one instant; `rider` overrides the path.

        An actor that takes on the speed of a rider driven from outside needs its whole way: see live.LiveWorld.
        """
        centre, velocity, heading = self.actors.at(np.array([t_s]))
        return self.snapshot(t_s, rider or self.pose(t_s), centre[0], velocity[0], heading[0])

    def snapshot(self, t_s: float, rider: Pose, centre: Floats, velocity: Floats, heading: Floats) -> Snapshot:
        """Return a snapshot of actors (n, 2), (n, 2), (n,) that were moved elsewhere."""
        scenario = self.scenario
        return Snapshot(t_s, rider, self.ids, self.kinds, centre, velocity, heading, self.size_m, self.scenery,
                        scenario.light, scenario.weather,
                        tuple(fault for fault in scenario.faults if fault.from_s <= t_s < fault.to_s),
                        bool(self.scenery.tunnels) and self.scenery.in_tunnel(rider.x, rider.y))
