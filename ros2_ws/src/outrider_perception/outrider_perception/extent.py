"""How large a body is, and where its centre lies behind what is seen of it.

Radar alone does not see a class. A car is not told from a motorcycle, but its speed over ground narrows what it can
be, and the depth over which its points spread is a lower bound of its length.
"""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Bools, Floats
from outrider_perception.bank import Bank
from outrider_perception.settings import Settings

# Largest speed over ground, m/s -> length, width, height, m: a person, a bicycle with rider, a car. Above 11 m/s
# (40 km/h) few bicycles are about; taking a motorcycle for a car errs to the safe side by half a metre.
_SPEEDS_MPS = np.array([2.5, 4.0, 8.0, 11.0])
_SIZES_M = np.array([[0.5, 0.5, 1.7], [1.8, 0.6, 1.7], [1.8, 0.6, 1.7], [4.5, 1.8, 1.5]])


def sizes(bank: Bank) -> Floats:
    """Return length, width, height (n, 3): measured where some sensor measured, else guessed from speed."""
    guess = np.stack([np.interp(bank.pace_mps, _SPEEDS_MPS, _SIZES_M[:, i]) for i in range(3)], axis=1)
    guess[:, 0] = np.maximum(guess[:, 0], np.where(bank.pace_mps > _SPEEDS_MPS[0], bank.depth_m, 0.0))
    return np.where(np.isfinite(bank.size_m), bank.size_m, guess)


def centres(bank: Bank, size_m: Floats, sensor_xy_m: Floats, settings: Settings) -> Floats:
    """Return the centres (n, 2) in base_link of bodies of `size_m` (n, 3) that were seen from a sensor.

    What is seen lies on the sides that face the sensor, on each as often as it is wide seen from there, and inside the
    outline by half the depth it is spread over.
    """
    away = bank.state[:, :2] - sensor_xy_m
    turn = np.arctan2(away[:, 1], away[:, 0]) - bank.heading_rad
    c, s = np.cos(turn), np.sin(turn)
    end, flank = np.abs(c) * size_m[:, 1], np.abs(s) * size_m[:, 0]
    share = end / np.maximum(end + flank, 1e-6)  # of an end, front or back; the rest is a flank
    inward = np.maximum(0.5 * bank.spread_m, settings.body_sigma_m)
    along = np.sign(c) * share * np.maximum(0.5 * size_m[:, 0] - inward, 0.0)
    across = np.sign(s) * (1.0 - share) * np.maximum(0.5 * size_m[:, 1] - settings.body_sigma_m, 0.0)
    ch, sh = np.cos(bank.heading_rad), np.sin(bank.heading_rad)
    centre: Floats = bank.state[:, :2] + np.stack([along * ch - across * sh, along * sh + across * ch], axis=1)
    return centre


def wander(bank: Bank, size_m: Floats, sensor_xy_m: Floats) -> Floats:
    """Return what a body's own size adds (n, 3, 3) to the noise of [range, azimuth, range rate].

    The strongest scatterer of a scan lies anywhere on the side that is seen; a sixth of the side is one sigma. Seen
    from near, the parts of a body that passes also differ in range rate, by the turn of the line of sight.
    """
    away = bank.state[:, :2] - sensor_xy_m
    reach = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1.0)
    turn = np.arctan2(away[:, 1], away[:, 0]) - bank.heading_rad
    c, s = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    noise = np.zeros((len(bank), 3, 3))
    noise[:, 0, 0] = ((c * size_m[:, 0] + s * size_m[:, 1]) / 6.0) ** 2
    noise[:, 1, 1] = ((s * size_m[:, 0] + c * size_m[:, 1]) / 6.0 / reach) ** 2
    passing = (away[:, 0] * bank.state[:, 3] - away[:, 1] * bank.state[:, 2]) / reach
    noise[:, 2, 2] = passing ** 2 * noise[:, 1, 1]
    return noise


def inside(place_m: Floats, bank: Bank, sensor_xy_m: Floats, settings: Settings) -> Bools:
    """Return (m, n): which of `place_m` (m, 2) lie in which track's box, give or take a margin and error of bearing."""
    size_m = sizes(bank)
    # Until its length is known, what rolls may be as long as a car.
    rolls = bank.pace_mps > _SPEEDS_MPS[0]
    size_m[:, 0] = np.where(rolls, np.maximum(size_m[:, 0], _SIZES_M[-1, 0]), size_m[:, 0])
    centre_m = centres(bank, size_m, sensor_xy_m, settings)
    reach = np.hypot(*(bank.state[:, :2] - sensor_xy_m).T)
    off = place_m[:, None, :] - centre_m[None, :, :]
    c, s = np.cos(bank.heading_rad), np.sin(bank.heading_rad)
    along = np.abs(off[..., 0] * c + off[..., 1] * s)
    across = np.abs(off[..., 1] * c - off[..., 0] * s)
    margin = settings.merge_margin_m
    within: Bools = along <= 0.5 * size_m[:, 0] + margin
    within &= across <= 0.5 * size_m[:, 1] + margin + settings.azimuth_sigma_rad * reach
    return within


def learn(bank: Bank, ego_mps: Floats, dt_s: float) -> None:
    """Update pace and heading over ground after a step of `dt_s`, in place."""
    over_ground = bank.state[:, 2:] + ego_mps
    speed = np.hypot(over_ground[:, 0], over_ground[:, 1])
    spread = np.sqrt(np.maximum(bank.covariance[:, 2, 2] + bank.covariance[:, 3, 3], 0.0))
    known = np.maximum(speed - spread, 0.0)  # what the speed is at least: a newborn has none
    rising = known > bank.pace_mps
    # Half a second to believe a higher speed; ten to forget it, for a car that brakes is still a car.
    bank.pace_mps += (known - bank.pace_mps) * np.where(rising, min(1.0, dt_s / 0.5), min(1.0, dt_s / 10.0))
    bank.depth_m *= max(0.0, 1.0 - dt_s / 2.0)
    moves = speed > np.maximum(1.0, spread)  # below, the direction is noise
    bank.heading_rad = np.where(moves, np.arctan2(over_ground[:, 1], over_ground[:, 0]), bank.heading_rad)
