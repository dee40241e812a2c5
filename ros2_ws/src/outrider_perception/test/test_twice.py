"""The same body twice: who goes, and who goes on under which name."""

from __future__ import annotations

import numpy as np
import pytest

from outrider_perception.bank import Bank
from outrider_perception.classes import NAMES
from outrider_perception.config import load
from outrider_perception.extent import believe
from outrider_perception.twice import doubles, inherit

SETTINGS = load().tracks
SENSOR = np.array([-0.9, 0.0])
NOW_S = 5.0
CAR = NAMES.index('car')


def bank(*xs: float, vx: float = 8.0) -> Bank:
    """Return confirmed cars in one lane, just seen; the first is the oldest."""
    n = len(xs)
    state = np.array([(x, 3.0, vx, 0.0) for x in xs])
    made = Bank.newborn(1 + np.arange(n), state, np.tile(np.eye(4) * 0.01, (n, 1, 1)), 3.0, 1.0, 'radar', np.zeros(n),
                        SETTINGS.bodies)
    made.first_s[:] = 1.0 + np.arange(n)
    made.seen_s[:] = NOW_S
    made.confirmed[:] = True
    made.box_m[:], made.pace_mps[:] = [4.5, 1.8, 1.5], 12.0
    made.heading_rad[:] = 0.0 if vx > 0.0 else np.pi
    return made


def after(made: Bank) -> dict[int, float]:
    """Return who stays, and where."""
    found = doubles(made, SENSOR, NOW_S, SETTINGS)
    inherit(made, found)
    left = made.take(~found.goes)
    return dict(zip(left.identity.tolist(), left.state[:, 0].tolist(), strict=True))


def test_two_cars_that_follow_each_other_stay_two() -> None:
    assert after(bank(-12.0, -30.0)) == {1: -12.0, 2: -30.0}


def test_of_two_tracks_that_are_seen_on_one_body_the_older_stays() -> None:
    assert after(bank(-12.0, -13.0)) == {1: -12.0}


def test_silent_one_goes_and_leaves_its_name_to_who_is_seen() -> None:
    made = bank(-12.0, -13.0)
    made.seen_s[0] = NOW_S - 0.1
    assert after(made) == {1: -13.0}


def test_tail_that_is_seen_behind_who_was_known_by_his_front_goes_on_as_he() -> None:
    front, tail = -13.0, -8.8  # oncoming, just gone by: its front was in the field of view first
    made = bank(front, tail, vx=-18.0)
    made.box_m[1] = [1.8, 0.6, 1.5]
    assert after(made) == {1: tail}


def test_name_goes_along_a_chain_of_three() -> None:
    made = bank(-13.0, -9.6, -6.5, vx=-18.0)
    made.box_m[:] = [1.8, 0.6, 1.5]
    assert after(made) == {1: -6.5}


def test_of_three_that_lie_on_each_other_in_a_ring_somebody_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = np.array([0, 1, 2]), np.array([1, 2, 0])  # each but the last behind a younger one, and he on the oldest
    monkeypatch.setattr('outrider_perception.extent.together', lambda *_: ring)
    assert 1 in after(bank(-13.0, -9.6, -6.5, vx=-18.0))


def test_who_is_not_sure_leaves_and_takes_no_name() -> None:
    made = bank(-12.0, -13.0)
    made.confirmed[1] = False
    made.seen_s[0] = NOW_S - 0.1
    assert after(made) == {1: -12.0}


@pytest.mark.parametrize('looks', [1, 3])
def test_heir_keeps_what_images_said_and_for_how_long_he_is_known(looks: int) -> None:
    made = bank(-12.0, -13.0)
    made.beliefs[0] = -2.0 * looks
    made.beliefs[0, CAR] = 0.0
    made.size_m[0] = [4.4, np.nan, 1.5]
    made.size_m[1] = [np.nan, np.nan, 1.6]
    made.heard_s[0, 1] = NOW_S - 0.3
    made.seen_s[0] = NOW_S - 0.1
    found = doubles(made, SENSOR, NOW_S, SETTINGS)
    inherit(made, found)
    assert made.identity[1] == 1
    assert made.first_s[1] == 1.0
    assert made.beliefs[1].argmax() == CAR
    assert made.named[1]
    assert made.heard_s[1, 1] == NOW_S - 0.3
    np.testing.assert_equal(made.size_m[1], [4.4, np.nan, 1.6])


def test_what_images_said_of_one_who_was_never_sure_is_not_lost() -> None:
    made = bank(-12.0, -13.0)
    made.confirmed[1] = False
    made.beliefs[1] = -2.0
    made.beliefs[1, CAR] = 0.0
    found = doubles(made, SENSOR, NOW_S, SETTINGS)
    inherit(made, found)
    assert made.take(~found.goes).identity.tolist() == [1]
    assert made.beliefs[0].argmax() == CAR


def test_who_is_confirmed_is_believed_his_speed_and_nobody_else_is() -> None:
    made = bank(-12.0, -30.0)
    made.pace_mps[:] = 2.0
    believe(made, np.array([True, False]), np.array([5.5, 0.0]))
    assert made.pace_mps.tolist() == [pytest.approx(13.5 - 0.2 / np.sqrt(2.0), abs=0.01), 2.0]
