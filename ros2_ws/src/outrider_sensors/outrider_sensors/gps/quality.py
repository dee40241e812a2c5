"""What a fix may be used for. Pure.

| refusal | what it closes | why |
|---|---|---|
| NO_FIX | position, velocity | gnssFixOk is off: the receiver itself rejects its accuracies |
| FIX_TYPE | position, velocity | below 3-D, or time only: height guessed, place perhaps hundreds of metres off |
| INVALID | position, velocity | the receiver says that latitude, longitude and height are invalid |
| SPEED_ERROR | velocity | sAcc beyond the limit |
| HEADING_ERROR | velocity | headAcc beyond the limit while moving; at a standstill a direction means nothing |
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from outrider_sensors.gps.decode import Fix

USABLE_TYPES = (3, 4)
STANDSTILL_MPS = 1.0  # below, the direction of the velocity does not matter


class Refusal(enum.Enum):
    """Why a fix is not used, with the words for a screen."""

    NO_FIX = 'no fix'
    FIX_TYPE = 'no 3-D fix'
    INVALID = 'position invalid'
    SPEED_ERROR = 'speed too uncertain'
    HEADING_ERROR = 'heading too uncertain'


_CLOSES_POSITION = (Refusal.NO_FIX, Refusal.FIX_TYPE, Refusal.INVALID)


@dataclass(frozen=True)
class Limits:
    """The largest errors, by the receiver's own estimate, that a velocity may have."""

    speed_error_mps: float = 1.0
    heading_error_deg: float = 30.0


@dataclass(frozen=True)
class Verdict:
    """What a fix may be used for, and everything that speaks against it."""

    refusals: tuple[Refusal, ...]

    @property
    def position(self) -> bool:
        """Whether the place may be used."""
        return not any(refusal in _CLOSES_POSITION for refusal in self.refusals)

    @property
    def velocity(self) -> bool:
        """Whether the velocity may be used."""
        return not self.refusals


def judge(fix: Fix, limits: Limits) -> Verdict:
    """Judge one fix."""
    found = []
    if not fix.fix_ok:
        found.append(Refusal.NO_FIX)
    if fix.fix_type not in USABLE_TYPES:
        found.append(Refusal.FIX_TYPE)
    if not fix.position_valid:
        found.append(Refusal.INVALID)
    if fix.speed_error_mps > limits.speed_error_mps:
        found.append(Refusal.SPEED_ERROR)
    if fix.speed_mps > STANDSTILL_MPS and fix.heading_error_deg > limits.heading_error_deg:
        found.append(Refusal.HEADING_ERROR)
    return Verdict(tuple(found))
