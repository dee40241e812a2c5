"""Whether a track has shown that it is no thing by the road: by Doppler, by where it was seen, or by who told of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outrider_perception.arrays import Bools, Floats
from outrider_perception.bank import Bank
from outrider_perception.ego import EgoVelocity
from outrider_perception.measurements import PolarScan
from outrider_perception.settings import Settings, SightSettings


def moves(bank: Bank, ego: EgoVelocity, sensor_xy_m: Floats, settings: Settings, sight: SightSettings) -> Bools:
    """Return which tracks (n,) move over ground by more than doubt, or were given as bodies.

    Radar: by more than a Doppler bin's doubt. One point may land in the wrong bin; the filtered range rate of a static
    thing does not.
    """
    line = bank.state[:, :2] - sensor_xy_m
    line /= np.maximum(np.hypot(line[:, 0], line[:, 1]), 1e-6)[:, None]
    radial = np.abs(((bank.state[:, 2:] + ego.velocity_mps) * line).sum(axis=1))
    # One echo long ago, and images since, are no Doppler.
    heard = bank.heard_s[:, 0] >= bank.seen_s - sight.refute_s
    by_doppler = (radial > settings.velocity_bin_mps / 2) & heard
    other_eyes = np.isfinite(bank.heard_s[:, 1:]).any(axis=1)
    proved: Bools = by_doppler | bank.given | (other_eyes & _by_sight(bank, ego, sight))
    return proved


class Listener(NamedTuple):
    """A radar that may hear whoever moves: where it is (2,) and looks (2,) in base_link, how far it hears a walker."""

    xy_m: Floats
    axis: Floats
    reach_m: float
    heard_s: float  # its newest scan, -inf: none

    @classmethod
    def of(cls, scan: PolarScan, sight: SightSettings) -> Listener:
        """Return the radar that made `scan`: short chirps end early."""
        bins_m = sight.refute_bins * (scan.range_resolution_m or np.inf)
        return cls(scan.pose.translation_m[:2], scan.pose.rotation[:2, 0], min(sight.refute_reach_m, bins_m),
                   scan.stamp_s)


def refuted(bank: Bank, ego: EgoVelocity, radar: Listener, settings: Settings, sight: SightSettings) -> Bools:
    """Return which tracks (n,) `radar` would hear if they moved as they seem to, and has not heard for `refute_s`.

    They lie in its view and near it or leave it, over ground, by more than stands in doubt: two sigma of both speeds,
    and no more than `refute_mps`. What images saw moving there was one parked car after another, a wall that goes
    along, or hangs on a body that has gone by.
    """
    silent = bank.heard_s[:, 0] < radar.heard_s - sight.refute_s
    if not silent.any():
        return silent
    away = bank.state[:, :2] - radar.xy_m
    reach = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-6)
    line = away / reach[:, None]
    radial = np.abs(((bank.state[:, 2:] + ego.velocity_mps) * line).sum(axis=1))
    variance = np.einsum('ni,nij,nj->n', line, bank.covariance[:, 2:, 2:] + ego.covariance, line)
    sigma = np.minimum(2.0 * np.sqrt(np.maximum(variance, 0.0)), sight.refute_mps)
    doubt = settings.velocity_bin_mps / 2 + np.hypot(settings.ego_inlier_mps, sigma)
    in_view = (line @ radar.axis >= np.cos(sight.refute_view_rad)) & (reach <= radar.reach_m)
    contrary: Bools = in_view & silent & (radial > doubt) & ~bank.given
    return contrary


def _by_sight(bank: Bank, ego: EgoVelocity, sight: SightSettings) -> Bools:
    """Return which tracks (n,) surely move over ground, by where they were seen: parked cars have boxes too."""
    over_ground = bank.state[:, 2:] + ego.velocity_mps
    speed = np.hypot(over_ground[:, 0], over_ground[:, 1])
    u = over_ground / np.maximum(speed, 1e-6)[:, None]
    variance = np.einsum('ni,nij,nj->n', u, bank.covariance[:, 2:, 2:] + ego.covariance, u)
    sigma = np.sqrt(np.maximum(variance, 0.0))
    # A size that is guessed wrong stretches range and relative speed alike.
    scale_known = (bank.heard_s[:, [0, 2]] >= bank.seen_s[:, None] - sight.scale_s).any(axis=1)
    share = np.where(scale_known, 0.0, sight.moves_share)
    least = np.maximum(sight.moves_mps, share * np.hypot(bank.state[:, 2], bank.state[:, 3]))
    driving: Bools = ego.valid & (speed > np.maximum(least, sight.moves_sigmas * sigma))
    return driving
