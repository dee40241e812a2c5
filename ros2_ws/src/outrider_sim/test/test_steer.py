"""The steering actuator: how long it takes, where it stops, what it says of its rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_sim.devices.steer import STOP_RAD, TRAVEL_S, Steer

S = 1_000_000_000


def test_left_is_positive_and_it_stays_where_it_is_let_go() -> None:
    steer = Steer(0)
    steer.drive(1, 0)
    steer.drive(0, 1 * S)
    steer.advance(9 * S)
    assert steer.angle_rad == pytest.approx(2 * STOP_RAD / TRAVEL_S)
    assert steer.rate_radps == 0.0


def test_its_stops_hold_it_for_as_long_as_a_relay_is_on() -> None:
    steer = Steer(0)
    steer.drive(-1, 0)
    assert steer.rate_radps < 0.0
    steer.advance(20 * S)
    assert (steer.angle_rad, steer.rate_radps) == (-STOP_RAD, 0.0)
    steer.drive(1, 20 * S)
    assert steer.rate_radps > 0.0
    steer.advance(round((20 + TRAVEL_S / 2) * S))
    assert steer.angle_rad == pytest.approx(0.0, abs=1e-9)
    steer.advance(round((20 + TRAVEL_S) * S) + 1)
    assert (steer.angle_rad, steer.rate_radps) == (STOP_RAD, 0.0)


@given(st.lists(st.tuples(st.sampled_from((-1, 0, 1)), st.integers(0, 4 * S))))
def test_whatever_the_relays_do_it_stays_between_its_stops_and_never_jumps(turns: list[tuple[int, int]]) -> None:
    steer, now = Steer(0), 0
    for direction, wait in turns:
        before = steer.angle_rad
        steer.drive(direction, now)
        assert steer.angle_rad == before
        now += wait
        steer.advance(now)
        assert abs(steer.angle_rad) <= STOP_RAD
        assert abs(steer.angle_rad - before) <= 2 * STOP_RAD / TRAVEL_S * wait / S + 1e-9
