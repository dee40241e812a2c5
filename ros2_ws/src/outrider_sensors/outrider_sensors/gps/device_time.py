"""The receiver's time against the host's clock. Pure."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from outrider_sensors.gps.decode import WEEK_MS

WINDOW = 250  # fixes; 10 s at 25 Hz


def stamps(arrivals_ns: Sequence[int], itows_ms: Sequence[int], last_ns: int) -> list[int]:
    """Return a host stamp in ns for each fix of one read.

    Fixes with one arrival were read late by a busy host: they lie as far apart as the receiver's own time says, the
    newest at its arrival, none at or before `last_ns` (the stamp before them) while the host's clock is not set back.
    """
    made: list[int] = []
    for at, arrival in enumerate(arrivals_ns):
        newest = max(place for place, other in enumerate(arrivals_ns) if other == arrival)
        stamp = arrival - (itows_ms[newest] - itows_ms[at]) % WEEK_MS * 1_000_000
        if last_ns < arrival:
            behind = newest - at  # as many stamps must still fit between this one and the arrival
            stamp = min(max(stamp, last_ns + 1), arrival - behind)
        made.append(stamp)
        last_ns = stamp
    return made


@dataclass(frozen=True)
class Offset:
    """Host stamp minus UTC of the fix: the receiver's latency and whatever the host's clock is wrong."""

    median_ms: float
    jitter_ms: float  # half of the span that holds the middle 68 %: 1 sigma of a normal distribution, deaf to outliers


class OffsetWatch:
    """The offset over the last WINDOW fixes."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._offsets_ms: deque[float] = deque(maxlen=WINDOW)

    def add(self, stamp_ns: int, utc_ns: int) -> None:
        """Learn one pair."""
        self._offsets_ms.append((stamp_ns - utc_ns) * 1e-6)

    def clear(self) -> None:
        """Forget: another receiver, or the same after a restart."""
        self._offsets_ms.clear()

    def offset(self) -> Offset | None:
        """Return the offset, None before the first fix with a time."""
        if not self._offsets_ms:
            return None
        ordered = sorted(self._offsets_ms)
        last = len(ordered) - 1
        low, high = ordered[round(0.16 * last)], ordered[round(0.84 * last)]
        return Offset(statistics.median(ordered), (high - low) / 2)
