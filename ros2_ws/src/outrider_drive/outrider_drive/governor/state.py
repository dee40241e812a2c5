"""What the governor carries from step to step, and what a step returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from outrider_drive.governor.jack import Warned
from outrider_drive.governor.refusals import Refusal
from outrider_drive.governor.seen import Tracks
from outrider_drive.words import DriveCommand, RelayCommand


class Drive(IntEnum):
    """Values of DriveState.state."""

    DISARMED = 0
    ARMED = 1
    MOVING = 2
    STOPPING = 3
    ESTOPPED = 4


@dataclass(frozen=True)
class State:
    """The default is a governor that was just started: latched, whatever went before."""

    latched: frozenset[Refusal] = frozenset({Refusal.RESTARTED})
    armed: bool = False
    released: bool = False  # all controls were seen at rest since connect, the last stop and the last refused press
    arm_held: bool = True  # an arm button that is down from the start is no press
    deadman_ns: int = 0  # last held, or armed
    moving: bool = False  # the last step let wheels, jack or steering move
    setpoint_mps: float = 0.0
    warned: Warned = field(default_factory=Warned)
    clear_until_ns: int = 0
    sequence: int = 0
    tracks: Tracks = field(default_factory=Tracks)


@dataclass(frozen=True)
class Report:
    """The values of DriveState. Every number is finite."""

    governor_id: int
    state: Drive
    refusals: tuple[Refusal, ...]  # gravest first
    speed_mps: float  # measured, 0 where unknown
    speed_wanted_mps: float
    battery_v: float  # filtered, 0 where unknown
    operator_age_ms: float  # at most 60000
    limits_hash: int

    @property
    def refusal_texts(self) -> tuple[str, ...]:
        """The reasons for a screen."""
        return tuple(refusal.text for refusal in self.refusals)


@dataclass(frozen=True)
class Decision:
    """One step of the governor."""

    state: State
    drive: DriveCommand
    relays: RelayCommand
    report: Report
