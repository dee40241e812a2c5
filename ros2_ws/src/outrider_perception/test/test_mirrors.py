"""Mirror images behind rows of what stands: found by the row, and told of no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outrider_perception.bank import Bank
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity
from outrider_perception.mirrors import Mirrors, aside
from outrider_perception.road import Road

CONFIG = load()
SETTINGS = CONFIG.tracks
SENSOR = np.array([-0.9, 0.0])
EGO = EgoVelocity(np.array([5.5, 0.0]), np.eye(2) * 0.01, True, 20)
CAR, IMAGE = (-20.0, 1.5, 8.0, 0.0), (-20.4, -7.7, 8.1, 0.1)  # a rail at y = -3.1


def bank(*states: tuple[float, float, float, float]) -> Bank:
    n = len(states)
    made = Bank.newborn(1 + np.arange(n), np.array(states), np.tile(np.eye(4) * 0.01, (n, 1, 1)), 3.0, 0.0, 'radar',
                        np.zeros(n), SETTINGS.bodies)
    made.confirmed[:] = True
    made.box_m[:] = [4.5, 1.8, 1.5]
    return made


def beside(y_m: float, ego: EgoVelocity = EGO, xs: tuple[float, ...] = (-4.0, -8.0, -12.0, -17.0, -21.0)) -> Mirrors:
    """What was seen of posts that stand at `y_m` beside the way, for half a second."""
    mirrors = Mirrors(SETTINGS)
    x = np.array(xs)
    y = y_m - aside(np.stack([x, np.zeros(len(x))], axis=1), ego)
    for _ in range(10):
        mirrors.look(0.05, np.stack([x, y], axis=1), ego, SENSOR)
    return mirrors


def test_who_is_seen_in_a_rail_is_an_image_and_who_drives_before_it_is_none() -> None:
    assert beside(-3.1).images(bank(CAR, IMAGE), EGO).tolist() == [False, True]


@pytest.mark.parametrize('y_m', [3.1, -1.0, -5.5, 0.0])
def test_row_that_is_not_halfway_reflects_nobody(y_m: float) -> None:
    assert not beside(y_m).images(bank(CAR, IMAGE), EGO).any()


def test_two_posts_are_no_row_and_nothing_is_one_for_ever() -> None:
    assert not beside(-3.1, xs=(-4.0, -8.0)).images(bank(CAR, IMAGE), EGO).any()
    mirrors = beside(-3.1)
    for _ in range(80):
        mirrors.look(0.05, np.zeros((0, 2)), EGO, SENSOR)
    assert not mirrors.images(bank(CAR, IMAGE), EGO).any()


@pytest.mark.parametrize('other', [(-28.0, -7.7, 8.1, 0.0), (-20.4, -7.7, 5.0, 0.0), (-20.4, -12.0, 8.1, 0.0)])
def test_who_drives_elsewhere_or_otherwise_behind_a_rail_is_a_body(other: tuple[float, float, float, float]) -> None:
    assert not beside(-3.1).images(bank(CAR, other), EGO).any()


def test_nobody_is_the_image_of_what_is_not_known() -> None:
    both = bank(CAR, IMAGE)
    both.confirmed[0] = False
    assert not beside(-3.1).images(both, EGO).any()


def test_two_in_their_lanes_are_bodies_where_the_row_stands_beyond_both() -> None:
    assert not beside(-6.0).images(bank(CAR, (-20.4, -2.0, 8.1, 0.0)), EGO).any()


def test_rows_follow_the_bend_and_not_the_sway() -> None:
    bend = Road(np.linspace(-80.0, 0.0, 161), np.full(161, 1.0 / 60.0))
    for ego in (replace(EGO, road=bend), replace(EGO, sway_rad=0.05)):
        shift = -aside(np.array([[-20.0, 0.0]]), ego)[0]
        assert abs(shift) > 0.9
        states = [(x, y + shift, vx, vy) for x, y, vx, vy in (CAR, IMAGE)]
        assert beside(-3.1, ego).images(bank(*states), ego).tolist() == [False, True]


@pytest.mark.parametrize(('apart_m', 'image'), [(1.2, False), (2.4, True)])
def test_two_tracks_of_one_body_at_a_rail_are_no_body_and_its_image(apart_m: float, image: bool) -> None:
    near, far = (-20.0, -3.1 + 0.5 * apart_m, 8.0, 0.0), (-20.4, -3.1 - 0.5 * apart_m, 8.0, 0.0)
    assert beside(-3.1).images(bank(near, far), EGO).tolist() == [False, image]
