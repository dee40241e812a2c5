"""Measurements that come late: the same tracks as in order, within a fraction of their own sigma, and no memory."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from outrider_perception import kalman
from outrider_perception.arrays import Floats
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity
from outrider_perception.late import Lag
from outrider_perception.measurements import CartesianScan, DepthClusters, Gyro, PolarScan, Speed, upright_pose
from outrider_perception.tracker import Step, Tracker

CONFIG = load()

REAR = upright_pose(-0.9, 0.0, 0.8, math.pi)
RADAR_S, DEPTH_S, LAG_S = 0.05, 1 / 15, 0.12
RIG_MPS, TURN_RADPS = 5.0, 0.25


def place(t: float, brakes: float, turns: float) -> Floats:
    """Where a car is in base_link that comes from behind, over ground straight along the rig's first heading."""
    x, y = -12.0 + 7.0 * t - 0.5 * brakes * t * t, 1.5
    heading = turns * t
    rig = np.array([RIG_MPS * math.sin(heading) / turns, RIG_MPS * (1 - math.cos(heading)) / turns]) if turns else (
        np.array([RIG_MPS * t, 0.0]))
    c, s = math.cos(heading), math.sin(heading)
    return np.array([[c, s], [-s, c]]) @ (np.array([x, y]) - rig)


def radar(t: float, brakes: float, turns: float) -> PolarScan:
    at, later = (REAR.rotation[:2, :2].T @ (place(t + dt, brakes, turns) - REAR.translation_m[:2])
                 for dt in (0.0, 1e-4))
    reach = float(np.hypot(*at))
    return PolarScan(t, REAR, np.array([reach]), np.array([math.atan2(at[1], at[0])]), np.zeros(1),
                     np.array([(float(np.hypot(*later)) - reach) / 1e-4]), np.array([20.0]))


def depth(t: float, brakes: float, turns: float) -> DepthClusters:
    at = REAR.rotation[:2, :2].T @ (place(t, brakes, turns) - REAR.translation_m[:2])
    return DepthClusters(t, REAR, at[None, :], np.array([[0.1, 0.4, 1.5]]), np.array([0.1]))


def measurements(brakes: float, turns: float) -> list[tuple[float, Any]]:
    """(arrival, measurement): radar and own motion at once, depth late."""
    found: list[tuple[float, Any]] = []
    for i in range(round(1.5 / RADAR_S)):
        t = i * RADAR_S
        found += [(t, Speed(t, RIG_MPS, 0.05)), (t, Gyro(t, turns)), (t, radar(t, brakes, turns))]
    found += [(i * DEPTH_S + LAG_S, depth(i * DEPTH_S, brakes, turns)) for i in range(round(1.5 / DEPTH_S))]
    return found


def run(order: list[Any]) -> tuple[Step, Tracker]:
    tracker, step = Tracker(*CONFIG.tracking), None
    for measurement in order:
        step = tracker.step(measurement) or step
    assert step is not None
    return step, tracker


@pytest.mark.parametrize(('brakes', 'turns'), [(0.0, 0.0), (3.0, 0.0), (0.0, TURN_RADPS)])
def test_late_ones_end_where_ordered_ones_do(brakes: float, turns: float) -> None:
    given = [one for one in measurements(brakes, turns) if one[0] < 1.5]
    ordered, _ = run([one for _, one in sorted(given, key=lambda pair: pair[1].stamp_s)])
    late, tracker = run([one for _, one in sorted(given, key=lambda pair: pair[0])])
    assert tracker.totals['late'] == 0
    assert tracker.totals['repeated'] == 0
    assert len(ordered.tracks) == len(late.tracks) == 1
    assert late.stamp_s == ordered.stamp_s
    sigma = np.sqrt(np.diagonal(ordered.tracks.covariance[0]))
    assert (np.abs(late.tracks.state[0] - ordered.tracks.state[0]) < 0.6 * sigma).all()
    assert np.sqrt(np.diagonal(late.tracks.covariance[0])) == pytest.approx(sigma, rel=0.15)


def test_back_is_the_reverse_of_forward_in_a_turn() -> None:
    state = np.array([[-10.0, 2.0, 3.0, -1.0], [5.0, -1.0, -2.0, 0.5]])
    covariance, ego = np.tile(np.eye(4), (2, 1, 1)), np.array([5.0, 0.1])
    rig = EgoVelocity(ego)
    after, _ = kalman.predict(state, covariance, 0.1, rig, np.zeros(2, dtype=np.bool_),
                              replace(CONFIG.tracks, lane_tau_s=1e4))
    after, _ = kalman.turned(after, covariance, 0.05, ego)
    assert Lag(0.1, 0.05, ego).back(after) == pytest.approx(state, abs=1e-4)


def test_jacobian_through_the_lag_is_that_of_going_back() -> None:
    state, lag = np.array([[-10.0, 2.0, 3.0, -1.0]]), Lag(0.1, 0.05, np.array([5.0, 0.1]))
    found = lag.through(np.eye(4)[None])[0]
    for i in range(4):
        off = np.zeros((1, 4))
        off[0, i] = 1e-4
        slope = (lag.back(state + off) - lag.back(state - off))[0] / 2e-4
        assert slope == pytest.approx(found[:, i], abs=1e-6)


def test_late_measurement_does_not_turn_back_time() -> None:
    tracker = Tracker(*CONFIG.tracking)
    boxes = np.array([[10.0, 0.0]]), np.tile(np.eye(2) * 0.04, (1, 1, 1))
    tracker.step(CartesianScan(1.0, *boxes, sensor='depth_a'))
    step = tracker.step(CartesianScan(0.8, *boxes, sensor='depth_b'))
    assert step.used
    assert step.stamp_s == 1.0
    assert not tracker.step(CartesianScan(0.8, *boxes, sensor='depth_b')).used, 'the same once more'
    assert not tracker.step(CartesianScan(0.5, *boxes, sensor='depth_b')).used, 'too late'
    assert tracker.totals['repeated'] == 1
    assert tracker.totals['late'] == 1


def test_body_first_seen_late_is_where_it_is_now() -> None:
    tracker = Tracker(*CONFIG.tracking)
    tracker.step(Speed(0.0, 5.0, 0.05))
    for i in range(12):
        t = i * 0.05
        tracker.step(CartesianScan(t, np.zeros((0, 2)), np.zeros((0, 2, 2)), sensor='depth_a'))
        if t >= 0.1:
            at = np.array([[-12.0 + 4.0 * (t - 0.1), 0.0]])
            step = tracker.step(CartesianScan(t - 0.1, at, np.eye(2)[None] * 0.01, sensor='depth_b'))
    assert step.tracks.state[0] == pytest.approx([-12.0 + 4.0 * 0.55, 0.0, 4.0, 0.0], abs=0.3)


def test_duplicates_and_late_ones_need_no_memory_that_grows() -> None:
    tracker = Tracker(*CONFIG.tracking)
    for i in range(400):
        tracker.step(CartesianScan(i * 0.01, np.zeros((0, 2)), np.zeros((0, 2, 2))))
    assert max(len(stamps) for stamps in tracker._stamps.values()) <= 8
