"""Standstill that the jack may rely on: every |eRPM| low for 500 ms, seen without a gap, and nothing asked to turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from outrider_drive.governor.limits import Limits
from outrider_drive.governor.times import STANDSTILL, STANDSTILL_MAX_AGE
from outrider_drive.words import Motor


def turns_slowly(motors: Iterable[Motor], limits: Limits) -> bool:
    """Whether every motor is as good as at rest."""
    return all(abs(motor.erpm) <= limits.standstill_erpm for motor in motors)


@dataclass(frozen=True)
class Standstill:
    """Since when the wheels have been at rest."""

    since_ns: int | None = None
    until_ns: int = 0  # stamp of the newest telemetry that said so

    def after(self, slow: bool, at_ns: int, driving: bool) -> Standstill:
        """Return it after telemetry of `at_ns`; `driving`: the wheels were asked to turn in the last step."""
        if not slow or driving:
            return Standstill()
        if self.since_ns is None or at_ns - self.until_ns > STANDSTILL_MAX_AGE:
            return Standstill(at_ns, at_ns)
        return Standstill(self.since_ns, at_ns)

    def holds(self, now: int) -> bool:
        """Whether the machine stands at `now` (ns)."""
        return (self.since_ns is not None and self.until_ns - self.since_ns >= STANDSTILL
                and now - self.until_ns <= STANDSTILL_MAX_AGE)
