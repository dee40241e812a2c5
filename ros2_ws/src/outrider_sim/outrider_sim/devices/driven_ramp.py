"""The ramp in the world: reads how the fake motors and actuators stand, moves it, and tells the motors what it hits."""

from __future__ import annotations

from pathlib import Path

from outrider_sim.devices.machine_state import Actuators, StateReader, Wheels
from outrider_sim.devices.steer import STOP_RAD
from outrider_sim.world.contact import Bumper
from outrider_sim.world.driven import DrivenRider
from outrider_sim.world.snapshot import Pose, Snapshot
from outrider_sim.world.world import World

OLD_NS = 1_000_000_000  # fake motors that say nothing for so long have ended: their ramp stands
_REACH_S = 0.05  # so far the steering's angle is carried on by its rate: both fakes have a beat of their own
_DOWN = Actuators(0, 0.0, 0.0, 0.0)


class DrivenRamp:
    """Call step() about 100 times a second, then bump() with the world around it."""

    def __init__(self, world: World, wheels: Path, relays: Path) -> None:
        """Take the state files of both fakes; they may come later. Raises ValueError for a rig that no wheels drive."""
        self.rider = DrivenRider(world.scenario.rig)
        self._bumper = Bumper(world.scenario.rig.size_m, world.scenery)
        self._wheels, self._relays = StateReader(wheels), StateReader(relays)
        self._files = 0
        self._told = 'free'

    def step(self, now_ns: int, begin_ns: int) -> Pose:
        """Take what the fakes say; return the newest pose. `begin_ns` is `now_ns` (CLOCK_BOOTTIME) at 0 s.

        That pose is some ms old: it is of the instant for which the model of the motors holds, because way and time
        belong together. Without fakes, and once the motors' one has ended, it stands. Raises StateError.
        """
        wheels, actuators = self._wheels.wheels() or Wheels(now_ns, 0.0, 0.0), self._relays.actuators() or _DOWN
        if self._wheels.files != self._files:
            self._files = self._wheels.files
            self.rider.count_anew()
            self._told = 'free'  # new motors know of no wall
        ns, speed_mps = wheels.ns, wheels.speed_mps
        if now_ns - ns > OLD_NS:
            ns, speed_mps = now_ns, 0.0
        since_s = max(-_REACH_S, min(_REACH_S, (ns - actuators.ns) * 1e-9))
        steer_rad = max(-STOP_RAD, min(STOP_RAD, actuators.steer_rad + since_s * actuators.steer_radps))
        return self.rider.step((ns - begin_ns) * 1e-9, wheels.travelled_m, speed_mps, steer_rad, actuators.jack)

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
