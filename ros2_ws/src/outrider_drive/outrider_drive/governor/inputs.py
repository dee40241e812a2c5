"""What the governor is told at each step, and the machine that it governs."""

from __future__ import annotations

from dataclasses import dataclass, field

from outrider_drive.governor.limits import Limits, LimitsError
from outrider_drive.words import Motor, Motors, Relays, Request


@dataclass(frozen=True)
class Parts:
    """What the rig file declares. Declared and missing is a fault; undeclared is not missed."""

    left_motor: bool = True
    right_motor: bool = True
    relays: bool = True

    def __post_init__(self) -> None:
        """Raise LimitsError where there is nothing to govern."""
        if not (self.left_motor or self.right_motor):
            raise LimitsError('the rig declares no motor, expected at least one. Declare it in the rig file.')


@dataclass(frozen=True)
class Rig:
    """One machine and this start of its governor."""

    governor_id: int  # random, one per start
    limits: Limits = field(default_factory=Limits)
    parts: Parts = field(default_factory=Parts)


@dataclass(frozen=True)
class Inputs:
    """The newest of everything; None = never heard. Stamps are CLOCK_BOOTTIME in ns, none later than the step's `now`.

    The defaults are those of a machine that must not move.
    """

    request: Request | None = None  # of the person: gamepad or keys
    program: Request | None = None  # cmd_vel or follow: speed and steering, under the person's dead-man
    motors: Motors | None = None  # eRPM > 0 is forward on both sides
    relays: Relays | None = None
    other_governor_ns: int | None = None  # when a command of another governor was last heard
    collision: bool = False
    erpm_per_mps: float = 0.0  # as the motors reckon, 1/min per m/s
    motors_latched: bool = False  # the motors' own judge drives nothing before a fresh start
    relays_latched: bool = False  # likewise
    timeout_proved: bool = False  # each VESC stops by itself: proved by the motors since their link came up
    sim_clock: bool = False  # /clock has a publisher, or use_sim_time is set on a real rig
    is_master: bool = False  # this process holds the rig's lock

    def declared_motors(self, parts: Parts) -> tuple[Motor, ...]:
        """Return what was heard of the declared motors, left first; empty before the first word."""
        if self.motors is None:
            return ()
        return tuple(motor for motor, declared in ((self.motors.left, parts.left_motor),
                                                   (self.motors.right, parts.right_motor)) if declared)
