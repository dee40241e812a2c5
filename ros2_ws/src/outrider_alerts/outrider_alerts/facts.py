"""What the chooser is told, without ROS. Stamps are host-clock seconds, like its `now_s`."""

from __future__ import annotations

from dataclasses import dataclass

NONE, NOTICE, WARN, URGENT = range(4)  # Hazard.LEVEL_*
OK, POOR, LOST = 'ok', 'warn', 'error'  # how a device is, by its diagnosis


@dataclass(frozen=True)
class Body:
    """A hazard: one road user, or a close pass by one. `oldest_s`: stamp of the oldest measurement it rests on."""

    track: int
    level: int
    kind: str  # one of table.CLASSES
    side: str  # one of table.SIDES
    distance_m: float
    closing_mps: float
    ttc_s: float
    since_s: float
    oldest_s: float


@dataclass(frozen=True)
class Hazards:
    """What fusion told last; `stamp_s`: of the measurement its update used."""

    stamp_s: float
    degraded: tuple[str, ...]
    bodies: tuple[Body, ...]


@dataclass(frozen=True)
class Drive:
    """The governor's state. `refusals`: (number, text), gravest first; `battery_v` 0 or NaN: unknown."""

    estopped: bool
    refusals: tuple[tuple[int, str], ...]
    battery_v: float


@dataclass(frozen=True)
class Motors:
    """Of the motor controllers that are present: fault codes that are not 0, and the temperatures."""

    faults: tuple[int, ...]
    fet_c: tuple[float, ...]
    motor_c: tuple[float, ...]


@dataclass(frozen=True)
class Relays:
    """The relay controller: whether it answers, its latched faults as bits, its e-stop input."""

    present: bool
    faults: int
    estop_open: bool


@dataclass(frozen=True)
class Recorder:
    """The recorder's state."""

    recording: bool
    alarm: str
    free_bytes: int
    clock_known: bool


@dataclass(frozen=True)
class Device:
    """One line of /diagnostics."""

    level: str  # OK, POOR, LOST
    message: str


@dataclass(frozen=True)
class Rig:
    """What is built in and started, and where its limits are; see the alerter's parameters."""

    eyes: bool = True
    senses: tuple[str, ...] = ('depth', 'gps', 'imu')
    devices: tuple[str, ...] = ('radar', 'camera', 'gps')
    drive: bool = False
    relays: bool = False
    recorder: bool = True
    battery_low_v: float = 0.0
    hot_fet_c: float = 70.0
    hot_motor_c: float = 80.0
    disk_low_bytes: int = 2_000_000_000
