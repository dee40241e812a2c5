"""What a replay says now, beside what was recorded: the same entities in a tree of their own, in one colour.

| recorded | now |
|---|---|
| world/tracks/..., world/hazards | world/now/tracks/..., world/now/hazards |
| plots/distance | plots/now/distance |
| hazard | now/hazard |
"""

from __future__ import annotations

import numpy as np

from outrider_recorder.bridge import palette
from outrider_recorder.bridge.rows import Batch, Rows

TREE = 'now'
_UNDER = ('world', 'plots')
_COLOURED = ('boxes', 'names', 'arrows', 'lines')


def place(path: str) -> str:
    """Return where an entity stands in the tree of what is said now."""
    first, _, rest = path.partition('/')
    return f'{first}/{TREE}/{rest}' if first in _UNDER else f'{TREE}/{path}'


def moved(batch: Batch) -> Batch:
    """Return `batch` in that tree, in that colour."""
    return Batch({place(path): _coloured(rows) for path, rows in batch.rows.items()})


def _coloured(rows: Rows) -> Rows:
    if rows.kind not in _COLOURED or 'colors' not in rows.columns:
        return rows
    colours = [np.full(length, palette.NOW, dtype=np.uint32) for length in rows.lengths]
    return Rows(rows.kind, rows.times_ns, rows.lengths, {**rows.columns, 'colors': colours})
