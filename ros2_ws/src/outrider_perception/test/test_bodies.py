"""Extended bodies and lanes: what is seen of a body, where its centre is, and how far a prediction can be trusted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_perception import classes, extent, kalman
from outrider_perception.approach import foresee
from outrider_perception.bank import Bank
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity
from outrider_perception.lane import Lanes
from outrider_perception.tracker import Step

CONFIG = load()

SETTINGS = CONFIG.tracks
REAR, BACK = np.array([-0.9, 0.0]), np.array([-1.0, 0.0])
EGO = EgoVelocity(np.array([5.0, 0.0]), np.eye(2) * 0.01, True, 20)


def looks(x: float, y: float, box: tuple[float, float] = (4.5, 1.8), heading: float = 0.0) -> extent.Seen:
    """What the rear sensor sees of one body."""
    return extent.seen(np.array([[x, y]]), np.array([[*box, 1.5]]), np.array([heading]), REAR, BACK, SETTINGS)


def test_of_a_car_far_behind_its_front_is_seen() -> None:
    assert looks(-60.0, 0.0).offset_m[0] == pytest.approx([2.25, 0.0], abs=0.15)


@pytest.mark.parametrize('side', [1.0, -1.0])
def test_of_a_car_that_draws_level_the_near_flank_is_seen(side: float) -> None:
    far, near = looks(-40.0, side * 2.5).offset_m[0, 1], looks(-4.5, side * 2.5).offset_m[0, 1]
    assert abs(far) < 0.15
    assert -side * near > 0.4


def test_of_what_is_abeam_of_a_rear_sensor_its_nearest_spot_stands_for_it() -> None:
    assert looks(-20.0, 2.0).weight[:, 0].max() < 0.6, 'its whole front is in view'
    assert looks(6.0, 2.0).weight[:, 0].max() > 0.99


def test_a_person_is_where_he_is_seen() -> None:
    assert looks(-6.0, 1.0, (0.5, 0.5)).offset_m[0] == pytest.approx([0.0, 0.0], abs=1e-9)


@given(st.floats(-80, 80), st.floats(-30, 30), st.floats(0.3, 18), st.floats(0.3, 3), st.floats(-4, 4))
def test_what_is_seen_lies_within_the_outline_and_its_spread_is_a_covariance(x: float, y: float, length: float,
                                                                             width: float, heading: float) -> None:
    seen = looks(x, y, (length, width), heading)
    assert np.hypot(*seen.offset_m[0]) <= 0.5 * np.hypot(length, width) + 1e-9
    assert seen.weight.min() >= 0.0
    assert seen.weight.sum() == pytest.approx(1.0)
    along, across, both, _, _ = extent.spread(seen, np.array([[x, y]]) + seen.offset_m, np.ones((1, 2)), np.zeros(2))
    assert min(along[0], across[0], along[0] * across[0] - both[0] ** 2) > -1e-9


def bank(*states: tuple[float, float, float, float]) -> Bank:
    """Confirmed tracks, narrow ones."""
    n = len(states)
    made = Bank.newborn(1 + np.arange(n), np.array(states), np.tile(np.eye(4) * 0.01, (n, 1, 1)), 3.0, 0.0, 'radar',
                        np.zeros(n), CONFIG.tracks.bodies)
    made.confirmed[:] = True
    return made


def test_a_body_that_turns_out_to_be_a_car_keeps_the_front_that_was_seen() -> None:
    one = bank((-30.0, 2.0, 10.0, 0.0))
    seen_at = -30.0
    for _ in range(40):
        extent.learn(one, EGO.velocity_mps, 0.05, REAR, BACK, SETTINGS)
    assert one.box_m[0, :2] == pytest.approx([4.5, 1.8], abs=0.05)
    offset = looks(one.state[0, 0], one.state[0, 1]).offset_m[0, 0]
    assert one.state[0, 0] + offset == pytest.approx(seen_at, abs=0.05)


def test_what_drives_does_not_turn_on_the_spot_and_who_walks_may() -> None:
    standing = np.zeros(2)
    for pace, most in ((10.0, 1.5 * 0.5 / SETTINGS.least_turn_m), (1.0, np.pi)):
        one = bank((-8.0, 2.0, 1.0, -1.1))
        one.pace_mps[:], one.heading_rad[:] = pace, 0.0
        for _ in range(10):
            extent.learn(one, standing, 0.05, REAR, BACK, SETTINGS)
            one.pace_mps[:] = pace
        turned = abs(float(one.heading_rad[0]))
        assert turned <= most + 1e-6
    assert turned == pytest.approx(np.arctan2(1.1, 1.0), abs=0.01), 'at once'


def test_a_stray_point_makes_no_truck_and_ten_metres_of_points_do() -> None:
    for depth, length in ((5.0, 4.5), (10.0, 10.0)):
        one = bank((-30.0, 2.0, 10.0, 0.0))
        one.pace_mps[:], one.depth_m[:] = 15.0, depth
        assert extent.sizes(one)[0, 0] == pytest.approx(max(length, depth))
        assert extent.sizes(one)[0, 1] == pytest.approx(1.8 if depth < 5.5 else 2.5, abs=0.1)


def called(kind: str, looks: int = 4, mps: float = 9.0, depth_m: float = 0.0) -> np.ndarray:
    """The size of a body that a detector has called `kind` so often."""
    one = bank((-20.0, 0.0, mps - 5.5, 0.0))
    tables = CONFIG.tracks.bodies.classes
    for _ in range(looks):
        said = classes.look(tables, np.array([classes.NAMES.index(kind)]), np.array([0.8]), np.ones(1))
        one.beliefs = classes.bounded(tables, one.beliefs + said)
    one.pace_mps, one.depth_m = np.array([mps]), np.array([depth_m])
    return extent.sizes(one)[0]


@pytest.mark.parametrize('kind', classes.NAMES[1:])
def test_what_a_detector_called_it_is_how_large_a_body_is(kind: str) -> None:
    slow = {'person': 1.5, 'dog': 3.0, 'bicycle': 5.0, 'scooter': 4.0}
    table = CONFIG.tracks.bodies.sizes.by_class_m[classes.NAMES.index(kind)]
    assert called(kind, 8, slow.get(kind, 9.0)) == pytest.approx(table, rel=0.1, abs=0.1)


def test_a_truck_that_follows_slowly_is_no_bicycle() -> None:
    assert called('truck', mps=4.0)[0] > 7.0
    assert called('truck', 0, 4.0)[0] < 2.0, 'by speed alone'


def test_between_two_classes_a_body_has_a_size_between() -> None:
    assert 5.0 < called('truck', 1)[0] < 7.9


def test_points_that_spread_further_than_the_class_reaches_are_believed() -> None:
    assert called('car', depth_m=7.5)[0] == pytest.approx(7.5)


def test_a_lane_change_ends_and_who_crosses_goes_on() -> None:
    state = np.array([[-30.0, 2.0, 10.0, -1.0], [-10.0, 5.0, -5.0, -4.0]])
    lanes = Lanes.of(state[:, :2], state[:, 2:], EGO, 2.5, 2.5)
    assert lanes.keeps.tolist() == [True, False]
    moved = np.einsum('nij,nj->ni', lanes.carried(100.0)[:, :2], state[:, 2:] + EGO.velocity_mps)
    assert moved[0] == pytest.approx([1500.0, -2.5])
    assert moved[1] == pytest.approx([0.0, -400.0])


def test_steps_of_prediction_add_up() -> None:
    start = bank((-30.0, 2.0, 10.0, -1.0))
    silent = np.zeros(1, dtype=np.bool_)
    state, covariance = start.state, start.covariance
    for _ in range(10):  # half a second is short against lane_tau_s: noise within it hardly fades
        state, covariance = kalman.predict(state, covariance, 0.05, EGO, silent, SETTINGS)
    whole, spread = kalman.predict(start.state, start.covariance, 0.5, EGO, silent, SETTINGS)
    assert state == pytest.approx(whole, abs=1e-6)
    assert np.diag(covariance[0]) == pytest.approx(np.diag(spread[0]), rel=0.3, abs=0.02)
    assert np.linalg.eigvalsh(covariance[0]).min() > 0.0


@pytest.mark.parametrize(('y_m', 'turn'), [(4.0, 0.0), (-4.0, 0.0), (7.0, 0.03), (-4.0, 0.03)])
def test_sigma_of_the_clearance_is_that_of_drawn_tracks(y_m: float, turn: float) -> None:
    """Monte Carlo: tracks drawn from the covariance, each foreseen by itself."""
    random = np.random.default_rng(5)
    mean, covariance = np.array([-30.0, y_m, 10.0, 0.0]), np.diag([0.04, 0.09, 0.04, 0.09])
    drawn = random.multivariate_normal(mean, covariance, 400)
    ego = EgoVelocity(np.array([5.0, 0.0]), np.eye(2) * 0.01, True, 20, turn, turn)

    def step(states: np.ndarray) -> Step:
        tracks = bank(*map(tuple, states))
        tracks.covariance[:] = covariance
        return Step(0.0, tracks, np.tile([4.5, 1.8, 1.5], (len(states), 1)), states[:, :2].copy(), ego, True, {})

    settings = replace(CONFIG.hazards, extent_sigma_m=0.0)
    told = foresee(step(mean[None]), settings).clearance_sigma_m[0]
    seen = foresee(step(drawn), settings).clearance_m
    assert seen.min() > 0.0, 'else the least distance cuts the distribution off'
    assert told == pytest.approx(seen.std(), rel=0.25)
