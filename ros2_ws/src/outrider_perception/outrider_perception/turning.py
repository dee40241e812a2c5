"""Where a rig that turns, and those who share its road, will be: arcs at constant speed and yaw rate, then straight on.

In the rig's own turn everything far seems to swerve, and a straight line from here is not where it goes. A body that
can follow the rig's way at its own speed is taken to do so (road.py), as on a bend of a road; one that is too fast for
it goes straight on, as past a junction at which the rig turns off. Constant turn rate and velocity: R. Schubert,
E. Richter, G. Wanielik, "Comparison and evaluation of advanced motion models for vehicle tracking", FUSION 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.ego import EgoVelocity
from outrider_perception.lane import Lanes

_STRAIGHT_RADPS = 1e-6
_SLOW_MPS = 1.0  # a rig that stands has no curve


@dataclass(frozen=True)
class Foreseen:
    """Bodies at t instants each (n, t): place (n, t, 2) in base_link of then, heading; how far the rig has turned."""

    place_m: Floats
    heading_rad: Floats
    turned_rad: Floats


def foreseen(centre_m: Floats, relative_mps: Floats, heading_rad: Floats, ego: EgoVelocity, lanes: Lanes,
             times_s: Floats, lasts_s: float, most_across_mps2: float) -> Foreseen:
    """Return where bodies (n, 2), with velocity (n, 2) relative to the rig, will be seen from it at `times_s` (n, t).

    The rig's turn `lasts_s`; `most_across_mps2` is the acceleration across its way that a driver takes in a bend.
    """
    turn_radps = ego.turn_radps
    velocity = relative_mps + ego.velocity_mps
    # It goes where its way leads, not where a sway points: what it does across that has no duration.
    rig_mps = float(np.hypot(*ego.velocity_mps)) * np.array([np.cos(ego.sway_rad), -np.sin(ego.sway_rad)])
    rig_mps *= 1.0 if ego.velocity_mps[0] >= 0.0 else -1.0
    theirs = bends(velocity, ego, ego.road.until_here(centre_m[:, 0]), most_across_mps2)
    way = _arc(velocity, theirs[:, None], times_s, lasts_s)
    rig = _arc(np.broadcast_to(rig_mps, velocity.shape), np.full((len(velocity), 1), turn_radps), times_s, lasts_s)
    turned = turn_radps * np.minimum(times_s, lasts_s)
    # A lane change ends.
    fades = np.einsum('ntij,nj->nti', lanes.reach(times_s), velocity) - times_s[..., None] * velocity[:, None, :]
    off = centre_m[:, None, :] + way + fades - rig
    c, s = np.cos(turned), np.sin(turned)
    place = np.stack([off[..., 0] * c + off[..., 1] * s, off[..., 1] * c - off[..., 0] * s], axis=-1)
    heading = heading_rad[:, None] + theirs[:, None] * np.minimum(times_s, lasts_s) - turned
    return Foreseen(place, heading, turned)


def bends(velocity_mps: Floats, ego: EgoVelocity, curvature: Floats, most_across_mps2: float) -> Floats:
    """Return the yaw rate (n,) of bodies with `velocity_mps` (n, 2) over ground that follow a road's `curvature` (n,).

    They go along with the rig, not towards it (who comes the other way is past soon), and no driver would find the
    bend hard; 0 for all others.
    """
    own, speed = float(np.hypot(*ego.velocity_mps)), np.hypot(velocity_mps[:, 0], velocity_mps[:, 1])
    if own <= _SLOW_MPS:
        return np.zeros(len(speed))
    theirs = curvature * speed
    along = velocity_mps @ ego.velocity_mps > 0.5 * own * speed
    return np.where(along & (np.abs(theirs) * speed <= most_across_mps2), theirs, 0.0)


def _arc(velocity: Floats, turn: Floats, times_s: Floats, lasts_s: float) -> Floats:
    """Return the way (n, t, 2) of what moves with `velocity` (n, 2) and turns (n, 1) for a while."""
    bends = np.minimum(times_s, lasts_s)
    angle = turn * bends
    safe = np.where(np.abs(turn) > _STRAIGHT_RADPS, turn, 1.0)
    straight = np.abs(turn) <= _STRAIGHT_RADPS
    ahead = np.where(straight, bends, np.sin(angle) / safe)
    aside = np.where(straight, 0.0, (1.0 - np.cos(angle)) / safe)
    rest = times_s - bends
    ahead, aside = ahead + rest * np.cos(angle), aside + rest * np.sin(angle)
    x, y = velocity[:, :1], velocity[:, 1:]
    way: Floats = np.stack([ahead * x - aside * y, aside * x + ahead * y], axis=-1)
    return way
