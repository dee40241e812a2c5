"""The assignment against every permutation."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from outrider_perception.assign import assign, hungarian

STAY = 1000.0


@st.composite
def gated(draw: st.DrawFn) -> tuple[int, int, dict[tuple[int, int], float]]:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    cells = list(itertools.product(range(rows), range(columns)))
    chosen = draw(st.lists(st.sampled_from(cells), unique=True, max_size=len(cells)))
    return rows, columns, {cell: draw(st.floats(0.0, 20.0)) for cell in chosen}


def best_cost(rows: int, columns: int, cost: dict[tuple[int, int], float]) -> float:
    slots = [*range(columns), *[None] * rows]
    return min(sum(STAY if column is None else cost.get((row, column), np.inf) for row, column in enumerate(order))
               for order in set(itertools.permutations(slots, rows)))


@given(gated())
def test_is_the_cheapest_of_all(problem: tuple[int, int, dict[tuple[int, int], float]]) -> None:
    rows, columns, cost = problem
    listed = sorted(cost)
    taken = assign(np.array([r for r, _ in listed], dtype=np.int64), np.array([c for _, c in listed], dtype=np.int64),
                   np.array([cost[pair] for pair in listed]), STAY)
    pairs = [listed[place] for place in taken.tolist()]
    assert [row for row, _ in pairs] == sorted(row for row, _ in pairs)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    total = sum(cost[pair] for pair in pairs) + STAY * (rows - len(pairs))
    assert abs(total - best_cost(rows, columns, cost)) < 1e-6


def test_greedy_trap_is_avoided() -> None:
    assert hungarian([[1.0, 2.0], [1.5, 100.0]]) == [1, 0]


def test_nothing_gives_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert assign(none, none, np.zeros(0), STAY).tolist() == []
