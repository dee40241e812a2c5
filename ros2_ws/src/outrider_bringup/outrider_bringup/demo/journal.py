"""The fake radar's journal: when the last byte of each frame was written to the wire."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
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


def frames_of(clouds: Iterable[tuple[int, int]], stamps: Iterable[int]) -> list[int | None]:
    """Return for each of `stamps`, in their order of arrival, the frame it belongs to; None for an unknown one.

    `clouds` holds (stamp, frame) of the point messages, the frame told from the points themselves, so that a late
    message is never taken for the next frame. Frames that a busy driver read at once share a stamp: first come, first.
    """
    waiting: defaultdict[int, deque[int]] = defaultdict(deque)
    for stamp, frame in clouds:
        waiting[stamp].append(frame)
    return [waiting[stamp].popleft() if waiting[stamp] else None for stamp in stamps]


def delays_ms(written: Sequence[Written], received: Iterable[tuple[int | None, int]]) -> NDArray[np.float64]:
    """Return for each received message how long after its last byte on the wire it came, in ms.

    `received` holds (frame, received_ns). Messages of unknown or later frames are left out.
    """
    return np.array([(received_ns - written[frame].written_ns) / 1e6 for frame, received_ns in received
                     if frame is not None and frame < len(written)], dtype=np.float64)


def percentile(samples: NDArray[np.float64], percent: float) -> float:
    """Return the sample that `percent` of all do not exceed (nearest rank). Raises ValueError for none."""
    if not len(samples):
        raise ValueError('no samples')
    rank = max(1, int(np.ceil(percent / 100 * len(samples))))
    return float(np.sort(samples)[rank - 1])
