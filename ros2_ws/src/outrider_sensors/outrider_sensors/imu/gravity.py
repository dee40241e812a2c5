"""What gravity says of roll and pitch: where it is felt, less what the machine's own motion adds. Pure.

Where the speed is known, its change and the turn's pull to the side are taken off (M. Euston, P. Coote, R. Mahony,
J. Kim, T. Hamel, "A complementary filter for attitude estimation of a fixed-wing UAV", IROS 2008). The speed comes
late, so what was felt waits for it; what has been corrected meanwhile is taken off its verdict. Where no speed is
known, braking is left aside by its size (tilt.py), and in a turn the accelerometer corrects pitch alone: a leaning
machine feels no side force.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from outrider_sensors.imu.speed import Speeds
from outrider_sensors.imu.tilt import KEPT_DPS, UNKNOWN_DPS, Tilt

Vector = tuple[float, float, float]

STANDARD_GRAVITY_MPS2 = 9.80665
ROLL_GATE_DEG, PITCH_GATE_DEG = 12.0, 4.0  # sway alone is felt as 6 degrees of roll; braking by 0.7 m/s^2 as 4 of pitch
YAW_MEAN_S = 0.4  # smooths the yaw of a rider's sway, at 0.8 Hz
JUDGED_S = 0.0049  # as often as the accelerometer has something new
TURN_DPS = 4.0  # faster is a turn
TURN_MOST_S = 20.0  # but a turn that never ends is a bias
SETTLES_S = 3.0  # so long after the start a turn is not told from a tilt


class Correction(NamedTuple):
    """About x and y of the sensor: of the angle, rad, and of the gyroscope's bias, deg/s."""

    x_rad: float = 0.0
    y_rad: float = 0.0
    bias_x_dps: float = 0.0
    bias_y_dps: float = 0.0


NOTHING = Correction()


class _Felt(NamedTuple):
    t_s: float
    step_s: float
    felt: Vector  # m/s^2
    up: Vector
    yaw_dps: float
    turns: bool
    stands: bool
    corrected_deg: tuple[float, float]  # about x, y, up to then


class Gravity:
    """Both level axes. `ahead` is the direction of riding in the sensor's axes (x forward, y left, z up of it)."""

    def __init__(self, *, kept: bool, ahead: Vector) -> None:
        """Begin; `kept`: the gyroscope's bias is that of an earlier ride."""
        bias_dps = KEPT_DPS if kept else UNKNOWN_DPS
        self._roll, self._pitch = Tilt(ROLL_GATE_DEG, bias_dps), Tilt(PITCH_GATE_DEG, bias_dps)
        self._ahead = ahead
        self.speeds = Speeds()
        self._waiting: deque[_Felt] = deque()
        self._corrected = [0.0, 0.0]
        self._yaw_dps = self._turning_s = self._since_s = self._age_s = 0.0

    @property
    def std_rad(self) -> float:
        """The standard deviation of roll or pitch, whichever is larger."""
        return math.radians(max(self._roll.std_deg, self._pitch.std_deg))

    def forget(self) -> None:
        """Lose the angles, not the biases."""
        self._roll.forget()
        self._pitch.forget()
        self._age_s = 0.0
        self._waiting.clear()

    def stood(self) -> None:
        """The bias was seen on a machine that stands."""
        self._roll.stood()
        self._pitch.stood()

    def step(self, t_s: float, step_s: float, felt: Vector | None, gyro_dps: Vector, up: Vector, *,
             stands: bool) -> Correction:
        """Take what was felt (m/s^2, None where nothing) and turned at `t_s`, with the filter's own `up`."""
        turns = self._turns(gyro_dps[0] * up[0] + gyro_dps[1] * up[1] + gyro_dps[2] * up[2], step_s)
        self._since_s += step_s
        self._age_s += step_s
        if self._since_s < JUDGED_S:
            return NOTHING
        step_s, self._since_s = self._since_s, 0.0
        self._roll.predict(step_s)
        self._pitch.predict(step_s)
        roll, pitch, now = [0.0, 0.0], [0.0, 0.0], None
        if felt is not None:
            now = _Felt(t_s, step_s, felt, up, self._yaw_dps, turns, stands, (self._corrected[0], self._corrected[1]))
            self._waiting.append(now)
            if not turns:  # then nothing but gravity is felt to the side, as far as the speed could tell
                self._judge_roll(now, felt, roll)
        while self._waiting and not self.speeds.expected(self._waiting[0].t_s, t_s):
            seen = self._waiting.popleft()
            moves = self.speeds.at(seen.t_s)
            left = self._still(seen, *moves) if moves else seen.felt
            if seen.turns and moves:
                self._judge_roll(seen, left, roll)
            self._judge_pitch(seen, left, pitch)
        return Correction(math.radians(roll[0]), math.radians(pitch[0]), roll[1], pitch[1])

    # Both: the turn that leads from the filter's up to the felt one, less what was corrected since.

    def _judge_roll(self, seen: _Felt, felt: Vector, made: list[float]) -> None:
        size, (_, uy, uz) = math.hypot(*felt) or 1.0, seen.up
        off_deg = math.degrees((felt[1] * uz - felt[2] * uy) / size) - (self._corrected[0] - seen.corrected_deg[0])
        if self._roll.believes(off_deg, seen.step_s):
            angle_deg, bias_dps = self._roll.weigh(off_deg, seen.step_s, stands=seen.stands)
            self._corrected[0] += angle_deg
            made[0], made[1] = made[0] + angle_deg, made[1] + bias_dps

    def _judge_pitch(self, seen: _Felt, felt: Vector, made: list[float]) -> None:
        size, (ux, _, uz) = math.hypot(*felt) or 1.0, seen.up
        off_deg = math.degrees((felt[2] * ux - felt[0] * uz) / size) - (self._corrected[1] - seen.corrected_deg[1])
        if self._pitch.believes(off_deg, seen.step_s):
            angle_deg, bias_dps = self._pitch.weigh(off_deg, seen.step_s, stands=seen.stands)
            self._corrected[1] += angle_deg
            made[0], made[1] = made[0] + angle_deg, made[1] + bias_dps

    def _still(self, seen: _Felt, speed_mps: float, gains_mps2: float) -> Vector:
        """Return what would be felt without the machine's own acceleration: ahead, and to the left in a turn."""
        ax, ay, az = self._ahead
        ux, uy, uz = seen.up
        left = uy * az - uz * ay, uz * ax - ux * az, ux * ay - uy * ax
        pull = speed_mps * math.radians(seen.yaw_dps) if seen.turns else 0.0
        fx, fy, fz = seen.felt
        return (fx - gains_mps2 * ax - pull * left[0], fy - gains_mps2 * ay - pull * left[1],
                fz - gains_mps2 * az - pull * left[2])

    def _turns(self, yaw_dps: float, step_s: float) -> bool:
        self._yaw_dps += min(step_s / YAW_MEAN_S, 1.0) * (yaw_dps - self._yaw_dps)
        if abs(self._yaw_dps) < TURN_DPS:
            self._turning_s = 0.0
            return False
        self._turning_s += step_s
        return self._turning_s < TURN_MOST_S and self._age_s >= SETTLES_S


def ahead_in(rotation: Sequence[Sequence[float]]) -> Vector:
    """Return the direction of riding, base_link's x, in a sensor that sits with `rotation` (3, 3) in base_link."""
    return float(rotation[0][0]), float(rotation[0][1]), float(rotation[0][2])
