"""A road of any number of bodies, points and boxes, the same in every run: what `bench step` gives the tracker.

Cars hold to a pattern of lanes and ranks behind the rig, so far apart that each stays a body of its own, and surge to
and fro in it by 0.8 m; they are seen at their ends and flanks by the chirp of config/radar/road.cfg, on its own bins.
One point in fifty fails and one of clutter takes its place, so that the number of points is exact; what bodies leave
over are posts along the road, which go by as the rig rolls. For a quarter of the time the road bends.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_perception.measurements import Boxes, Gyro, PolarScan, Speed, upright_pose

Floats = NDArray[np.float64]

PERIOD_S = 0.05                 # of scans; an image comes with each
IMAGE_LATE_S = 0.10             # an image is so much older than the newest scan when its boxes are there
RIG_MPS = 5.5
V_MAX_MPS, RATE_BIN_MPS, RANGE_BIN_M, SINE_BIN = 18.7, 0.58, 1.08, 1 / 32
LANE_M, RANK_M, NEAREST_M, STAGGER_M = 4.0, 15.0, 10.0, 5.0
SURGE_M, SURGE_S = 0.8, 4.0
LENGTH_M, WIDTH_M, HEIGHT_M = 4.5, 1.8, 1.5
BEND_RADPS, BENDS_S, EVERY_S = 0.05, 5.0, 20.0  # a bend of 110 m at the rig's speed
FAILS = 0.02
POST_STEP_M, POST_ASIDE_M = 6.0, 9.0
FOCAL_PX, CENTRE_PX, SIZE_PX = (424.0, 424.0), (423.5, 239.5), (848, 480)
DEPTH_REACH_M = 12.0            # of a stereo camera
_GOLDEN_RAD = 2.4              # no two bodies surge together: a convoy in step would pose as the ground
CAR = 1                         # as in Track.msg
RADAR, CAMERA = upright_pose(-0.9, 0.0, 0.8, math.pi), upright_pose(-0.9, 0.0, 0.86, math.pi)


@dataclass(frozen=True)
class Moment:
    """What the tracker gets in one step, as the drivers hand it on."""

    gyro: Gyro
    speed: Speed | None         # ten a second
    stamp_s: float
    xyz_m: Floats               # (n, 3) in the radar's axes
    range_rate_mps: Floats
    snr_db: Floats
    edges_px: Floats            # (boxes, 4)
    depth_m: Floats

    def scan(self) -> PolarScan:
        """Return the radar's frame."""
        return PolarScan.from_points(self.stamp_s, RADAR, self.xyz_m, self.range_rate_mps, self.snr_db,
                                     velocity_max_mps=V_MAX_MPS, transmitters=2, velocity_step_mps=RATE_BIN_MPS,
                                     range_resolution_m=RANGE_BIN_M)

    def boxes(self) -> Boxes:
        """Return the image's boxes."""
        n = len(self.edges_px)
        return Boxes(self.stamp_s - IMAGE_LATE_S, CAMERA, FOCAL_PX, CENTRE_PX, SIZE_PX, self.edges_px,
                     np.full(n, CAR), np.full(n, 0.8), self.depth_m)


def scene(points: int, tracks: int, boxes: int, steps: int, seed: int = 1) -> Iterator[Moment]:
    """Yield `steps` moments of `points` points each, from `tracks` bodies, the nearest `boxes` of them in the image."""
    draw, at_rest = np.random.default_rng(seed), _places(tracks)
    order = np.argsort(np.hypot(at_rest[:, 0], at_rest[:, 1]), kind='stable')[:boxes]
    for step in range(steps):
        t_s = step * PERIOD_S
        xyz, rate = _points(points, at_rest, t_s, draw)
        then = _surge(at_rest, t_s - IMAGE_LATE_S)[0][order]
        edges, depth = _boxes(then, draw)
        speed = Speed(t_s, RIG_MPS + draw.normal(0.0, 0.05), 0.1) if step % 2 == 0 else None
        bend = BEND_RADPS if t_s % EVERY_S > EVERY_S - BENDS_S else 0.0
        yield Moment(Gyro(t_s, bend + float(draw.normal(0.0, 0.01)), 0.0, 0.0), speed, t_s, xyz, rate,
                     draw.uniform(12.0, 25.0, points), edges, depth)


def _places(tracks: int) -> Floats:
    """Return the middles (n, 2) of the bodies' ways; who is in the next lane is no neighbour in range."""
    lanes = 4 if tracks <= 20 else 10
    lane, rank = np.arange(tracks) % lanes, np.arange(tracks) // lanes
    away_m = NEAREST_M + RANK_M * rank + STAGGER_M * (lane % 3)
    return np.stack([-away_m, LANE_M * (lane - 0.5 * (lanes - 1))], axis=1)


def _surge(at_rest: Floats, t_s: float) -> tuple[Floats, Floats]:
    """Return places (n, 2) and velocities (n, 2) relative to the rig."""
    turn, none = 2.0 * math.pi / SURGE_S, np.zeros(len(at_rest))
    phase = turn * t_s + _GOLDEN_RAD * np.arange(len(at_rest))
    return (at_rest + np.stack([SURGE_M * np.sin(phase), none], axis=1),
            np.stack([SURGE_M * turn * np.cos(phase), none], axis=1))


def _points(points: int, at_rest: Floats, t_s: float, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """Return places (n, 3) in the radar's axes and range rates (n,) of one frame."""
    place, velocity = _surge(at_rest, t_s)
    # The end that comes first, and of every second look the near flank too, as many as there are points.
    ends = place + [0.5 * LENGTH_M, 0.0] + draw.uniform(-0.5, 0.5, (len(place), 1)) * [0.0, WIDTH_M]
    flanks = place + np.stack([np.full(len(place), 0.3 * LENGTH_M), -0.5 * WIDTH_M * np.sign(place[:, 1])], axis=1)
    seen = np.concatenate([ends, flanks])[:points]
    moves = np.concatenate([velocity, velocity])[:points]
    number = np.arange(points - len(seen))
    along = number // 2 * POST_STEP_M + (t_s * RIG_MPS) % POST_STEP_M
    posts = np.stack([-NEAREST_M - along, np.where(number % 2, -POST_ASIDE_M, POST_ASIDE_M)], axis=1)
    off = (np.concatenate([seen, posts]) - RADAR.translation_m[:2]) @ RADAR.rotation[:2, :2]
    flow = np.concatenate([moves, np.tile([-RIG_MPS, 0.0], (len(posts), 1))]) @ RADAR.rotation[:2, :2]
    reach = np.hypot(off[:, 0], off[:, 1])
    rate, sine = (off * flow).sum(axis=1) / reach, off[:, 1] / reach
    fails = draw.random(points) < FAILS
    reach = np.where(fails, draw.uniform(5.0, 80.0, points), reach)
    sine = np.where(fails, draw.uniform(-0.7, 0.7, points), sine)
    rate = np.where(fails, draw.uniform(-V_MAX_MPS, V_MAX_MPS, points), rate)
    reach, sine, rate = (step * np.round(value / step + draw.normal(0.0, 0.3, points))
                         for value, step in ((reach, RANGE_BIN_M), (sine, SINE_BIN), (rate, RATE_BIN_MPS)))
    sine = np.clip(sine, -0.95, 0.95)
    return np.stack([reach * np.sqrt(1.0 - sine ** 2), reach * sine, np.zeros(points)], axis=1), rate


def _boxes(place: Floats, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the edges (m, 4) of cars as the camera sees their front, and depth (m,) in them where it reaches."""
    off = (place + [0.5 * LENGTH_M, 0.0] - CAMERA.translation_m[:2]) @ CAMERA.rotation[:2, :2]
    depth = np.maximum(off[:, 0], 1.0)
    middle, half = CENTRE_PX[0] - FOCAL_PX[0] * off[:, 1] / depth, 0.5 * FOCAL_PX[0] * WIDTH_M / depth
    bottom = CENTRE_PX[1] + FOCAL_PX[1] * CAMERA.translation_m[2] / depth
    edges = np.stack([middle - half, bottom - FOCAL_PX[1] * HEIGHT_M / depth, middle + half, bottom], axis=1)
    edges = np.clip(edges + draw.normal(0.0, 1.0, edges.shape), 0.0, [SIZE_PX[0], SIZE_PX[1]] * 2)
    return edges, np.where(depth < DEPTH_REACH_M, depth, np.nan)
