"""What pilot, governor and motors say to each other, as values. The messages of outrider_interfaces carry the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Source(IntEnum):
    """What proves that the operator's pad is alive; values of OperatorState.source."""

    NONE = 0
    BUTTONS = 1
    MOTION = 2


@dataclass(frozen=True)
class Operator:
    """What the gamepad link knows of the person, handed on unchanged down to the command."""

    boottime_ns: int  # CLOCK_BOOTTIME when this was measured
    report_counter: int  # counts reports of the pad; unchanged means no news
    age_ns: int  # of the newest report, by the link's own monotonic clock, at boottime_ns
    source: Source = Source.NONE
    connected: bool = False
    neutral_required: bool = True  # after a loss nothing counts until all controls were seen neutral
    pad_name: str = ''
    pad_id: str = ''


@dataclass(frozen=True)
class Request:
    """What a person or a program wishes. Only the governor turns it into a command."""

    boottime_ns: int  # CLOCK_BOOTTIME of the input it rests on
    sequence: int
    operator: Operator
    source: str = 'gamepad'  # gamepad, cmd_vel, follow, keys
    deadman: bool = False
    speed_mps: float = 0.0  # > 0 forward
    steer: int = 0  # -1 right, 0 hold, 1 left
    jack: int = 0  # -1 lower, 0 hold, 1 lift
    arm: bool = False
    disarm: bool = False
    estop: bool = False
    horn: bool = False

    @property
    def is_neutral(self) -> bool:
        """Whether nothing is held and nothing is pressed."""
        return not (self.deadman or self.speed_mps or self.steer or self.jack or self.arm or self.disarm or self.estop
                    or self.horn)


class Mode(IntEnum):
    """What the motors are to do; values of DriveCommand.mode."""

    OFF = 0
    BRAKE = 1
    HOLD = 2
    DRIVE = 3


@dataclass(frozen=True)
class DriveCommand:
    """Governor -> motors. Its lease of 150 ms runs from boottime_ns, whenever it arrives."""

    boottime_ns: int
    sequence: int
    governor_id: int
    link_epoch: int
    operator: Operator
    mode: Mode = Mode.OFF
    speed_mps: float = 0.0  # 0 unless DRIVE
    brake_current_a: float = 0.0  # for each motor; 0 unless BRAKE or HOLD


@dataclass(frozen=True)
class RelayCommand:
    """Governor -> relays: the complete wanted state, under the same lease."""

    boottime_ns: int
    sequence: int
    governor_id: int
    link_epoch: int
    operator: Operator
    jack: int = 0
    steer: int = 0
    horn: bool = False
    clear_faults: bool = False


@dataclass(frozen=True)
class Motor:
    """One motor controller as polled."""

    present: bool = False
    erpm: float = 0.0  # 1/min, electrical
    current_motor_a: float = 0.0
    current_input_a: float = 0.0
    duty: float = 0.0
    voltage_v: float = 0.0
    temperature_fet_c: float = 0.0
    temperature_motor_c: float = 0.0
    fault: int = 0  # VESC fault code, 0: none
    timeout_active: bool = False
    controller_id: int = 0


@dataclass(frozen=True)
class Motors:
    """Both controllers, left and right; `boottime_ns` is that of the older of the two answers."""

    boottime_ns: int
    link_epoch: int
    left: Motor
    right: Motor


@dataclass(frozen=True)
class Relays:
    """What the relay controller reports; values of RelayState. `boottime_ns` is of the status' arrival."""

    boottime_ns: int
    link_epoch: int
    present: bool = False
    jack: int = 0
    steer: int = 0
    master: bool = False
    upper_open: bool = False
    lower_open: bool = False
    upper_fitted: bool = False
    lower_fitted: bool = False
    estop_open: bool = False
    faults_latched: int = 0
    faults_active: int = 0
