"""Which files go when rides outgrow their quota or the disk runs short: a plan, no hand on the disk.

| order | goes |
|---|---|
| 1 | of the oldest ride: what can be made again from the record (`ride.rrd`, ...) |
| 2 | of the oldest ride: its segments, oldest first |
| 3 | the same of the next ride, and so on to the open one |

Never: a marked segment and the one before it, the open segment, and the newest KEEP_OPEN finished ones of an open ride.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KEEP_OPEN = 2  # a mark in the first second of a segment keeps the one before: it has to be there
FLOOR_SLACK = 1.25  # room is made up to here, so that it is not made again at once
QUOTA_SLACK = 0.98


@dataclass(frozen=True)
class Segment:
    """One finished segment on the disk."""

    name: str
    number: int
    bytes: int


@dataclass(frozen=True)
class Ride:
    """One ride as the disk shows it. `derived` are files that can be made again, with their bytes."""

    name: str
    segments: tuple[Segment, ...]
    kept: frozenset[int] = frozenset()
    derived: tuple[tuple[str, int], ...] = ()
    bytes: int = 0
    open: bool = False


@dataclass(frozen=True)
class Victim:
    """A file that goes."""

    ride: str
    name: str
    bytes: int


def excess(total_bytes: int, free_bytes: int, quota_bytes: int, floor_bytes: int) -> int:
    """Return how many bytes have to go: over the quota (0: none), or missing to the floor; 0 while all is well."""
    over = total_bytes - round(quota_bytes * QUOTA_SLACK) if 0 < quota_bytes < total_bytes else 0
    short = round(floor_bytes * FLOOR_SLACK) - free_bytes if free_bytes < floor_bytes else 0
    return max(over, short, 0)


def plan(rides: Sequence[Ride], excess_bytes: int) -> list[Victim]:
    """Return what goes, in order, until `excess_bytes` are gained or nothing is left that may go. Oldest ride first."""
    chosen: list[Victim] = []
    gained = 0
    for victim in _candidates(rides):
        if gained >= excess_bytes:
            break
        chosen.append(victim)
        gained += victim.bytes
    return chosen


def _candidates(rides: Sequence[Ride]) -> Iterable[Victim]:
    for ride in rides:
        if not ride.open:
            for name, size in ride.derived:
                yield Victim(ride.name, name, size)
        ordered = sorted(ride.segments, key=lambda one: one.number)
        for segment in ordered[:-KEEP_OPEN] if ride.open else ordered:
            if segment.number not in ride.kept:
                yield Victim(ride.name, segment.name, segment.bytes)
