"""m/s on the ground <-> electrical revolutions a minute of the motor."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Drivetrain:
    """What lies between motor and ground; the ramp's own values unless measured."""

    pole_pairs: int = 7
    gear: float = 2.25  # motor revolutions for one of the wheel
    wheel_m: float = 0.09  # diameter

    def __post_init__(self) -> None:
        """Raise ValueError for a drivetrain that cannot be built."""
        for name, value in (('pole_pairs', self.pole_pairs), ('gear', self.gear), ('wheel_m', self.wheel_m)):
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f'motors: {name} is {value}, expected more than 0. Correct the rig file.')

    @property
    def erpm_per_mps(self) -> float:
        """Electrical revolutions a minute at 1 m/s."""
        return 60.0 / (math.pi * self.wheel_m) * self.gear * self.pole_pairs

    def erpm(self, speed_mps: float) -> float:
        """Return the eRPM of `speed_mps`; the sign stays."""
        return speed_mps * self.erpm_per_mps

    def speed_mps(self, erpm: float) -> float:
        """Return the speed over ground of `erpm`, m/s; the sign stays."""
        return erpm / self.erpm_per_mps
