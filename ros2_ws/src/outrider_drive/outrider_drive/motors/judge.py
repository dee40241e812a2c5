"""The writer's own last judgement: what each VESC may be told at this moment, whatever anybody sent before. Pure.

It believes no stored command: each one is judged again before each frame, by its own stamp. Whatever stops a drive
against its governor's word latches and raises the epoch, so that the drive can only begin anew: with a command of the
new epoch that does not drive, then one that does.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import Enum, IntEnum

from outrider_drive.motors.units import Drivetrain
from outrider_drive.words import DriveCommand, Mode, Operator

MS = 1_000_000  # ns
COMMAND_MAX_AGE_NS = 100 * MS  # at arrival
LEASE_NS = 150 * MS  # from the stamp, never from the arrival
OPERATOR_MAX_AGE_NS = 200 * MS
GAP_NS = 100 * MS  # between two frames to a VESC
GOVERNOR_QUIET_NS = 1000 * MS  # two governors within this time are a fault


class Drop(Enum):
    """Why a command was not taken."""

    NUMBER = 'a number in it is none'
    FUTURE = 'computed in the future'
    AGED = 'older than 100 ms'
    GOVERNOR = 'of another governor'
    EPOCH = 'made for another epoch of the link'
    SEQUENCE = 'not newer than the one before'


class Latch(IntEnum):
    """Why nothing drives until a fresh start, in order of gravity; with a short text for a screen."""

    TWO_GOVERNORS = 1
    FAULT = 2
    WRONG_SIGN = 3
    OVER_SPEED = 4
    UNEQUAL = 5
    STANDING = 6
    SILENT = 7
    LINK = 8
    VESC_TIMEOUT = 9
    GAP = 10
    LEASE = 11
    OPERATOR = 12
    NEW_GOVERNOR = 13

    @property
    def text(self) -> str:
        """The reason in a few words."""
        return _TEXTS[self]


_TEXTS = {
    Latch.TWO_GOVERNORS: 'two governors command the motors',
    Latch.FAULT: 'a VESC reports a fault',
    Latch.WRONG_SIGN: 'a motor turns against its command',
    Latch.OVER_SPEED: 'a motor turns faster than allowed',
    Latch.UNEQUAL: 'left and right motor differ',
    Latch.STANDING: 'a motor stands under current',
    Latch.SILENT: 'a VESC does not answer',
    Latch.LINK: 'the link to the VESC is not ready',
    Latch.VESC_TIMEOUT: 'the timeout of a VESC is not proved',
    Latch.GAP: 'the motors were not served for 100 ms',
    Latch.LEASE: 'the governor fell silent',
    Latch.OPERATOR: 'the operator is not heard',
    Latch.NEW_GOVERNOR: 'the governor is new',
}


class Act(Enum):
    """What to tell both VESCs. Only DRIVE is a driving frame."""

    STOP = 'brake current, then handbrake'
    RELEASE = 'no current'
    DRIVE = 'speed'


@dataclass(frozen=True)
class Order:
    """What to send now. `erpm` is 0 unless DRIVE; `brake_current_a` (each motor) is 0 unless STOP."""

    act: Act
    erpm: int = 0
    brake_current_a: float = 0.0


@dataclass(frozen=True)
class Limits:
    """The hands' own limits, whatever the governor says. Electrical 1/min, A for each motor."""

    max_erpm: int = 10_027  # 3.0 m/s, the ceiling, on the ramp's wheels
    min_erpm: int = 900  # below it a VESC's speed control gives no current (s_pid_min_erpm)
    stop_current_a: float = 15.0
    motor_current_a: float = 30.0

    def __post_init__(self) -> None:
        """Raise ValueError for limits that cannot stop or cannot drive."""
        if not (0 < self.min_erpm <= self.max_erpm <= 100_000):
            raise ValueError(f'motors: min_erpm {self.min_erpm}, max_erpm {self.max_erpm}: expected 0 < min_erpm <= '
                             'max_erpm <= 100000. Correct the rig file.')
        if not (0.0 < self.stop_current_a <= self.motor_current_a <= 200.0):
            raise ValueError(f'motors: stop_current_a {self.stop_current_a:g}, motor_current_a '
                             f'{self.motor_current_a:g}: expected 0 < stop_current_a <= motor_current_a <= 200. '
                             'Correct the rig file.')


class Judge:
    """Takes commands, gives orders. All times are CLOCK_BOOTTIME, ns."""

    def __init__(self, limits: Limits, drivetrain: Drivetrain) -> None:
        """Begin latched: nothing drives before the link is ready and a governor began without driving."""
        self.limits, self.drivetrain = limits, drivetrain
        self.epoch = 0
        self.latch: Latch | None = Latch.LINK
        self.dropped: Counter[Drop] = Counter()
        self.max_erpm = limits.max_erpm  # may be lowered for a time, never raised above the limit
        self._wrong: Latch | None = Latch.LINK
        self._command: DriveCommand | None = None
        self._governor: int | None = None
        self._sequence = -1
        self._heard_ns = self._foreign_ns = -GOVERNOR_QUIET_NS - 1
        self._wrote_ns: int | None = None

    @property
    def why(self) -> Latch | None:
        """What keeps the motors from driving: what is wrong now, else what is latched, else None."""
        return self._wrong or self.latch

    def take(self, command: DriveCommand, now: int) -> Drop | None:
        """Take a command that arrived at `now`, or return why not. What is not taken is counted in `dropped`."""
        drop = self._objection(command, now)
        if drop is not None:
            self.dropped[drop] += 1
            return drop
        self._command, self._sequence = command, command.sequence
        quiet = now - self._foreign_ns > GOVERNOR_QUIET_NS
        if command.mode is not Mode.DRIVE and self._wrong is None and quiet:
            self.latch = None
        return None

    def see(self, wrong: Latch | None) -> None:
        """Say what is wrong with motors or link now; the latch outlasts it."""
        if wrong is not None and wrong is not self._wrong:
            self._trip(wrong)
        self._wrong = wrong

    def wrote(self, now: int) -> None:
        """Say that a frame went to every VESC at `now`."""
        self._wrote_ns = now

    def renew(self) -> None:
        """Say that the port was reopened: whatever was commanded before is void."""
        self._trip(Latch.LINK)

    def order(self, now: int) -> Order:
        """Return what the frames of this moment say. To be asked right before they are written."""
        if self._wrote_ns is not None and now - self._wrote_ns > GAP_NS:
            self._trip(Latch.GAP)
            self._wrote_ns = None  # judged; the next gap is another one
        command = self._command
        if command is None:
            return self._stop()
        if not 0 <= now - command.boottime_ns <= LEASE_NS:
            return self._lapsed(command, Latch.LEASE)
        if command.mode is Mode.OFF:
            return Order(Act.RELEASE)
        if command.mode is not Mode.DRIVE:
            return self._stop(command.brake_current_a)
        if not heard(command.operator, now):
            return self._lapsed(command, Latch.OPERATOR)
        if self.latch is not None:
            return self._stop()
        erpm = self.clamped(command.speed_mps)
        return Order(Act.DRIVE, erpm) if erpm else self._stop()

    def clamped(self, speed_mps: float) -> int:
        """Return the set-point for a finite `speed_mps`: 0, or between the controllable minimum and the maximum."""
        most = min(self.max_erpm, self.limits.max_erpm)
        erpm = round(max(-most, min(most, self.drivetrain.erpm(speed_mps))))
        return erpm if abs(erpm) >= self.limits.min_erpm else 0

    def _objection(self, command: DriveCommand, now: int) -> Drop | None:
        if not (math.isfinite(command.speed_mps) and math.isfinite(command.brake_current_a)):
            return Drop.NUMBER
        age = now - command.boottime_ns
        if age < 0:
            return Drop.FUTURE
        if age > COMMAND_MAX_AGE_NS:
            return Drop.AGED
        if command.governor_id != self._governor:
            if self._governor is not None and now - self._heard_ns <= GOVERNOR_QUIET_NS:
                self._foreign_ns = now
                self._trip(Latch.TWO_GOVERNORS)
                return Drop.GOVERNOR
            self._governor, self._sequence = command.governor_id, -1
            self._trip(Latch.NEW_GOVERNOR, epoch=False)
        self._heard_ns = now
        if command.link_epoch != self.epoch:
            return Drop.EPOCH
        if command.sequence <= self._sequence:
            return Drop.SEQUENCE
        return None

    def _lapsed(self, command: DriveCommand, why: Latch) -> Order:
        self._command = None
        if command.mode is Mode.DRIVE:
            self._trip(why)
        return self._stop()

    def _trip(self, why: Latch, epoch: bool = True) -> None:
        """Latch, void what was commanded, and once for each fresh start raise the epoch."""
        if epoch and (self.latch is None or self.latch is Latch.NEW_GOVERNOR or why is Latch.LINK):
            self.epoch += 1
        self._command = None
        self.latch = why if self.latch is None else min(self.latch, why)

    def _stop(self, wanted_a: float = 0.0) -> Order:
        """Brake with `wanted_a` if that is a current within the limit, else with the limit."""
        limit_a = self.limits.stop_current_a
        return Order(Act.STOP, brake_current_a=wanted_a if 0.0 < wanted_a < limit_a else limit_a)


def heard(operator: Operator, now: int) -> bool:
    """Return whether a person was at the pad within the last 200 ms, as the pad's own link measured it."""
    since = now - operator.boottime_ns
    return operator.connected and not operator.neutral_required and since >= 0 and operator.age_ns >= 0 \
        and operator.age_ns + since <= OPERATOR_MAX_AGE_NS
