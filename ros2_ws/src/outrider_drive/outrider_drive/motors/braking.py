"""How a stop is made: brake current rising to its limit within 200 ms, equal on both motors, then the handbrake. Pure.

Brake current does not hold: near standstill the VESC shorts the phases and the ramp creeps. The handbrake holds, and
would jerk a turning motor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outrider_drive.gate import MS
from outrider_drive.motors.guards import Sample, standing

# The set-point of 20 ms after this one must still be within the 200 ms.
RAMP_NS = 160 * MS
FIRST_SHARE = 0.125  # of the limit in the first frame: a stop begins with its first frame
STANDING_MAX_AGE_NS = 200 * MS
PATIENCE_NS = 1500 * MS  # motors that say nothing are held after this time


@dataclass(frozen=True)
class Brake:
    """What both motors are told, A each."""

    current_a: float
    hold: bool  # handbrake instead of brake current


class Braking:
    """One stop from its first frame on; `end` it when anything else is sent."""

    def __init__(self) -> None:
        """Begin with no stop under way."""
        self._began_ns: int | None = None
        self.held = False

    def end(self) -> None:
        """Forget the stop; the next one begins with its ramp."""
        self._began_ns = None
        self.held = False

    def step(self, now: int, limit_a: float, motors: Sequence[Sample]) -> Brake:
        """Return what to send at `now` (CLOCK_BOOTTIME, ns). Once held, a motor stays held until the end."""
        if self._began_ns is None:
            self._began_ns = now
        gone_ns = now - self._began_ns
        if gone_ns >= RAMP_NS and standing(motors, now, STANDING_MAX_AGE_NS):
            self.held = True
        heard = any(motor.at_ns is not None and now - motor.at_ns <= STANDING_MAX_AGE_NS for motor in motors)
        if gone_ns >= PATIENCE_NS and not heard:
            self.held = True
        share = min(1.0, FIRST_SHARE + (1.0 - FIRST_SHARE) * gone_ns / RAMP_NS)
        return Brake(share * limit_a, self.held)
