"""Drawn approaches: where they pass, and that a kind more leaves the others as they were."""

from __future__ import annotations

import pytest

from outrider_sim.world.draw import draw, one
from outrider_sim.world.truth import approaches
from outrider_sim.world.world import World

BANDS_M = ((2.8, 3.2), (3.8, 4.2))


def least_m(scenario) -> float:
    return min(truth.clearance_m for truth in approaches(World(scenario)))


def test_bands_pass_at_three_and_four_metres_by_turns():
    for number, scenario in enumerate(draw(8, 3, 'bands')):
        low, high = BANDS_M[number % 2]
        assert low - 0.2 <= least_m(scenario) <= high + 0.2


def test_near_and_far_keep_their_spans():
    assert all(least_m(scenario) <= 1.6 for scenario in draw(6, 3, 'near'))
    assert all(1.5 <= least_m(scenario) <= 6.2 for scenario in draw(6, 3, 'far'))


@pytest.mark.parametrize(('kind', 'about'), [
    ('near', 'car, closing 3.6 m/s, clearance -0.03 m'), ('far', 'scooter, closing 4.9 m/s, clearance 4.96 m')])
def test_what_a_seed_draws_stays(kind, about):
    assert one(0, 11, kind).about == about
