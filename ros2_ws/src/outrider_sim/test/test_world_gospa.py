"""GOSPA against numbers worked out by hand; the assignment against all of them tried."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_sim.world.gospa import assign, gospa


def places(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, dtype=float).reshape(-1, 2)


@pytest.mark.parametrize(('tracks', 'bodies', 'expected', 'missed', 'false'), [
    (places(), places(), 0.0, 0, 0),
    (places((1, 0)), places((1, 0)), 0.0, 0, 0),
    (places((1, 0)), places((4, 0)), 3.0, 0, 0),
    (places(), places((1, 0)), 8.0 ** 0.5, 1, 0),                      # 4^2 / 2
    (places((1, 0)), places(), 8.0 ** 0.5, 0, 1),
    (places((0, 0)), places((9, 0)), 4.0, 1, 1),                       # too far: missed and false, 8 + 8
    (places((0, 0)), places((4, 0)), 4.0, 1, 1),                       # at the cut itself: the same
    (places((0, 0), (10, 0)), places((1, 0), (12, 0)), 5.0 ** 0.5, 0, 0),
    (places((0, 0), (3, 0)), places((2, 0), (5, 0)), 8.0 ** 0.5, 0, 0),  # 4 + 4, not 1 + one of each
    (places((0, 0), (1, 0), (50, 0)), places((0, 1)), 17.0 ** 0.5, 0, 2),  # 1 + 8 + 8
])
def test_by_hand(tracks, bodies, expected, missed, false):
    found = gospa(tracks, bodies)
    assert found.gospa_m == pytest.approx(expected, abs=1e-12)
    assert (found.missed, found.false) == (missed, false)


def test_pairs_name_track_and_body():
    assert gospa(places((10, 0), (0, 0)), places((0, 1), (10, 1), (30, 0))).pairs == ((0, 1), (1, 0))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2 ** 31), st.booleans())
def test_the_assignment_is_the_best_there_is(n, m, seed, whole):
    random = np.random.default_rng(seed)
    cost = random.integers(0, 3, (n, m)).astype(float) if whole else random.random((n, m))  # ties too
    pairs = assign(cost)
    k = min(n, m)
    assert len(pairs) == len({row for row, _ in pairs}) == len({column for _, column in pairs}) == k
    sums = [sum(cost[row, column] for row, column in zip(rows, columns, strict=True))
            for rows in itertools.permutations(range(n), k) for columns in itertools.combinations(range(m), k)]
    assert sum(cost[pair] for pair in pairs) == pytest.approx(min(sums, default=0.0))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2 ** 31))
def test_it_is_a_metric(seed):
    random = np.random.default_rng(seed)
    a, b, c = (random.uniform(0, 10, (int(random.integers(0, 5)), 2)) for _ in range(3))
    ab, ba, bc, ac = (gospa(one, other).gospa_m for one, other in ((a, b), (b, a), (b, c), (a, c)))
    assert ab == pytest.approx(ba)
    assert ac <= ab + bc + 1e-9
