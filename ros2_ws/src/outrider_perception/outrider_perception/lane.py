"""How traffic keeps to its lane: what goes along the road soon stops going across it.

A lane change ends, and an error of bearing makes no swerve that lasts: velocity across the road, over ground, fades
with a time constant (an Ornstein-Uhlenbeck process: G. Uhlenbeck, L. Ornstein, Phys. Rev. 36, 1930; that lateral
motion of traffic returns to its lane is what manoeuvre models add to constant velocity: S. Lefevre, D. Vasquez, C.
Laugier, "A survey on motion prediction", ROBOMECH 1, 2014). Walkers, and who crosses, go on as they do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Bools, Floats, columns
from outrider_perception.ego import EgoVelocity

_EYE = np.eye(2)
_ALONG = 0.5  # sine of 30 degrees: whose velocity lies nearer to the road than this goes along it


@dataclass(frozen=True)
class Lanes:
    """The lanes of n bodies: unit vectors across them (n, 2) in base_link, and who keeps to his (n,)."""

    across: Floats
    keeps: Bools
    tau_s: float

    @classmethod
    def of(cls, centre_m: Floats, relative_mps: Floats, ego: EgoVelocity, walking_mps: float, tau_s: float) -> Lanes:
        """Return the lanes of bodies at `centre_m` (n, 2) with `relative_mps` (n, 2): along the road where they are."""
        behind = np.minimum(centre_m[:, 0], 0.0)
        road_rad = ego.road.until_here(behind) * behind - ego.sway_rad
        across = columns(-np.sin(road_rad), np.cos(road_rad))
        velocity = relative_mps + ego.velocity_mps
        speed = np.hypot(velocity[:, 0], velocity[:, 1])
        aside = np.abs(velocity[:, 0] * across[:, 0] + velocity[:, 1] * across[:, 1])
        return cls(across, (speed >= walking_mps) & (aside <= _ALONG * speed), tau_s)

    def carried(self, time_s: float) -> Floats:
        """Return (n, 4, 2): displacement over ground after `time_s`, and velocity then, by velocity over ground now."""
        lost = 1.0 - math.exp(-time_s / self.tau_s)
        outer = (self.across * self.keeps[:, None])[:, :, None] * self.across[:, None]
        out: Floats = np.empty((len(outer), 4, 2))
        np.subtract(time_s * _EYE, (time_s - self.tau_s * lost) * outer, out=out[:, :2])
        np.subtract(_EYE, lost * outer, out=out[:, 2:])
        return out

    def lost_s(self, time_s: Floats) -> Floats:
        """Return (n, t): by how much less than `time_s` (n, t) a velocity across its lane carries a body."""
        lost: Floats = np.exp(time_s * (-1.0 / self.tau_s))
        lost -= 1.0
        lost *= self.tau_s
        lost += time_s
        return lost * self.keeps[:, None]
