"""What the demo's processes use, act by act: those with a rendered world beside them count apart."""

from __future__ import annotations

import os
from collections.abc import Collection

from outrider_bringup.demo import processes
from outrider_bringup.demo.rows import Cost

MEMORY_EVERY_S = 1.0


class Costs:
    """Samples of one kind of acts."""

    def __init__(self) -> None:
        """Start without a sample."""
        self._ledger, self._apart = processes.Ledger(), processes.Ledger()
        self._apart_kib = 0
        self._memory: list[tuple[int, int]] = []  # KiB, processes
        self._due_s = 0.0

    def take(self, now_s: float, roots: Collection[int], apart: int | None = None) -> None:
        """Enter what `roots` and all that they started used until `now_s`; that of `apart`, one of them, also alone."""
        stats = processes.snapshot()
        members = processes.family(stats, roots)
        self._ledger.take(now_s, [stats[pid] for pid in members])
        if apart in members:
            self._apart.take(now_s, [stats[apart]])
        if now_s >= self._due_s:
            self._due_s = now_s + MEMORY_EVERY_S
            kib = {pid: processes.pss_kib(pid) for pid in members}
            self._memory.append((sum(kib.values()), len(members)))
            if apart in members:
                self._apart_kib = max(self._apart_kib, kib[apart])

    def pause(self) -> None:
        """Other acts come: what is used until the next sample is theirs."""
        self._ledger.pause()
        self._apart.pause()

    def apart(self) -> Cost | None:
        """Return what that one process used, None without samples."""
        if not self._apart_kib or not self._apart.seconds > 0:
            return None
        return Cost(1, self._apart_kib * 1024 / 1e6, self._apart.percent(os.sysconf('SC_CLK_TCK')), self._apart.seconds)

    def cost(self) -> Cost | None:
        """Return the whole, None without samples."""
        if not self._memory or not self._ledger.seconds > 0:
            return None
        kib, count = max(self._memory)
        return Cost(count, kib * 1024 / 1e6, self._ledger.percent(os.sysconf('SC_CLK_TCK')), self._ledger.seconds)
