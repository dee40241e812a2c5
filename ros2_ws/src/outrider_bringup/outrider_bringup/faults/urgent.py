"""What measures must not be starved with what is measured: fakes and striker run before everybody, where allowed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

FAKES_PRIORITY = 30  # above the nodes' 20: a real VESC does not wait for this computer
STRIKER_PRIORITY = 25


def hurry(pids: Iterable[int]) -> None:
    """Give every thread of the processes and of their children SCHED_FIFO; nothing where it is not allowed."""
    for pid in pids:
        for member in (pid, *_children(pid)):
            for thread in _threads(member):
                with contextlib.suppress(OSError):
                    os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(FAKES_PRIORITY))


def granted(pid: int) -> str:
    """Return the priority that a process really has: fifo, nice or default."""
    if os.sched_getscheduler(pid) == os.SCHED_FIFO:
        return 'fifo'
    return 'nice' if os.getpriority(os.PRIO_PROCESS, pid) < 0 else 'default'


@contextlib.contextmanager
def striking() -> Iterator[None]:
    """Run this thread before the nodes, so that the stamp after kill() is that of its return."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(STRIKER_PRIORITY))
    except OSError:
        yield
        return
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _threads(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(entry) for entry in os.listdir(f'/proc/{pid}/task')]
    return []


def _children(pid: int) -> list[int]:
    found = []
    for thread in _threads(pid):
        with contextlib.suppress(OSError):
            found += [int(word) for word in Path(f'/proc/{pid}/task/{thread}/children').read_text().split()]
    return found
