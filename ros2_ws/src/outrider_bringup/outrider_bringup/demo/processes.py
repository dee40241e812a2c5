"""What a family of processes costs, from /proc: CPU time and memory (PSS: shared pages divided among their users)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path('/proc')


@dataclass(frozen=True)
class Stat:
    """One process: parent, session, CPU time so far and its start, both in clock ticks."""

    pid: int
    parent: int
    session: int
    cpu_ticks: int
    start_ticks: int


def parse_stat(text: str) -> Stat:
    """Return what a line of /proc/PID/stat says (proc(5)). Raises ValueError for anything else."""
    head, closing, tail = text.rpartition(')')  # the name may hold spaces and brackets
    fields = tail.split()
    if not closing or len(fields) < 20:
        raise ValueError(f'not a line of /proc/PID/stat: {text[:40]!r}')
    return Stat(pid=int(head.split()[0]), parent=int(fields[1]), session=int(fields[3]),
                cpu_ticks=int(fields[11]) + int(fields[12]), start_ticks=int(fields[19]))


def snapshot(proc: Path = PROC) -> dict[int, Stat]:
    """Return every process that lives now, by id."""
    stats = {}
    for folder in proc.iterdir():
        if folder.name.isdigit():
            try:
                stats[int(folder.name)] = parse_stat((folder / 'stat').read_text())
            except (OSError, ValueError):
                continue  # it ended while we looked
    return stats


def family(stats: Mapping[int, Stat], roots: Iterable[int]) -> set[int]:
    """Return `roots`, their descendants, and whatever shares a session that one of `roots` leads."""
    roots = set(roots)
    known = {pid for pid, stat in stats.items() if pid in roots or stat.session in roots}
    grown = True
    while grown:
        more = {pid for pid, stat in stats.items() if stat.parent in known and pid not in known}
        known |= more
        grown = bool(more)
    return known


def pss_kib(pid: int, proc: Path = PROC) -> int:
    """Return the PSS of a process in KiB, 0 when it has ended or is not ours to look at."""
    try:
        lines = (proc / str(pid) / 'smaps_rollup').read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith('Pss:')), 0)


def started_ago_s(pid: int, proc: Path = PROC) -> float:
    """Return how many seconds ago a process was started; a shell that became it by exec counts too."""
    start = parse_stat((proc / str(pid) / 'stat').read_text()).start_ticks / os.sysconf('SC_CLK_TCK')
    return float((proc / 'uptime').read_text().split()[0]) - start


class Ledger:
    """Adds up the CPU time of a family from snapshots; who came later counts from its start, who left, to the last."""

    def __init__(self) -> None:
        """Start without a snapshot."""
        self._last: dict[tuple[int, int], int] | None = None
        self._now_s = 0.0
        self.ticks = 0
        self.seconds = 0.0  # between the snapshots, pauses left out

    def take(self, now_s: float, members: Iterable[Stat]) -> None:
        """Enter one snapshot of the family, taken at `now_s` on a clock that does not jump."""
        ticks = {(stat.pid, stat.start_ticks): stat.cpu_ticks for stat in members}
        if self._last is not None:
            self.ticks += sum(used - self._last.get(who, 0) for who, used in ticks.items())
            self.seconds += now_s - self._now_s
        self._last = {**(self._last or {}), **ticks}
        self._now_s = now_s

    def pause(self) -> None:
        """Count nothing from the newest snapshot to the next."""
        self._last = None

    def percent(self, ticks_per_s: float) -> float:
        """Return the use over `seconds` in per cent of one core. Raises ValueError before there are two snapshots."""
        if self.seconds <= 0:
            raise ValueError('CPU use needs two snapshots')
        return 100 * self.ticks / ticks_per_s / self.seconds
