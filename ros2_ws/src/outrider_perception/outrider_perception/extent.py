"""How large a body is, where its centre lies behind what is seen of it, and how far what is seen may stray.

Radar alone does not see a class. A car is not told from a motorcycle, but its speed over ground narrows what it can
be, and the depth over which its points spread is a lower bound of its length.

What a radar sees of a vehicle are its corners, the middles of its sides and its wheel houses, each as bright as it is
turned to the sensor (M. Buehren, B. Yang, "Simulation of automotive radar target lists using a novel approach of object
representation", IEEE Intelligent Vehicles 2006). Their mean is where a detection is expected, their spread how far it
strays: at its end while the body comes from behind, at its near corner and flank as it draws level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Bools, Floats
from outrider_perception.bank import Bank
from outrider_perception.settings import Settings

# Shares of half length and half width of what reflects: four corners, four middles, four wheel houses; normals beside.
_SPOTS = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1], [1, 0], [-1, 0], [0, 1], [0, -1],
                   [.6, 1], [.6, -1], [-.6, 1], [-.6, -1]], dtype=np.float64)
_FACES = _SPOTS / np.hypot(_SPOTS[:, :1], _SPOTS[:, 1:])
_FACES[8:] = [[0, 1], [0, -1], [0, 1], [0, -1]]
_DIM = 1e-6  # weight of what nothing is seen of: keeps the mean finite


@dataclass(frozen=True)
class Seen:
    """What a sensor is expected to see of n bodies."""

    offset_m: Floats    # (n, 2) from the centre to the mean of what is seen
    spread_m2: Floats   # (n, 2, 2) of single sights about it
    share: Floats       # (n,) 0..1: how bright, seen from the sensor; 0 is out of its view


def sizes(bank: Bank) -> Floats:
    """Return length, width, height (n, 3): measured where some sensor measured, else guessed from speed."""
    s = bank.bodies.sizes
    guess = np.stack([np.interp(bank.pace_mps, s.speeds_mps, s.by_speed_m[:, i]) for i in range(3)], axis=1)
    long = np.where(bank.pace_mps > s.speeds_mps[0], bank.depth_m, 0.0)
    wide = np.stack([np.interp(long, s.lengths_m, s.by_length_m[:, i]) for i in range(2)], axis=1)
    guess[:, 0] = np.maximum(guess[:, 0], long)
    guess[:, 1:] = np.where((long > s.lengths_m[0])[:, None], np.maximum(guess[:, 1:], wide), guess[:, 1:])
    return np.where(np.isfinite(bank.size_m), bank.size_m, guess)


def seen(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats, axis: Floats,
         settings: Settings) -> Seen:
    """Return what a sensor at `sensor_xy_m` that looks along `axis` (2,) sees of bodies of `box_m` (n, 2 or more).

    Brightness falls with the square of the cosine of incidence and of the angle off the sensor's axis; of what is seen,
    the near part counts, as in the clusters (cluster.nearness).
    """
    c, s = np.cos(heading_rad)[:, None], np.sin(heading_rad)[:, None]
    # People swing their limbs all round: what is seen of them is, in the mean, where they are.
    firm = np.clip(box_m[:, 0] - settings.bodies.sizes.smallest_m[0], 0.0, 1.0)[:, None, None]
    local = 0.5 * firm * box_m[:, None, :2] * _SPOTS
    spots = np.stack([local[..., 0] * c - local[..., 1] * s, local[..., 0] * s + local[..., 1] * c], axis=-1)
    away = centre_m[:, None, :] + spots - sensor_xy_m
    reach = np.maximum(np.sqrt((away ** 2).sum(axis=-1)), 0.1)
    sight = away / reach[..., None]
    facing = -((_FACES[:, 0] * c - _FACES[:, 1] * s) * sight[..., 0]
               + (_FACES[:, 0] * s + _FACES[:, 1] * c) * sight[..., 1])
    ahead = np.maximum(sight @ axis, 0.0)
    bright = (np.maximum(facing, 0.0) * ahead) ** 2
    near = np.where(bright > _DIM, reach, np.inf).min(axis=1)
    near = np.where(np.isfinite(near), near, reach.min(axis=1))
    weight = bright * np.exp(-np.maximum(reach - near[:, None], 0.0) / settings.near_part_m)
    # Where nothing is in view, the nearest spot stands for it.
    weight += _DIM * (reach <= reach.min(axis=1)[:, None] + 1e-9)
    weight /= weight.sum(axis=1, keepdims=True)
    mean = (weight[..., None] * spots).sum(axis=1)
    off = spots - mean[:, None, :]
    spread = np.einsum('nk,nki,nkj->nij', weight, off, off)
    return Seen(mean, spread, np.minimum(bright.max(axis=1), 1.0))


def wander(looks: Seen, place_m: Floats, velocity_mps: Floats, sensor_xy_m: Floats) -> Floats:
    """Return what a body's own size adds (n, 3, 3) to the noise of [range, azimuth, range rate].

    `place_m`, `velocity_mps` (n, 2) of what is seen.
    """
    away = place_m - sensor_xy_m
    reach = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1.0)
    u = away / reach[:, None]
    side = np.stack([-u[:, 1], u[:, 0]], axis=1)
    # A part that lies aside of the mean is seen at another angle, and its range rate is that of this angle.
    passing = (velocity_mps * side).sum(axis=1)
    turn = np.stack([np.zeros(len(u)), 1.0 / reach, passing / reach], axis=1)
    deep = np.broadcast_to(np.array([1.0, 0.0, 0.0]), turn.shape)
    rows = deep[:, :, None] * u[:, None, :] + turn[:, :, None] * side[:, None, :]  # (n, 3, 2)
    noise: Floats = rows @ looks.spread_m2 @ rows.transpose(0, 2, 1)
    return noise


def inside(place_m: Floats, bank: Bank, sensor_xy_m: Floats, settings: Settings) -> Bools:
    """Return (m, n): which of `place_m` (m, 2) lie in which track's box, give or take a margin and error of bearing."""
    # Until its length is known, what rolls may be as long as a car, behind the end that is seen.
    rolls = bank.pace_mps > bank.bodies.sizes.speeds_mps[0]
    longer = np.where(rolls, np.maximum(bank.bodies.sizes.by_speed_m[-1, 0] - bank.box_m[:, 0], 0.0), 0.0)
    c, s = np.cos(bank.heading_rad), np.sin(bank.heading_rad)
    away = bank.state[:, :2] - sensor_xy_m
    behind = np.sign(away[:, 0] * c + away[:, 1] * s)
    reach = np.hypot(away[:, 0], away[:, 1])
    off = place_m[:, None, :] - bank.state[None, :, :2]
    along = (off[..., 0] * c + off[..., 1] * s) - 0.5 * behind * longer
    across = np.abs(off[..., 1] * c - off[..., 0] * s)
    margin = settings.merge_margin_m
    within: Bools = np.abs(along) <= 0.5 * (bank.box_m[:, 0] + longer) + margin
    within &= across <= 0.5 * bank.box_m[:, 1] + margin + settings.azimuth_sigma_rad * reach
    return within


def overlap(bank: Bank, settings: Settings) -> Bools:
    """Return (n, n): whose outlines lie in each other, which two bodies cannot; who only touches may be an error."""
    off = bank.state[:, None, :2] - bank.state[None, :, :2]
    c, s = np.cos(bank.heading_rad), np.sin(bank.heading_rad)
    along, across = np.abs(off[..., 0] * c + off[..., 1] * s), np.abs(off[..., 1] * c - off[..., 0] * s)
    length, width = (0.5 * (bank.box_m[:, None, i] + bank.box_m[None, :, i]) for i in (0, 1))
    both: Bools = (along <= length - settings.merge_margin_m) & (across <= 0.5 * width)
    return both


def learn(bank: Bank, ego_mps: Floats, dt_s: float, sensor_xy_m: Floats, axis: Floats, settings: Settings) -> None:
    """Update pace, heading over ground and box after a step of `dt_s`, in place.

    What is seen of a body stays where it was seen: its centre moves when its box or heading becomes another.
    """
    old_box, old_heading = bank.box_m, bank.heading_rad
    over_ground = bank.state[:, 2:] + ego_mps
    speed = np.hypot(over_ground[:, 0], over_ground[:, 1])
    spread = np.sqrt(np.maximum(bank.covariance[:, 2, 2] + bank.covariance[:, 3, 3], 0.0))
    known = np.maximum(speed - spread, 0.0)  # what the speed is at least: a newborn has none
    rising = known > bank.pace_mps
    rise, fall = min(1.0, dt_s / settings.pace_rise_s), min(1.0, dt_s / settings.pace_fall_s)
    bank.pace_mps += (known - bank.pace_mps) * np.where(rising, rise, fall)
    bank.depth_m *= max(0.0, 1.0 - dt_s / settings.pace_fall_s)
    moves = speed > np.maximum(settings.heading_mps, spread)
    bank.heading_rad = np.where(moves, np.arctan2(over_ground[:, 1], over_ground[:, 0]), bank.heading_rad)
    bank.box_m = sizes(bank)
    before_and_after = seen(np.concatenate([bank.state[:, :2]] * 2), np.concatenate([old_box, bank.box_m]),
                            np.concatenate([old_heading, bank.heading_rad]), sensor_xy_m, axis, settings).offset_m
    bank.state[:, :2] += before_and_after[:len(bank)] - before_and_after[len(bank):]
