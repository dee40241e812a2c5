"""GOSPA: how far a set of tracks is from the set of bodies (alpha 2: a missed or a false one costs half).

A. S. Rahmathullah, A. F. Garcia-Fernandez, L. Svensson, "Generalized optimal sub-pattern assignment metric", FUSION
2017. The assignment is optimal: successive shortest paths with potentials (H. W. Kuhn 1955; R. Jonker, A. Volgenant
1987), written down here a second time, for who judges takes nothing from what is judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CUT_M, POWER = 4.0, 2


@dataclass(frozen=True)
class Gospa:
    """One instant. `pairs`: (track, body) whose distance is below the cut."""

    gospa_m: float
    pairs: tuple[tuple[int, int], ...]
    missed: int
    false: int


def gospa(tracks: Floats, bodies: Floats, cut_m: float = CUT_M, power: int = POWER) -> Gospa:
    """Return the distance of places (n, 2) to places (m, 2), with alpha 2."""
    off = tracks[:, None, :] - bodies[None, :, :]
    distance = np.hypot(off[..., 0], off[..., 1])
    cost = np.minimum(distance, cut_m) ** power
    pairs = tuple((row, column) for row, column in assign(cost) if distance[row, column] < cut_m)
    missed, false = len(bodies) - len(pairs), len(tracks) - len(pairs)
    total = sum(float(cost[pair]) for pair in pairs) + 0.5 * cut_m ** power * (missed + false)
    return Gospa(float(total ** (1.0 / power)), pairs, missed, false)


def assign(cost: Floats) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of least sum that match every row or every column; finite costs (n, m)."""
    if cost.shape[0] > cost.shape[1]:
        return sorted((row, column) for column, row in assign(cost.T))
    n, m = cost.shape
    # Row and column 0 are nobody's: each row begins there and pushes its way through.
    by_row, by_column = np.zeros(n + 1), np.zeros(m + 1)
    owner = np.zeros(m + 1, dtype=np.int64)
    for row in range(1, n + 1):
        owner[0], at = row, 0
        least, seen = np.full(m + 1, np.inf), np.zeros(m + 1, dtype=bool)
        way = np.zeros(m + 1, dtype=np.int64)
        while owner[at]:
            seen[at] = True
            reduced = cost[owner[at] - 1] - by_row[owner[at]] - by_column[1:]
            better = ~seen[1:] & (reduced < least[1:])
            least[1:][better], way[1:][better] = reduced[better], at
            nearest = int(np.where(seen, np.inf, least)[1:].argmin()) + 1
            step = least[nearest]
            by_row[owner[seen]] += step
            by_column[seen] -= step
            least[~seen] -= step
            at = nearest
        while at:
            owner[at], at = owner[way[at]], int(way[at])
    return sorted((int(row) - 1, column) for column, row in enumerate(owner[1:].tolist()) if row)
