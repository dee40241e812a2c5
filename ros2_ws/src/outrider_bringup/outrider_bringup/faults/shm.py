"""What killed processes leave in shared memory: 1 MB each, and a campaign kills hundreds."""

from __future__ import annotations

import contextlib
import fcntl
import time
from pathlib import Path

FOLDER = Path('/dev/shm')
LOCK_END = '_el'  # Fast DDS: held by the owner of the segment for as long as it lives
SEGMENTS = tuple(name + '[0-9a-f]' * 16 for name in ('fastdds_', 'fastrtps_'))  # Fast DDS 3 and 2
YOUNG_S = 5.0  # its owner may not hold it yet


def clean(since_s: float, folder: Path = FOLDER) -> int:
    """Remove Fast DDS segments made since `since_s` (time.time()) whose owner is dead; return how many."""
    removed = 0
    for lock in (lock for segment in SEGMENTS for lock in folder.glob(segment + LOCK_END)):
        with contextlib.suppress(OSError), lock.open() as file:
            if not since_s <= lock.stat().st_mtime <= time.time() - YOUNG_S:
                continue
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lock.with_name(lock.name.removesuffix(LOCK_END)).unlink(missing_ok=True)
            lock.unlink()
            removed += 1
    return removed
