"""Stamps of frames that were read in one go: a busy host reads late, but the radar measured at its own pace."""

from __future__ import annotations

from collections.abc import Sequence


def spread(arrivals_ns: Sequence[int], period_ns: int, last_ns: int) -> list[int]:
    """Return a stamp in ns for each frame of one read, given when their bytes were read and the stamp before them.

    Frames with one arrival lie a frame period apart, the newest at its arrival; closer, evenly, where the time since
    the stamp before does not hold so many periods. So stamps rise, unless the host's clock was set back.
    """
    stamps: list[int] = []
    at = 0
    while at < len(arrivals_ns):
        arrival = arrivals_ns[at]
        end = at
        while end < len(arrivals_ns) and arrivals_ns[end] == arrival:
            end += 1
        count = end - at
        step = min(period_ns, (arrival - last_ns) // count) if arrival > last_ns else period_ns
        stamps.extend(arrival - later * step for later in range(count - 1, -1, -1))
        last_ns = arrival
        at = end
    return stamps
