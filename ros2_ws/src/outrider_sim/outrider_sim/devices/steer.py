"""The ramp's steering actuator under relays L and R, as pure physics. Times are ns, any steady clock.

It has no end switches (hardware/relay_board.md: not fitted): it runs until the relay lets go or against its own stops,
and stays where it is. No data sheet of it is at hand. From stop to stop it takes 3 s here, which is what the firmware
lets it run in one press (`longest_on_ms`); the stops stand at 30 degrees, the limit of common steering gear.
"""

from __future__ import annotations

import math

STOP_RAD = math.radians(30.0)
TRAVEL_S = 3.0


class Steer:
    """Between its stops: angle_rad > 0 is left."""

    def __init__(self, now: int, *, travel_s: float = TRAVEL_S, angle_rad: float = 0.0) -> None:
        """Begin straight ahead, not moving."""
        self.angle_rad = angle_rad
        self._rad_per_s = 2.0 * STOP_RAD / travel_s
        self._direction = 0
        self._then = now

    @property
    def rate_radps(self) -> float:
        """How fast it turns now; 0 against a stop."""
        against = self.angle_rad * self._direction >= STOP_RAD
        return 0.0 if against else self._direction * self._rad_per_s

    def advance(self, now: int) -> None:
        """Let the time until `now` pass."""
        turned = self._direction * (now - self._then) * 1e-9 * self._rad_per_s
        self.angle_rad = min(STOP_RAD, max(-STOP_RAD, self.angle_rad + turned))
        self._then = now

    def drive(self, direction: int, now: int) -> None:
        """From `now` on turn left (1), right (-1) or stand (0)."""
        self.advance(now)
        self._direction = direction
