"""Judges the tracks against the moving points of the recording itself: followed, by how many identities, how near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_node.frames import Pose

MOVERS = 2  # points a frame; one alone may be noise
NEAR_M = 1.0  # a track further than this from the moving points is not theirs


@dataclass(frozen=True)
class Followed:
    """How the walker was followed.

    `frames` hold two or more moving points; in `seen` of them a track was near; `ids` are the identities it had, in
    order; `rms_m` is the distance of that track from the points' centroid on the ground (nan where never seen).
    """

    frames: int
    seen: int
    ids: tuple[int, ...]
    rms_m: float


def walker_places(frames: Sequence[NDArray[np.void]], mount: Pose) -> dict[int, NDArray[np.float64]]:
    """Return the centroid (2,) in base_link, m, of the moving points of each frame that holds at least MOVERS.

    `frames` as outrider_sim's radhar.load() gives them; `mount` is the radar as seen from base_link.
    """
    places = {}
    for number, frame in enumerate(frames):
        moving = frame[frame['velocity'] != 0.0]
        if len(moving) >= MOVERS:
            xyz = np.column_stack([moving['x'], moving['y'], moving['z']])
            places[number] = mount.apply(xyz).mean(axis=0)[:2]
    return places


def follow(places: Mapping[int, NDArray[np.float64]], length: int,
           tracks: Iterable[tuple[int, Sequence[tuple[int, float, float]]]]) -> Followed:
    """Judge `tracks`, pairs of frame number (counted on through loops of `length`) and (id, x, y) in base_link, m."""
    count, ids, squares = 0, dict[int, None](), []
    for frame, bodies in tracks:
        place = places.get(frame % length)
        if place is None:
            continue
        count += 1
        near = [(float(np.hypot(x - place[0], y - place[1])), identity) for identity, x, y in bodies]
        distance, identity = min(near, default=(np.inf, 0))
        if distance <= NEAR_M:
            ids[identity] = None
            squares.append(distance * distance)
    rms = float(np.sqrt(np.mean(squares))) if squares else float('nan')
    return Followed(count, len(squares), tuple(ids), rms)
