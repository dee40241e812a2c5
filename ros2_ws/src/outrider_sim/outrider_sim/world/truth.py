"""What truly happened between the rider and each actor: clearance, closest approach, closing speed, close passes.

Clearance is sampled every 20 ms and then finer wherever, by the speeds of the bodies, a smaller one could hide; so
neither a graze nor its instant is missed. Instants are good to 0.1 ms, clearances to a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world import boxes, words
from outrider_sim.world.snapshot import MOVING_MPS, Snapshot
from outrider_sim.world.world import World

Floats = NDArray[np.float64]

SAME_M = 0.05         # within this of its least, a clearance counts as closest approach
_COARSE_S = 0.02
_FINER = 20           # of one step of the search to the next
_SAME_LEAST_M = 1e-6
_END_S = 1e-4
_TURN_RADPS = 1.0     # nobody turns faster for long
_MOST = 4000          # instants searched finer at once
_AT_LEAST_M, _SHARE_OF_RANGE = 2.0, 0.05  # an alert's distance to the footprint that it is about


@dataclass(frozen=True)
class Approach:
    """One actor in one run."""

    actor: str
    t_ca_s: float | None      # None: no closest approach
    clearance_m: float        # its least, 0 = contact
    end: str                  # 'first' or 'last' where the least is at that instant, else ''
    closing_mps: float        # largest before t_ca; in the whole run where there is none
    close_pass: bool          # it moved while its clearance was below 1.5 m

    @property
    def contact(self) -> bool:
        """Tell whether the footprints touch."""
        return self.clearance_m <= 0.0


def clearance_m(world: World, actor: int, t_s: Floats) -> Floats:
    """Return the distance (n,) of the rider's footprint to that of one actor (its place in the file)."""
    rider = world.poses(t_s)
    centre, _, heading = world.actors.at(t_s)
    n = len(t_s)
    return boxes.between(rider.xy, rider.heading, _repeat(world.scenario.rig.size_m, n),
                         centre[:, actor], heading[:, actor], _repeat(world.size_m[actor, :2], n))


def approaches(world: World) -> list[Approach]:
    """Return one Approach an actor, in the order of the file."""
    coarse = np.linspace(0.0, world.scenario.duration_s, max(round(world.scenario.duration_s / _COARSE_S), 1) + 1)
    rider = world.poses(coarse)
    centre, velocity, _ = world.actors.at(coarse)
    arm, relative = centre - rider.xy[:, None], velocity - rider.velocity[:, None]
    closing = -(arm * relative).sum(axis=2) / np.maximum(np.hypot(arm[..., 0], arm[..., 1]), 1e-9)
    moving = np.hypot(velocity[..., 0], velocity[..., 1]) > MOVING_MPS
    return [_approach(world, actor, coarse, closing[:, actor], relative[:, actor], moving[:, actor])
            for actor in range(len(world.ids))]


def _approach(world: World, actor: int, coarse: Floats, closing: Floats, relative: Floats,
              moving: NDArray[np.bool_]) -> Approach:
    rough = clearance_m(world, actor, coarse)
    close_pass = bool((moving & (rough < words.CLOSE_PASS_M)).any())
    times, clearance = _refined(world, actor, coarse, rough, np.hypot(relative[:, 0], relative[:, 1]).max())
    least = float(clearance.min())
    close_pass = close_pass or (least < words.CLOSE_PASS_M and bool(moving[_place(coarse, times[clearance.argmin()])]))
    at_least = float(times[np.argmax(clearance <= least + _SAME_LEAST_M)])
    t_ca = _first_below(world, actor, times, clearance, least + SAME_M if least > 0.0 else 0.0)
    # A follower whose distance only breathes with the sway was as near at the first instant as ever.
    end = 'first' if t_ca <= _END_S else 'last' if at_least >= coarse[-1] - _END_S else ''
    if end:
        return Approach(world.ids[actor], None, least, end, float(closing.max()), close_pass)
    return Approach(world.ids[actor], t_ca, least, '', float(closing[:_place(coarse, t_ca) + 1].max()), close_pass)


def _refined(world: World, actor: int, times: Floats, clearance: Floats, speed: float) -> tuple[Floats, Floats]:
    """Return instants and clearances, dense wherever a step could hide a clearance below the least one seen."""
    half_diagonal = 0.5 * (np.hypot(*world.scenario.rig.size_m) + np.hypot(*world.size_m[actor, :2]))
    fastest = float(speed) + half_diagonal * _TURN_RADPS
    dense: Floats = np.empty(0)
    step = float(times[1] - times[0])
    low = times[:-1]
    lower = np.minimum(clearance[:-1], clearance[1:])
    for _ in range(2):
        if clearance.min() <= 0.0:  # contact: there is nothing less
            break
        hides = low[lower - 0.5 * fastest * step < clearance.min()]
        if len(hides) > _MOST:  # a follower at constant gap: nothing hides, everything is alike
            break
        step /= _FINER
        grid = hides[:, None] + step * np.arange(_FINER + 1)
        found = clearance_m(world, actor, grid.ravel())
        dense = np.concatenate([dense, grid.ravel()])
        clearance = np.concatenate([clearance, found])
        found = found.reshape(grid.shape)
        low, lower = grid[:, :-1].ravel(), np.minimum(found[:, :-1], found[:, 1:]).ravel()
    times = np.concatenate([times, dense])
    order = np.argsort(times, kind='stable')
    return times[order], clearance[order]


def _first_below(world: World, actor: int, times: Floats, clearance: Floats, limit: float) -> float:
    """Return the first instant at which the clearance is `limit` or less."""
    place = int(np.argmax(clearance <= limit))
    if place == 0:
        return float(times[0])
    low, high = float(times[place - 1]), float(times[place])
    while high - low > 0.1 * _END_S:
        grid = np.linspace(low, high, _FINER + 1)
        at = int(np.argmax(np.append(clearance_m(world, actor, grid[:-1]) <= limit, True)))
        low, high = float(grid[max(at - 1, 0)]), float(grid[at])
    return high


@dataclass(frozen=True)
class Owner:
    """Whom an alert is about."""

    actor: str | None         # None: nobody's, it is false
    nearest: str              # actor or kind of thing that stands nearest, '' in an empty world
    distance_m: float


def owner(snapshot: Snapshot, xy: tuple[float, float]) -> Owner:
    """Return whose alert one at `xy` (base_link) is: the nearest footprint within 2 m + 5 % of the range."""
    rider = snapshot.rider
    c, s = np.cos(rider.heading), np.sin(rider.heading)
    point = np.array([rider.x + c * xy[0] - s * xy[1], rider.y + s * xy[0] + c * xy[1]])
    actors = _to_point(snapshot.xy, snapshot.heading, snapshot.size_m, point)
    scenery = snapshot.scenery
    standing = _to_point(scenery.box_xy, scenery.box_heading, scenery.box_size_m, point)
    walls = boxes.to_segments(np.broadcast_to(point, scenery.wall_start.shape), np.zeros(len(scenery.walls)),
                              np.zeros_like(scenery.wall_start), scenery.wall_start, scenery.wall_end)
    names = [*snapshot.ids, *(box.kind for box in scenery.boxes), *(wall.kind for wall in scenery.walls)]
    if not names:
        return Owner(None, '', float('inf'))
    distances = np.concatenate([actors, standing, walls])
    nearest = names[int(distances.argmin())]
    if not len(actors):
        return Owner(None, nearest, float(distances.min()))
    best = int(actors.argmin())
    mine = actors[best] <= _AT_LEAST_M + _SHARE_OF_RANGE * np.hypot(*xy)
    return Owner(snapshot.ids[best] if mine else None, nearest, float(actors[best]))


def _to_point(centre: Floats, heading: Floats, size: Floats, point: Floats) -> Floats:
    return boxes.to_points(centre, heading, size[:, :2], np.broadcast_to(point, (len(centre), 1, 2)))[:, 0]


def _place(times: Floats, t_s: float) -> int:
    """Return the last place at or before `t_s`."""
    return int(np.searchsorted(times, t_s, side='right')) - 1


def _repeat(size: tuple[float, float] | Floats, n: int) -> Floats:
    return np.broadcast_to(np.asarray(size, dtype=float), (n, 2))
