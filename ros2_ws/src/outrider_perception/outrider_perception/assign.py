"""Who is who: optimal one-to-one assignment within gates (global nearest neighbour).

Most pairs are uncontested and are taken at once; what shares gates is split into small groups, each solved exactly by
the Hungarian method with potentials (Kuhn 1955; Jonker and Volgenant 1987), in order, so that equal inputs give equal
outputs.
"""

from __future__ import annotations

from outrider_perception.arrays import Floats, Ints

_INFINITY = float('inf')


def assign(rows: Ints, columns: Ints, cost: Floats, stay: float) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of least total cost.

    `rows`, `columns`, `cost` (k,) list the pairs within gates; to leave a row without a column costs `stay`, which is
    above every cost listed.
    """
    by_row: dict[int, dict[int, float]] = {}
    by_column: dict[int, list[int]] = {}
    for row, column, price in zip(rows.tolist(), columns.tolist(), cost.tolist(), strict=True):
        by_row.setdefault(row, {})[column] = price
        by_column.setdefault(column, []).append(row)
    pairs: list[tuple[int, int]] = []
    done: set[int] = set()
    for row in by_row:
        if row in done:
            continue
        group, reached, front = [row], set(), [row]
        done.add(row)
        while front:
            for column in by_row[front.pop()]:
                if column not in reached:
                    reached.add(column)
                    fresh = [other for other in by_column[column] if other not in done]
                    done.update(fresh)
                    group += fresh
                    front += fresh
        if len(group) == 1 and len(reached) == 1:
            pairs.append((row, next(iter(reached))))
        else:
            pairs += _solve_group(sorted(group), sorted(reached), by_row, stay)
    return sorted(pairs)


def _solve_group(rows: list[int], columns: list[int], by_row: dict[int, dict[int, float]],
                 stay: float) -> list[tuple[int, int]]:
    """Solve one group; each row gets a column of its own that means 'none'."""
    n = len(rows)
    table = [[by_row[row].get(column, _INFINITY) for column in columns]
             + [stay if k == i else _INFINITY for k in range(n)] for i, row in enumerate(rows)]
    return [(rows[i], columns[j]) for i, j in enumerate(hungarian(table)) if j < len(columns)]


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
