"""Where a rider driven from outside was: poses as they come, cubics between them. Fills while it is asked.

Between two nodes place and angles are the cubics that have the nodes' own speeds and rates, so that a second difference
over 5 ms (motion.py) finds the acceleration that was, as long as way and speed of the nodes belong together.
"""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.curves import Pieces
from outrider_sim.world.rider import RecordedMotion
from outrider_sim.world.snapshot import Pose, Poses

Floats = NDArray[np.float64]

_NAMES = tuple(field.name for field in fields(Pose))
_FIELDS = len(_NAMES)
_row = attrgetter(*_NAMES)
_VALUES, _RATES = slice(1, 7), (7, 8, 11, 12, 13)  # x, y, z, heading, roll, pitch; vx, vy and the angles' rates


class PoseHistory:
    """Nodes of rising time. One thread adds, any thread asks."""

    def __init__(self) -> None:
        """Begin without a node."""
        # Replaced as a whole when it is full; rows beyond the count are not looked at: a reader needs no lock.
        self._rows: tuple[Floats, int] = np.empty((1024, _FIELDS)), 0
        self._newest: Pose | None = None

    def __len__(self) -> int:
        """Return how many nodes there are."""
        return self._rows[1]

    @property
    def newest_s(self) -> float:
        """Time of the newest node; -inf without one. What is asked beyond it goes straight on."""
        return self._newest.t_s if self._newest is not None else float('-inf')

    def add(self, pose: Pose) -> bool:
        """Take a node; return whether it was later than the newest one, else it is left out."""
        if pose.t_s <= self.newest_s:
            return False
        rows, count = self._rows
        if count == len(rows):
            rows = np.concatenate([rows, np.empty_like(rows)])
        rows[count] = _row(pose)
        self._rows = rows, count + 1
        self._newest = pose
        return True

    def pose(self, t_s: float) -> Pose:
        """Return the pose at one instant; cheap from the newest node on, which is where a live world is."""
        newest = self._newest
        if newest is None or t_s < newest.t_s:
            return self.poses(np.array([t_s])).one()
        on_s = t_s - newest.t_s
        if on_s == 0.0:
            return newest
        return replace(newest, t_s=t_s, x=newest.x + newest.vx * on_s, y=newest.y + newest.vy * on_s,
                       heading=newest.heading + newest.yaw_rate * on_s, ax=0.0, ay=0.0)

    def poses(self, t_s: Floats) -> Poses:
        """Return the poses at times (n,): standing before the first node, straight on after the newest."""
        t = np.asarray(t_s, dtype=float)
        rows, count = self._rows
        if not count or not len(t):
            return Poses(t, *np.zeros((_FIELDS - 1, len(t))))
        times = rows[:count, 0]
        first = max(0, int(np.searchsorted(times, t.min(), side='right')) - 1)
        near = rows[first:min(count, int(np.searchsorted(times, t.max())) + 1)]
        stands = t < times[0]
        slopes = np.zeros((len(near), 6))
        slopes[:, [0, 1, 3, 4, 5]] = near[:, _RATES]
        values, rates, seconds = Pieces(near[:, 0], near[:, _VALUES], slopes).at(np.maximum(t, times[0]))
        rates[stands] = seconds[stands] = 0.0
        x, y, z, heading, roll, pitch = values.T
        return Poses(t, x, y, z, heading, roll, pitch, rates[:, 0], rates[:, 1], seconds[:, 0], seconds[:, 1],
                     rates[:, 3], rates[:, 4], rates[:, 5])

    def motion(self) -> RecordedMotion:
        """Return all of it for the truth: World(scenario, history.motion()). There must be a node."""
        rows, count = self._rows
        return RecordedMotion(Poses(*rows[:count].T.copy()))
