"""For how long looks at one body are alike: the correlation time of what decides them, from pairs of looks.

The model has a hidden normal number for each body that changes as exp(-time / together_s); a look comes out one way
where the number lies below what its probability says. Pairs of looks up to a second apart then have a likelihood of
their own, and its maximum is taken (composite likelihood, Varin et al. 2011).
"""

from __future__ import annotations

import numpy as np

from fitting.looks import Bools, Floats, Ints
from fitting.normal import both_below, quantile

_LONGEST_S = 1.0
_MOST_PAIRS = 6000       # of one distance in time
_TIMES_S = np.geomspace(0.03, 8.0, 33)
_SURE = 0.003            # what is nearer to 0 or 1 tells nothing


def together_s(body: Ints, t_s: Floats, p: Floats, yes: Bools, period_s: float, default: float) -> float:
    """Return the correlation time, s, of looks (n,) at bodies `body`, in order of time, that are `yes` with `p`.

    `default` where nothing is ever other than sure.
    """
    groups = pairs(body, t_s, p, yes, period_s)
    if not groups:
        return default
    found = [sum(_likely(one, float(np.exp(-one.lag_s / time_s))) for one in groups) for time_s in _TIMES_S.tolist()]
    best = int(np.argmax(found))
    if best in (0, len(found) - 1):
        return float(_TIMES_S[best])
    low, mid, high = found[best - 1:best + 2]
    off = 0.5 * (low - high) / (low - 2.0 * mid + high)  # of a parabola in the logarithm of time
    return float(_TIMES_S[best] * (_TIMES_S[1] / _TIMES_S[0]) ** off)


class Pairs:
    """Looks one `lag_s` apart: quantiles of their probabilities and which way they came out, each (n,)."""

    def __init__(self, lag_s: float, p: tuple[Floats, Floats], yes: tuple[Bools, Bools]) -> None:
        """Keep them."""
        self.lag_s, self.p, self.yes = lag_s, p, yes
        self.at = quantile(p[0]), quantile(p[1])


def pairs(body: Ints, t_s: Floats, p: Floats, yes: Bools, period_s: float) -> list[Pairs]:
    """Return all pairs of looks at one body, by their distance in time."""
    order = np.lexsort((t_s, body))
    body, t_s, p, yes = body[order], t_s[order], p[order], yes[order]
    random = np.random.default_rng(0)
    found = []
    for lag in range(1, round(_LONGEST_S / period_s) + 1):
        # Looks are rows one after the other, but a body may be out of sight between.
        first, second = [], []
        for step in range(1, lag + 1):
            same = (body[step:] == body[:-step]) & (np.abs(t_s[step:] - t_s[:-step] - lag * period_s) < 0.25 * period_s)
            rows = np.flatnonzero(same)
            first.append(rows)
            second.append(rows + step)
        one, two = np.concatenate(first), np.concatenate(second)
        told = (np.minimum(p[one], p[two]) > _SURE) & (np.maximum(p[one], p[two]) < 1.0 - _SURE)
        one, two = one[told], two[told]
        if len(one) > _MOST_PAIRS:
            chosen = random.choice(len(one), _MOST_PAIRS, replace=False)
            one, two = one[chosen], two[chosen]
        if len(one):
            found.append(Pairs(lag * period_s, (p[one], p[two]), (yes[one], yes[two])))
    return found


def _likely(one: Pairs, rho: float) -> float:
    """Return the log likelihood of pairs whose hidden numbers have the correlation `rho`."""
    both = both_below(*one.at, min(rho, 0.9999))
    (p, q), (yes, also) = one.p, one.yes
    share = np.where(yes & also, both, np.where(yes, p - both, np.where(also, q - both, 1.0 - p - q + both)))
    return float(np.log(np.maximum(share, 1e-9)).sum())


def likeness(one: Pairs) -> float:
    """Return the correlation of the hidden numbers that fits pairs best: to see how it falls with time."""
    rhos = np.linspace(0.0, 0.99, 34)
    return float(rhos[int(np.argmax([_likely(one, float(rho)) for rho in rhos]))])
