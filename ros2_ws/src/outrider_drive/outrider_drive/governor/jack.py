"""Where the jack is known to be, and its warning before it moves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from outrider_drive.governor.times import S
from outrider_drive.words import Relays


class Up(Enum):
    """How well the jack is known to be up."""

    NO = 0
    COUNTED = 1  # no limit switch: by the time that it was lifted
    SEEN = 2


@dataclass(frozen=True)
class JackTrack:
    """Up-time since the jack was last lowered, by what the relay board reported.

    Any lowering and any gap in the reports (lost link, restarted board) starts it again from nothing: the jack may have
    moved unseen. Time counts between two reports that both say that it lifts, so it is never too long.
    """

    up_ns: int = 0
    last_ns: int = 0
    lifting: bool = False

    def after(self, relays: Relays) -> JackTrack:
        """Return the track after a fresh status."""
        lifting = relays.jack == 1
        if relays.jack == -1 or (relays.lower_fitted and relays.lower_open):
            return JackTrack(0, relays.boottime_ns, lifting)
        more = max(0, relays.boottime_ns - self.last_ns) if self.lifting and lifting else 0
        return JackTrack(self.up_ns + more, relays.boottime_ns, lifting)

    def up(self, relays: Relays, travel_s: float) -> Up:
        """Say whether the jack is up, by a fresh status. A switch that is fitted is believed, nothing else."""
        if relays.upper_fitted:
            broken = relays.lower_fitted and relays.lower_open  # it cannot be at both ends
            return Up.SEEN if relays.upper_open and not broken else Up.NO
        return Up.COUNTED if self.up_ns >= travel_s * S else Up.NO


@dataclass(frozen=True)
class Warned:
    """The horn before the jack."""

    jack: int = 0
    since_ns: int = 0

    def after(self, jack: int, now: int) -> Warned:
        """Return it after `jack` (-1, 0, 1) was asked for and allowed; another direction is warned of anew."""
        return self if jack == self.jack else Warned(jack, now)

    def moves(self, now: int, lead_s: float) -> int:
        """Return what the jack may do now."""
        return self.jack if now - self.since_ns >= lead_s * S else 0
