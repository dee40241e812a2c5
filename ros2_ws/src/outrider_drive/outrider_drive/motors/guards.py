"""What the motors must not do, seen from their own telemetry. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outrider_drive.gate import MS
from outrider_drive.motors.judge import Latch, Limits

SILENT_NS = 150 * MS
WRONG_SIGN_NS = 200 * MS
OVER_SPEED_NS = 100 * MS
UNEQUAL_NS = 500 * MS
STANDING_NS = 1000 * MS
OVER_SPEED = 1.2  # of the limit
UNEQUAL = 0.3  # of the faster one
# The speed estimate of a standing motor wanders; 150 1/min are 0.045 m/s on the ramp's wheels.
STANDING_ERPM = 150.0


@dataclass(frozen=True)
class Sample:
    """What one motor last said; `at_ns` is when it was asked (CLOCK_BOOTTIME), None where it never answered."""

    at_ns: int | None = None
    erpm: float = 0.0
    current_a: float = 0.0
    fault: int = 0


class Guards:
    """Remembers since when each thing is wrong."""

    def __init__(self, limits: Limits) -> None:
        """Begin with nothing seen."""
        self._limits = limits
        self._since: dict[Latch, int] = {}

    def see(self, now: int, wanted_erpm: int, motors: Sequence[Sample]) -> Latch | None:
        """Return the gravest thing wrong at `now`, None where all is well. `wanted_erpm` is 0 unless driving."""
        faster = max(abs(motor.erpm) for motor in motors)
        differ = max(motor.erpm for motor in motors) - min(motor.erpm for motor in motors)
        half_a = self._limits.motor_current_a / 2
        rules = (
            (Latch.FAULT, any(motor.fault for motor in motors), -1),
            (Latch.WRONG_SIGN, any(_against(motor.erpm, wanted_erpm) for motor in motors), WRONG_SIGN_NS),
            (Latch.OVER_SPEED, faster > OVER_SPEED * self._limits.max_erpm, OVER_SPEED_NS),
            (Latch.UNEQUAL, wanted_erpm != 0 and faster > STANDING_ERPM and differ > UNEQUAL * faster, UNEQUAL_NS),
            (Latch.STANDING, wanted_erpm != 0 and any(_stands(motor.erpm) and abs(motor.current_a) > half_a
                                                      for motor in motors), STANDING_NS),
            (Latch.SILENT, any(_silent(motor, now) for motor in motors), -1),
        )
        worst = None
        for latch, wrong, bearable_ns in rules:
            if self._lasts(latch, wrong, now) > bearable_ns and worst is None:
                worst = latch
        return worst

    def _lasts(self, latch: Latch, wrong: bool, now: int) -> int:
        """Return for how long it has been wrong, ns; less than that of any rule where it is not."""
        if not wrong:
            self._since.pop(latch, None)
            return -1
        return now - self._since.setdefault(latch, now)


def standing(motors: Sequence[Sample], now: int, max_age_ns: int) -> bool:
    """Return whether every motor is known to stand, on answers no older than `max_age_ns`."""
    return all(motor.at_ns is not None and now - motor.at_ns <= max_age_ns and _stands(motor.erpm)
               for motor in motors)


def _stands(erpm: float) -> bool:
    return abs(erpm) <= STANDING_ERPM


def _against(erpm: float, wanted_erpm: int) -> bool:
    return not _stands(erpm) and erpm * wanted_erpm < 0


def _silent(motor: Sample, now: int) -> bool:
    return motor.at_ns is None or now - motor.at_ns > SILENT_NS
