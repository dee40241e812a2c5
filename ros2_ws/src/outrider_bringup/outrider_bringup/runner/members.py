"""Finds every living process of a stack, children of children too, by a mark that they inherit in the environment."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from outrider_bringup.runner.stopping import Member

MARK = 'OUTRIDER_PROCESS'  # <stack>:<stop group>:<name>
PROC = Path('/proc')
YOUNG_S = 3.0


def mark(stack: str, group: int, name: str) -> str:
    """Return the value of MARK for a process."""
    return f'{stack}:{group}:{name}'


def members(stack: str, name: str | None = None) -> list[Member]:
    """Return the living processes of a stack, or of one process of it with its children. Zombies do not count."""
    found: dict[int, tuple[int, str]] = {}
    prefix = f'{MARK}={stack}:'.encode()
    for entry in os.scandir(PROC):
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            for variable in (PROC / entry.name / 'environ').read_bytes().split(b'\0'):
                if variable.startswith(prefix):
                    group, _, own = variable[len(prefix):].decode(errors='replace').partition(':')
                    if name is None or own == name:
                        found[int(entry.name)] = (int(group), own)
    return [Member(pid, group, own, found.get(_parent(pid), (0, ''))[1] != own, _starting(pid))
            for pid, (group, own) in found.items()]


def send(orders: Iterable[tuple[int, signal.Signals]]) -> None:
    """Send signals; who has gone meanwhile is no error."""
    for pid, number in orders:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _parent(pid: int) -> int:
    return _stat(pid, 1)


def _starting(pid: int) -> bool:
    """Tell whether a process is young and does not catch SIGTERM (yet): there is nothing that it could close."""
    started_s = _stat(pid, 19) / os.sysconf('SC_CLK_TCK')
    if time.clock_gettime(time.CLOCK_BOOTTIME) - started_s > YOUNG_S:
        return False
    with contextlib.suppress(OSError, ValueError, IndexError):
        caught = int((PROC / str(pid) / 'status').read_text().partition('SigCgt:')[2].split()[0], 16)
        return not caught >> (signal.SIGTERM - 1) & 1
    return False


def _stat(pid: int, field: int) -> int:
    """Return a field of /proc/PID/stat, counted from the state (proc(5): state is field 3), 0 where it has gone."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((PROC / str(pid) / 'stat').read_text().rpartition(')')[2].split()[field])
    return 0
