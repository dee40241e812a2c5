"""Text in columns: the closing table of the demo, the table of the bench."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import TextIO

GAP = 2
PLAIN_COLUMNS = 160  # where nobody looks at a terminal
PAINT = {'ok': '32', 'over': '33', 'FAILED': '31;1', 'warn': '33;1', 'urgent': '31;1', 'dim': '2', 'bold': '1'}


def is_terminal(stream: TextIO) -> bool:
    """Tell whether a person's terminal that can redraw is at the other end of `stream`."""
    return stream.isatty() and os.environ.get('TERM', 'dumb') != 'dumb'


def width_of(stream: TextIO) -> int:
    """Return how many columns `stream` shows now."""
    return shutil.get_terminal_size((PLAIN_COLUMNS, 24)).columns if stream.isatty() else PLAIN_COLUMNS


def paint(text: str, role: str, colour: bool) -> str:
    """Return `text` in the colour of `role` (a key of PAINT), or as it is."""
    return f'\x1b[{PAINT[role]}m{text}\x1b[0m' if colour and role in PAINT and text else text


def clip(text: str, width: int) -> str:
    """Return `text` in at most `width` columns; a cut is shown by dots."""
    if len(text) <= width:
        return text
    return text[:max(0, width - 2)] + '..'[:max(0, width)]


def align(rows: Sequence[Sequence[str]], *, width: int, right: Sequence[int] = (), give: int = 0) -> list[str]:
    """Return `rows` of cells as lines of equal columns, at most `width` wide.

    Columns whose index is in `right` are flush right. Where a line would be too long, column `give` is clipped.
    """
    columns = range(max((len(row) for row in rows), default=0))
    widths = [max(len(row[column]) for row in rows) for column in columns]
    if not widths:
        return []
    room = width - sum(widths) - GAP * (len(widths) - 1)
    if room < 0:
        widths[give] = max(8, widths[give] + room)
    lines = []
    for row in rows:
        cells = [clip(cell, size) for cell, size in zip(row, widths, strict=True)]
        padded = [cell.rjust(widths[i]) if i in right else cell.ljust(widths[i]) for i, cell in enumerate(cells)]
        lines.append((' ' * GAP).join(padded).rstrip())
    return lines
