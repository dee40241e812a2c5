"""Who is asked what, and when: one question at a time, each controller in its turn. Pure.

An answer counts from when its question was first asked: one that was held up on the way is as old as it is.
"""

from __future__ import annotations

from collections import deque

from outrider_drive.gate import MS
from outrider_drive.motors.codec import Id

PERIOD_NS = 20 * MS  # two controllers at 25 Hz each
# An answer takes 1 to 5 ms over USB and CAN; with one controller silent the other is still asked at 25 Hz.
GIVE_UP_NS = 15 * MS
SLACK_NS = 1 * MS  # a timer that fires this early is not sent round again


class Polls:
    """Questions to `count` controllers; 0 is the one on the port."""

    def __init__(self, count: int) -> None:
        """Begin with nobody asked."""
        self._count = count
        self._turn = 0
        self._newest_ns: int | None = None
        self._open: tuple[int, Id] | None = None
        self._first_ns: list[int | None] = [None] * count
        self._unheard_ns: int | None = None  # since when nobody answered anything
        self._before: deque[tuple[int, Id]] = deque()

    def put(self, which: int, what: Id) -> None:
        """Ask `which` for `what` before the next round of GET_VALUES."""
        self._before.append((which, what))

    @property
    def busy(self) -> bool:
        """Whether questions that were put have not all been asked and answered or given up."""
        return bool(self._before) or (self._open is not None and self._open[1] is not Id.GET_VALUES)

    def next_ns(self, now: int) -> int:
        """Return when the next question is due if no answer comes before; `now` where nobody was asked yet."""
        if self._newest_ns is None:
            return now
        return self._newest_ns + max(GIVE_UP_NS if self._open is not None else 0, PERIOD_NS - SLACK_NS)

    def due(self, now: int) -> tuple[int, Id] | None:
        """Return (which, what) to ask now, None where an answer is awaited or it is not yet time."""
        if now < self.next_ns(now):
            return None
        return self._before[0] if self._before else (self._turn, Id.GET_VALUES)

    def asked(self, which: int, what: Id, now: int) -> None:
        """Say that the question which was due went out."""
        self._open, self._newest_ns = (which, what), now
        if self._unheard_ns is None:
            self._unheard_ns = now
        if self._before:
            self._before.popleft()
            return
        self._turn = (which + 1) % self._count
        if self._first_ns[which] is None:
            self._first_ns[which] = now

    def awaits(self, which: int) -> bool:
        """Return whether `which` owes an answer to GET_VALUES."""
        return self._first_ns[which] is not None

    def answered(self, which: int, what: Id) -> int | None:
        """Say that `which` answered; return since when GET_VALUES was owed, None where nobody had asked."""
        self._unheard_ns = None
        if self._open == (which, what):
            self._open = None
        if what is not Id.GET_VALUES:
            return None
        first_ns, self._first_ns[which] = self._first_ns[which], None
        return first_ns

    def unheard_ns(self, now: int) -> int:
        """Return for how long nobody has answered any question, ns; 0 where the newest word was an answer."""
        return 0 if self._unheard_ns is None else now - self._unheard_ns

    def owed_ns(self, which: int, now: int) -> int:
        """Return for how long `which` has owed an answer, ns; 0 where it owes none."""
        first_ns = self._first_ns[which]
        return 0 if first_ns is None else now - first_ns
