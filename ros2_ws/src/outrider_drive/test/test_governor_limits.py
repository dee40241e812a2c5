"""The table of limits: ranges, what has to fit together, the hash."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest

from outrider_drive.governor import times
from outrider_drive.governor.inputs import Inputs, Parts
from outrider_drive.governor.limits import Limits, LimitsError


def test_defaults_are_the_ramps() -> None:
    limits = Limits()
    assert limits.v_min_mps == pytest.approx(0.269, abs=0.001)  # 900 eRPM
    assert limits.v_max_mps == 1.4
    assert all(row.metadata['why'] and row.metadata['low'] <= row.default <= row.metadata['high']
               for row in fields(Limits))


def test_the_ceiling_is_three_metres_per_second() -> None:
    assert Limits.of({'v_max_mps': 3.0, 'max_erpm': 20000.0}).v_max_mps == 3.0
    with pytest.raises(LimitsError, match='v_max_mps is 3.01, expected a number from 0.3 to 3 m/s. Correct'):
        Limits.of({'v_max_mps': 3.01, 'max_erpm': 20000.0})


@pytest.mark.parametrize('row', fields(Limits), ids=lambda row: row.name)
def test_every_limit_has_a_hard_range(row: Any) -> None:
    low, high = row.metadata['low'], row.metadata['high']
    for value in (low - 0.01, high + 0.01, math.nan, math.inf, -math.inf, True, 'fast', None):
        with pytest.raises(LimitsError, match=f'^{row.name} is .*, expected a .*number from .* Correct it'):
            Limits.of({row.name: value})


def test_a_whole_number_has_to_be_one() -> None:
    with pytest.raises(LimitsError, match='pole_pairs is 7.0, expected a whole number from 1 to 30. Correct'):
        Limits.of({'pole_pairs': 7.0})


def test_an_unknown_limit_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(LimitsError, match="unknown limit 'vmax_mps', did you mean 'v_max_mps'"):
        Limits.of({'vmax_mps': 1.0})


def test_a_controllable_minimum_above_half_of_v_max_is_refused() -> None:
    v_min = Limits().v_min_mps
    assert Limits.of({'v_max_mps': 2 * v_min + 1e-9}).v_max_mps > 0
    with pytest.raises(LimitsError, match='slowest controllable speed is 0.27 m/s .* at most half of v_max_mps 0.53'):
        Limits.of({'v_max_mps': 0.53})


def test_v_max_has_to_fit_below_max_erpm() -> None:
    with pytest.raises(LimitsError, match='v_max_mps 1.4 is 4679 eRPM, expected at most max_erpm 4678'):
        Limits.of({'max_erpm': 4678.0})
    assert Limits.of({'max_erpm': 4680.0})


@pytest.mark.parametrize('given', [{'cell_recover_v': 3.3}, {'cell_slow_v': 3.39}])
def test_the_voltages_of_a_cell_rise(given: dict[str, float]) -> None:
    with pytest.raises(LimitsError, match='expected in rising order'):
        Limits.of(given)
    assert Limits.of({'cell_recover_v': 3.45})


def test_every_limit_and_every_fixed_time_changes_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    base = Limits().hash
    assert 0 < base < 2**64
    assert Limits.of({'horn_lead_s': 2}).hash == Limits.of({'horn_lead_s': 2.0}).hash
    seen = {base}
    for row in fields(Limits):
        near = row.default + (1 if isinstance(row.default, int) else 0.001 * (1 if row.default < row.metadata['high']
                                                                             else -1))
        seen.add(Limits.of({row.name: near}).hash)
    assert len(seen) == len(fields(Limits)) + 1
    assert times.HASHED['OPERATOR_MAX_AGE'] == 200_000_000
    monkeypatch.setitem(times.HASHED, 'SILENCE', 1)
    assert Limits().hash != base


def test_a_rig_without_a_motor_is_refused() -> None:
    with pytest.raises(LimitsError, match='declares no motor'):
        Parts(left_motor=False, right_motor=False)


def test_defaults_are_those_of_a_machine_that_must_not_move() -> None:
    assert not Inputs().timeout_proved
    assert not Inputs().is_master
    assert Inputs().declared_motors(Parts()) == ()
