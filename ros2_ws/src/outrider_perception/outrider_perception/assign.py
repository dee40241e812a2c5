"""Who is who: optimal one-to-one assignment within gates (global nearest neighbour).

Most pairs are uncontested and are taken at once; what shares gates is split into small groups, each solved exactly by
the Hungarian method with potentials (Kuhn 1955; Jonker and Volgenant 1987), in order, so that equal inputs give equal
outputs.
"""

from __future__ import annotations

import numpy as np

from outrider_perception.arrays import Bools, Floats, Ints

_INFINITY = float('inf')


def assign(rows: Ints, columns: Ints, cost: Floats, stay: float) -> Ints:
    """Return which of the listed pairs (row, column) are taken (p,), rising too, for least total cost.

    `rows` (rising), `columns`, `cost` (k,) list the pairs within gates; to leave a row without a column costs `stay`,
    which is above every cost listed.
    """
    alone: Bools = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1)
    contested = np.logical_not(alone).nonzero()[0]
    if len(contested):
        chosen = _contested(rows[contested].tolist(), columns[contested].tolist(), cost[contested].tolist(), stay)
        alone[contested[chosen]] = True
    return alone.nonzero()[0]


def _contested(rows: list[int], columns: list[int], cost: list[float], stay: float) -> list[int]:
    """Return which pairs are taken where rows share columns, group by group."""
    by_row: dict[int, dict[int, int]] = {}
    by_column: dict[int, dict[int, int]] = {}
    for pair, (row, column) in enumerate(zip(rows, columns, strict=True)):
        by_row.setdefault(row, {})[column] = pair
        by_column.setdefault(column, {})[row] = pair
    taken: list[int] = []
    done: set[int] = set()
    for row, mine in by_row.items():
        if row in done:
            continue
        group, reached, front = [row], set(mine), [row]
        done.add(row)
        while front:
            for column in by_row[front.pop()]:
                reached.add(column)
                for other in by_column[column]:
                    if other not in done:
                        done.add(other)
                        group.append(other)
                        front.append(other)
        if len(group) == 1:
            taken.append(min(mine.values(), key=cost.__getitem__))
        elif len(reached) == 1:
            taken.append(min(by_column[reached.pop()].values(), key=cost.__getitem__))
        else:
            taken += _solve_group(sorted(group), sorted(reached), by_row, cost, stay)
    return taken


def _solve_group(rows: list[int], columns: list[int], by_row: dict[int, dict[int, int]], cost: list[float],
                 stay: float) -> list[int]:
    """Solve one group; each row gets a column of its own that means 'none'."""
    n, pairs = len(rows), [by_row[row] for row in rows]
    if n == 2:
        first, second = pairs
        ways = [(cost[one] + cost[other], [one, other]) for column, one in first.items()
                for another, other in second.items() if another != column]
        # Two that share more than one column both get one.
        return min(ways)[1]
    table = [[cost[mine[column]] if column in mine else _INFINITY for column in columns]
             + [stay if k == i else _INFINITY for k in range(n)] for i, mine in enumerate(pairs)]
    return [mine[columns[j]] for mine, j in zip(pairs, hungarian(table), strict=True) if j < len(columns)]


def hungarian(table: list[list[float]]) -> list[int]:
    """Return each row's column for the least total cost; no fewer columns than rows, inf forbids, one solution exists.

    Shortest augmenting paths with potentials, O(rows^2 columns).
    """
    n, m = len(table), len(table[0]) if table else 0
    potential_row, potential_column = [0.0] * n, [0.0] * (m + 1)
    owner = [-1] * (m + 1)  # row of each column; the last column is where a new row enters
    for i in range(n):
        owner[m] = i
        best, came_from, used = [_INFINITY] * m, [m] * m, [False] * (m + 1)
        at = m
        while owner[at] >= 0:
            used[at] = True
            row = owner[at]
            step, nearest = _INFINITY, -1
            for j in range(m):
                if used[j]:
                    continue
                reduced = table[row][j] - potential_row[row] - potential_column[j]
                if reduced < best[j]:
                    best[j], came_from[j] = reduced, at
                if best[j] < step:
                    step, nearest = best[j], j
            for j in range(m + 1):
                if used[j]:
                    potential_row[owner[j]] += step
                    potential_column[j] -= step
                elif j < m:
                    best[j] -= step
            at = nearest
        while at != m:
            owner[at] = owner[came_from[at]]
            at = came_from[at]
    found = [-1] * n
    for j in range(m):
        if owner[j] >= 0:
            found[owner[j]] = j
    return found
