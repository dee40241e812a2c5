"""The ramp in the world: reads how the fake motors and actuators stand, moves it, and tells the motors what it hits."""

from __future__ import annotations

from pathlib import Path

from outrider_sim.devices.machine_state import Actuators, StateReader, Wheels
from outrider_sim.devices.steer import STOP_RAD
from outrider_sim.world.contact import Bumper
from outrider_sim.world.driven import DrivenRider
from outrider_sim.world.snapshot import Pose, Snapshot
from outrider_sim.world.world import World

OLD_NS = 200_000_000  # fake motors that say nothing for so long have ended: their ramp stands
_REACH_S = 0.05  # so far the steering's angle is carried on by its rate: both fakes have a beat of their own


class DrivenRamp:
    """Call step() about 100 times a second, then bump() with the world around it."""

    def __init__(self, world: World, wheels: Path, relays: Path, begin_ns: int) -> None:
        """`begin_ns` is CLOCK_BOOTTIME at 0 s. Raises ValueError for a rig that no wheels drive."""
        self.rider = DrivenRider(world.scenario.rig)
        self._bumper = Bumper(world.scenario.rig.size_m, world.scenery)
        self._wheels, self._relays, self._begin_ns = StateReader(wheels), StateReader(relays), begin_ns
        self._told = 'free'

    def step(self, now_ns: int) -> Pose:
        """Take what the fakes say; return where the ramp is at `now_ns` (CLOCK_BOOTTIME). Raises StateError."""
        wheels, actuators = self._wheels.wheels(), self._relays.actuators()
        if wheels is not None and actuators is not None:
            self._take(wheels, actuators, now_ns)
        return self.rider.pose((now_ns - self._begin_ns) * 1e-9)

    def _take(self, wheels: Wheels, actuators: Actuators, now_ns: int) -> None:
        ns, speed_mps = wheels.ns, wheels.speed_mps
        if now_ns - ns > OLD_NS:
            ns, speed_mps = now_ns, 0.0
        since_s = max(-_REACH_S, min(_REACH_S, (ns - actuators.ns) * 1e-9))
        steer = max(-STOP_RAD, min(STOP_RAD, actuators.steer_rad + since_s * actuators.steer_radps))
        self.rider.step((ns - self._begin_ns) * 1e-9, wheels.travelled_m, speed_mps, steer, actuators.jack)

    def bump(self, snapshot: Snapshot) -> list[str]:
        """Return the lines to write to the control FIFO of fake_vesc_pair: what stands in the way now, on a change."""
        word = self._bumper.step(snapshot)
        if word == self._told:
            return []
        self._told = word
        return [f'hit {word}']

    def close(self) -> None:
        """Let both files go."""
        self._wheels.close()
        self._relays.close()
