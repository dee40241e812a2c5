"""When the machine stands, and what the gyroscope says then: its bias. Pure.

Standing = every axis below a threshold and the accelerometer still. The second matters: a long even turn looks to a
gyroscope like a bias, but a machine that rolls vibrates. The bias is the mean over the standing time, so that a few
seconds at a light suffice; imufusion's own low-pass filter has learnt only 63 % after 8 s.
"""

from __future__ import annotations

import math

Vector = tuple[float, float, float]

THRESHOLD_DPS = 3.0  # a consumer gyroscope's bias at switch-on stays within 1 deg/s (Bosch BMI055, BMI085)
SHAKES_MPS2 = 0.3  # an accelerometer that moves away from its mean by more is not still
MEAN_S = 0.5  # time constant of that mean
QUIET_S = 1.0  # so long nothing may have moved
LEARN_S = 2.0  # so much standing makes a bias worth keeping: 0.014 deg/s per root Hz have come down to 0.007
FORGET_S = 60.0  # the mean forgets what was longer ago, in standing time: the bias drifts with temperature
KEPT_S = 1.0  # weight of a bias from an earlier ride, in standing time


class Stillness:
    """Learns the bias of one gyroscope, in the axes of the device."""

    def __init__(self, kept_dps: Vector | None) -> None:
        """Start with what an earlier ride has learnt; None or three zeros: nothing."""
        self.bias_dps = kept_dps or (0.0, 0.0, 0.0)
        self._weight_s = KEPT_S if any(self.bias_dps) else 0.0
        self._mean: Vector | None = None
        self._accel_s = self._gyro_s = -math.inf
        self._moved_s = -math.inf
        self._stood_s = 0.0
        self._stands = False

    @property
    def learnt(self) -> bool:
        """Whether the machine stood long enough to believe the bias."""
        return self._stood_s >= LEARN_S

    @property
    def stands(self) -> bool:
        """Whether the machine stood at the last sample."""
        return self._stands

    def shift(self, more_dps: Vector) -> None:
        """Correct the bias by what gravity has shown."""
        bx, by, bz = self.bias_dps
        self.bias_dps = bx + more_dps[0], by + more_dps[1], bz + more_dps[2]

    def accel(self, t_s: float, xyz: Vector) -> None:
        """Learn whether the machine shakes, m/s^2."""
        if self._mean is None or t_s < self._accel_s:
            self._mean, self._moved_s, self._accel_s = (xyz[0], xyz[1], xyz[2]), t_s, t_s
            return
        share = min((t_s - self._accel_s) / MEAN_S, 1.0)
        mx, my, mz = self._mean
        dx, dy, dz = xyz[0] - mx, xyz[1] - my, xyz[2] - mz
        self._mean = mx + share * dx, my + share * dy, mz + share * dz
        if dx * dx + dy * dy + dz * dz > SHAKES_MPS2**2:
            self._moved_s = t_s
        self._accel_s = t_s

    def unbiased_dps(self, t_s: float, gyro_radps: Vector) -> Vector:
        """Return the rate less the bias, deg/s, and learn where the machine stands."""
        x, y, z = math.degrees(gyro_radps[0]), math.degrees(gyro_radps[1]), math.degrees(gyro_radps[2])
        step_s, self._gyro_s = t_s - self._gyro_s, t_s
        bx, by, bz = self.bias_dps
        self._stands = False
        if max(abs(x), abs(y), abs(z)) > THRESHOLD_DPS:
            self._moved_s = max(self._moved_s, t_s)
        elif t_s - self._moved_s > QUIET_S and t_s - self._accel_s < QUIET_S and 0.0 < step_s < QUIET_S:
            self._stands = True
            self._stood_s += step_s
            self._weight_s = min(self._weight_s + step_s, FORGET_S)
            share = step_s / self._weight_s
            bx, by, bz = bx + share * (x - bx), by + share * (y - by), bz + share * (z - bz)
            self.bias_dps = bx, by, bz
        return x - bx, y - by, z - bz
