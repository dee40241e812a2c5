"""What the relay controller and its host say to each other, as values. The table is firmware/PROTOCOL.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

OFF = '-'
JACK_LETTERS, STEER_LETTERS = 'UD-', 'LR-'


class Flag(IntFlag):
    """Bits of Status.flags."""

    HELLO_SEEN = 1
    STOP_SEEN = 2
    ESTOP_OPEN = 4
    HORN_ON = 8
    MASTER_ON = 16
    MOVED_BY_LEGACY = 32
    LINK_UP = 64
    HORN_FITTED = 128


class Limit(IntFlag):
    """Bits of the three input fields; open = at the limit, e-stop pressed, or a broken wire."""

    JACK_UPPER = 1
    JACK_LOWER = 2
    STEER_LEFT = 4
    STEER_RIGHT = 8
    ESTOP = 16


class Fault(IntFlag):
    """Bits of faults_latched and faults_active."""

    ESTOP = 1 << 0
    JACK_ON_TIME = 1 << 1
    STEER_ON_TIME = 1 << 2
    JACK_DUTY = 1 << 3
    STEER_DUTY = 1 << 4
    JACK_LIMITS = 1 << 5
    STEER_LIMITS = 1 << 6
    JACK_WELDED = 1 << 7
    STEER_WELDED = 1 << 8
    SECOND_HOST = 1 << 9
    HELLO_WHILE_MOVING = 1 << 10
    LINK_LOST = 1 << 11
    LOOP_LATE = 1 << 12
    PIN_REFUSED = 1 << 13
    WATCHDOG = 1 << 14


class Phase(IntEnum):
    """What an actuator is doing, and why not."""

    OFF = 0
    ON = 1
    DEAD_TIME = 2
    WAITS_FOR_STOP = 3
    BLOCKED_BY_LIMIT = 4
    FAULT = 5


class ResetCause(IntEnum):
    """Why the board last started."""

    UNKNOWN = 0
    POWER = 1
    EXTERNAL_PIN = 2
    BROWN_OUT = 3
    WATCHDOG = 4
    SOFTWARE = 5


@dataclass(frozen=True)
class Wanted:
    """The complete wanted state: jack 'U' lift, 'D' lower; steer 'L', 'R'; OFF; horn; clear latched faults."""

    jack: str = OFF
    steer: str = OFF
    horn: bool = False
    clear_faults: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a letter that is none, or a clear that is not also a stop."""
        if len(self.jack) != 1 or self.jack not in JACK_LETTERS or len(self.steer) != 1 \
                or self.steer not in STEER_LETTERS:
            raise ValueError(f'jack {self.jack!r}, steer {self.steer!r} is no wanted state: expected one of '
                             f"'{JACK_LETTERS}' and one of '{STEER_LETTERS}'.")
        if self.clear_faults and not self.is_stop:
            raise ValueError('faults are cleared only together with both actuators off: want a stop first.')

    @property
    def is_stop(self) -> bool:
        """Whether both actuators are off."""
        return self.jack == OFF and self.steer == OFF


STOP = Wanted()


@dataclass(frozen=True)
class HelloAnswer:
    """The device's answer to a hello."""

    session: int
    host_id: int
    ticket: int
    uptime_ms: int
    firmware: tuple[int, int]  # major, minor
    board: int  # 0 native, 1 mega2560, 2 teensy32
    reset_cause: ResetCause
    limits_hash: int  # of the device's table of limits


@dataclass(frozen=True)
class Status:
    """What the device says at 20 Hz and on every change. Fields as in firmware/PROTOCOL.md."""

    session: int
    uptime_ms: int
    sequence: int  # last accepted
    flags: Flag
    jack: str
    steer: str
    jack_phase: Phase
    steer_phase: Phase
    jack_on_ms: int
    steer_on_ms: int
    jack_lease_ms: int
    steer_lease_ms: int
    jack_duty_ms: int
    steer_duty_ms: int
    limits_raw: Limit
    limits_debounced: Limit
    limits_fitted: Limit
    faults_latched: Fault
    faults_active: Fault
    rejected: int
    last_reject: int
    reset_cause: ResetCause
    longest_loop_us: int
    jack_position: int | None  # None = not fitted
    steer_position: int | None
    dropped: int


@dataclass(frozen=True)
class Event:
    """One happening on the device; `number` counts up, so a lost one is noticed."""

    session: int
    uptime_ms: int
    number: int
    code: int
    actuator: int  # 0 none, 1 jack, 2 steer
    value: int
