"""How well a stack's tracks follow the bodies: GOSPA, RMSE of place and speed, changes of identity, classes.

What counts is in sight of the radar as it truly sits: within 56 degrees of its axis and 80 m. Tracks outside are left
out like the bodies there, and so are tracks that no actor is paired with and that lie on a thing by the road: a parked
car is a body, though none of those that are asked for. A body keeps its identity until another track is paired with it.
A class counts while track and body are paired and the body's centre is within 20 m of base_link's origin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import boxes
from outrider_sim.world.gospa import gospa
from outrider_sim.world.places import Mount
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.world import World

Floats = NDArray[np.float64]

FIELD_DEG, REACH_M = 56.0, 80.0
NEAR_M = 20.0          # classes count up to here
UNKNOWN = 'unknown'
_ON_THING_M = 1.0


@dataclass(frozen=True)
class Tracks:
    """All confirmed tracks at one instant, in base_link's axes.

    Identities (n,), centres (n, 2) m, velocities relative to the rig (n, 2) m/s, classes (n,): none given, none known.
    """

    t_s: float
    ids: tuple[int, ...]
    xy: Floats
    velocity: Floats
    kinds: tuple[str, ...] = ()

    def kind(self, track: int) -> str:
        """Return the class that one of them is taken for."""
        return self.kinds[track] if self.kinds else UNKNOWN


@dataclass(frozen=True)
class Named:
    """Classes of the tracks that were near, `said[true][told]`: instants. A track of a body is right where most are.

    `tracks` and `tracks_right` count pairs of a body and one identity.
    """

    said: dict[str, dict[str, int]] = field(default_factory=dict)
    tracks: int = 0
    tracks_right: int = 0

    @property
    def instants(self) -> int:
        """How many there are."""
        return sum(sum(told.values()) for told in self.said.values())

    @property
    def right(self) -> int:
        """At how many of them the class is right."""
        return sum(told.get(true, 0) for true, told in self.said.items())


@dataclass(frozen=True)
class Followed:
    """One run, in means over its instants. NaN: nothing was ever paired."""

    gospa_m: float
    position_rmse_m: float
    speed_rmse_mps: float
    id_switches: int
    missed: float              # bodies an instant
    false: float               # tracks an instant
    named: Named = field(default_factory=Named)


def bodies(snapshot: Snapshot) -> tuple[Floats, Floats]:
    """Return places and relative velocities (n, 2) of all actors in base_link's axes."""
    rider = snapshot.rider
    c, s = math.cos(rider.heading), math.sin(rider.heading)
    into = np.array([[c, s], [-s, c]])
    return ((snapshot.xy - [rider.x, rider.y]) @ into.T, (snapshot.velocity - [rider.vx, rider.vy]) @ into.T)


def in_sight(mount: Mount, xy: Floats) -> NDArray[np.bool_]:
    """Return which places (n, 2) of base_link count."""
    off = xy - np.array(mount.xyz_m[:2])
    bearing = np.arctan2(off[:, 1], off[:, 0]) - mount.rpy_rad[2]
    aside = np.abs(np.arctan2(np.sin(bearing), np.cos(bearing)))
    seen: NDArray[np.bool_] = (aside <= math.radians(FIELD_DEG)) & (np.hypot(off[:, 0], off[:, 1]) <= REACH_M)
    return seen


def followed(world: World, mount: Mount, said: Iterable[Tracks]) -> Followed:
    """Return how well the tracks of all instants follow the actors of `world`; `mount` of the radar."""
    distances, places, speeds = [], [], []
    missed = false = switches = 0
    last: dict[int, int] = {}
    told: dict[tuple[int, int], list[str]] = {}  # body, identity
    for tracks in said:
        snapshot = world.at(tracks.t_s)
        xy, velocity = bodies(snapshot)
        theirs, ours = np.flatnonzero(in_sight(mount, xy)), np.flatnonzero(in_sight(mount, tracks.xy))
        found = gospa(tracks.xy[ours], xy[theirs])
        if found.false and len(world.scenery.boxes):
            stands = _on_things(snapshot, tracks.xy[ours]) <= _ON_THING_M
            stands[[row for row, _ in found.pairs]] = False
            ours = ours[~stands]
            found = gospa(tracks.xy[ours], xy[theirs])
        distances.append(found.gospa_m)
        missed, false = missed + found.missed, false + found.false
        for row, column in found.pairs:
            track, body = int(ours[row]), int(theirs[column])
            places.append(float(((tracks.xy[track] - xy[body]) ** 2).sum()))
            speeds.append(float(((tracks.velocity[track] - velocity[body]) ** 2).sum()))
            switches += last.get(body, tracks.ids[track]) != tracks.ids[track]
            last[body] = tracks.ids[track]
            if np.hypot(*xy[body]) <= NEAR_M:
                told.setdefault((body, tracks.ids[track]), []).append(tracks.kind(track))
    count = max(len(distances), 1)
    return Followed(float(np.mean(distances)) if distances else math.nan, _root_mean(places), _root_mean(speeds),
                    switches, missed / count, false / count, _named(world, told))


def _named(world: World, told: dict[tuple[int, int], list[str]]) -> Named:
    """Sum up what each track of a body was called."""
    kinds = world.at(0.0).kinds
    said: dict[str, dict[str, int]] = {}
    right = 0
    for (body, _), names in told.items():
        row = said.setdefault(kinds[body], {})
        for name in names:
            row[name] = row.get(name, 0) + 1
        right += 2 * names.count(kinds[body]) > len(names)
    return Named(said, len(told), right)


def _on_things(snapshot: Snapshot, xy: Floats) -> Floats:
    """Return the distance (n,) of places (n, 2) of base_link to the nearest box by the road."""
    rider, scenery = snapshot.rider, snapshot.scenery
    c, s = math.cos(rider.heading), math.sin(rider.heading)
    world_xy = xy @ np.array([[c, s], [-s, c]]) + [rider.x, rider.y]
    points = np.broadcast_to(world_xy, (len(scenery.boxes), *world_xy.shape))
    off = boxes.to_points(scenery.box_xy, scenery.box_heading, scenery.box_size_m[:, :2], points)
    nearest: Floats = off.min(axis=0)
    return nearest


def _root_mean(squares: list[float]) -> float:
    return math.sqrt(sum(squares) / len(squares)) if squares else math.nan


def visible_s(world: World, mount: Mount, actor: int, until_s: float, step_s: float = 0.05) -> float:
    """Return for how long in all, before `until_s`, the radar could see an actor (its place in the file).

    In sight, and no other body across the line to its middle.
    """
    shown = 0
    for t_s in np.arange(0.0, until_s, step_s).tolist():
        snapshot = world.at(t_s)
        xy, _ = bodies(snapshot)
        if in_sight(mount, xy)[actor] and not _hidden(snapshot, mount, xy, actor):
            shown += 1
    return shown * step_s


def _hidden(snapshot: Snapshot, mount: Mount, xy: Floats, actor: int) -> bool:
    others = np.flatnonzero(np.arange(len(xy)) != actor)
    if not len(others):
        return False
    n = len(others)
    eye, middle = np.broadcast_to(mount.xyz_m[:2], (n, 2)), np.broadcast_to(xy[actor], (n, 2))
    gaps = boxes.to_segments(xy[others], snapshot.heading[others] - snapshot.rider.heading,
                             snapshot.size_m[others, :2], eye, middle)
    return bool((gaps <= 0.0).any())
