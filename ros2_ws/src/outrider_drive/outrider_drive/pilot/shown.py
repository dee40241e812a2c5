"""What the pad shows of the machine: a colour for each state, a shake for each refusal. Pure.

| state | light bar |
|---|---|
| nothing heard of the governor | dim white |
| disarmed | blue |
| armed | green |
| moving | bright white |
| stopping | yellow |
| e-stopped | red |
"""

from __future__ import annotations

from collections.abc import Iterable

from outrider_drive.governor import refusals
from outrider_drive.governor.refusals import Refusal
from outrider_drive.words import Request

DISARMED, ARMED, MOVING, STOPPING, ESTOPPED = range(5)  # values of DriveState.state
UNHEARD = (12, 12, 12)
_COLOURS = {DISARMED: (0, 0, 64), ARMED: (0, 96, 0), MOVING: (255, 255, 255), STOPPING: (160, 96, 0),
            ESTOPPED: (255, 0, 0)}
HEARD_MAX_AGE_NS = 500_000_000  # the governor speaks 10 times a second
# The governor's word on a press: it answers at once, and what it said before is about something else.
ANSWER_NS = 150_000_000
_NOT_READY = frozenset({Refusal.NOT_RELEASED, Refusal.NOT_ARMED})


def colour(state: int, age_ns: int | None) -> tuple[int, int, int]:
    """Return red, green and blue, each 0..255. `age_ns` of the governor's newest word, None before the first."""
    if age_ns is None or age_ns > HEARD_MAX_AGE_NS:
        return UNHEARD
    return _COLOURS.get(state, UNHEARD)


class Refused:
    """Decides when to shake: once for each reason that stands against what the person presses now."""

    def __init__(self) -> None:
        """Begin with nothing pressed."""
        self._since_ns: int | None = None
        self._against: frozenset[int] = frozenset()  # what would refuse this press
        self._felt: frozenset[int] = frozenset()
        self._answered = False

    def pressed(self, request: Request, now: int) -> None:
        """Take every request: a press is a question to the governor, and a tap wants its answer too."""
        against = frozenset[int]().union(*(reasons for asked, reasons in (
            (request.speed_mps, refusals.NO_DRIVE | _NOT_READY), (request.jack, refusals.NO_JACK | _NOT_READY),
            (request.steer, refusals.STOPPING | _NOT_READY), (request.arm, refusals.DISARMING)) if asked))
        if not against and self._answered:
            self._since_ns = None
        if against and self._since_ns is None:
            self._since_ns, self._against, self._felt, self._answered = now, frozenset(), frozenset(), False
        self._against |= against

    def told(self, reasons: Iterable[int], now: int) -> bool:
        """Take the governor's newest word; return whether to shake."""
        if self._since_ns is None or now - self._since_ns < ANSWER_NS:
            return False
        new = self._against.intersection(reasons) - self._felt
        self._felt |= new
        self._answered = True
        return bool(new)
