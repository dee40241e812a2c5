"""Close passes: a moving body went by nearer than the law allows; told once, when it is over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_perception.approach import Approach
from outrider_perception.levels import HazardSettings
from outrider_perception.tracker import Step


@dataclass(frozen=True)
class ClosePass:
    """The closest instant of one pass."""

    identity: int
    stamp_s: float
    class_id: int
    side: int
    clearance_m: float
    clearance_sigma_m: float
    speed_mps: float           # over ground
    closing_mps: float         # largest before the closest instant


@dataclass
class _Open:
    """A body on its way by: its closest instant so far, and the largest closing speed before."""

    closest: ClosePass
    told: bool = False


class Passes:
    """Follows every track's distance; `update` returns the passes that this step ends."""

    def __init__(self, settings: HazardSettings) -> None:
        """Start with nobody passing."""
        self._settings = settings
        self._open: dict[int, _Open] = {}

    def update(self, step: Step, approach: Approach) -> list[ClosePass]:
        """Return the passes that are over: the body is further again, or was lost after its closest instant."""
        s = self._settings
        over: list[ClosePass] = []
        identities = step.tracks.identity.tolist()
        (vx, vy), (own_x, own_y) = step.tracks.state[:, 2:].T, step.ego.velocity_mps.tolist()
        speeds = np.hypot(vx + own_x, vy + own_y)
        moves = (np.hypot(vx, vy) >= s.pass_speed_mps) & (speeds >= s.pass_ground_speed_mps)
        rows = zip(identities, speeds.tolist(), moves.tolist(), approach.distance_m.tolist(),
                   approach.closing_mps.tolist(), strict=True)
        for row, (identity, speed, moving, distance, closing) in enumerate(rows):
            known = self._open.get(identity)
            if known is None and (not moving or distance > s.pass_far_m):
                continue
            closing = max(closing, known.closest.closing_mps if known else 0.0)
            if known is None:
                known = self._open[identity] = _Open(self._instant(step, approach, row, speed, closing))
            elif distance < known.closest.clearance_m - s.pass_news_m and not known.told:
                known.closest = self._instant(step, approach, row, speed, closing)
            if not known.told and distance > known.closest.clearance_m + s.pass_over_m:
                over += self._tell(known)
        for identity in [key for key in self._open if key not in identities]:
            gone = self._open.pop(identity)
            if not gone.told and step.stamp_s - gone.closest.stamp_s > 0.0:
                over += self._tell(gone)
        return over

    def _tell(self, known: _Open) -> list[ClosePass]:
        known.told = True
        closest = known.closest
        went_by = closest.closing_mps > 0.0 and closest.clearance_m < self._settings.pass_clearance_m
        return [closest] if went_by else []

    def _instant(self, step: Step, approach: Approach, row: int, speed: float, closing: float) -> ClosePass:
        variance = step.tracks.covariance[row, :2, :2].trace() / 2
        return ClosePass(int(step.tracks.identity[row]), step.stamp_s, int(step.tracks.class_id[row]),
                         int(approach.side[row]), float(approach.distance_m[row]),
                         float(np.sqrt(variance + self._settings.extent_sigma_m ** 2)), speed, closing)
