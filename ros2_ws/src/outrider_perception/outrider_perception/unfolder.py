"""Gives every point of a scan its true range rate and bearing, or holds it back: unfold.py says how."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints, pairs
from outrider_perception.measurements import PolarScan
from outrider_perception.points import Points
from outrider_perception.settings import Settings
from outrider_perception.trace import Trace
from outrider_perception.unfold import Alternatives, alternatives, on_ground

_GUESSES_MPS = np.arange(-4.0, 15.01, 0.25)  # of an unknown own speed: finer than any chirp's bin


class Known(NamedTuple):
    """Tracks as a scan's sensor should see them (t,): place in m and rad, range rate, and one sigma of each.

    `depth_m`: how far behind that place more of the body may be seen; `sure`: confirmed ones, that may claim what looks
    like ground.
    """

    range_m: Floats
    azimuth_rad: Floats
    range_rate_mps: Floats
    range_sigma_m: Floats
    across_sigma_m: Floats
    rate_sigma_mps: Floats
    depth_m: Floats
    sure: Bools


class Unfolded(NamedTuple):
    """Points with the range rate and bearing that are most likely; `ground` (n,), `held` (n,): not clear yet."""

    points: Points
    ground: Bools
    held: Bools


class Unfolder:
    """Two calls a scan: `ground` before the own motion is known from it, `bodies` after."""

    def __init__(self, settings: Settings) -> None:
        """Start without a past."""
        self._settings = settings
        self._trace = Trace(settings)

    def adapt(self, settings: Settings) -> None:
        """Start without a past for another chirp: its alternatives are others."""
        self._settings = settings
        self._trace = Trace(settings)

    def ground(self, points: Points, scan: PolarScan, sensor_mps: Floats | None) -> Points:
        """Return all points as if they stood: each at the alternative that is nearest to the ground.

        `sensor_mps` (2,) is what is known of the sensor's velocity; None: the one that most points agree on.
        """
        if sensor_mps is None:
            sensor_mps = self._guess(points, scan)
        assert scan.velocity_max_mps is not None
        if math.hypot(*sensor_mps.tolist()) + self._settings.ego_max_accel_mps2 / 10.0 < scan.velocity_max_mps:
            return points  # no ground is that fast: as it is measured it is nearest
        found = alternatives(points, scan, -(points.directions @ sensor_mps), self._settings)
        best, _ = on_ground(found, _ground_at(found, sensor_mps))
        return found.chosen(points, best)

    def bodies(self, points: Points, scan: PolarScan, sensor_mps: Floats, tolerance_mps: Floats,
               known: Known) -> Unfolded:
        """Return the points with their true range rates; `points` as measured, `sensor_mps` (2,) the sensor's velocity.

        Within `tolerance_mps` (n,) of the ground's range rate a point is ground, unless a track or its own past knows
        better.
        """
        s = self._settings
        assert scan.velocity_max_mps is not None
        span = 2.0 * scan.velocity_max_mps
        found = alternatives(points, scan, -(points.directions @ sensor_mps), s)
        ground_at = _ground_at(found, sensor_mps)
        standing, off = on_ground(found, ground_at)
        stands = np.abs(off) <= tolerance_mps
        narrow = span < s.unfold_blind_mps
        choice = self._claims(points, found, known, stands, s.unfold_claim_narrow if narrow else s.unfold_claim)
        claimed = choice >= 0
        # What stands, or is known, needs no past; whatever else does may be of a new body.
        free = np.logical_not(claimed)
        ask = (free if narrow else free & ~stands).nonzero()[0]
        if len(ask):
            pair = np.where(found.paired[ask] >= 0, s.unfold_pair_nats, -s.unfold_pair_nats if _splits(found) else 0.0)
            favour = pair[:, None] * (found.k % 2 == 1)
            favour[np.arange(len(ask)), standing[ask]] += s.unfold_stands_nats * stands[ask]
            told = self._trace.judge(scan.stamp_s, points, ask, span, found, ground_at, favour,
                                     s.unfold_support_narrow if narrow else s.unfold_support)
        rest = free.nonzero()[0]
        self._trace.learn(scan.stamp_s, points, rest, found)
        choice[rest] = np.where(stands[rest], standing[rest], -1)
        if len(ask):
            choice[ask] = np.where(told >= 0, told, choice[ask])
        ground = stands & (choice == standing)
        held = choice < 0
        choice = np.where(held, standing, choice)
        return Unfolded(found.chosen(points, choice), ground, held)

    def _claims(self, points: Points, found: Alternatives, known: Known, stands: Bools, most: float) -> Ints:
        """Return which alternative (n,) of each point a track explains best, -1 for none.

        What `stands` (n,), by its range rate, is left to the ground where a track is not sure or not within `most`.
        """
        choice = np.full(len(points), -1)
        along = points.range_m[:, None] - known.range_m
        along = np.minimum(along, np.maximum(along - known.depth_m, 0.0))  # what is nearer is, by all of it
        along /= known.range_sigma_m
        along *= along
        point, track = pairs(along <= self._settings.gate)
        if not len(point):
            return choice
        # Rows: one over their sigma, and what is expected.
        expected = np.array((1.0 / known.across_sigma_m, known.azimuth_rad, 1.0 / known.rate_sigma_mps,
                             known.range_rate_mps)).take(track, axis=1)[:, :, None]
        turn = found.azimuth_rad.take(point, axis=0)
        turn -= expected[1]
        np.abs(turn, out=turn)
        cost = np.minimum(turn, 2.0 * np.pi - turn)
        cost *= expected[0] * points.range_m[point, None]
        cost *= cost
        rate = found.range_rate_mps.take(point, axis=0)
        rate -= expected[3]
        rate *= expected[2]
        rate *= rate
        cost += rate
        cost += along[point, track][:, None]
        cost[~found.possible.take(point, axis=0)] = np.inf
        best = cost.argmin(axis=1)
        cost = cost[np.arange(len(point)), best]
        near = np.where(stands[point], most * known.sure[track], self._settings.gate)
        within = (cost <= near).nonzero()[0]
        order = within[(-cost[within]).argsort(kind='stable')]  # the nearest last: it stays
        choice[point[order]] = best[order]
        return choice

    def _guess(self, points: Points, scan: PolarScan) -> Floats:
        """Return the velocity (2,) straight ahead that most points agree on; zero where they are too few."""
        s = self._settings
        if len(points) < s.ego_min_statics:
            return np.zeros(2)
        found = alternatives(points, scan, np.zeros(len(points)), s)
        off = found.range_rate_mps[None] + _GUESSES_MPS[:, None, None] * found.x[None]
        off = np.where(found.possible[None], np.abs(off), np.inf).min(axis=2)
        votes = np.maximum(0.0, 1.0 - (off / (s.ego_inlier_mps + s.velocity_bin_mps / 2)) ** 2).sum(axis=1)
        votes -= 0.02 * np.abs(_GUESSES_MPS)
        return np.array([_GUESSES_MPS[int(votes.argmax())], 0.0])


def _ground_at(found: Alternatives, sensor_mps: Floats) -> Floats:
    x, y = sensor_mps.tolist()
    rate: Floats = found.x * -x
    rate -= found.y * y
    return rate


def _splits(found: Alternatives) -> bool:
    """Tell whether odd multiples split at all: they then have two places each."""
    return len(found.k) > int(found.k[-1]) - int(found.k[0]) + 1
