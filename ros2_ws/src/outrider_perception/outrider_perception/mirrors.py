"""Mirror images behind guard rails and walls: what stands in a row along the way, and who is only seen in it.

A rail, a wall, a row of parked cars reflects: who drives before it is seen a second time behind it, as far from it, at
the same range rate (A. Kamann et al., "Automotive radar multipath propagation in uncertain environments", IEEE ITSC
2018). Such a track is one that has a twin at the same place along the way and with the same velocity, with the row
halfway between them. Nobody harmless is lost by it who could harm: he is behind the rail.
"""

from __future__ import annotations

import math

import numpy as np

from outrider_perception.arrays import Bools, Floats, pairs
from outrider_perception.bank import Bank
from outrider_perception.ego import EgoVelocity
from outrider_perception.settings import Settings


class Mirrors:
    """Remembers what stands, by its distance from the rig's way; `look` at every scan, then ask for `images`."""

    def __init__(self, settings: Settings) -> None:
        """Start with nothing beside the way."""
        self._settings = settings
        cells = int(np.ceil(settings.row_reach_m / settings.row_cell_m))
        self._half = int(np.ceil(settings.row_aside_m / settings.row_step_m))
        self._seen = np.zeros((cells, 2 * self._half + 1))  # echoes, fading: along the way, across it

    def look(self, dt_s: float, places_m: Floats, ego: EgoVelocity, sensor_xy_m: Floats) -> None:
        """Take what stands (m, 2), as one scan shows it in base_link, `dt_s` after the scan before."""
        s = self._settings
        self._seen *= math.exp(-max(dt_s, 0.0) / s.row_tau_s)
        along = (np.abs(places_m[:, 0] - sensor_xy_m[0]) / s.row_cell_m).astype(np.int64)
        across = np.rint(aside(places_m, ego) / s.row_step_m).astype(np.int64) + self._half
        inside = (along < self._seen.shape[0]) & (across >= 0) & (across < self._seen.shape[1])
        np.add.at(self._seen, (along[inside], across[inside]), 1.0)

    def rows(self) -> Bools:
        """Return in which steps across the way (2 * half + 1,) something stands in so many cells that it is a row."""
        there = self._seen >= self._settings.row_echoes
        if np.count_nonzero(there) < self._settings.row_cells:
            return np.zeros(there.shape[1], dtype=np.bool_)
        near = there.copy()
        near[:, 1:] |= there[:, :-1]
        near[:, :-1] |= there[:, 1:]
        found: Bools = np.add.reduce(near, axis=0) >= self._settings.row_cells
        return found

    def images(self, bank: Bank, ego: EgoVelocity) -> Bools:
        """Return which tracks (n,) are mirror images of confirmed ones, as things are now."""
        s, n = self._settings, len(bank)
        rows, found = self.rows(), np.zeros(n, dtype=np.bool_)
        where = rows.nonzero()[0] - self._half
        if n < 2 or len(where) == 0:
            return found
        off = aside(bank.state[:, :2], ego)
        # Only who is beyond the nearest of them.
        who = (np.abs(off) > (float(np.abs(where).min()) - 0.5) * s.row_step_m).nonzero()[0]
        if len(who) == 0:
            return found
        along, ahead_mps = bank.state[:, 0], bank.state[:, 2]
        length, share = bank.box_m[:, 0], s.twin_m + s.twin_share * np.abs(along[who])
        beside = np.abs(ahead_mps[who, None] - ahead_mps) <= s.twin_mps
        beside &= np.abs(along[who, None] - along) <= share[:, None] + 0.5 * np.maximum(length[who, None], length)
        beside &= bank.confirmed
        image, body = pairs(beside)
        image = who[image]
        twins = image != body
        image, body = image[twins], body[twins]
        if len(image) == 0:
            return found
        halfway = 0.5 * (off[image] + off[body])
        step = np.rint(halfway / s.row_step_m).astype(np.int64) + self._half
        stands = (step >= 0) & (step < len(rows))
        stands &= rows[np.minimum(np.maximum(step, 0), len(rows) - 1)]
        # The row is on one side of the rig, the image beyond it, its body before it.
        stands &= (halfway * (off[image] - halfway) > 0.0) & (np.abs(off[image]) > np.abs(halfway))
        # Nobody is half in a rail: two tracks nearer to each other than a car is wide are both on that car.
        stands &= np.abs(off[image] - off[body]) >= s.twin_apart_m
        found[image[stands]] = True
        return found


def aside(places_m: Floats, ego: EgoVelocity) -> Floats:
    """Return how far (n,) places (n, 2) of base_link are from the rig's way, left > 0: as it bends, without sway."""
    x, y = places_m[:, 0], places_m[:, 1]
    behind = np.minimum(x, 0.0)
    found: Floats = y + ego.sway_rad * x
    if not ego.road.straight:
        found -= 0.5 * ego.road.until_here(behind) * behind ** 2
    return found
