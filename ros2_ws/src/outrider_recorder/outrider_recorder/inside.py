"""Files of a ride, reached without following a link: from an open folder, by names that hold no separator.

Whoever can write into a ride's folder must not lead a recorder, a quota or a viewer out of it. So the folder of rides
is opened once (it may be a link: its owner chose it), a ride's folder from there, and a file from there (openat(2)),
each with O_NOFOLLOW; and a folder on another file system, something mounted there, is none of ours.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from outrider_recorder.errors import RideError

RIDE_ID = re.compile(r'[0-9A-Za-z_-]+')
LARGEST_TEXT = 64 << 20


@contextlib.contextmanager
def opened(rides: Path, ride: str) -> Iterator[int]:
    """Open the folder of `ride` in `rides`; the descriptor is closed at the end. Raises OSError, RideError."""
    if not RIDE_ID.fullmatch(ride):
        raise RideError(f"'{ride[:80]}' is no name of a ride, expected letters, digits, - and _. "
                        'Run: ./outrider view --list')
    above = os.open(rides, os.O_RDONLY | os.O_DIRECTORY)
    try:
        folder = os.open(ride, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
        try:
            if os.fstat(folder).st_dev != os.fstat(above).st_dev:
                raise RideError(f'{ride} lies on another file system than {rides}, so it is no ride of ours. '
                                'Unmount it, or set OUTRIDER_RIDES to its place.')
            yield folder
        finally:
            os.close(folder)
    finally:
        os.close(above)


def regular(folder: int) -> dict[str, os.stat_result]:
    """Return all regular files directly in an open folder, by name: no link, nothing mounted over one."""
    device = os.fstat(folder).st_dev
    found = {}
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISREG(seen.st_mode) and seen.st_dev == device:
                found[name] = seen
    return found


def read_text(folder: int, name: str) -> str:
    """Return a text file of an open folder. Raises OSError, ValueError where it is no regular file or far too large."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with open(descriptor, 'rb') as file:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > LARGEST_TEXT:
            raise ValueError(f'{name} is no text file')
        return file.read(LARGEST_TEXT).decode('utf-8')


def read_text_at(path: Path) -> str:
    """Return a text file, neither it nor its folder being a link. Raises OSError, ValueError."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        return read_text(folder, path.name)
    finally:
        os.close(folder)
