"""One stack of a rig in a run folder at a time: a lock that the kernel lets go when its holder ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path

from outrider_bringup.errors import UserError

# After kill -9 of a runner its guard holds the lock until the last process has gone.
WAIT_FOR_GUARD_S = 1.5


def take(path: Path, rig: str) -> int:
    """Return an open descriptor that holds the lock. Raises UserError within 2 s, naming the holder."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    end_s = time.monotonic() + WAIT_FOR_GUARD_S
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f'{os.getpid()} {time.strftime("%H:%M:%S")}\n'.encode(), 0)
            return descriptor
        pid, _, since = os.pread(descriptor, 100, 0).decode(errors='replace').strip().partition(' ')
        if pid.isdigit() and _runs(int(pid)):
            os.close(descriptor)
            raise UserError(f'{rig} is up already, as process {pid} since {since} (run folder {path.parent}). '
                            f'End that one with Ctrl+C, or: kill {pid}')
        if time.monotonic() > end_s:
            os.close(descriptor)
            raise UserError(f'{rig} is just being stopped (run folder {path.parent}). Try again in 3 s')
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    return Path(f'/proc/{pid}').exists()
