"""Where the world reflects: several scatterers a body, rails with their posts, mirror images, clutter by the road."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.radar import person
from outrider_sim.world.radar.physics import RCS_DBSM, WEAK_CAR_DBSM
from outrider_sim.world.radar.shadow import GHOST
from outrider_sim.world.scenery import Scenery
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.world import World

Floats = NDArray[np.float64]

# Corners and middles of the four faces, as shares of half length and half width; outward normals beside them.
_ON_BODY = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1], [0.5, 1], [0.5, -1],
                     [-0.5, 1], [-0.5, -1]], dtype=float)
_NORMAL = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [.7, .7], [.7, -.7], [-.7, .7], [-.7, -.7], [0, 1], [0, -1],
                    [0, 1], [0, -1]], dtype=float)
A_BODY = len(_ON_BODY)
# Wheel houses send back from wherever their side is seen (M. Buehren, B. Yang, "Simulation of automotive radar target
# lists using a novel approach of object representation", IEEE Intelligent Vehicles 2006).
_WHEELS, _WHEEL_SHARE = slice(8, 12), 0.15
_GHOST_DB = -9.0        # one reflection at a rail or wall, there and back on different ways
_POST_DBSM = -8.0       # of a rail's post
_WALL_DBSM = -12.0      # of a rough spot on a wall
_BOX_DBSM = {'parked_cars': 8.0, 'trees': -6.0, 'signs': 6.0}
_CLUTTER_A_M, _CLUTTER_DBSM, _CLUTTER_SIGMA_DB = 0.8, -14.0, 5.0  # of verges: posts, kerbs, bins, hedges
_CLUTTER_ASIDE_M = (3.0, 14.0)
_ROAD_BEYOND_M = 100.0  # the road goes on before and behind what is ridden


@dataclass(frozen=True)
class Scatterers:
    """n places that reflect: xyz (n, 3) and velocity (n, 2) in the world, mean strength in dBsm (-inf: unseen).

    `owner` is the body that a place belongs to, -1 for what stands, shadow.GHOST for mirror images.
    """

    xyz: Floats
    velocity: Floats
    rcs_dbsm: Floats
    owner: NDArray[np.int64]


class Scene:
    """All scatterers of one run, in the same order at every instant."""

    def __init__(self, snapshot: Snapshot, road: Floats, random: np.random.Generator, fixed: Floats) -> None:
        """Spread clutter along `road` (see road_of), draw heights and strengths; `fixed` as Radar takes it."""
        self._walls = [wall for wall in snapshot.scenery.walls if wall.low_m < 1.0]
        bodies = len(snapshot.ids)
        weak = random.random(bodies) < 0.5
        self._rcs = np.array([WEAK_CAR_DBSM if kind == 'car' and small else RCS_DBSM[kind]
                              for kind, small in zip(snapshot.kinds, weak, strict=True)])
        self._height = random.uniform(0.2, 0.8, (bodies, A_BODY)) * snapshot.size_m[:, 2:]
        self._people = np.flatnonzero([kind == 'person' for kind in snapshot.kinds])
        self._height[self._people] = person.HEIGHT_SHARE * snapshot.size_m[self._people, 2:]
        self._gait = person.Gait(len(self._people), random)
        still, strength = _standing(snapshot.scenery)
        clutter = _clutter(road, random)
        self._still = np.concatenate([still, clutter, fixed[:, :3]])
        self._still_rcs = np.concatenate([strength, random.normal(_CLUTTER_DBSM, _CLUTTER_SIGMA_DB, len(clutter)),
                                          fixed[:, 3]])
        ghosts = bodies * A_BODY * len(self._walls)
        self._owner = np.concatenate([np.repeat(np.arange(bodies), A_BODY), np.full(ghosts, GHOST),
                                      np.full(len(self._still), -1)])
        self.count = len(self._owner)

    def at(self, snapshot: Snapshot, eye: Floats) -> Scatterers:
        """Return what reflects, seen from `eye` (3,)."""
        c, s = np.cos(snapshot.heading)[:, None], np.sin(snapshot.heading)[:, None]
        half = 0.5 * snapshot.size_m[:, None, :2] * _ON_BODY
        velocity = np.repeat(snapshot.velocity[:, None], A_BODY, axis=1)
        if len(self._people):
            self._walk(snapshot, half, velocity)
        xy = snapshot.xy[:, None] + np.stack([half[..., 0] * c - half[..., 1] * s, half[..., 0] * s + half[..., 1] * c],
                                             axis=-1)
        normal = np.stack([_NORMAL[:, 0] * c - _NORMAL[:, 1] * s, _NORMAL[:, 0] * s + _NORMAL[:, 1] * c], axis=-1)
        sight = eye[:2] - xy
        turned = (normal * sight).sum(axis=-1) / np.maximum(np.hypot(sight[..., 0], sight[..., 1]), 0.1)
        facing = np.clip(turned, 0.0, 1.0)
        share = facing ** 2
        share[:, _WHEELS] = np.where(facing[:, _WHEELS] > 0.0, np.maximum(share[:, _WHEELS], _WHEEL_SHARE), 0.0)
        share = share / np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
        torso = share[self._people, :person.TORSO] ** 2  # smooth: what faces the radar glints
        torso = torso / np.maximum(torso.sum(axis=1, keepdims=True), 1e-9)
        limbs = np.where(turned[self._people, person.TORSO:] > person.HIDDEN, person.LIMB_SHARE, 0.0)
        of_people = np.concatenate([person.TORSO_SHARE * torso, limbs], axis=1)
        share[self._people] = of_people / np.maximum(of_people.sum(axis=1, keepdims=True), 1e-9)  # 0: one in the radar
        with np.errstate(divide='ignore'):
            rcs = self._rcs[:, None] + 10.0 * np.log10(np.maximum(share, 1e-6))
        rcs = np.where(share > 1e-3, rcs, -np.inf)
        xyz = np.concatenate([xy, self._height[..., None]], axis=-1).reshape(-1, 3)
        parts = [(xyz, velocity.reshape(-1, 2), rcs.ravel())]
        for wall in self._walls:
            parts.append(_mirrored(wall.start, wall.end, eye, *parts[0]))
        parts.append((self._still, np.zeros((len(self._still), 2)), self._still_rcs))
        xyz, velocities, strengths = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Scatterers(xyz, velocities, strengths, self._owner)

    def _walk(self, snapshot: Snapshot, half: Floats, velocity: Floats) -> None:
        """Write where the parts of people are (ahead, left) and how fast, into the rows of people."""
        motion = snapshot.velocity[self._people]
        places, rates = self._gait.at(snapshot.t_s, np.hypot(motion[:, 0], motion[:, 1]))
        half[self._people] = places
        heading = snapshot.heading[self._people, None]
        c, s = np.cos(heading), np.sin(heading)
        velocity[self._people] += np.stack([rates[..., 0] * c - rates[..., 1] * s,
                                            rates[..., 0] * s + rates[..., 1] * c], axis=-1)


def road_of(world: World) -> Floats:
    """Return the road under the rider's way as rows x, y, heading (k, 3), a metre apart, and beyond both its ends."""
    poses = world.poses(np.arange(0.0, world.scenario.duration_s + 0.1, 0.1))
    way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(poses.x), np.diff(poses.y)))])
    take = np.unique(np.searchsorted(way, np.arange(0.0, way[-1] + 1e-9)))
    ridden = np.stack([poses.x, poses.y, poses.heading], axis=1)[np.minimum(take, len(way) - 1)]
    beyond = np.arange(1.0, _ROAD_BEYOND_M)[:, None]
    ends = [end + side * beyond * np.array([math.cos(end[2]), math.sin(end[2]), 0.0])
            for end, side in ((ridden[0], -1.0), (ridden[-1], 1.0))]
    return np.concatenate([ends[0][::-1], ridden, ends[1]])


def _clutter(road: Floats, random: np.random.Generator) -> Floats:
    """Return places (n, 3) beside the road, none on it."""
    count = int(_CLUTTER_A_M * len(road))
    if not count:
        return np.zeros((0, 3))
    x, y, heading = road[random.integers(0, len(road), count)].T
    aside = random.choice([-1.0, 1.0], count) * random.uniform(*_CLUTTER_ASIDE_M, count)
    places = np.stack([x - aside * np.sin(heading) + random.uniform(-0.5, 0.5, count), y + aside * np.cos(heading),
                       random.uniform(0.1, 1.5, count)], axis=1)
    off = np.hypot(places[:, None, 0] - road[:, 0], places[:, None, 1] - road[:, 1]).min(axis=1)
    beside: Floats = places[off > _CLUTTER_ASIDE_M[0] - 0.5]
    return beside


def _standing(scenery: Scenery) -> tuple[Floats, Floats]:
    """Return places (n, 3) and strengths (n,) of what stands by the road."""
    places: list[tuple[float, float, float]] = []
    strengths: list[float] = []
    for box in scenery.boxes:
        c, s = math.cos(box.heading), math.sin(box.heading)
        for u, v in ((0.5, 0.5), (0.5, -0.5), (-0.5, 0.5), (-0.5, -0.5)):
            dx, dy = u * box.size_m[0], v * box.size_m[1]
            places.append((box.xy[0] + c * dx - s * dy, box.xy[1] + s * dx + c * dy, 0.5 * box.size_m[2]))
            strengths.append(_BOX_DBSM[box.kind] - 6.0)
    for wall in scenery.walls:
        length = math.dist(wall.start, wall.end)
        spots = max(int(length / wall.every_m), 1)
        for spot in range(spots + 1):
            share = spot / spots
            places.append((wall.start[0] + share * (wall.end[0] - wall.start[0]),
                           wall.start[1] + share * (wall.end[1] - wall.start[1]), 0.5 * (wall.low_m + wall.high_m)))
            strengths.append(_POST_DBSM if wall.kind == 'guard_rail' else _WALL_DBSM)
    return np.array(places, dtype=float).reshape(-1, 3), np.array(strengths, dtype=float)


def _mirrored(start: tuple[float, float], end: tuple[float, float], eye: Floats, xyz: Floats, velocity: Floats,
              rcs: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the images in a wall: seen where the straight line to them meets it between its ends."""
    a, along = np.array(start), np.array(end) - np.array(start)
    length = float(np.hypot(along[0], along[1]))
    normal = np.array([-along[1], along[0]]) / length
    off = (xyz[:, :2] - a) @ normal
    image = xyz.copy()
    image[:, :2] -= 2.0 * off[:, None] * normal
    eye_off = float((eye[:2] - a) @ normal)
    denominator = np.where(np.abs(off + eye_off) > 1e-9, off + eye_off, 1e-9)
    meets = eye[:2] + (image[:, :2] - eye[:2]) * (eye_off / denominator)[:, None]
    share = (meets - a) @ along / length ** 2
    seen = (off * eye_off > 0.0) & (share >= 0.0) & (share <= 1.0)
    return (image, velocity - 2.0 * (velocity @ normal)[:, None] * normal,
            np.where(seen, rcs + _GHOST_DB, -np.inf))
