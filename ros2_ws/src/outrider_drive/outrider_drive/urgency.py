"""The nodes of the drive run before others, and their memory stays where it is: asked for once, before any thread.

Threads inherit the priority of the one that makes them, so claim() comes before rclpy.init().
"""

from __future__ import annotations

import ctypes
import os
import resource
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
    """Take SCHED_FIFO 20, else nice -10, else nothing, and lock memory where allowed. Never fails."""
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
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
        return f'SCHED_FIFO {FIFO_PRIORITY}'
    except OSError:
        pass
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
        return f'nice {NICE}'
    except OSError:
        return ''


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
