"""How actors move, laid out once for all of them on a common grid: cubic pieces, exact for what a file can say.

Speed and heading change by smoothstep, a cubic of time, so cubic pieces between the instants of change are exact; a
lane change too. Places are integrated by Gauss-Legendre (3 points a piece; pieces of 50 ms at most): exact where speed
and heading stand still, within micrometres elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.curves import Pieces, smoothstep
from outrider_sim.world.model import Actor
from outrider_sim.world.rider import Motion

Floats = NDArray[np.float64]

GRID_S = 0.05
_PIECES_A_CHANGE = 24  # at least: the way of a quick change is a quartic of time, pieces are cubics
_JUMP_S = 1e-6     # what happens at once happens within this
_STANDS_MPS = 1e-6
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)


class ActorsMotion:
    """Where all actors are at any time; after the end they go straight on."""

    def __init__(self, actors: Sequence[Actor], duration_s: float, rider: Motion) -> None:
        """Lay out the motion of `actors` beside `rider`, whose speed some of them may take on."""
        grid = knots(actors, duration_s, rider.breaks_s)
        columns = [_lay(actor, grid, rider) for actor in actors]
        values = np.stack([column[0] for column in columns], axis=1) if columns else np.zeros((len(grid), 0, 5))
        rates = np.stack([column[1] for column in columns], axis=1) if columns else np.zeros((len(grid), 0, 5))
        # Beyond the grid actors keep speed, heading and lane.
        rates[-1, :, 2:] = 0.0
        self._pieces = Pieces(grid, values, rates)

    def at(self, t_s: Floats) -> tuple[Floats, Floats, Floats]:
        """Return centre (t, n, 2), velocity (t, n, 2) and heading (t, n) at times (t,)."""
        values, rates, _ = self._pieces.at(np.asarray(t_s, dtype=float))
        speed, heading = values[..., 2], values[..., 3]
        centre = np.stack([values[..., 0], values[..., 1] + values[..., 4]], axis=-1)
        velocity = np.stack([speed * np.cos(heading), speed * np.sin(heading) + rates[..., 4]], axis=-1)
        return centre, velocity, heading


def knots(actors: Sequence[Actor], duration_s: float, breaks_s: Sequence[float]) -> Floats:
    """Return the instants between which motion is smooth, at most GRID_S apart, from 0 to the end."""
    marks = {0.0, duration_s, *breaks_s}
    for actor in actors:
        for change in actor.changes:
            marks |= {change.at_s - (_JUMP_S if change.over_s == 0.0 else 0.0),
                      *np.linspace(change.at_s, change.end_s, _PIECES_A_CHANGE + 1).tolist()}
    edges = sorted(mark for mark in marks if 0.0 <= mark <= duration_s)
    # Instants that differ by rounding alone are one.
    edges = [*(a for a, b in zip(edges, edges[1:], strict=False) if b - a > 1e-9), duration_s]
    pieces = [np.linspace(a, b, max(math.ceil((b - a) / GRID_S), 1), endpoint=False)
              for a, b in zip(edges, edges[1:], strict=False)]
    return np.concatenate([*pieces, [duration_s]])


def _lay(actor: Actor, grid: Floats, rider: Motion) -> tuple[Floats, Floats]:
    """Return values and rates (grid, 5) of x, y without lane changes, speed, heading, lane offset."""
    lane, lane_rate = np.zeros_like(grid), np.zeros_like(grid)
    for change in actor.of('lane'):
        share, rate = smoothstep(grid, change.at_s, change.over_s)
        lane, lane_rate = lane + change.value * share, lane_rate + change.value * rate
    speed, speed_rate = _speed(actor, grid, rider)
    heading, heading_rate = _heading(actor, grid)
    step = np.diff(grid)
    within = grid[:-1, None] + step[:, None] * (0.5 + 0.5 * _NODES)
    v, h = _speed(actor, within.ravel(), rider)[0], _heading(actor, within.ravel())[0]
    weights = 0.5 * step[:, None] * _WEIGHTS
    x, y = (start + np.concatenate([[0.0], np.cumsum(((v * turn).reshape(within.shape) * weights).sum(axis=1))])
            for start, turn in zip(actor.at, (np.cos(h), np.sin(h)), strict=True))
    values = np.stack([x, y, speed, heading, lane], axis=1)
    rates = np.stack([speed * np.cos(heading), speed * np.sin(heading), speed_rate, heading_rate, lane_rate], axis=1)
    return values, rates


def _speed(actor: Actor, t: Floats, rider: Motion) -> tuple[Floats, Floats]:
    """Return speed and its rate (n,): each change leads from what the one before has come to, to its own value."""
    speed, rate = np.full_like(t, actor.speed_mps), np.zeros_like(t)
    begin, with_rider = actor.speed_mps, False
    for change in actor.of('speed'):
        if with_rider:
            begin = float(rider.poses(np.array([change.at_s])).speed[0])
        share, share_rate = smoothstep(t, change.at_s, change.over_s)
        target, target_rate = _rider_speed(rider, t) if change.to_rider else (np.full_like(t, change.value), 0.0 * t)
        later = t >= change.at_s
        speed = np.where(later, begin + (target - begin) * share, speed)
        rate = np.where(later, (target - begin) * share_rate + target_rate * share, rate)
        begin, with_rider = change.value, change.to_rider
    return speed, rate


def _rider_speed(rider: Motion, t: Floats) -> tuple[Floats, Floats]:
    poses = rider.poses(t)
    speed = poses.speed
    moves = speed > _STANDS_MPS
    along = (poses.vx * poses.ax + poses.vy * poses.ay) / np.where(moves, speed, 1.0)
    return speed, np.where(moves, along, 0.0)


def _heading(actor: Actor, t: Floats) -> tuple[Floats, Floats]:
    """Return heading and its rate (n,) in rad: from one number of the file to the next, never the short way round."""
    heading, rate = np.full_like(t, math.radians(actor.heading_deg)), np.zeros_like(t)
    begin = actor.heading_deg
    for change in actor.of('heading'):
        share, share_rate = smoothstep(t, change.at_s, change.over_s)
        turn = math.radians(change.value - begin)
        heading, rate = heading + turn * share, rate + turn * share_rate
        begin = change.value
    return heading, rate
