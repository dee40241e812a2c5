"""Near bodies as a depth camera shows them, without any detector: clusters of what stands above the ground.

A stereo camera errs with the square of the distance, and alike over a whole body: 0.16 m at 10 m for a D455 (Intel,
data sheet of the D400 family: disparity good to 1/12 pixel at this focal length and baseline). Bodies that are plain or
dark are holes at times, for as long as they look alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import boxes
from outrider_sim.world.eye import eye_of
from outrider_sim.world.places import Mount
from outrider_sim.world.snapshot import Snapshot

Floats = NDArray[np.float64]

FIELD_DEG = 87.0                 # D455 data sheet, depth, horizontal
SIGMA_PER_M2 = 0.0016            # 0.16 m at 10 m
REACH_M = {'day': 12.0, 'dusk': 12.0, 'night': 8.0}  # beyond, too few pixels agree; at night its own projector lights
FOG_REACH_M = 8.0
NEAREST_M = 0.3                  # disparities end here
HOLE = {'day': 0.05, 'dusk': 0.08, 'night': 0.12}    # share of the time in which a body is one hole
TOGETHER_S = 0.3
SPACING_M = 0.15                 # of the spots looked at along an outline
_BEAM_DEG = 1.0                  # what is behind something in the same beam is hidden
_LEAST_SPOTS = 2
_BESIDE = 0.3                    # of the error along the ray: that across it, from ragged edges
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Clusters:
    """n bodies: middle of what is seen of them (n, 2) in the sensor's axes, x ahead, y left.

    `extent_m` (n, 3) along and across the line of sight and up, `sigma_m` (n,) one sigma along it, `cut` (n,) the
    image's edge or the end of the reach goes through it; `row` (n,) as in _outlines, for whoever tests: the stack is
    not told.
    """

    xy: Floats
    extent_m: Floats
    sigma_m: Floats
    cut: NDArray[np.bool_]
    row: NDArray[np.int64]


def depth_sigma_m(distance_m: float) -> float:
    """Return one sigma of a depth."""
    return SIGMA_PER_M2 * distance_m ** 2


class DepthEye:
    """One depth camera on one run; ask in order of time."""

    def __init__(self, seed: int, *, misses: float = 1.0) -> None:
        """`misses`: how much likelier than HOLE a body is not seen."""
        self._random = np.random.default_rng([seed, 0x646570])
        self._misses = misses
        self._looks: dict[int, float] = {}
        self._last_s: float | None = None

    def see(self, snapshot: Snapshot, mount: Mount) -> Clusters:
        """Return the clusters of the depth image that a camera at `mount` takes now."""
        keep = 0.0 if self._last_s is None else math.exp(-(snapshot.t_s - self._last_s) / TOGETHER_S)
        self._last_s = snapshot.t_s
        light = 'night' if snapshot.in_tunnel and snapshot.light == 'day' else snapshot.light
        reach = min(REACH_M[light], FOG_REACH_M if snapshot.weather == 'fog' else math.inf)
        eye = eye_of(snapshot.rider, mount)
        spots, row, height = _outlines(snapshot, eye.place, reach)
        flat = (np.concatenate([spots - eye.place[:2], np.zeros((len(spots), 1))], axis=1)[:, :, None]
                * eye.axes).sum(axis=1)[:, :2]
        distance, bearing = np.hypot(flat[:, 0], flat[:, 1]), np.degrees(np.arctan2(flat[:, 1], flat[:, 0]))
        inside = (np.abs(bearing) < FIELD_DEG / 2) & (distance < reach) & (distance > NEAREST_M)
        beyond = set(row[~inside].tolist())
        flat, row, height, distance, bearing = (part[inside] for part in (flat, row, height, distance, bearing))
        nearest = np.full(int(FIELD_DEG / _BEAM_DEG) + 2, np.inf)
        beam = ((bearing + FIELD_DEG / 2) / _BEAM_DEG).astype(np.int64)
        np.minimum.at(nearest, beam, distance)
        # A long outline is oblique within a beam: half a metre more is still the same surface.
        shown = distance <= nearest[beam] + 0.5
        found = []
        for body in np.unique(row).tolist():
            self._looks[body] = keep * self._looks.get(body, 0.0) + math.sqrt(1.0 - keep * keep) * float(
                self._random.standard_normal())
            noise = self._random.standard_normal(4)
            mine = shown & (row == body)
            if mine.sum() < _LEAST_SPOTS or _NORMAL.cdf(self._looks[body]) < self._misses * HOLE[light]:
                continue
            found.append((*_cluster(flat[mine], float(height[mine][0]), noise), body in beyond, body))
        return Clusters(np.array([one[0] for one in found]).reshape(-1, 2),
                        np.array([one[1] for one in found]).reshape(-1, 3),
                        np.array([one[2] for one in found]), np.array([one[3] for one in found], dtype=np.bool_),
                        np.array([one[4] for one in found], dtype=np.int64))


def _cluster(flat: Floats, height_m: float, noise: Floats) -> tuple[Floats, Floats, float]:
    middle = 0.5 * (flat.min(axis=0) + flat.max(axis=0))
    distance = float(np.hypot(*middle))
    ahead = middle / distance
    aside = np.array([-ahead[1], ahead[0]])
    sigma = depth_sigma_m(distance)
    along, across = flat @ ahead, flat @ aside
    extent = np.array([np.ptp(along), np.ptp(across), height_m])
    extent = np.maximum(extent + sigma * np.array([abs(noise[2]), _BESIDE * noise[3], 0.0]), 0.05)
    return middle + sigma * noise[0] * ahead + _BESIDE * sigma * noise[1] * aside, extent, sigma


def _outlines(snapshot: Snapshot, eye: Floats, reach: float) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Return spots (n, 2) along the outlines of all that stands up within reach, their body's row and height (n,).

    Rows: actors, then boxes of things, then walls.
    """
    scenery = snapshot.scenery
    centre = np.concatenate([snapshot.xy, scenery.box_xy])
    heading = np.concatenate([snapshot.heading, scenery.box_heading])
    size = np.concatenate([snapshot.size_m, scenery.box_size_m])
    spots: list[Floats] = [np.zeros((0, 2))]
    rows: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    heights: list[Floats] = [np.zeros(0)]
    place_m = eye[:2]
    near = np.hypot(*(centre - place_m).T) < reach + 0.5 * np.hypot(size[:, 0], size[:, 1])
    for row in np.flatnonzero(near).tolist():
        ends = boxes.corners(centre[row:row + 1], heading[row:row + 1], size[row:row + 1, :2])[0]
        _add(spots, rows, heights, np.concatenate([_line(a, b) for a, b in zip(ends, np.roll(ends, -1, axis=0),
                                                                              strict=True)]), row, float(size[row, 2]))
    for place, wall in enumerate(scenery.walls):
        if wall.low_m < 1.0:
            line = _line(np.array(wall.start), np.array(wall.end))
            # The next spot beyond the reach stays: by it the end of the reach is seen to cut.
            kept = np.hypot(*(line - place_m).T) < reach + 2.0 * SPACING_M
            _add(spots, rows, heights, line[kept], len(centre) + place, wall.high_m)
    return np.concatenate(spots), np.concatenate(rows), np.concatenate(heights)


def _add(spots: list[Floats], rows: list[NDArray[np.int64]], heights: list[Floats], line: Floats, row: int,
         height_m: float) -> None:
    spots.append(line)
    rows.append(np.full(len(line), row, dtype=np.int64))
    heights.append(np.full(len(line), height_m))


def _line(start: Floats, end: Floats) -> Floats:
    """Return spots (n, 2) from start to end."""
    count = max(int(np.hypot(*(end - start)) / SPACING_M), 1)
    made: Floats = start + (np.arange(count + 1) / count)[:, None] * (end - start)
    return made
