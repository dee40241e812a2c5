"""What each track will do to the rig if both go on as they do: distance, closing speed, closest approach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Floats, Ints
from outrider_perception.lane import Lanes
from outrider_perception.levels import AHEAD, BEHIND, LEFT, RIGHT, HazardSettings
from outrider_perception.outline import gap
from outrider_perception.tracker import Step
from outrider_perception.turning import Foreseen, foreseen

# In a straight line the distance of convex outlines is a convex function of time (a sum of sets moved along a line), so
# the neighbours of the least of a few instants bracket the true minimum; lanes bend the line a little, turns more.
_COARSE = 12       # instants while a body can be nearest, besides now
_CURVED = 33       # instants up to the horizon where the rig turns: four a second
_FINE = 11         # from the one before to the one after
_SAME_M = 0.05     # within this of its least, a clearance counts as closest approach
_CREEP_MPS = 1e-3  # slower is not closing
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

    turn = step.ego.turn_radps
    lanes = Lanes.of(step.centre_m, velocity, step.ego, settings.walking_mps, settings.lane_tau_s)

    def at_times(times: Floats) -> Foreseen:
        return foreseen(step.centre_m, velocity, heading, step.ego, lanes, times, settings.turn_lasts_s,
                        settings.bend_mps2)

    straight = _instants(step.centre_m, velocity, size, rig, settings.horizon_s)
    times = straight if turn == 0.0 else np.tile(np.linspace(0.0, settings.horizon_s, _CURVED), (n, 1))
    coarse, on_body, on_rig = _gaps(at_times(times), size, rig)
    distance, nearest = coarse[:, 0], on_body[:, 0]
    closing = _closing(step.centre_m, velocity, nearest, on_rig[:, 0], distance)

    first = np.argmax(coarse <= coarse.min(axis=1)[:, None] + _SAME_M, axis=1)
    low, high = times[rows, np.maximum(first - 1, 0)], times[rows, np.minimum(first + 1, times.shape[1] - 1)]
    fine = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, _FINE)
    then = at_times(fine)
    finer, on_body, on_rig = _gaps(then, size, rig)
    clearance = np.minimum(finer.min(axis=1), coarse.min(axis=1))
    at = np.argmax(finer <= finer.min(axis=1)[:, None] + _SAME_M, axis=1)
    when = fine[rows, at]

    arm = on_body[rows, at] - on_rig[rows, at]
    contact = np.hypot(arm[:, 0], arm[:, 1]) < 1e-6
    arm = np.where(contact[:, None], nearest - np.clip(nearest, -rig / 2, rig / 2), arm)
    c, s = np.cos(then.turned_rad[rows, at]), np.sin(then.turned_rad[rows, at])
    arm_now = np.stack([arm[:, 0] * c - arm[:, 1] * s, arm[:, 0] * s + arm[:, 1] * c], axis=1)
    sigma = _sigma(step, when, arm_now, lanes, settings)
    with np.errstate(divide='ignore', invalid='ignore', over='ignore'):
        collision = np.where(closing > _CREEP_MPS, distance / np.maximum(closing, _CREEP_MPS), np.inf)
    return Approach(distance, nearest, closing, collision, when, clearance, sigma, _side(arm))


def _gaps(then: Foreseen, size: Floats, rig: Floats) -> tuple[Floats, Floats, Floats]:
    """Return distance (n, t) and the nearest points of body and rig (n, t, 2): outline.gap with a heading each time."""
    n, t = then.heading_rad.shape
    each = gap(then.place_m.reshape(n * t, 1, 2), np.repeat(size, t, axis=0), then.heading_rad.ravel(), rig)
    return each[0].reshape(n, t), each[1].reshape(n, t, 2), each[2].reshape(n, t, 2)


def _instants(centre: Floats, velocity: Floats, size: Floats, rig: Floats, horizon_s: float) -> Floats:
    """Return now and the instants (n, 1 + _COARSE) at which the outlines may be nearest, in order, up to the horizon.

    Outlines are nearest while the centres are no further from their own closest approach than both half diagonals.
    """
    speed2 = np.maximum((velocity ** 2).sum(axis=1), _CREEP_MPS ** 2)
    middle = -(centre * velocity).sum(axis=1) / speed2
    reach = 0.5 * (np.hypot(size[:, 0], size[:, 1]) + np.hypot(rig[0], rig[1])) / np.sqrt(speed2)
    reach = reach + _BENT * np.abs(middle)
    low, high = np.clip(middle - reach, 0.0, horizon_s), np.clip(middle + reach, 0.0, horizon_s)
    grid = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, _COARSE)
    return np.concatenate([np.zeros((len(centre), 1)), grid], axis=1)


def _closing(centre: Floats, velocity: Floats, nearest: Floats, on_rig: Floats, distance: Floats) -> Floats:
    """Return how fast the distance shrinks (n,); in contact, how fast the centres near."""
    arm = np.where((distance > 1e-6)[:, None], nearest - on_rig, centre)
    length = np.maximum(np.hypot(arm[:, 0], arm[:, 1]), 1e-9)
    closing: Floats = -(arm * velocity).sum(axis=1) / length
    return closing


def _sigma(step: Step, when: Floats, arm: Floats, lanes: Lanes, settings: HazardSettings) -> Floats:
    """Return sigma of the clearance (n,): the covariance carried to the instant, along the line of nearest points."""
    u = arm / np.maximum(np.hypot(arm[:, 0], arm[:, 1]), 1e-9)[:, None]
    u = np.where((np.abs(u).sum(axis=1) < 0.5)[:, None], np.array([0.0, 1.0]), u)
    carry = np.concatenate([u, np.einsum('ni,nij->nj', u, lanes.reach(when[:, None])[:, 0])], axis=1)
    variance = np.einsum('ni,nij,nj->n', carry, step.tracks.covariance, carry)
    sigma: Floats = np.sqrt(np.maximum(variance, 0.0) + settings.extent_sigma_m ** 2)
    return sigma


def _side(arm: Floats) -> Ints:
    """Return SIDE_* (n,) of a line from the rig's outline to a body."""
    across = np.abs(arm[:, 1]) > np.abs(arm[:, 0])
    return np.where(across, np.where(arm[:, 1] > 0.0, LEFT, RIGHT),
                    np.where(arm[:, 0] > 0.0, AHEAD, BEHIND)).astype(np.int64)
