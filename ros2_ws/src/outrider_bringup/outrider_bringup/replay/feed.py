"""Recorded inputs in the order in which the fusion took them, by its journal. Pure; messages stay serialised.

The journal names each input by topic and stamp, after the step in which it was used; the recorder heard the same
messages in an order of its own. So what was heard waits until the journal asks for it.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outrider_recorder.segment import Message

PATIENCE_NS = 3_000_000_000  # that the recorder may have heard a message later than the journal in which it stands
FORGET_NS = 30_000_000_000   # a message that no journal has asked for by then never reached the fusion
LATCHED_KEPT = 200
_STAMP = {0: struct.Struct('>iI'), 1: struct.Struct('<iI')}


@dataclass(frozen=True)
class Asked:
    """One line of the journal: `measured_ns` is the stamp of the message; `log_ns` when the journal was recorded."""

    topic: str
    sequence: int
    measured_ns: int
    received_ns: int
    used: bool
    reason: str
    log_ns: int = 0


def stamp_ns(data: bytes, at: int = 4) -> int:
    """Return the time that stands `at` so many bytes into a CDR message, ns; 0 where it is too short."""
    if len(data) < at + 8:
        return 0
    seconds, nanoseconds = _STAMP[data[1] & 1].unpack_from(data, at)
    return int(seconds * 1_000_000_000 + nanoseconds)


class Feed:
    """Takes recorded messages and journal lines as they come; gives pairs in the journal's order."""

    def __init__(self, topics: Iterable[str], latched: Iterable[str] = (), lists: Iterable[str] = ()) -> None:
        """`latched`: topics of which who joins late gets old messages; `lists`: whose stamp stands in an array."""
        self._waiting: dict[str, deque[tuple[int, Message]]] = {topic: deque() for topic in topics}
        self._kept: dict[str, deque[tuple[int, Message]]] = {topic: deque(maxlen=LATCHED_KEPT) for topic in latched}
        self._lists = frozenset(lists)
        self._asked: deque[Asked] = deque()
        self._now_ns = 0

    def heard(self, topic: str, message: Message) -> None:
        """Take a recorded message of an input."""
        self._now_ns = max(self._now_ns, message.log_ns)
        stamped = (stamp_ns(message.data, 8 if topic in self._lists else 4), message)
        if topic in self._kept:
            self._kept[topic].append(stamped)
            return
        waiting = self._waiting[topic]
        waiting.append(stamped)
        while waiting[0][1].log_ns < self._now_ns - FORGET_NS:
            waiting.popleft()

    def asks(self, lines: Iterable[Asked], log_ns: int) -> None:
        """Take lines of the journal."""
        self._now_ns = max(self._now_ns, log_ns)
        self._asked.extend(lines)

    def pairs(self, *, to_the_end: bool = False) -> Iterator[tuple[Asked, Message | None]]:
        """Give each line whose turn has come with its message; None where it was not recorded."""
        while self._asked:
            asked = self._asked[0]
            found = self._find(asked)
            if found is None and not to_the_end and self._now_ns - asked.log_ns < PATIENCE_NS:
                return
            self._asked.popleft()
            yield asked, found

    def unasked(self, topic: str) -> list[Message]:
        """Return what was heard of a latched topic, in order: a fusion of old did not note it."""
        return [message for _, message in self._kept.get(topic, self._waiting.get(topic, ()))]

    def _find(self, asked: Asked) -> Message | None:
        if asked.topic in self._kept:  # who joins late gets the newest of each publisher
            return next((message for stamp, message in reversed(self._kept[asked.topic])
                         if stamp == asked.measured_ns), None)
        waiting = self._waiting.get(asked.topic)
        if waiting is None:
            return None
        for number, (stamp, message) in enumerate(waiting):
            if stamp == asked.measured_ns:
                del waiting[number]
                return message
        return None
