"""What was said and what is said now, paired by topic and stamp, whichever comes first."""

from __future__ import annotations

from collections import deque
from typing import Any

from rclpy.serialization import deserialize_message, serialize_message

from outrider_bringup.replay.compare import Body, Comparison
from outrider_perception import front
from outrider_perception.classes import NAMES

TOLD = (front.TRACKS, front.HAZARDS, front.PASSES)
IN_ORDER = (front.TRACKS, front.HAZARDS)
SIDES = ('recorded', 'new')
LAST_NS = 1_000_000_000
PASS_NS = 10_000_000_000  # by which a pass is told later than its closest instant, at most


class Outputs:
    """Hands pairs to a comparison, in the order of their stamps for each topic."""

    def __init__(self, comparison: Comparison) -> None:
        """Start with none."""
        self._comparison = comparison
        self._sides: dict[tuple[str, str], deque[tuple[int, Any, int]]] = {
            (side, topic): deque() for side in SIDES for topic in TOLD}
        self._last: dict[tuple[str, str], int] = {}
        self.holes: list[tuple[int, int]] = []  # stamps, both included, between which nothing is compared

    def put(self, side: str, topic: str, stamp_ns: int, message: Any, log_ns: int) -> None:
        """Take one message of 'recorded' or 'new', come when the recording was read up to `log_ns`."""
        self._sides[side, topic].append((stamp_ns, message, log_ns))
        self._last[side, topic] = stamp_ns

    def compare(self, until_ns: int) -> None:
        """Compare what is complete; what came before `until_ns` of the recording waits for nobody."""
        for topic in IN_ORDER:
            self._pair(topic, until_ns)

    def finish(self) -> None:
        """Compare the rest. A recording may end between an output and the journal that tells what it rests on."""
        for topic in IN_ORDER:
            was, now = self._sides['recorded', topic], self._sides['new', topic]
            end_ns = min(self._last.get((side, topic), 0) for side in SIDES)
            for told in (was, now):
                while told and end_ns < told[-1][0] <= end_ns + LAST_NS:
                    told.pop()
            self._pair(topic, None)
        for side in SIDES:  # told when they are over, stamped with their closest instant
            self._sides[side, front.PASSES] = deque(sorted(self._sides[side, front.PASSES], key=lambda one: one[0]))
        self._pair(front.PASSES, None)

    def _pair(self, topic: str, until_ns: int | None) -> None:
        was, now = self._sides['recorded', topic], self._sides['new', topic]
        while was or now:
            first = min((side[0] for side in (was, now) if side), key=lambda one: one[0])
            at_ns, both = first[0], bool(was and now and was[0][0] == now[0][0])
            if not both and until_ns is not None and first[2] > until_ns:
                return
            self._one(topic, at_ns, *(side.popleft()[1] if side and side[0][0] == at_ns else None
                                      for side in (was, now)))

    def _one(self, topic: str, at_ns: int, was: Any, now: Any) -> None:
        before_ns = PASS_NS if topic == front.PASSES else 0
        if any(first - before_ns <= at_ns <= last for first, last in self.holes):
            return
        equal = was is not None and now is not None and same(was, now)
        if topic == front.TRACKS:
            self._comparison.tracks(at_ns, _bodies(was), _bodies(now), equal=equal)
        elif topic == front.HAZARDS:
            self._comparison.hazards(at_ns, _levels(was), _levels(now), equal=equal)
        else:
            self._comparison.passed(at_ns, *(None if one is None else float(one.clearance_m) for one in (was, now)),
                                    equal=equal)


def as_sent(message: Any) -> Any:
    """Return the message as a subscriber gets it: floats of their field's width."""
    return deserialize_message(serialize_message(message), type(message))


def same(was: Any, now: Any) -> bool:
    """Return whether two messages are equal to the last bit; a repr tells floats whole, and NaN is NaN."""
    return repr(was) == repr(now)


def _bodies(message: Any) -> dict[int, Body] | None:
    if message is None:
        return None
    return {track.id: Body(track.position.x, track.position.y, track.velocity_over_ground.x,
                           track.velocity_over_ground.y, _named(track.class_id)) for track in message.tracks}


def _named(number: int) -> str:
    return NAMES[number] if number < len(NAMES) else str(number)


def _levels(message: Any) -> dict[int, int] | None:
    return None if message is None else {hazard.track_id: hazard.level for hazard in message.hazards}
