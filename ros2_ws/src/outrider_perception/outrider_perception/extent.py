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

from outrider_perception.arrays import Bools, Complexes, Floats, Ints, complexes, places, wrap_angle
from outrider_perception.bank import Bank
from outrider_perception.settings import Settings

# Shares of half length and half width of what reflects: four corners, four middles, four wheel houses; normals beside.
_SPOTS = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1], [1, 0], [-1, 0], [0, 1], [0, -1],
                   [.6, 1], [.6, -1], [-.6, 1], [-.6, -1]], dtype=np.float64)
_FACES = _SPOTS / np.hypot(_SPOTS[:, :1], _SPOTS[:, 1:])
_FACES[8:] = [[0, 1], [0, -1], [0, 1], [0, -1]]
(_X, _Y), (_FACE_X, _FACE_Y) = _SPOTS.T, _FACES.T
_NONE, _ALL = np.zeros(12), np.ones(12)
# What is linear in a body's size and place is one product, of all bodies at once. The columns: its halves along and
# across, the place of its centre from the sensor, the halves times the axis, and how far the centre lies ahead of that.
_LINEAR = np.concatenate([np.stack(rows, axis=1) for rows in (
    (_X, _NONE, _ALL, _NONE, _NONE, _NONE, _NONE),                          # spots from the sensor, along the body
    (_NONE, _Y, _NONE, _ALL, _NONE, _NONE, _NONE),                          # and across it,
    (_FACE_X * _X, _FACE_Y * _Y, _FACE_X, _FACE_Y, _NONE, _NONE, _NONE),    # along their normals,
    (_NONE, _NONE, _NONE, _NONE, _X, _Y, _ALL))])                           # and along the sensor's axis
_MOMENTS = np.stack([_X, _Y, _X * _X, _Y * _Y, _X * _Y])
_ONE, _OTHER = np.array([0, 1, 0]), np.array([0, 1, 1])  # of both axes, as those moments have them
_UNSEEN_M = 1e9  # the reach of what is not seen
_DIM = 1e-6  # weight of what nothing is seen of: keeps the mean finite


@dataclass(frozen=True)
class Seen:
    """What a sensor is expected to see of n bodies."""

    offset_m: Floats    # (n, 2) from the centre to the mean of what is seen
    weight: Floats      # (12, n) of each spot in that mean,
    halves_m: Floats    # (2, n) half of the length and of the width over which the spots lie,
    turn: Complexes     # (n,) what turns a vector into those axes


def sizes(bank: Bank) -> Floats:
    """Return length, width, height (n, 3): measured where some sensor measured, else as classes have them, or speed.

    Between classes that a detector confuses the size is their mean, so that its error is the least it can be.
    """
    s = bank.bodies.sizes
    guess = _between(bank.pace_mps, s.speeds_mps, s.by_speed_m)
    # What grows looks like what moves: a thing that only images have seen waits until it is known to move.
    named = bank.beliefs.any(axis=1) & (bank.confirmed | np.isfinite(bank.heard_s[:, 0]))
    if np.count_nonzero(named):
        belief = bank.classes()
        guess = np.where(named[:, None], belief @ s.by_class_m + belief[:, :1] * guess, guess)
    long = np.where(bank.pace_mps > s.speeds_mps[0], bank.depth_m, 0.0)
    guess[:, 0] = np.maximum(guess[:, 0], long)
    beyond = (long > s.lengths_m[0]).nonzero()[0]
    if len(beyond):
        guess[beyond, 1:] = np.maximum(guess[beyond, 1:], _between(long[beyond], s.lengths_m, s.by_length_m))
    measured = np.isfinite(bank.size_m)
    return np.where(measured, bank.size_m, guess) if np.count_nonzero(measured) else guess


def _between(at: Floats, places: Floats, rows: Floats) -> Floats:
    """Return rows (n, k) between those (p, k) that stand at rising `places` (p,); the end ones beyond them."""
    at = np.minimum(np.maximum(at, places[0]), places[-1])
    row = np.minimum(places.searchsorted(at, side='right'), len(places) - 1)
    before = row - 1
    first, place = rows.take(before, axis=0), places.take(before)
    share = (at - place) / (places.take(row) - place)
    table: Floats = first + share[:, None] * (rows.take(row, axis=0) - first)
    return table


def seen(centre_m: Floats, box_m: Floats, heading_rad: Floats, sensor_xy_m: Floats, axis: Floats,
         settings: Settings) -> Seen:
    """Return what a sensor at `sensor_xy_m` that looks along `axis` (2,) sees of bodies of `box_m` (n, 2 or more).

    Brightness falls with the square of the cosine of incidence and of the angle off the sensor's axis; of what is seen,
    the near part counts, as in the clusters (cluster.nearness).
    """
    # Everything in the body's own axes: the sensor is turned, which is one vector, not the spots. Vectors on the ground
    # are complex numbers, ahead and left: to turn one is a product.
    turn = np.exp(-1j * heading_rad)
    away, looks = (complexes(centre_m) - complex(*sensor_xy_m)) * turn, complex(*axis) * turn
    table = np.empty((7, len(turn)))
    halves = table[:2]
    halves[:] = box_m.T[:2]
    # People swing their limbs all round: what is seen of them is, in the mean, where they are.
    halves *= np.minimum(np.maximum(0.5 * halves[0] - 0.5 * settings.bodies.sizes.smallest_m[0], 0.0), 0.5)
    table[2], table[3], table[4], table[5] = away.real, away.imag, looks.real, looks.imag
    table[6] = (away * looks.conj()).real
    table[4:6] *= halves
    at_x, at_y, facing, ahead = (_LINEAR @ table).reshape(4, 12, -1)
    at_x *= at_x
    at_y *= at_y
    at_x += at_y
    reach = np.maximum(np.sqrt(at_x), 0.1)
    bright = np.minimum(facing, 0.0) * np.maximum(ahead, 0.0) / (reach * reach)
    bright *= bright
    nearest = np.minimum.reduce(reach)
    lit = reach.copy()
    np.putmask(lit, bright <= _DIM, _UNSEEN_M)
    near = np.minimum.reduce(lit)
    near = np.where(near < _UNSEEN_M, near, nearest)
    weight = np.exp(np.minimum(near - reach, 0.0) / settings.near_part_m)
    weight *= bright
    # Where nothing is in view, the nearest spot stands for it.
    np.add(weight, _DIM, out=weight, where=reach <= nearest + 1e-9)
    weight /= np.add.reduce(weight)
    offset = complexes((_SPOTS.T @ weight * halves).T) * turn.conj()
    return Seen(places(offset), weight, halves, turn)


def spread(looks: Seen, place_m: Floats, velocity_mps: Floats,
           sensor_xy_m: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return how single sights stray about their mean, and what this does to an angle and a range rate, (n,) each.

    That is: variance along the line of sight, across it, and what both have in common, in m2; how far a metre across
    turns the line, rad, and changes the range rate, m/s. `place_m`, `velocity_mps` (n, 2) of what is seen.
    """
    away = complexes(place_m) - complex(*sensor_xy_m)
    reach = np.maximum(np.abs(away), 1.0)
    away /= reach
    # A part that lies aside of the mean is seen at another angle, and its range rate is that of this angle.
    passing = (complexes(velocity_mps) * away.conj()).imag / reach
    towards = away * looks.turn
    x, y = towards.real, towards.imag
    moments = _MOMENTS @ looks.weight
    moments[2:] -= moments[_ONE] * moments[_OTHER]
    length2, width2, both = moments[2:] * (looks.halves_m[_ONE] * looks.halves_m[_OTHER])
    xx, yy, xy = x * x, y * y, x * y
    turned = xy * both
    turned += turned
    return (length2 * xx + width2 * yy + turned, length2 * yy + width2 * xx - turned,
            (width2 - length2) * xy + both * (xx - yy), 1.0 / reach, passing)


def wander(looks: Seen, place_m: Floats, velocity_mps: Floats, sensor_xy_m: Floats) -> Floats:
    """Return what a body's own size adds (n, 3, 3) to the noise of [range, azimuth, range rate].

    `place_m`, `velocity_mps` (n, 2) of what is seen.
    """
    along, across, both, angle, passing = spread(looks, place_m, velocity_mps, sensor_xy_m)
    turning = across * angle
    noise = np.empty((len(along), 3, 3))
    noise[:, 0, 0], noise[:, 1, 1], noise[:, 2, 2] = along, turning * angle, across * passing * passing
    noise[:, 0, 1] = noise[:, 1, 0] = both * angle
    noise[:, 0, 2] = noise[:, 2, 0] = both * passing
    noise[:, 1, 2] = noise[:, 2, 1] = turning * passing
    return noise


def inside(place_m: Floats, bank: Bank, sensor_xy_m: Floats, settings: Settings) -> Bools:
    """Return (m, n): which of `place_m` (m, 2) lie in which track's box, give or take a margin and error of bearing."""
    turn, shift, long, wide = _reaches(bank, sensor_xy_m, settings)
    off = (complexes(place_m)[:, None] - complexes(bank.state)) * turn
    within: Bools = (np.abs(off.real - shift) <= long) & (np.abs(off.imag) <= wide)
    return within


def within(bank: Bank, settings: Settings) -> Bools:
    """Return (n, n): which tracks that are not confirmed lie in which confirmed body, which another one cannot."""
    lies = np.zeros((len(bank), len(bank)), dtype=np.bool_)
    one, other = (~(bank.confirmed | bank.given)).nonzero()[0], bank.confirmed.nonzero()[0]
    if len(one) and len(other):
        place, half = complexes(bank.state), 0.5 * bank.box_m.take(other, axis=0)[:, :2] + settings.merge_margin_m
        off = (place.take(one)[:, None] - place.take(other)) * np.exp(-1j * bank.heading_rad.take(other))
        lies[one[:, None], other] = (np.abs(off.real) <= half[:, 0]) & (np.abs(off.imag) <= half[:, 1])
    return lies


def together(bank: Bank, sensor_xy_m: Floats, settings: Settings) -> tuple[Ints, Ints]:
    """Return the pairs (k,), (k,) of tracks that move alike of which one lies in the other, as told by the box of that.

    That is: its centre is `inside`, or the outlines lie in each other, which those of two bodies cannot; who only
    touches may be an error.
    """
    turn, shift, long, wide = _reaches(bank, sensor_xy_m, settings)
    length, width = bank.box_m[:, 0], bank.box_m[:, 1]
    place, velocity = complexes(bank.state), complexes(bank.state[:, 2:])
    # Who is further away than all of that together is not looked at.
    far = np.abs(shift) + long + wide + 0.5 * (length.max(initial=0.0) + width.max(initial=0.0))
    one, other = (np.abs(place[:, None] - place) <= far).nonzero()
    alike = np.abs(velocity.take(one) - velocity.take(other)) < settings.merge_speed_mps
    pairs = (alike & (one != other)).nonzero()[0]
    one, other = one.take(pairs), other.take(pairs)
    if len(one) == 0:
        return one, other
    off = (place.take(one) - place.take(other)) * turn.take(other)
    along, across = off.real, np.abs(off.imag)
    same = (np.abs(along - shift.take(other)) <= long.take(other)) & (across <= wide.take(other))
    same |= ((np.abs(along) <= 0.5 * (length.take(one) + length.take(other)) - settings.merge_margin_m)
             & (across <= 0.25 * (width.take(one) + width.take(other))))
    return one[same], other[same]


def _reaches(bank: Bank, sensor_xy_m: Floats, settings: Settings) -> tuple[Complexes, Floats, Floats, Floats]:
    """Return of each box (n,): what turns a vector into its axes, and how far along it, either way and across it is."""
    # Until its length is known, what rolls may be as long as a car, behind the end that is seen; and nobody drives so
    # close behind another that what follows there is not its tail.
    sizes = bank.bodies.sizes
    rolls = bank.pace_mps > sizes.speeds_mps[0]
    tail = np.where(bank.pace_mps > sizes.speeds_mps[-1], settings.tail_s * bank.pace_mps, 0.0)
    longest = np.minimum(sizes.by_speed_m[-1, 0] + tail, sizes.lengths_m[-1])
    longer = np.where(rolls, np.maximum(longest - bank.box_m[:, 0], 0.0), 0.0)
    turn = np.exp(-1j * bank.heading_rad)
    away = complexes(bank.state) - complex(*sensor_xy_m)
    shift = np.sign((away * turn).real) * (0.5 * longer)
    margin = settings.merge_margin_m
    doubt = settings.azimuth_apart_rad * np.abs(away) + margin
    return turn, shift, 0.5 * (bank.box_m[:, 0] + longer) + margin, 0.5 * bank.box_m[:, 1] + doubt


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
    turn = wrap_angle(np.arctan2(over_ground[:, 1], over_ground[:, 0]) - bank.heading_rad)
    # What drives does not turn on the spot, however its velocity errs while it brakes.
    drives = bank.pace_mps > settings.walking_mps
    most = np.where(drives, speed * (max(dt_s, 0.0) / settings.least_turn_m), np.inf)
    bank.heading_rad = wrap_angle(bank.heading_rad + np.where(moves, np.minimum(np.maximum(turn, -most), most), 0.0))
    bank.box_m = sizes(bank)
    different = bank.box_m != old_box
    new = ((bank.heading_rad != old_heading) | different[:, 0] | different[:, 1]).nonzero()[0]
    if len(new):
        place, old, heading = bank.state.take(new, axis=0)[:, :2], old_box.take(new, axis=0), old_heading.take(new)
        offset = seen(np.concatenate([place, place]), np.concatenate([old, bank.box_m.take(new, axis=0)]),
                      np.concatenate([heading, bank.heading_rad.take(new)]), sensor_xy_m, axis, settings).offset_m
        bank.state[new, :2] += offset[:len(new)] - offset[len(new):]
