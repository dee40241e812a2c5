"""Finds every living process of a stack, children of children too, by a mark that they inherit in the environment."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path

from outrider_bringup.runner.stopping import Member

MARK = 'OUTRIDER_PROCESS'  # <stack>:<stop group>:<name>
PROC = Path('/proc')


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
    return [Member(pid, group, own, found.get(_parent(pid), (0, ''))[1] != own)
            for pid, (group, own) in found.items()]


def send(orders: Iterable[tuple[int, signal.Signals]]) -> None:
    """Send signals; who has gone meanwhile is no error."""
    for pid, number in orders:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((PROC / str(pid) / 'stat').read_text().rpartition(')')[2].split()[1])
    return 0
