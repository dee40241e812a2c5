"""The writer's own last judgement: what each VESC may be told at this moment, whatever anybody sent before. Pure.

It believes no stored command: each one is judged again before each frame, by its own stamp. Whatever stops a drive
against its governor's word latches and raises the epoch, so that the drive can only begin anew: with a command of the
new epoch that does not drive, then one that does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, IntEnum

from outrider_drive.gate import GAP_NS, Drop, Gate, Sender, heard, in_lease, obeyed_until_ns
from outrider_drive.motors.units import Drivetrain
from outrider_drive.words import DriveCommand, Mode


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
    ENDING = 14

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
    Latch.ENDING: 'the motors node is ending',
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

    def __init__(self, limits: Limits, drivetrain: Drivetrain, epoch: int = 0) -> None:
        """Begin latched, at `epoch`: nothing drives before the link is ready and a governor began without driving."""
        self.limits, self.drivetrain = limits, drivetrain
        self.epoch = epoch
        self.latch: Latch | None = Latch.LINK
        self.max_erpm = limits.max_erpm  # may be lowered for a time, never raised above the limit
        self._wrong: Latch | None = Latch.LINK
        self._command: DriveCommand | None = None
        self._gate = Gate()
        self.dropped = self._gate.dropped
        self._wrote_ns: int | None = None
        self._ending = False

    @property
    def why(self) -> Latch | None:
        """What keeps the motors from driving: what is wrong now, else what is latched, else None."""
        return self._wrong or self.latch

    @property
    def expires_ns(self) -> int | None:
        """The last moment at which the command may drive, None where it does not: ask for orders again after it."""
        command = self._command
        return None if command is None or command.mode is not Mode.DRIVE else obeyed_until_ns(command)

    def take(self, command: DriveCommand, now: int) -> Drop | None:
        """Take a command that arrived at `now`, or return why not. What is not taken is counted in `dropped`."""
        sound = math.isfinite(command.speed_mps) and math.isfinite(command.brake_current_a)
        drop, sender = self._gate.judge(command, now, self.epoch, sound)
        if sender is Sender.SECOND:
            self._trip(Latch.TWO_GOVERNORS)
        elif sender is Sender.NEW:
            self._trip(Latch.NEW_GOVERNOR, epoch=False)
        if drop is not None:
            return drop
        self._command = command
        if command.mode is not Mode.DRIVE and self._wrong is None and self._gate.alone(now):
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

    def end(self) -> None:
        """Say that this process ends: whatever is commanded, from now on there are only stops."""
        self._ending = True
        self._trip(Latch.ENDING)

    def order(self, now: int) -> Order:
        """Return what the frames of this moment say. To be asked right before they are written."""
        if self._wrote_ns is not None and now - self._wrote_ns > GAP_NS:
            self._trip(Latch.GAP)
            self._wrote_ns = None  # judged; the next gap is another one
        command = self._command
        if command is None or self._ending:
            return self._stop()
        if not in_lease(command.boottime_ns, now):
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

    def _lapsed(self, command: DriveCommand, why: Latch) -> Order:
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

