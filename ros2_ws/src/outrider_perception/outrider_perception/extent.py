"""How large a body is, and where its centre lies behind what is seen of it.

Radar alone does not see a class. A car is not told from a motorcycle, but its speed over ground narrows what it can
be, and the depth over which its points spread is a lower bound of its length. A sensor sees the near side: at angle u
to the body's long axis that side is h(u) = |cos u| L/2 + |sin u| W/2 in front of the centre.
"""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Floats
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
    """Return the centres (n, 2) in base_link of bodies of `size_m` (n, 3) whose near side was seen from a sensor."""
    seen = bank.state[:, :2]
    away = seen - sensor_xy_m
    reach = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-6)
    u = away / reach[:, None]
    turn = np.arctan2(u[:, 1], u[:, 0]) - bank.heading_rad
    near_side = 0.5 * (np.abs(np.cos(turn)) * size_m[:, 0] + np.abs(np.sin(turn)) * size_m[:, 1])
    # What is seen lies inside the outline by about the wander of the strongest scatterer.
    behind = np.maximum(near_side - settings.body_sigma_m, 0.0)
    centre: Floats = seen + behind[:, None] * u
    return centre


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
