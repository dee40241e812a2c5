"""The nodes of the drive run before others, and their memory stays where it is: asked for once, when a node stands.

Not earlier: a node that starts computes for most of a second, and at this priority it would hold up those that drive.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass

FIFO_PRIORITY = 20
NICE = -10
SWITCH = 'OUTRIDER_PRIORITY'  # 'default' claims nothing
# <bits/mman-linux.h>. ONFAULT locks pages as they are touched: a locked reserve of every library would be 1 GB.
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_CAP_IPC_LOCK = 14


@dataclass(frozen=True)
class Priority:
    """What was granted: one sentence for the diagnosis, and its level (ok, warn)."""

    sentence: str
    level: str


def claim() -> Priority:
    """Take SCHED_FIFO 20, else nice -10, else nothing, for every thread, and lock memory where allowed. Never fails.

    Threads that are made later inherit it from the one that makes them.
    """
    if os.environ.get(SWITCH) == 'default':
        return Priority(f'default priority, as {SWITCH} asks', 'warn')
    granted = _before_others()
    memory = 'memory locked' if _lock_memory() else 'memory not locked'
    if granted:
        return Priority(f'{granted}, {memory}', 'ok')
    return Priority(f'default priority, {memory}: busy neighbours delay it by several ms. Allow nice -10: '
                    './outrider doctor', 'warn')


def _before_others() -> str:
    try:
        _each_thread(lambda thread: os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY)))
        return f'SCHED_FIFO {FIFO_PRIORITY}'
    except OSError:
        pass
    try:
        _each_thread(lambda thread: os.setpriority(os.PRIO_PROCESS, thread, NICE))  # Linux: of that thread alone
        return f'nice {NICE}'
    except OSError:
        return ''


def _each_thread(raise_it: Callable[[int], None]) -> None:
    for thread in os.listdir('/proc/self/task'):
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            raise_it(int(thread))


def _lock_memory() -> bool:
    # Under a limit every later allocation beyond it would fail: worse than a page fault.
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY and not _may_lock_all():
        return False
    return bool(ctypes.CDLL(None).mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0)


def _may_lock_all() -> bool:
    with open('/proc/self/status') as status:
        for line in status:
            if line.startswith('CapEff:'):
                return bool(int(line.split()[1], 16) >> _CAP_IPC_LOCK & 1)
    return False
