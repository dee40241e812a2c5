"""Marks: which moments of a ride are kept, and when one is set without a person.

A hazard that becomes urgent, an urgent alert and a close pass each ask for a mark. At most one in MIN_GAP_S is set: a
mark keeps its segment of a minute and the one before, so that more would say nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MIN_GAP_S = 10.0
PERSON, PAD, URGENT, CLOSE_PASS = 'person', 'pad', 'urgent', 'close_pass'


class AutoMarks:
    """Hears hazards and passes; answers whether a mark is due."""

    def __init__(self, min_gap_s: float = MIN_GAP_S) -> None:
        """Nothing was marked yet."""
        self._min_gap_s = min_gap_s
        self._urgent: frozenset[int] = frozenset()
        self._alerts: frozenset[str] = frozenset()
        self._newest_s: float | None = None

    def hazards(self, urgent: Iterable[int], now_s: float) -> int | None:
        """Take the ids of all tracks that are urgent now; return one that has just become so and is to be marked."""
        now = frozenset(urgent)
        fresh, self._urgent = now - self._urgent, now
        return min(fresh) if fresh and self._due(now_s) else None

    def alerts(self, urgent: Iterable[str], now_s: float) -> str | None:
        """Take the names of all alerts that are urgent now; return one that has just come and is to be marked."""
        now = frozenset(urgent)
        fresh, self._alerts = now - self._alerts, now
        return min(fresh) if fresh and self._due(now_s) else None

    def passed(self, now_s: float) -> bool:
        """Take a close pass; return whether it is to be marked."""
        return self._due(now_s)

    def _due(self, now_s: float) -> bool:
        if self._newest_s is not None and now_s - self._newest_s < self._min_gap_s:
            return False
        self._newest_s = now_s
        return True


def record(stamp_ns: int, utc: str | None, segment: int, kind: str, note: str,
           track_id: int | None = None) -> dict[str, Any]:
    """Return one line of marks.jsonl; `stamp_ns` is on the ride's own clock, as log_time is."""
    return {'stamp_ns': stamp_ns, 'utc': utc, 'segment': segment, 'kind': kind, 'note': note, 'track_id': track_id}


def segments_kept(lines: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the numbers of the segments that marks keep: each marked one and the one before."""
    kept: set[int] = set()
    for line in lines:
        number = line.get('segment')
        if isinstance(number, int) and not isinstance(number, bool):
            kept |= {number, number - 1}
    return kept
