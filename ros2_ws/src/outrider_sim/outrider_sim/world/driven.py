"""The ramp as its wheels move it: way of the driven axle and steering angle become poses. Pure.

A tricycle without slip: the motors drive the rear axle, the actuator turns the front one about its middle. base_link is
half-way between both, so the rear axle runs on a circle of wheelbase / tan(steer), base_link on a slightly wider one.

- `WHEELBASE_M`: no drawing of the ramp is at hand; two thirds of the 1.2 m that scenarios give it.
- `WHEELS_TOUCH`: the jack stands between wheels and platform. Down, the platform lies on the ground and wheels that
  turn move nothing (the governor refuses it: RAMP DOWN); up, it is lifted onto them. Where in between they begin to
  carry it is not known: half-way.

The place is always that of the lifted machine (z = 0): how far the jack moves it up and down is not modelled.
"""

from __future__ import annotations

import math

from outrider_sim.world.driven_history import PoseHistory
from outrider_sim.world.model import Rig
from outrider_sim.world.rider import Floats, RecordedMotion
from outrider_sim.world.snapshot import Pose, Poses

WHEELBASE_M = 0.8
WHEELS_TOUCH = 0.5


class DrivenRider:
    """Step it about 100 times a second; begins at (0, 0), heading 0, standing."""

    def __init__(self, rig: Rig) -> None:
        """Take the rig of the scenario. Raises ValueError where no wheels of ours can move it."""
        if rig.kind != 'ramp' or rig.drive == 'path':
            raise ValueError(f"the rig is 'kind: {rig.kind}, drive: {rig.drive}', expected a ramp driven by pad or "
                             'follow; without --wheels the path of the file is played.')
        self.history = PoseHistory()
        self._last: Pose | None = None
        self._rear = (-0.5 * WHEELBASE_M, 0.0)
        self._heading = 0.0
        self._way_m: float | None = None  # while the wheels carry it
        self._bend = 0.0  # 1/m, left > 0

    def step(self, t_s: float, travelled_m: float, speed_mps: float, steer_rad: float, jack: float) -> Pose:
        """Return the pose at `t_s`, by what the wheels did until then.

        `travelled_m` and `speed_mps` are those of the driven axle at that very instant, > 0 ahead, `steer_rad` > 0 is
        left, `jack` 0 (down) to 1. The first way is where it stands. A time that is not later changes nothing.
        """
        last = self._last
        if last is not None and t_s <= last.t_s:
            return last
        carried = jack >= WHEELS_TOUCH
        way_m = travelled_m - self._way_m if carried and self._way_m is not None else 0.0
        speed_mps = speed_mps if carried else 0.0
        bend = math.tan(steer_rad) / WHEELBASE_M
        self._roll(way_m, 0.5 * (self._bend + bend))
        self._way_m, self._bend = travelled_m if carried else None, bend
        self._last = pose = self._now(t_s, speed_mps, speed_mps * bend)
        self.history.add(pose)
        return pose

    def count_anew(self) -> None:
        """Expect motors that count their way from another beginning: they were started anew."""
        self._way_m = None

    def _roll(self, way_m: float, bend: float) -> None:
        """Move the rear axle on an arc: exact while the bend stays."""
        half = 0.5 * way_m * bend
        chord_m = way_m * (math.sin(half) / half if half else 1.0)
        x, y = self._rear
        self._rear = (x + chord_m * math.cos(self._heading + half), y + chord_m * math.sin(self._heading + half))
        self._heading += 2.0 * half

    def _now(self, t_s: float, speed_mps: float, turn_radps: float) -> Pose:
        c, s, arm_m = math.cos(self._heading), math.sin(self._heading), 0.5 * WHEELBASE_M
        vx, vy = speed_mps * c - arm_m * turn_radps * s, speed_mps * s + arm_m * turn_radps * c
        last = self._last
        ax, ay = ((vx - last.vx) / (t_s - last.t_s), (vy - last.vy) / (t_s - last.t_s)) if last else (0.0, 0.0)
        return Pose(t_s, self._rear[0] + arm_m * c, self._rear[1] + arm_m * s, 0.0, self._heading, 0.0, 0.0, vx, vy,
                    ax, ay, turn_radps, 0.0, 0.0)

    def pose(self, t_s: float) -> Pose:
        """Return where it is; beyond the newest step straight on."""
        return self.history.pose(t_s)

    def poses(self, t_s: Floats) -> Poses:
        """Return where it was at times (n,): a PoseFn for IMU and GPS, best up to the newest step."""
        return self.history.poses(t_s)

    def motion(self) -> RecordedMotion:
        """Return all that it did, for World(scenario, motion) and the truth. It must have been stepped."""
        return self.history.motion()
