"""The receiver's time against the host's clock. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from outrider_sensors.gps.decode import WEEK_MS


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
