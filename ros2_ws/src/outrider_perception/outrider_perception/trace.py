"""Which multiple of the Doppler span a new body has: the one that says where it was in the scans before.

A point of folded range rate v was, a time dt ago, at range r - (v + 2 k v_max) dt. The k under which something with
the same folded rate was there, scan after scan, and clearly sooner than under any other k, is the one.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints, firsts, pairs
from outrider_perception.points import Points
from outrider_perception.settings import Settings
from outrider_perception.unfold import Alternatives


class _Past(NamedTuple):
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

    def judge(self, stamp_s: float, points: Points, which: Ints, span_mps: float, found: Alternatives,
              ground_at: Floats, favour: Floats, least: int) -> Ints:
        """Return the alternative (n,) of each of the points `which` (n,), -1 where it is not clear yet.

        `points` as seen and what is `found` of them are the whole scan, as is `ground_at`, the range rate of the ground
        at each alternative; `favour` (n, a) in nats is what else speaks for it, `least` how many scans must agree.
        """
        s = self._settings
        possible, rate = found.possible.take(which, axis=0), found.range_rate_mps.take(which, axis=0)
        n, a = possible.shape
        over_ground = rate - ground_at.take(which, axis=0)
        over_ground *= over_ground
        score = favour - over_ground * (0.5 / s.unfold_usual_mps ** 2)
        pasts = [past for past in self._past if 0.0 < stamp_s - past.stamp_s <= s.unfold_window_s
                 and past.azimuth_rad.shape[1] == a and len(past.range_m)]
        support = np.zeros((n, a), dtype=np.int64)
        if pasts:
            told, agrees = self._compare(stamp_s, points, which, rate, span_mps, found, pasts)
            for one in told:
                score += one
            support = np.add.reduce(agrees, axis=0, dtype=np.int64)
        score[~possible] = -np.inf
        # By k: of an odd one both sides of its peak are one alternative.
        first = firsts(found.k)
        by_k = np.maximum.reduceat(score, first, axis=1)
        rows, best = np.arange(n), by_k.argmax(axis=1)
        lead = by_k[rows, best]
        # The more multiples compete, the sooner a wrong one leads by chance; the margin is that of three.
        rivals = np.add.reduce(by_k > -np.inf, axis=1, dtype=np.float64) - 1.0
        margin = s.unfold_margin_nats + np.log(np.maximum(0.5 * rivals, 1.0))
        by_k[rows, best] = -np.inf
        clear = lead - np.maximum.reduce(by_k, axis=1) >= margin
        mine = found.k == found.k[first[best]][:, None]
        mine &= possible
        score[~mine] = -np.inf
        choice = score.argmax(axis=1)
        clear &= (np.add.reduce(mine, axis=1, dtype=np.int64) == 1) & (support[rows, choice] >= least)
        return np.where(clear, choice, -1)

    def learn(self, stamp_s: float, points: Points, which: Ints, found: Alternatives) -> None:
        """Remember the points `which` (n,) as seen."""
        if self._past and stamp_s <= self._past[-1].stamp_s:
            self._past.clear()
        self._past.append(_Past(stamp_s, points.range_m[which], points.range_rate_mps[which],
                                found.azimuth_rad.take(which, axis=0), found.possible.take(which, axis=0)))

    def _compare(self, stamp_s: float, points: Points, which: Ints, rate_mps: Floats, span_mps: float,
                 found: Alternatives, pasts: list[_Past]) -> tuple[Floats, Bools]:
        """Return the log likelihood (p, n, a) of what each of p past scans says, and whether it agrees (p, n, a)."""
        s, (n, a) = self._settings, rate_mps.shape
        range_m, folded_mps = points.range_m[which], points.range_rate_mps[which]
        ages = np.array([stamp_s - past.stamp_s for past in pasts])
        scan = np.repeat(np.arange(len(pasts)), [len(past.range_m) for past in pasts])
        dt = ages[scan]
        was_m, was_mps = (np.concatenate([getattr(past, name) for past in pasts]) for name in ('range_m', 'rate_mps'))
        off = folded_mps - was_mps[:, None]
        off -= span_mps * np.rint(off * (1.0 / span_mps))
        # Whoever may have been it, under whatever k: without anybody a scan tells nothing.
        may = np.abs(off, out=off) <= s.cluster_rate_mps
        may &= np.abs(range_m - was_m[:, None]) <= (s.unfold_ground_mps * dt + s.cluster_range_m)[:, None]
        told, agrees = np.zeros((len(pasts) * n, a)), np.zeros((len(pasts) * n, a), dtype=np.bool_)
        past, point = pairs(may)
        if len(point):
            was_rad, could = (np.concatenate([getattr(one, name) for one in pasts]).take(past, axis=0)
                              for name in ('azimuth_rad', 'possible'))
            reach, rate = range_m[point, None], rate_mps.take(point, axis=0)
            along = rate * dt[past, None]
            along += was_m[past, None] - reach
            turn = found.azimuth_rad.take(which[point], axis=0)
            turn -= was_rad
            np.abs(turn, out=turn)
            across = np.minimum(turn, 2.0 * np.pi - turn)
            across *= reach / (s.cluster_cross_m + s.azimuth_apart_rad * reach)
            along *= along
            along /= s.unfold_range_sigma_m ** 2 + (rate * s.unfold_stamp_sigma_s) ** 2
            across *= across
            along += across
            along[~could] = np.inf
            # One row a scan and point: its best.
            row = scan[past] * n + point
            order = row.argsort(kind='stable')
            row = row[order]
            first = firsts(row)
            least = np.minimum.reduceat(along.take(order, axis=0), first, axis=0)
            told[row[first]], agrees[row[first]] = -0.5 * np.minimum(least, s.gate), least <= s.gate
        return told.reshape(-1, n, a), agrees.reshape(-1, n, a)
