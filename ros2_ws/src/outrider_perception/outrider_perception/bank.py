"""The tracks as columns: one row a body, so that a step is a few array operations whatever their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints
from outrider_perception.bodies import Bodies
from outrider_perception.classes import COUNT as CLASSES
from outrider_perception.classes import posterior

RADAR, CAMERA, DEPTH = 1, 2, 4  # as in Track.msg, SOURCE_*
SOURCE_MEMORY_S = 1.0
_ONES = np.ones(CLASSES)
_SOURCES = {'radar': 0, 'camera': 1, 'depth': 2}


def source_row(sensor: str) -> int:
    """Return the column of `heard_s` for a sensor's name: radar, camera, or depth for any other."""
    return _SOURCES.get(sensor.split('_')[0], 2)


@dataclass
class Bank:
    """Columns of n tracks; the state is [x, y, vx, vy] in base_link, velocity relative to the rig.

    The place is that of the body's centre; where it is seen, extent.py tells.
    """

    identity: Ints             # (n,)
    state: Floats              # (n, 4) m, m/s
    covariance: Floats         # (n, 4, 4)
    log_odds: Floats           # (n,) of existence
    confirmed: Bools           # (n,)
    first_s: Floats            # (n,) first measurement
    seen_s: Floats             # (n,) newest measurement
    heard_s: Floats            # (n, 3) newest measurement by radar, camera, depth; -inf: none
    depth_m: Floats            # (n,) furthest minus nearest point seen in one scan: the largest, fading
    pace_mps: Floats           # (n,) speed over ground, quick to rise and slow to fall
    heading_rad: Floats        # (n,) of motion over ground, kept when it stops
    size_m: Floats             # (n, 3) measured length, width, height; NaN: never
    box_m: Floats              # (n, 3) length, width, height that it is taken to have
    beliefs: Floats            # (n, 9) log likelihoods of the classes by all looks, 0: no look
    given: Bools               # (n,) by somebody who told a body from a thing
    image_s: Floats            # (n,) when it last was the mirror image of another; -inf: never
    aside_m: Floats            # (n,) gone across its lane in the last moments, > 0 to the left (aside.py)
    swerve: Floats             # (n, 2) how far its last bearings lie to one side: weighted sum, and its variance
    bodies: Bodies             # what bodies there are, for all tracks

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.identity)

    @classmethod
    def empty(cls, bodies: Bodies) -> Bank:
        """Return a bank of no tracks."""
        return cls.newborn(np.zeros(0, dtype=np.int64), np.zeros((0, 4)), np.zeros((0, 4, 4)), 0.0, 0.0, 'radar',
                           np.zeros(0), bodies)

    @classmethod
    def newborn(cls, identity: Ints, state: Floats, covariance: Floats, log_odds: float, stamp_s: float, sensor: str,
                depth_m: Floats, bodies: Bodies) -> Bank:
        """Return a bank of bodies seen once, at `stamp_s`."""
        n = len(identity)
        heard = np.full((n, 3), -np.inf)
        heard[:, source_row(sensor)] = stamp_s
        return cls(identity, state, covariance, np.full(n, log_odds), np.zeros(n, dtype=np.bool_), np.full(n, stamp_s),
                   np.full(n, stamp_s), heard, depth_m, np.zeros(n), np.zeros(n), np.full((n, 3), np.nan),
                   np.tile(bodies.sizes.smallest_m, (n, 1)), np.zeros((n, CLASSES)), np.zeros(n, dtype=np.bool_),
                   np.full(n, -np.inf), np.zeros(n), np.zeros((n, 2)), bodies)

    def take(self, which: Bools | Ints) -> Bank:
        """Return the tracks under a mask or at indices, copied."""
        rows = which.nonzero()[0] if which.dtype == np.bool_ else which
        return self._made({name: column.take(rows, 0) for name, column in self.__dict__.items() if name != 'bodies'})

    def with_more(self, more: Bank) -> Bank:
        """Return these and `more`."""
        theirs = more.__dict__
        return self._made({name: np.concatenate((column, theirs[name])) for name, column in self.__dict__.items()
                           if name != 'bodies'})

    def _made(self, columns: dict[str, Any]) -> Bank:
        """Return a bank of other columns, past __init__: a third of the time."""
        made = object.__new__(Bank)
        made.__dict__.update(columns, bodies=self.bodies)
        return made

    @property
    def existence(self) -> Floats:
        """Return the probability (n,) that each is a body."""
        odds: Floats = 1.0 / (1.0 + np.exp(-self.log_odds))
        return odds

    @property
    def named(self) -> Bools:
        """Return which (n,) a sensor has named: some class is then less likely than another."""
        named: Bools = self.beliefs @ _ONES < 0.0
        return named

    @property
    def class_id(self) -> Ints:
        """Return the most probable class (n,), 0 while no sensor named one."""
        best: Ints = np.where(self.named, self.classes().argmax(axis=1), 0).astype(np.int64)
        return best

    @property
    def class_probability(self) -> Floats:
        """Return the probability (n,) of `class_id`; 1 while no sensor named one."""
        return np.where(self.named, self.classes().max(axis=1), 1.0)

    def classes(self) -> Floats:
        """Return the probability of each class (n, 9), 0 unknown: looks, what is about, and how fast it has been."""
        return posterior(self.bodies.classes, self.beliefs, self.pace_mps)

    @property
    def oldest_s(self) -> Floats:
        """Return the stamp (n,) of the oldest measurement each rests on.

        That is: of the newest words of the sensors heard within the second before the last, the oldest.
        """
        recent = np.where(self.heard_s >= self.seen_s[:, None] - SOURCE_MEMORY_S, self.heard_s, np.inf)
        oldest: Floats = recent.min(axis=1)
        return oldest

    def sources(self, now_s: float) -> Ints:
        """Return the bit mask (n,) of SOURCE_* heard within the last second."""
        heard = self.heard_s >= now_s - SOURCE_MEMORY_S
        mask: Ints = heard.astype(np.int64) @ np.array([RADAR, CAMERA, DEPTH])
        return mask
