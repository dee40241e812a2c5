"""The judge's GOSPA against values that Stone Soup 1.9.1 gave for the same sets (`./outrider bench peer` asks anew)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from outrider_sim.world.gospa import CUT_M, POWER, gospa

TOLD = json.loads((Path(__file__).parent / 'data' / 'gospa_stone_soup_1.9.1.json').read_text(encoding='utf-8'))


def test_the_values_are_of_the_judge_s_cut_and_power() -> None:
    assert (TOLD['cut_m'], TOLD['power']) == (CUT_M, POWER)
    assert len(TOLD['pairs']) == 60


@pytest.mark.parametrize('pair', TOLD['pairs'], ids=lambda pair: f'{len(pair["left"])} to {len(pair["right"])}')
def test_every_pair_of_sets_is_as_far_apart_as_stone_soup_says(pair: dict[str, list[list[float]]]) -> None:
    left, right = (np.array(pair[name]).reshape(-1, 2) for name in ('left', 'right'))
    assert gospa(left, right).gospa_m == pytest.approx(pair['gospa_m'], abs=1e-9)
    assert gospa(right, left).gospa_m == pytest.approx(pair['gospa_m'], abs=1e-9)
