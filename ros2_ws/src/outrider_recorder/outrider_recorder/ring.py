"""The last half minute in memory while nothing is written, so that a mark or the first movement is not too late.

Depth packs to a half and less at a third of a millisecond an image, JPEGs do not: what does not shrink stays as it is.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import lz4.frame

from outrider_recorder.segment import Message

SECONDS = 30.0
BYTES = 280_000_000  # 30 s of 848x480 JPEG and 424x240 depth at 30 images a second, packed, are 240 MB
_LEAST_PACKED, _WORTH = 32 << 10, 0.8
_OVERHEAD = 250  # bytes of Python objects around each message


def give_back() -> None:
    """Return to the system what an emptied ring had taken: the C library keeps it, where there is one that does."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class _Kept(NamedTuple):
    message: Message
    packed: bool

    @property
    def size(self) -> int:
        return len(self.message.data) + _OVERHEAD


class Ring:
    """Holds the newest `seconds` of messages, or less where `most_bytes` do not suffice."""

    def __init__(self, seconds: float = SECONDS, most_bytes: int = BYTES) -> None:
        """0 seconds hold nothing."""
        self._span_ns, self._most_bytes = round(seconds * 1e9), most_bytes
        self._kept: deque[_Kept] = deque()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """Return the memory that it takes."""
        return self._bytes

    @property
    def seconds(self) -> float:
        """Return how far back it reaches."""
        return (self._kept[-1].message.log_ns - self._kept[0].message.log_ns) / 1e9 if self._kept else 0.0

    def put(self, message: Message) -> None:
        """Take one message; the oldest go."""
        if not self._span_ns:
            return
        kept = _Kept(message, packed=False)
        if len(message.data) >= _LEAST_PACKED:
            packed = lz4.frame.compress(message.data)
            if len(packed) < _WORTH * len(message.data):
                kept = _Kept(message._replace(data=packed), packed=True)
        self._kept.append(kept)
        self._bytes += kept.size
        oldest_ns = message.log_ns - self._span_ns
        while self._kept and (self._bytes > self._most_bytes or self._kept[0].message.log_ns < oldest_ns):
            self._bytes -= self._kept.popleft().size

    def pour(self) -> Pour:
        """Return all that it holds, in order; the ring is empty then."""
        kept, self._kept, self._bytes = self._kept, deque(), 0
        return Pour(kept)


class Pour:
    """What a ring held, given out once, unpacked one by one; memory goes back as it is taken."""

    def __init__(self, kept: deque[_Kept] | None = None) -> None:
        """Nothing, or what a ring held."""
        self._kept: deque[_Kept] = kept if kept is not None else deque()
        self.first_ns = self._kept[0].message.log_ns if self._kept else 0

    def firsts(self) -> dict[str, int]:
        """Return the smallest sequence of each topic."""
        found: dict[str, int] = {}
        for kept in self._kept:
            found.setdefault(kept.message.topic.name, kept.message.sequence)
        return found

    def __iter__(self) -> Iterator[Message]:
        while self._kept:
            kept = self._kept.popleft()
            yield (kept.message._replace(data=lz4.frame.decompress(kept.message.data)) if kept.packed
                   else kept.message)
