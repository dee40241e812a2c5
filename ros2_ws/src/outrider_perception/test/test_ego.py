"""Own velocity from Doppler, and the split that rests on it."""

from __future__ import annotations

import numpy as np
import pytest

from outrider_perception.config import load
from outrider_perception.ego import EgoEstimator, EgoVelocity, moving

CONFIG = load()

SETTINGS = CONFIG.tracks
BIN = 0.58


def statics(count: int, velocity: tuple[float, float], seed: int = 0, spread_rad: float = 0.9) -> tuple:
    draw = np.random.default_rng(seed)
    angle = draw.uniform(-spread_rad, spread_rad, count) + np.pi
    directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return directions, np.round(-directions @ np.array(velocity) / BIN) * BIN


@pytest.mark.parametrize('seed', range(10))
@pytest.mark.parametrize('speed', [0.0, 1.3, 5.5, 8.0])
def test_rolling_speed_is_found_among_forty_per_cent_movers(seed: int, speed: float) -> None:
    directions, rates = statics(24, (speed, 0.0), seed)
    draw = np.random.default_rng(seed + 100)
    others, _ = statics(16, (0.0, 0.0), seed + 50)
    directions, rates = np.concatenate([directions, others]), np.concatenate([rates, draw.uniform(-12.0, 12.0, 16)])
    ego = EgoEstimator(SETTINGS).update(0.0, directions, rates, np.ones(40, dtype=np.int64))
    assert ego.valid
    assert ego.velocity_mps == pytest.approx([speed, 0.0], abs=0.35)
    assert np.abs(ego.velocity_mps[0] - speed) < 4 * np.sqrt(ego.covariance[0, 0])


def test_too_few_statics_are_no_velocity() -> None:
    directions, rates = statics(4, (5.0, 0.0))
    assert not EgoEstimator(SETTINGS).update(0.0, directions, rates, np.ones(4, dtype=np.int64)).valid


def test_one_body_however_many_points_is_no_ground() -> None:
    directions, rates = statics(12, (5.0, 0.0))
    assert not EgoEstimator(SETTINGS).update(0.0, directions, rates, np.full(12, 12)).valid


def test_nothing_in_view_gives_the_last_velocity_as_not_valid() -> None:
    estimator = EgoEstimator(SETTINGS)
    directions, rates = statics(20, (5.0, 0.0))
    known = estimator.update(0.0, directions, rates, np.ones(20, dtype=np.int64))
    blind = estimator.update(0.05, np.zeros((0, 2)), np.zeros(0), np.zeros(0, dtype=np.int64))
    assert not blind.valid
    assert blind.velocity_mps.tolist() == known.velocity_mps.tolist()


def test_convoy_that_fills_the_view_is_not_taken_for_the_ground_at_once() -> None:
    estimator = EgoEstimator(SETTINGS)
    directions, rates = statics(20, (5.5, 0.0))
    estimator.update(0.0, directions, rates, np.ones(20, dtype=np.int64))
    convoy = [estimator.update(0.05 * i, directions, np.zeros(20), np.ones(20, dtype=np.int64)) for i in range(1, 21)]
    assert not any(ego.valid for ego in convoy[:8])
    assert convoy[0].velocity_mps[0] == pytest.approx(5.5, abs=0.3)
    assert convoy[-1].valid, 'half a second of the same is believed'
    assert convoy[-1].velocity_mps[0] == pytest.approx(0.0, abs=0.1)


def test_two_crowds_are_not_explained_by_sliding_sideways() -> None:
    angle = np.concatenate([np.full(6, -0.26), np.full(9, -0.1)])
    directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    estimator = EgoEstimator(SETTINGS)
    still, zero = statics(20, (0.0, 0.0))
    estimator.update(0.0, still, zero, np.ones(20, dtype=np.int64))
    ego = estimator.update(0.03, directions, np.r_[np.zeros(6), np.full(9, -0.61)], np.r_[np.full(6, 2), np.full(9, 9)])
    assert np.abs(ego.velocity_mps).max() < 0.2


def test_split_leaves_one_bin_on_either_side_to_a_rolling_rig() -> None:
    ego = EgoVelocity(np.array([5.0, 0.0]), np.diag([0.01, 0.01]), True, 20)
    ahead = np.tile([1.0, 0.0], (4, 1))
    assert moving(ahead, np.array([-5.0, -5.4, -6.0, 0.0]), ego, SETTINGS).tolist() == [False, False, True, True]


def test_split_of_a_standing_rig_calls_the_first_bin_moving() -> None:
    ego = EgoVelocity(np.zeros(2), np.diag([0.5, 0.5]), True, 5)
    assert moving(np.tile([1.0, 0.0], (2, 1)), np.array([0.0, -0.6147]), ego, SETTINGS).tolist() == [False, True]


@pytest.mark.parametrize(('posts', 'believed'), [(6, True), (3, False)])
def test_a_rig_that_starts_leaves_the_zero_bin_by_a_whole_one_where_enough_stands(posts: int, believed: bool) -> None:
    angles = np.linspace(-0.4, 0.4, posts)
    directions = np.stack([-np.cos(angles), np.sin(angles)], axis=1)
    told = EgoEstimator(SETTINGS).update(1.0, directions, np.full(posts, 0.58), np.ones(posts, dtype=np.int64),
                                         np.array([0.05, 0.0]))
    assert told.valid == believed
    assert told.velocity_mps[0] == pytest.approx(0.6 if believed else 0.05, abs=0.05)
