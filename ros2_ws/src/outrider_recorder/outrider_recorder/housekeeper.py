"""Looks after the space of the rides every few seconds, on a thread of its own: looking and deleting wait for the disk.

All rides are counted at the start and every RECOUNT_S; in between grows what the open ride writes. The alarm stands
while the disk is below its floor, or the quota is passed, and nothing is left that may go.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from outrider_recorder import quota, room

LOOK_S, RECOUNT_S = 2.0, 600.0
RESUME_BYTES = 8 << 20  # a second of video: less would stop again at once
Gone = dict[str, list[str]]


class Housekeeper:
    """`alarm` is one sentence, empty: all is well. `gone` collects what was deleted until somebody takes it."""

    def __init__(self, rides: Path, quota_bytes: int, floor_bytes: int, written: Callable[[], int],
                 free: Callable[[Path], int] = room.free_bytes) -> None:
        """`written()` returns the bytes written to the disk since the start; quota 0: only the floor counts."""
        self._rides, self._quota, self._floor = rides, quota_bytes, floor_bytes
        self._written, self._free = written, free
        self._counted_bytes = self._counted_at_bytes = 0
        self._recount_s: float | None = None
        self.alarm = ''
        self.gone: deque[Gone] = deque()
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name='housekeeper', daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """End; a deletion in progress is finished first."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def free_bytes(self) -> int:
        """Return what is free where rides lie."""
        return self._free(self._rides)

    @property
    def below_floor(self) -> bool:
        """Return whether the disk is so full that nothing more is to be written."""
        return self.free_bytes < self._floor

    @property
    def has_room(self) -> bool:
        """Return whether the disk is so far above its floor that a stopped ride may go on."""
        return self.free_bytes >= round(self._floor * quota.FLOOR_SLACK) + RESUME_BYTES

    def look(self, now_s: float) -> None:
        """Count, and make room where the plan says so. Never raises what a disk can cause."""
        with self._lock:
            self._look(now_s)

    def _look(self, now_s: float) -> None:
        written = self._written()
        if self._quota and (self._recount_s is None or now_s - self._recount_s >= RECOUNT_S):
            self._count(now_s, written)
        total = self._counted_bytes + written - self._counted_at_bytes
        if not quota.excess(total, self.free_bytes, self._quota, self._floor):
            self.alarm = ''
            return
        rides = self._count(now_s, written)
        wanted = quota.excess(self._counted_bytes, self.free_bytes, self._quota, self._floor)
        gone = room.delete(self._rides, quota.plan(rides, wanted))
        if gone:
            self.gone.append(gone)
            self._count(now_s, written)
        self.alarm = self._judge()

    def _count(self, now_s: float, written: int) -> list[quota.Ride]:
        rides = room.survey(self._rides)
        self._counted_bytes, self._counted_at_bytes = sum(ride.bytes for ride in rides), written
        self._recount_s = now_s
        return rides

    def _judge(self) -> str:
        if self.free_bytes < self._floor:
            return (f'recorder: {self.free_bytes / 1e6:.0f} MB are free for {self._rides}, expected '
                    f'{self._floor / 1e6:.0f}, and no ride is left that may go. Free space.')
        if 0 < self._quota < self._counted_bytes:
            return (f'recorder: {self._rides} holds {self._counted_bytes / 1e9:.1f} GB, more than its quota of '
                    f'{self._quota / 1e9:.1f}, and all of it is marked or open. Raise quota_gb or remove rides.')
        return ''

    def _run(self) -> None:
        while True:
            self.look(time.monotonic())
            if self._end.wait(LOOK_S):
                return

