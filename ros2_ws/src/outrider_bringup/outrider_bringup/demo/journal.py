"""The fake radar's journal: when the last byte of each frame was written to the wire."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Written:
    """One frame on the wire. `written_ns` is CLOCK_REALTIME just after its last byte."""

    written_ns: int
    points: int


def parse(lines: Iterable[str]) -> list[Written]:
    """Return the frames in the order in which they were written. A torn line ends the journal: it is the last one."""
    frames = []
    for line in lines:
        try:
            entry = json.loads(line)
            frames.append(Written(int(entry['written_ns']), int(entry['points'])))
        except (ValueError, KeyError, TypeError):
            break
    return frames


def read(path: Path) -> list[Written]:
    """Return the journal at `path`; none where it is missing."""
    if not path.exists():
        return []
    return parse(path.read_text(encoding='utf-8').splitlines())


def delays_ms(written: Sequence[Written], frame_of_stamp: Mapping[int, int],
              received: Iterable[tuple[int, int]]) -> NDArray[np.float64]:
    """Return for each received message how long after its last byte on the wire it came, in ms.

    `frame_of_stamp` tells which frame a stamp belongs to (from the points themselves, so that a late message is never
    taken for the next frame); `received` holds (stamp_ns, received_ns). Unknown stamps are left out.
    """
    delays = []
    for stamp_ns, received_ns in received:
        frame = frame_of_stamp.get(stamp_ns)
        if frame is not None and frame < len(written):
            delays.append((received_ns - written[frame].written_ns) / 1e6)
    return np.array(delays, dtype=np.float64)


def percentile(samples: NDArray[np.float64], percent: float) -> float:
    """Return the sample that `percent` of all do not exceed (nearest rank). Raises ValueError for none."""
    if not len(samples):
        raise ValueError('no samples')
    rank = max(1, int(np.ceil(percent / 100 * len(samples))))
    return float(np.sort(samples)[rank - 1])
