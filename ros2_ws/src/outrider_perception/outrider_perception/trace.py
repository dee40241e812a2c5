"""Which multiple of the Doppler span a new body has: the one that says where it was in the scans before.

A point of folded range rate v was, a time dt ago, at range r - (v + 2 k v_max) dt. The k under which something with
the same folded rate was there, scan after scan, and clearly sooner than under any other k, is the one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints, firsts
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
        pasts = [past for past in self._past if 0.0 < stamp_s - past.stamp_s <= s.unfold_window_s
                 and past.azimuth_rad.shape[1] == a and len(past.range_m)]
        if pasts:
            told, agrees = self._compare(stamp_s, range_m, rate_mps, span_mps, found, pasts)
            for number in range(len(pasts)):
                score += told[:, number]
            support += agrees.sum(axis=1)
        score = np.where(found.possible, score, -np.inf)
        # By k: of an odd one both sides of its peak are one alternative.
        first = firsts(found.k)
        by_k = np.maximum.reduceat(score, first, axis=1)
        best = by_k.argmax(axis=1)
        rows = np.arange(n)
        second = by_k.copy()
        second[rows, best] = -np.inf
        # The more multiples compete, the sooner a wrong one leads by chance; the margin is that of three.
        rivals = np.isfinite(by_k).sum(axis=1) - 1
        margin = s.unfold_margin_nats + np.log(np.maximum(rivals / 2.0, 1.0))
        clear = by_k[rows, best] - second.max(axis=1) >= margin
        mine = found.possible & (found.k == found.k[first[best]][:, None])
        choice = np.where(mine, score, -np.inf).argmax(axis=1)
        clear &= (mine.sum(axis=1) == 1) & (support[rows, choice] >= least)
        return np.where(clear, choice, -1)

    def learn(self, stamp_s: float, range_m: Floats, rate_mps: Floats, found: Alternatives) -> None:
        """Remember points as seen."""
        if self._past and stamp_s <= self._past[-1].stamp_s:
            self._past.clear()
        self._past.append(_Past(stamp_s, range_m, rate_mps, found.azimuth_rad, found.possible))

    def _compare(self, stamp_s: float, range_m: Floats, rate_mps: Floats, span_mps: float, found: Alternatives,
                 pasts: list[_Past]) -> tuple[Floats, Ints]:
        """Return the log likelihood (n, p, a) of what each of p past scans says, and whether it agrees (n, p, a)."""
        s, (n, a) = self._settings, found.possible.shape
        scan = np.repeat(np.arange(len(pasts)), [len(past.range_m) for past in pasts])
        dt = np.array([stamp_s - past.stamp_s for past in pasts])[scan]
        was_m, was_mps, was_rad, could = (np.concatenate(column) for column in zip(
            *((past.range_m, past.rate_mps, past.azimuth_rad, past.possible) for past in pasts), strict=True))
        off = rate_mps[:, None] - was_mps
        off = np.abs(off - span_mps * np.round(off / span_mps))
        # Whoever may have been it, under whatever k: without anybody a scan tells nothing.
        may = (off <= s.cluster_rate_mps) & (np.abs(range_m[:, None] - was_m)
                                             <= s.unfold_ground_mps * dt + s.cluster_range_m)
        told, agrees = np.zeros((n * len(pasts), a)), np.zeros((n * len(pasts), a), dtype=np.int64)
        point, past = np.nonzero(may)
        if len(point):
            reach, rate = range_m[point, None], found.range_rate_mps[point]
            along = was_m[past, None] + rate * dt[past, None] - reach
            turn = np.abs(found.azimuth_rad[point] - was_rad[past])
            across = reach * np.minimum(turn, 2.0 * np.pi - turn)
            sigma_along = np.sqrt(s.unfold_range_sigma_m ** 2 + (rate * s.unfold_stamp_sigma_s) ** 2)
            sigma_across = s.cluster_cross_m + s.azimuth_apart_rad * reach
            cost = np.where(could[past], (along / sigma_along) ** 2 + (across / sigma_across) ** 2, np.inf)
            # One row a point and scan: its best.
            row = point * len(pasts) + scan[past]
            first = firsts(row)
            least = np.minimum.reduceat(cost, first, axis=0)
            told[row[first]], agrees[row[first]] = -0.5 * np.minimum(least, s.gate), least <= s.gate
        return told.reshape(n, len(pasts), a), agrees.reshape(n, len(pasts), a)
