"""Doppler unfolding: which multiple of the chirp's span each range rate stands for, and where its point then is.

v = v_seen + 2 k v_max. Two transmitters that take turns speak one after the other, and the firmware makes good for the
phase that a body's motion puts between them by the velocity it *sees*: for odd k half a turn is left, and one body
becomes two equal peaks at +-0.19 in sine of azimuth beside its place (measured on the chip's own arithmetic; TI SWRA554
treats the cause). So an alternative of a point is a pair: k, and for odd k its place between two peaks, or beside one.

A point belongs to what explains it best:
1. a track that is known, at its predicted place with its predicted range rate;
2. the ground, at the range rate that the own motion predicts;
3. else to a body that is new: each k predicts where it was in the scans before, because range changes at that rate.
   The k that finds it there, and clearly better than every other, is taken; until then the point is held back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints, columns, pairs
from outrider_perception.lean import directions
from outrider_perception.measurements import PolarScan
from outrider_perception.points import Points
from outrider_perception.settings import Settings

SPLIT_SINE = 0.1875  # of each peak beside the place of a body that aliased oddly: 6 of the chip's 1/32
_MOST_SINE = 0.98
_SAME_M, _SAME_CELL = 0.02, 0.1  # of range, or so much of a bin


@dataclass(frozen=True)
class Alternatives:
    """What n points may be: (n, a) multiple of the span, range rate, bearing in base_link, and which can be at all.

    `paired` (n,) is the other peak of a point that looks split, -1 for none; `x`, `y` (n, a) are the unit vectors along
    the bearings.
    """

    k: Ints             # (a,)
    range_rate_mps: Floats
    azimuth_rad: Floats
    possible: Bools
    paired: Ints
    x: Floats
    y: Floats

    def chosen(self, points: Points, which: Ints) -> Points:
        """Return `points` each at one of its alternatives (n,)."""
        rows = np.arange(len(points))
        return points.aimed(self.azimuth_rad[rows, which], columns(self.x[rows, which], self.y[rows, which]),
                            self.range_rate_mps[rows, which])


def alternatives(points: Points, scan: PolarScan, ground_mps: Floats, settings: Settings) -> Alternatives:
    """Return what `points` of `scan` may be; `ground_mps` (n,) is the range rate of the ground at each.

    Nothing on a road goes faster over ground, along the line of sight, than the settings' `unfold_ground_mps`.
    """
    s = settings
    assert scan.velocity_max_mps is not None
    span = 2.0 * scan.velocity_max_mps
    most = int((s.unfold_ground_mps + s.unfold_own_mps + scan.velocity_max_mps) / span)
    splits = scan.transmitters == 2 and not _rises(scan.elevation_rad)
    k, shift = _multiples(most, splits)
    rate = (span * k) / points.slope[:, None]
    rate += points.range_rate_mps[:, None]
    sine = points.sine[:, None] + shift
    sine -= 2.0 * np.rint(0.5 * sine)  # the chip's angles go round
    if splits:
        x, y = directions(points.range_m[:, None], sine, scan.pose, s.reflects_at_m)
        bearing = np.arctan2(y, x)
    else:
        x, y, bearing = (np.repeat(column[:, None], len(k), axis=1) for column in (*points.directions.T,
                                                                                   points.azimuth_rad))
    possible = (np.abs(rate - ground_mps[:, None]) <= s.unfold_ground_mps) & (np.abs(sine) <= _MOST_SINE)
    paired = _pairs(points, scan, s) if splits else np.full(len(points), -1)
    # The left peak of two lies to the left of the body: only the shift towards the other one is its place.
    split = (paired >= 0).nonzero()[0]
    if len(split):
        towards = np.sign(points.sine[paired[split]] - points.sine[split])[:, None]
        possible[split] &= (shift == 0.0) | (towards == 0.0) | (np.sign(shift) == towards)
    return Alternatives(k, rate, bearing, possible, paired, x, y)


def _rises(elevation_rad: Floats) -> bool:
    """Tell whether any elevation is known other than 0: a row of antennas knows none."""
    known = elevation_rad
    if np.count_nonzero(known):
        known = known[np.isfinite(known)]
    return bool(np.count_nonzero(known))


@lru_cache(maxsize=16)
def _multiples(most: int, splits: bool) -> tuple[Ints, Floats]:
    """Return the multiples (a,) of the span up to `most` either way, and by how much each shifts the sine (a,)."""
    rows = [(k, shift) for k in range(-most, most + 1)
            for shift in ((-SPLIT_SINE, SPLIT_SINE) if k % 2 and splits else (0.0,))]
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def _pairs(points: Points, scan: PolarScan, settings: Settings) -> Ints:
    """Return for each point (n,) the other peak of the same cell, as far away as a split puts it; -1: none."""
    step = scan.velocity_step_mps or settings.velocity_bin_mps
    # One cell; but the chip tells places, rounded, and ranges made of them differ by centimetres.
    cell_m = max(_SAME_M, _SAME_CELL * (scan.range_resolution_m or 0.0))
    one, other = pairs(np.abs(points.range_m[:, None] - points.range_m) < cell_m)
    mates = np.abs(np.abs(points.sine[one] - points.sine[other]) - 2 * SPLIT_SINE) <= settings.unfold_split_sine
    mates &= np.abs(points.range_rate_mps[one] - points.range_rate_mps[other]) < 0.5 * step
    one, other = one[mates], other[mates]
    paired = np.full(len(points), -1)
    paired[one[::-1]] = other[::-1]  # the first of several stays
    return paired


def on_ground(found: Alternatives, ground_at: Floats) -> tuple[Ints, Floats]:
    """Return for each point the alternative (n,) that is nearest to the ground, and by how much it is off (n,) m/s.

    `ground_at` (n, a) is the range rate of the ground at each alternative's bearing.
    """
    off = found.range_rate_mps - ground_at
    # Of two alike the smaller multiple: an odd one has two chances to fit.
    doubt = np.abs(off)
    doubt += 0.02 * np.abs(found.k)
    doubt[~found.possible] = np.inf
    rows, best = np.arange(len(off)), doubt.argmin(axis=1)
    return best, np.where(found.possible[rows, best], off[rows, best], np.inf)
