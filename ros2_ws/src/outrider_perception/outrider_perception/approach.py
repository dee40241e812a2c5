"""What each track will do to the rig if both go on as they do: distance, closing speed, closest approach."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Floats, Ints, columns
from outrider_perception.aside import still_to_come
from outrider_perception.lane import Lanes
from outrider_perception.levels import AHEAD, BEHIND, LEFT, RIGHT, HazardSettings
from outrider_perception.outline import Outlines, gap
from outrider_perception.tracker import Step
from outrider_perception.turning import Turning, turn_left_s

# In a straight line the distance of convex outlines is a convex function of time (a sum of sets moved along a line), so
# the neighbours of the least of a few instants bracket the true minimum; lanes bend the line a little, turns more.
_COARSE = 12       # instants while a body can be nearest, besides now
_CURVED = 33       # instants up to the horizon where the rig turns: four a second
_FINE = 11         # from the one before to the one after
_CURVED_SHARES = np.linspace(0.0, 1.0, _CURVED)
_COARSE_SHARES, _FINE_SHARES = np.linspace(0.0, 1.0, _COARSE), np.linspace(0.0, 1.0, _FINE)
_SAME_M = 0.05     # within this of its least, a clearance counts as closest approach
_CREEP_MPS = 1e-3  # slower is not closing
_SIDES = np.array([BEHIND, AHEAD, BEHIND, AHEAD, RIGHT, RIGHT, LEFT, LEFT])  # by |y| > |x|, then y > 0, then x > 0
_BENT = 0.1        # of the time to the closest instant: by so much a lane change moves it


@dataclass(frozen=True)
class Approach:
    """One row a track (n,)."""

    distance_m: Floats
    nearest_m: Floats             # (n, 2) nearest point of the body
    closing_mps: Floats           # > 0: the distance shrinks
    time_to_collision_s: Floats   # distance over closing speed; inf: not closing
    time_to_closest_s: Floats     # the first instant within 5 cm of the least clearance; 0: now or past
    clearance_m: Floats
    clearance_sigma_m: Floats
    side: Ints                    # where it will pass


def foresee(step: Step, settings: HazardSettings) -> Approach:
    """Return the approach of every track of `step`, at constant velocity; on arcs while the rig turns (turning.py)."""
    rig = np.array([settings.outline_length_m, settings.outline_width_m])
    size, heading, velocity = step.size_m[:, :2], step.tracks.heading_rad, step.tracks.state[:, 2:]
    n = len(size)
    if n == 0:
        none = np.zeros(0)
        return Approach(none, np.zeros((0, 2)), none, none, none, none, none, np.zeros(0, dtype=np.int64))
    rows = np.arange(n)

    lanes = Lanes.of(step.centre_m, velocity, step.ego, settings.walking_mps, settings.lane_tau_s)
    foreseen = velocity - still_to_come(velocity + step.ego.velocity_mps, step.tracks.aside_m, lanes, settings.lane_m)
    bodies = Turning(step.centre_m, foreseen, heading, step.ego, lanes, settings.turn_lasts_s, settings.bend_mps2,
                     turn_left_s(step.ego, settings.junction_m, settings.junction_rad))

    times = (_instants(step.centre_m, foreseen, size, rig, settings.horizon_s) if step.ego.turn_radps == 0.0
             else settings.horizon_s * _CURVED_SHARES[None, :])
    then = bodies.at(times)
    outlines, told_rad = Outlines(size, then.heading_rad, rig), then.heading_rad
    coarse = outlines.distances(then.x_m, then.y_m)
    least_coarse = np.minimum.reduce(coarse, axis=1)
    first = (coarse <= least_coarse[:, None] + _SAME_M).argmax(axis=1)
    mine = rows if len(times) > 1 else 0  # who turns has the same instants as all others
    low = times[mine, np.maximum(first - 1, 0)]
    high = times[mine, np.minimum(first + 1, times.shape[1] - 1)]
    fine = low[:, None] + (high - low)[:, None] * _FINE_SHARES
    then = bodies.at(fine)
    if then.heading_rad is not told_rad:  # somebody turns
        outlines = Outlines(size, then.heading_rad, rig)
    finer = outlines.distances(then.x_m, then.y_m)
    least = np.minimum.reduce(finer, axis=1)
    clearance = np.minimum(least, least_coarse)
    first = (finer <= least[:, None] + _SAME_M).argmax(axis=1)
    when, turned = fine[rows, first], _at(then.turned_rad, rows, first)
    # Now and then in one go.
    both = np.concatenate((step.centre_m, columns(then.x_m[rows, first], then.y_m[rows, first])))
    headings = np.concatenate((heading, _at(then.heading_rad, rows, first)))
    apart, on_body, on_rig = gap(both, np.concatenate((size, size)), headings, rig)
    distance, nearest = apart[:n], on_body[:n]
    closing = _closing(step.centre_m, velocity, nearest, on_rig[:n], distance)
    arm = on_body[n:] - on_rig[n:]
    contact = np.hypot(arm[:, 0], arm[:, 1]) < 1e-6
    if np.count_nonzero(contact):
        arm = np.where(contact[:, None], nearest - np.clip(nearest, -rig / 2, rig / 2), arm)
    arm_now = arm
    if step.ego.turn_radps != 0.0:
        c, s = np.cos(turned), np.sin(turned)
        arm_now = columns(arm[:, 0] * c - arm[:, 1] * s, arm[:, 0] * s + arm[:, 1] * c)
    sigma = _sigma(step, velocity + step.ego.velocity_mps, when, arm_now, lanes, settings)
    collision = distance / np.maximum(closing, _CREEP_MPS)
    collision[closing <= _CREEP_MPS] = np.inf
    return Approach(distance, nearest, closing, collision, when, clearance, sigma, _side(arm))


def _at(each: Floats, rows: Ints, instant: Ints) -> Floats:
    """Return what `each` (n, t), or (n, 1) where it stays, is at one instant (n,) a row."""
    return each[:, 0] if each.shape[1] == 1 else each[rows, instant]


def _instants(centre: Floats, velocity: Floats, size: Floats, rig: Floats, horizon_s: float) -> Floats:
    """Return now and the instants (n, 1 + _COARSE) at which the outlines may be nearest, in order, up to the horizon.

    Outlines are nearest while the centres are no further from their own closest approach than both half diagonals.
    """
    (x, y), (vx, vy) = centre.T, velocity.T
    speed2 = np.maximum(vx * vx + vy * vy, _CREEP_MPS ** 2)
    middle = -(x * vx + y * vy) / speed2
    reach = 0.5 * (np.hypot(size[:, 0], size[:, 1]) + math.hypot(rig[0], rig[1])) / np.sqrt(speed2)
    reach += _BENT * np.abs(middle)
    low = np.minimum(np.maximum(middle - reach, 0.0), horizon_s)
    high = np.minimum(np.maximum(middle + reach, 0.0), horizon_s)
    instants: Floats = np.zeros((len(centre), 1 + _COARSE))
    instants[:, 1:] = low[:, None] + (high - low)[:, None] * _COARSE_SHARES
    return instants


def _closing(centre: Floats, velocity: Floats, nearest: Floats, on_rig: Floats, distance: Floats) -> Floats:
    """Return how fast the distance shrinks (n,); in contact, how fast the centres near."""
    arm = np.where((distance > 1e-6)[:, None], nearest - on_rig, centre)
    x, y = arm[:, 0], arm[:, 1]
    closing: Floats = -(x * velocity[:, 0] + y * velocity[:, 1]) / np.maximum(np.hypot(x, y), 1e-9)
    return closing


def _sigma(step: Step, over_ground: Floats, when: Floats, arm: Floats, lanes: Lanes,
           settings: HazardSettings) -> Floats:
    """Return sigma of the clearance (n,): the covariance carried to the instant, along the line of nearest points.

    When a lane change ends nobody knows: the way still to go is told by its speed (n, 2) `over_ground`.
    """
    u = arm / np.maximum(np.hypot(arm[:, 0], arm[:, 1]), 1e-9)[:, None]
    u[np.abs(u[:, 0]) + np.abs(u[:, 1]) < 0.5] = 0.0, 1.0
    left_x, left_y = lanes.across.T
    across = u[:, 0] * left_x + u[:, 1] * left_y
    carry = np.empty((len(u), 1, 4))
    carry[:, 0, :2] = u
    carry[:, 0, 2:] = when[:, None] * u - lanes.lost_s(when[:, None]) * across[:, None] * lanes.across
    variance = (carry @ step.tracks.covariance @ carry.reshape(-1, 4, 1))[:, 0, 0]
    ends = (over_ground[:, 0] * left_x + over_ground[:, 1] * left_y) * across
    ends *= np.minimum(settings.lane_end_s, 0.5 * when)
    variance += np.where(lanes.keeps, ends, 0.0) ** 2
    sigma: Floats = np.sqrt(np.maximum(variance, 0.0) + settings.extent_sigma_m ** 2)
    return sigma


def _side(arm: Floats) -> Ints:
    """Return SIDE_* (n,) of a line from the rig's outline to a body."""
    x, y = arm[:, 0], arm[:, 1]
    side: Ints = _SIDES.take(4 * (np.abs(y) > np.abs(x)) + 2 * (y > 0.0) + (x > 0.0))
    return side
