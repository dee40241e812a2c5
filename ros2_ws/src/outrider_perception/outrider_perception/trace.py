"""Which multiple of the Doppler span a new body has: the one that says where it was in the scans before.

A point of folded range rate v was, a time dt ago, at range r - (v + 2 k v_max) dt. The k under which something with
the same folded rate was there, scan after scan, and clearly sooner than under any other k, is the one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints
from outrider_perception.settings import Settings
from outrider_perception.unfold import Alternatives


@dataclass(frozen=True)
class _Past:
    stamp_s: float
    range_m: Floats
    rate_mps: Floats      # folded
    azimuth_rad: Floats   # (n, a)
    possible: Bools       # (n, a)


class Trace:
    """Remembers the points of the last scans; `judge` new ones, then `learn` them."""

    def __init__(self, settings: Settings) -> None:
        """Start without a past."""
        self._settings = settings
        self._past: deque[_Past] = deque(maxlen=settings.unfold_scans)

    def judge(self, stamp_s: float, range_m: Floats, rate_mps: Floats, span_mps: float, found: Alternatives,
              over_ground_mps: Floats, favour: Floats, least: int) -> Ints:
        """Return the alternative (n,) of each point, -1 where it is not clear yet.

        `range_m`, `rate_mps` (n,) as seen, `over_ground_mps` (n, a) what each alternative would do over ground along
        the line of sight, `favour` (n, a) in nats what else speaks for it, `least` how many scans must agree.
        """
        s = self._settings
        n, a = found.possible.shape
        if not n:
            return np.zeros(0, dtype=np.int64)
        score = favour - 0.5 * (over_ground_mps / s.unfold_usual_mps) ** 2
        support = np.zeros((n, a), dtype=np.int64)
        for past in self._past:
            dt = stamp_s - past.stamp_s
            if not 0.0 < dt <= s.unfold_window_s or past.azimuth_rad.shape[1] != a or not len(past.range_m):
                continue
            told, agrees = self._compare(dt, range_m, rate_mps, span_mps, found, past)
            score += told
            support += agrees
        score = np.where(found.possible, score, -np.inf)
        # By k: of an odd one both sides of its peak are one alternative.
        multiples = np.unique(found.k)
        by_k = np.stack([score[:, found.k == k].max(axis=1) for k in multiples], axis=1)
        best = by_k.argmax(axis=1)
        rows = np.arange(n)
        second = by_k.copy()
        second[rows, best] = -np.inf
        # The more multiples compete, the sooner a wrong one leads by chance; the margin is that of three.
        rivals = np.isfinite(by_k).sum(axis=1) - 1
        margin = s.unfold_margin_nats + np.log(np.maximum(rivals / 2.0, 1.0))
        clear = by_k[rows, best] - second.max(axis=1) >= margin
        mine = found.possible & (found.k[None, :] == multiples[best][:, None])
        choice = np.where(mine, score, -np.inf).argmax(axis=1)
        clear &= (mine.sum(axis=1) == 1) & (support[rows, choice] >= least)
        return np.where(clear, choice, -1)

    def learn(self, stamp_s: float, range_m: Floats, rate_mps: Floats, found: Alternatives) -> None:
        """Remember points as seen."""
        if self._past and stamp_s <= self._past[-1].stamp_s:
            self._past.clear()
        self._past.append(_Past(stamp_s, range_m, rate_mps, found.azimuth_rad, found.possible))

    def _compare(self, dt: float, range_m: Floats, rate_mps: Floats, span_mps: float, found: Alternatives,
                 past: _Past) -> tuple[Floats, Ints]:
        """Return the log likelihood (n, a) of what one past scan says, and whether it agrees (n, a)."""
        s = self._settings
        off = rate_mps[:, None] - past.rate_mps[None, :]
        off = np.abs(off - span_mps * np.round(off / span_mps))
        # Whoever may have been it, under whatever k: without anybody a scan tells nothing.
        may: Bools = (off <= s.cluster_rate_mps) & (np.abs(range_m[:, None] - past.range_m[None, :])
                                             <= s.unfold_ground_mps * dt + s.cluster_range_m)
        along = past.range_m[None, :, None] + found.range_rate_mps[:, None, :] * dt - range_m[:, None, None]
        turn = np.abs(found.azimuth_rad[:, None, :] - past.azimuth_rad[None, :, :])
        turn = np.minimum(turn, 2.0 * np.pi - turn)
        across = range_m[:, None, None] * turn
        late_m = found.range_rate_mps[:, None, :] * s.unfold_stamp_sigma_s
        sigma_along = np.sqrt(s.unfold_range_sigma_m ** 2 + late_m ** 2)
        sigma_across = s.cluster_cross_m + s.azimuth_sigma_rad * range_m
        cost = (along / sigma_along) ** 2 + (across / sigma_across[:, None, None]) ** 2
        cost = np.where(may[:, :, None] & past.possible[None, :, :], cost, np.inf).min(axis=1)
        anybody: Bools = np.asarray(may.any(axis=1))
        told = np.where(anybody[:, None], -0.5 * np.minimum(cost, s.gate), 0.0)
        return told, (cost <= s.gate).astype(np.int64)
