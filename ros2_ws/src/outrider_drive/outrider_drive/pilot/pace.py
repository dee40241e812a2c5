"""Which samples go out: what a finger does, at once; everything else 50 times a second. Pure; times in ns.

A stick that is moved reports up to 500 times a second, and its neighbours cannot use more than the beat. Its return to
rest and its reversal are no matter of the beat: they are stops.
"""

from __future__ import annotations

from outrider_drive.pilot.words import Sample
from outrider_drive.words import Request

PERIOD_NS = 20_000_000


class Pace:
    """Remembers what went out last and when the next beat is due."""

    def __init__(self) -> None:
        """Let the first sample out."""
        self._due_ns = 0
        self._told: tuple[object, ...] = ()
        self._sign = 0

    def wait_s(self, now: int) -> float:
        """Return how long nothing is due, s."""
        return max(0, min(PERIOD_NS, self._due_ns - now)) * 1e-9

    def passes(self, sample: Sample, request: Request, now: int, *, newest: bool = True) -> bool:
        """Return whether this sample goes out; only the `newest` of those read together takes the beat."""
        operator = request.operator
        told = (sample.pad.held, request.deadman, request.steer, request.jack, request.arm, request.disarm,
                request.estop, request.horn, operator.connected, operator.neutral_required, operator.source)
        sign = (request.speed_mps > 0) - (request.speed_mps < 0)
        edge = told != self._told or bool(sample.pressed) or self._sign not in (0, sign)
        beat = newest and now >= self._due_ns
        if not (edge or beat):
            return False
        self._told, self._sign = told, sign
        if beat:  # what was missed is not caught up
            self._due_ns = (self._due_ns if now < self._due_ns + PERIOD_NS // 2 else now) + PERIOD_NS
        return True
