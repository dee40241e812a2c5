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
        self._ledger = processes.Ledger()
        self._memory: list[tuple[int, int]] = []  # KiB, processes
        self._due_s = 0.0

    def take(self, now_s: float, roots: Collection[int]) -> None:
        """Enter what `roots` and all that they started used until `now_s`."""
        stats = processes.snapshot()
        members = processes.family(stats, roots)
        self._ledger.take(now_s, [stats[pid] for pid in members])
        if now_s >= self._due_s:
            self._due_s = now_s + MEMORY_EVERY_S
            self._memory.append((sum(map(processes.pss_kib, members)), len(members)))

    def pause(self) -> None:
        """Other acts come: what is used until the next sample is theirs."""
        self._ledger.pause()

    def cost(self) -> Cost | None:
        """Return the whole, None without samples."""
        if not self._memory or not self._ledger.seconds > 0:
            return None
        kib, count = max(self._memory)
        return Cost(count, kib * 1024 / 1e6, self._ledger.percent(os.sysconf('SC_CLK_TCK')), self._ledger.seconds)
