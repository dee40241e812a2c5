"""The jack: how long it takes, and when its switches open."""

from __future__ import annotations

from outrider_sim.devices.jack import Jack

S = 1_000_000_000


def test_it_takes_its_time_from_end_to_end_and_opens_the_switch_of_each() -> None:
    jack = Jack(2.0, 0)
    assert (jack.lower_open, jack.upper_open) == (True, False)
    jack.drive(1, 0)
    jack.advance(1 * S)
    assert (jack.height, jack.lower_open, jack.upper_open) == (0.5, False, False)
    jack.advance(2 * S)
    assert (jack.lower_open, jack.upper_open) == (False, True)


def test_it_stands_at_its_ends_and_where_it_is_let_go() -> None:
    jack = Jack(2.0, 0, up=True)
    jack.drive(1, 0)
    jack.drive(-1, 5 * S)
    jack.drive(0, 6 * S)
    jack.advance(9 * S)
    assert jack.height == 0.5
    jack.drive(-1, 9 * S)
    jack.advance(20 * S)
    assert (jack.height, jack.lower_open) == (0.0, True)
