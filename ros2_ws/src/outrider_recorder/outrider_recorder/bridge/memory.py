"""Gives back what only loading the libraries read: rerun and Arrow map 200 MB, and a tenth of it is used afterwards."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

_MADV_DONTNEED = 4  # madvise(2): what is touched again is read again from the page cache
_HEAD = re.compile(r'^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+)')


def untouched(smaps: str) -> list[tuple[int, int]]:
    """Return start and end of every mapping of a file that cannot be written and holds no page of its own (proc(5)).

    Pages that the dynamic linker has written and then protected (relocations) are private and would be lost.
    """
    found, place = [], None
    for line in smaps.splitlines():
        head = _HEAD.match(line)
        if head:
            first, last, may, inode = head.groups()
            place = (int(first, 16), int(last, 16)) if inode != '0' and 'w' not in may and may[3] == 'p' else None
        elif line.startswith('Anonymous:') and place is not None and line.split()[1] == '0':
            found.append(place)
    return found


def give_back() -> None:
    """Let the kernel forget these pages. It does nothing where that is not possible."""
    try:
        places = untouched(Path('/proc/self/smaps').read_text())
        madvise = ctypes.CDLL(None).madvise
    except (OSError, AttributeError):
        return
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for first, last in places:
        madvise(first, last - first, _MADV_DONTNEED)
