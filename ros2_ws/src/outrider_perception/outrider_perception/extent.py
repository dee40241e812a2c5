"""How large a body is, where its centre lies behind what is seen of it, and how far what is seen may stray.

Radar alone does not see a class. A car is not told from a motorcycle, but its speed over ground narrows what it can
be, and the depth over which its points spread is a lower bound of its length.

What a radar sees of a vehicle are its corners, the middles of its sides and its wheel houses, each as bright as it is
turned to the sensor (M. Buehren, B. Yang, "Simulation of automotive radar target lists using a novel approach of object
representation", IEEE Intelligent Vehicles 2006). Their mean is where a detection is expected, their spread how far it
strays: at its end while the body comes from behind, at its near corner and flank as it draws level.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints, pairs, wrap_angle
from outrider_perception.bank import Bank
from outrider_perception.settings import Settings

# Shares of half length and half width of what reflects: four corners, four middles, four wheel houses; normals beside.
_SPOTS = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1], [1, 0], [-1, 0], [0, 1], [0, -1],
                   [.6, 1], [.6, -1], [-.6, 1], [-.6, -1]], dtype=np.float64)
_FACES = _SPOTS / np.hypot(_SPOTS[:, :1], _SPOTS[:, 1:])
_FACES[8:] = [[0, 1], [0, -1], [0, 1], [0, -1]]
_SPOTS_XY, _FACES_XY = _SPOTS.T[:, :, None].copy(), _FACES.T[:, :, None].copy()  # (2, 12, 1) each
_DIM = 1e-12  # weight of what nothing is seen of: keeps the mean finite


class Seen(NamedTuple):
    """What a sensor is expected to see of n bodies."""

    offset_m: Floats    # (n, 2) from the centre to the mean of what is seen
    weight: Floats      # (12, n) of each spot in that mean,
    beside_m: Floats    # (2, 12, n) where it lies from there, along and across in the body's own axes,
    cosine: Floats      # (n,) and of their heading
    sine: Floats


def sizes(bank: Bank) -> Floats:
    """Return length, width, height (n, 3): measured where some sensor measured, else as classes have them, or speed.

    Between classes that a detector confuses the size is their mean, so that its error is the least it can be.
    """
    s = bank.bodies.sizes
    pace, depth = bank.pace_mps, bank.depth_m
    guess = _between(pace, s.speeds_mps, s.by_speed_m, s.speed_bends)
    # What grows looks like what moves: a thing that only images have seen waits until it is known to move.
    named = bank.named & (bank.confirmed | np.isfinite(bank.heard_s[:, 0]))
    if np.count_nonzero(named):
        belief = bank.classes()
        guess = np.where(named[:, None], belief @ s.by_class_m + belief[:, :1] * guess, guess)
    long = depth * (pace > s.speeds_mps[0])
    guess[:, 0] = np.maximum(guess[:, 0], long)
    beyond = (long > s.lengths_m[0]).nonzero()[0]
    if len(beyond):
        guess[beyond, 1:] = np.maximum(guess[beyond, 1:],
                                       _between(long[beyond], s.lengths_m, s.by_length_m, s.length_bends))
    measured = np.isfinite(bank.size_m)
    return np.where(measured, bank.size_m, guess) if np.count_nonzero(measured) else guess


def _between(at: Floats, places: Floats, rows: Floats, bends: Floats) -> Floats:
    """Return rows (n, k) between those (p, k) that stand at rising `places` (p,); the end ones beyond them.

    `bends` (p - 1, k) is by how much more steeply the rows rise from each place on.
    """
    past = np.minimum(at, places[-1])[:, None] - places[:-1]
    np.maximum(past, 0.0, out=past)
    table: Floats = past @ bends
    table += rows[0]
    return table


def seen(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats, axis: Floats,
         settings: Settings) -> Seen:
    """Return what a sensor at `sensor_xy_m` that looks along `axis` (2,) sees of bodies of `box_m` (n, 2 or more).

    Brightness falls with the square of the cosine of incidence and of the angle off the sensor's axis; of what is seen,
    the near part counts, as in the clusters (cluster.nearness).
    """
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    # Everything in the body's own axes, (2, 12, n): the sensor is turned, which is one vector, not the spots.
    # Where the body is from the sensor, and where that looks, in base_link and then in the body's own axes.
    vectors = np.empty((2, 2, len(c)))
    np.subtract(centre_m.T, sensor_xy_m[:, None], out=vectors[:, 0])
    vectors[0, 1], vectors[1, 1] = axis.tolist()
    turned = vectors * c
    vectors *= s
    turned[0] += vectors[1]
    turned[1] -= vectors[0]
    # People swing their limbs all round: what is seen of them is, in the mean, where they are.
    half = box_m[:, 0] - settings.bodies.sizes.smallest_m[0]
    half = 0.5 * np.minimum(np.maximum(half, 0.0), 1.0)
    spots = (box_m.T[:2] * half)[:, None] * _SPOTS_XY
    at = spots + turned[:, :1]
    squares = at * at
    reach2 = np.maximum(squares[0] + squares[1], 0.01)
    reach = np.sqrt(reach2)
    np.multiply(at, _FACES_XY, out=squares)
    facing = np.minimum(squares[0] + squares[1], 0.0)
    at *= turned[:, 1:]
    bright = np.maximum(at[0] + at[1], 0.0)
    bright *= facing
    bright /= reach2
    bright *= bright
    deep = np.minimum.reduce(reach, axis=0) - reach
    weight = np.exp(deep / settings.near_part_m)
    weight *= bright
    # Where nothing is in view, the nearest spot stands for it.
    weight += _DIM * (deep >= -1e-9)
    weight /= np.add.reduce(weight, axis=0)
    mean = np.add.reduce(weight * spots, axis=1)
    spots -= mean[:, None]
    offset = np.empty((len(c), 2))
    x, y = mean
    np.subtract(x * c, y * s, out=offset[:, 0])
    np.add(x * s, y * c, out=offset[:, 1])
    return Seen(offset, weight, spots, c, s)


def spread(looks: Seen, place_m: Floats, velocity_mps: Floats,
           sensor_xy_m: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return how single sights stray about their mean, and what this does to an angle and a range rate, (n,) each.

    That is: variance along the line of sight, across it, and what both have in common, in m2; how far a metre across
    turns the line, rad, and changes the range rate, m/s. `place_m`, `velocity_mps` (n, 2) of what is seen.
    """
    away_x, away_y = place_m[:, 0] - sensor_xy_m[0], place_m[:, 1] - sensor_xy_m[1]
    reach = np.maximum(np.hypot(away_x, away_y), 1.0)
    u_x, u_y = away_x / reach, away_y / reach
    # A part that lies aside of the mean is seen at another angle, and its range rate is that of this angle.
    passing = (velocity_mps[:, 1] * u_x - velocity_mps[:, 0] * u_y) / reach
    c, s = looks.cosine, looks.sine
    towards_x, towards_y = u_x * c + u_y * s, u_y * c - u_x * s
    (x, y), (_, n) = looks.beside_m, looks.weight.shape
    # Turned first: then it is a sum of squares, to the last bit.
    sights = np.empty((3, 12, n))
    along, across = x * towards_x + y * towards_y, y * towards_x - x * towards_y
    np.multiply(along, along, out=sights[0])
    np.multiply(across, across, out=sights[1])
    np.multiply(along, across, out=sights[2])
    sights *= looks.weight
    along_m2, across_m2, both_m2 = np.add.reduce(sights, axis=1)
    return along_m2, across_m2, both_m2, 1.0 / reach, passing


def wander(looks: Seen, place_m: Floats, velocity_mps: Floats, sensor_xy_m: Floats) -> Floats:
    """Return what a body's own size adds (n, 3, 3) to the noise of [range, azimuth, range rate].

    `place_m`, `velocity_mps` (n, 2) of what is seen.
    """
    along, across, both, angle, passing = spread(looks, place_m, velocity_mps, sensor_xy_m)
    rows = np.empty((3, 3, len(along)))
    by_metre = rows[0, 1:]
    by_metre[0], by_metre[1] = angle, passing
    np.multiply((across * by_metre)[:, None], by_metre, out=rows[1:, 1:])
    rows[0, 0] = along
    by_metre *= both
    rows[1:, 0] = by_metre
    noise: Floats = rows.transpose(2, 0, 1).copy()
    return noise


def inside(place_m: Floats, bank: Bank, sensor_xy_m: Floats, settings: Settings) -> Bools:
    """Return (m, n): which of `place_m` (m, 2) lie in which track's box, give or take a margin and error of bearing."""
    c, s, shift, long, wide = _reaches(bank, sensor_xy_m, settings)
    along, across = _turned(place_m, bank, c, s)
    within: Bools = np.abs(along - shift) <= long
    within &= np.abs(across) <= wide
    return within


def within(bank: Bank, settings: Settings) -> Bools:
    """Return (n, n): which tracks that are not confirmed lie in which confirmed body, which another one cannot."""
    lies = np.zeros((len(bank), len(bank)), dtype=np.bool_)
    one = np.logical_not(bank.confirmed | bank.given).nonzero()[0]
    if len(one) == 0:
        return lies
    other = bank.confirmed.nonzero()[0]
    if len(other):
        off_x, off_y = (bank.state[one, axis, None] - bank.state[other, axis] for axis in (0, 1))
        c, s = np.cos(bank.heading_rad[other]), np.sin(bank.heading_rad[other])
        half = 0.5 * bank.box_m[other, :2] + settings.merge_margin_m
        lies[one[:, None], other] = ((np.abs(off_x * c + off_y * s) <= half[:, 0])
                                     & (np.abs(off_y * c - off_x * s) <= half[:, 1]))
    return lies


def together(bank: Bank, sensor_xy_m: Floats, settings: Settings) -> tuple[Ints, Ints]:
    """Return the pairs (k,), (k,) of tracks that move alike of which one lies in the other, as told by the box of that.

    That is: its centre is `inside`, or the outlines lie in each other, which those of two bodies cannot; who only
    touches may be an error.
    """
    n = len(bank)
    if n < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    c, s, shift, long, wide = _reaches(bank, sensor_xy_m, settings)
    along, across = _turned(bank.state[:, :2], bank, c, s)
    np.abs(across, out=across)
    same = np.abs(along - shift) <= long
    same &= across <= wide
    # Outlines in each other; those of two bodies may touch by half of their width.
    length, width = 0.5 * bank.box_m[:, 0], 0.25 * bank.box_m[:, 1]
    touch = np.abs(along, out=along) <= length[:, None] + (length - settings.merge_margin_m)
    touch &= across <= width[:, None] + width
    same |= touch
    same.reshape(-1)[::n + 1] = False
    one, other = pairs(same)
    if len(one):
        apart = bank.state[one, 2:] - bank.state[other, 2:]
        # Who was just confirmed is not yet known to go otherwise.
        doubt, sure = _spread_mps(bank), bank.confirmed
        doubt = np.maximum(doubt[one], doubt[other]) * (sure[one] & sure[other]) + settings.merge_speed_mps
        alike = (np.hypot(apart[:, 0], apart[:, 1]) < doubt).nonzero()[0]
        one, other = one[alike], other[alike]
    return one, other


def _turned(place_m: Floats, bank: Bank, c: Floats, s: Floats) -> tuple[Floats, Floats]:
    """Return how far (m, n) places (m, 2) are from each body along and across its heading, of cosine and sine (n,)."""
    x, y = bank.state[:, 0], bank.state[:, 1]
    # One product for all: places (m, 2) times (2, n), less the body's own.
    along, across = place_m @ np.array((c, s)), place_m @ np.array((-s, c))
    along -= x * c + y * s
    across -= y * c - x * s
    return along, across


def _reaches(bank: Bank, sensor_xy_m: Floats, settings: Settings) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return of each box (n,): its heading's cosine and sine, and how far along it, either way and across it is."""
    # Until its length is known, what rolls may be as long as a car, behind the end that is seen; and nobody drives so
    # close behind another that what follows there is not its tail.
    sizes, pace, length = bank.bodies.sizes, bank.pace_mps, bank.box_m[:, 0]
    margin = settings.merge_margin_m
    longer = pace * (pace > sizes.speeds_mps[-1])
    longer *= settings.tail_s
    longer += sizes.by_speed_m[-1, 0]
    longer = np.minimum(longer, sizes.lengths_m[-1])
    longer -= length
    longer = 0.5 * np.maximum(longer, 0.0) * (pace > sizes.speeds_mps[0])
    c, s = np.cos(bank.heading_rad), np.sin(bank.heading_rad)
    away_x, away_y = bank.state[:, 0] - sensor_xy_m[0], bank.state[:, 1] - sensor_xy_m[1]
    shift = np.sign(away_x * c + away_y * s) * longer
    longer += 0.5 * length + margin
    wide = settings.azimuth_apart_rad * np.hypot(away_x, away_y)
    wide += 0.5 * bank.box_m[:, 1] + margin
    return c, s, shift, longer, wide


def learn(bank: Bank, ego_mps: Floats, dt_s: float, sensor_xy_m: Floats, axis: Floats, settings: Settings,
          looked: tuple[Floats, Floats] | None = None) -> None:
    """Update pace, heading over ground and box after a step of `dt_s`, in place.

    What is seen of a body stays where it was seen: its centre moves when its box or heading becomes another. `looked`
    is where its centre (n, 2) was taken to be and by how much (n, 2) what is seen lay off it, where that was just used.
    """
    old_box, old_heading = bank.box_m, bank.heading_rad
    x, y = (bank.state[:, 2:] + ego_mps).T
    speed, spread = np.hypot(x, y), _spread_mps(bank)
    known = np.maximum(speed - spread, 0.0)  # what the speed is at least: a newborn has none
    known -= bank.pace_mps
    fall = min(1.0, dt_s / settings.pace_fall_s)
    bank.pace_mps += np.maximum(known, 0.0) * min(1.0, dt_s / settings.pace_rise_s) + np.minimum(known, 0.0) * fall
    bank.depth_m *= max(0.0, 1.0 - dt_s / settings.pace_fall_s)
    moves = speed > np.maximum(settings.heading_mps, spread)
    turn = wrap_angle(np.arctan2(y, x) - old_heading)
    # What drives does not turn on the spot, however its velocity errs while it brakes.
    most = np.where(bank.pace_mps > settings.walking_mps, speed * (max(dt_s, 0.0) / settings.least_turn_m), np.inf)
    bank.heading_rad = wrap_angle(old_heading + np.minimum(np.maximum(turn, -most), most) * moves)
    bank.box_m = sizes(bank)
    different = (bank.box_m != old_box)[:, :2]
    new = ((bank.heading_rad != old_heading) | different[:, 0] | different[:, 1]).nonzero()[0]
    if len(new):
        place, was = looked or (bank.state[:, :2].copy(), None)
        if was is None:
            was = seen(place, old_box, old_heading, sensor_xy_m, axis, settings).offset_m
        place, was = place.take(new, axis=0), was.take(new, axis=0)
        was -= seen(place, bank.box_m.take(new, axis=0), bank.heading_rad[new], sensor_xy_m, axis, settings).offset_m
        bank.state[new, :2] += was


def believe(bank: Bank, which: Bools, ego_mps: Floats) -> None:
    """Take the speed over ground of `which` (n,), just confirmed, for their pace, in place: they are no chance."""
    over_ground = bank.state[:, 2:] + ego_mps
    least = np.hypot(over_ground[:, 0], over_ground[:, 1]) - _spread_mps(bank)
    bank.pace_mps[which] = np.maximum(bank.pace_mps, least)[which]


def _spread_mps(bank: Bank) -> Floats:
    spread: Floats = np.sqrt(np.maximum(bank.covariance[:, 2, 2] + bank.covariance[:, 3, 3], 0.0))
    return spread
