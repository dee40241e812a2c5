"""Connections: how many there may be, and who goes when one more comes.

Nobody is turned away at the door, since behind the newest connection may be the e-stop, and nobody who was not read
yet, for the same reason. The oldest of a crowding address goes; above the number of all, the oldest of the address that
has most. One that has shown a valid cookie goes only when no other is left.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MOST, EACH = 400, 48  # of all, and of one address that has shown no cookie
GRACE_S = 0.5  # to be read, when many come at once
PATIENCE_S, KNOWN_PATIENCE_S = 8.0, 60.0  # for a whole request and its whole answer


@dataclass(eq=False)
class Guest:
    """One connection."""

    address: str
    since_s: float  # when it came, or when its last request was answered
    known: bool = False  # has shown a valid cookie
    socket: bool = False  # an accepted socket looks after itself


class Lobby:
    """Who is here."""

    def __init__(self, most: int = MOST, each: int = EACH) -> None:
        """At most `most` connections, `each` of one address."""
        self._most, self._each = most, each
        self._guests: dict[Guest, None] = {}  # in the order of coming
        self.dropped = 0

    def __len__(self) -> int:
        """How many are here."""
        return len(self._guests)

    def enter(self, guest: Guest) -> Guest | None:
        """Let one in; return who has to go for it."""
        self._guests[guest] = None
        if len(self._guests) <= self._each:
            return None
        strangers = [one for one in self._guests if not one.known]
        of = Counter(one.address for one in strangers)
        gone = None
        if of[guest.address] > self._each:
            oldest = next(one for one in strangers if one.address == guest.address)
            gone = oldest if guest.since_s - oldest.since_s > GRACE_S else None
        if gone is None and len(self._guests) > self._most:
            others = [one for one in strangers if one is not guest]
            most = max((of[one.address] for one in others), default=0)
            gone = next((one for one in others if of[one.address] == most), None) or next(
                one for one in self._guests if one is not guest)
        return self._drop(gone)

    def leave(self, guest: Guest) -> None:
        """One is gone by itself."""
        self._guests.pop(guest, None)

    def late(self, now_s: float) -> list[Guest]:
        """Return and forget those who began a request, or an answer, and do not come to its end."""
        late = [one for one in self._guests
                if not one.socket and now_s - one.since_s > (KNOWN_PATIENCE_S if one.known else PATIENCE_S)]
        for one in late:
            self._drop(one)
        return late

    def _drop(self, guest: Guest | None) -> Guest | None:
        if guest is not None:
            del self._guests[guest]
            self.dropped += 1
        return guest
