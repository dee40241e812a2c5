"""Nothing that is finite breaks the tracker: any measurements, in any order of time, of any sensor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from outrider_perception.config import load
from outrider_perception.hazards import HazardJudge
from outrider_perception.measurements import (
    Boxes,
    CartesianScan,
    DepthClusters,
    Gyro,
    PolarScan,
    SensorPose,
    Speed,
    upright_pose,
)
from outrider_perception.tracker import Tracker

CONFIG = load()

REAR, CAMERA = upright_pose(-0.9, 0.0, 0.8, math.pi), upright_pose(-0.9, 0.0, 0.86, math.pi)
ANY = st.floats(width=64)
USUAL = st.floats(-60.0, 60.0)
TIMES = st.one_of(st.floats(0.0, 2.0), st.floats(-1e9, 1e9), st.sampled_from([0.0, 0.1, 0.2, 0.3]))


def table(rows: int, columns: int, numbers: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    return arrays.arrays(np.float64, (rows, columns), elements=numbers)


@st.composite
def anything(draw: Any) -> Any:
    t, n = draw(TIMES), draw(st.integers(0, 6))
    numbers = draw(st.sampled_from([ANY, USUAL]))
    kind = draw(st.sampled_from(['radar', 'boxes', 'near', 'places', 'gyro', 'speed']))
    rows = draw(table(n, 8, numbers))
    if kind == 'radar':
        return PolarScan(t, REAR, np.abs(rows[:, 0]), rows[:, 1] / 40.0, rows[:, 2] / 100.0, rows[:, 3], rows[:, 4],
                         velocity_max_mps=draw(st.sampled_from([None, 6.0])), transmitters=2)
    if kind == 'boxes':
        edges = np.sort(np.abs(rows[:, :4]), axis=1) * (8.0 if numbers is USUAL else 1.0)
        return Boxes(t, CAMERA, (424.0, 424.0), (423.5, 239.5), (848, 480), edges,
                     draw(arrays.arrays(np.int64, n, elements=st.integers(-2, 12))), np.abs(rows[:, 4]) / 60.0,
                     rows[:, 5], draw(st.booleans()))
    if kind == 'near':
        return DepthClusters(t, CAMERA, rows[:, :2], np.abs(rows[:, 2:5]) / 10.0, np.abs(rows[:, 5]) / 60.0,
                             rows[:, 5:8] > 0.0, draw(st.sampled_from([(-1e3, 1e3), (-0.95, 0.95)])))
    if kind == 'places':
        return CartesianScan(t, rows[:, :2], rows[:, 2:6].reshape(-1, 2, 2), sensor=draw(st.sampled_from(['a', 'b'])))
    one = draw(numbers), draw(numbers), draw(numbers)
    return Gyro(t, *one) if kind == 'gyro' else Speed(t, one[0], one[1], draw(st.sampled_from(['gps', 'wheels'])),
                                                      one[2])


@settings(max_examples=200, deadline=None)
@given(st.lists(anything(), min_size=1, max_size=14))
def test_no_nan_and_positive_covariances(measurements: list[Any]) -> None:
    tracker, judge = Tracker(*CONFIG.tracking), HazardJudge(CONFIG.hazards)
    for measurement in measurements:
        with np.errstate(all='ignore'):
            step = tracker.step(measurement)
        if step is None:
            continue
        for bank in (step.tracks, tracker._following.bank):
            for column in (bank.state, bank.covariance, bank.log_odds, bank.box_m, bank.heading_rad, bank.pace_mps,
                           bank.beliefs, bank.class_probability):
                assert np.isfinite(column).all()
            assert (np.linalg.eigvalsh(bank.covariance) > -1e-6 * np.abs(bank.covariance).max(initial=0.0)).all()
            assert (np.diagonal(bank.covariance, axis1=1, axis2=2) > 0.0).all()
        assert np.isfinite(step.ego.velocity_mps).all()
        assert np.isfinite(step.ego.covariance).all()
        hazards = judge.judge(step)
        assert np.isfinite(hazards.approach.distance_m).all()
        assert np.isfinite(hazards.approach.clearance_m).all()
        assert len(set(step.tracks.identity.tolist())) == len(step.tracks)


@settings(max_examples=40, deadline=None)
@given(st.lists(anything(), min_size=1, max_size=10))
def test_equal_measurements_give_equal_steps_to_the_last_bit(measurements: list[Any]) -> None:
    ends = []
    for _ in range(2):
        tracker = Tracker(*CONFIG.tracking)
        with np.errstate(all='ignore'):
            steps = [tracker.step(measurement) for measurement in measurements]
        ends.append([(step.tracks.state.tobytes(), step.tracks.covariance.tobytes(), step.tracks.identity.tolist(),
                      step.counts, step.degraded) for step in steps if step is not None])
    assert ends[0] == ends[1]


def test_pose_of_a_camera_that_looks_up_or_down_breaks_nothing() -> None:
    for turn in ([[0, 0, -1], [0, 1, 0], [1, 0, 0]], [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]):
        pose = SensorPose(np.array([0.0, 0.0, 0.5]), np.array(turn, dtype=np.float64))
        tracker = Tracker(*CONFIG.tracking)
        box = Boxes(0.0, pose, (400.0, 400.0), (424.0, 240.0), (848, 480), np.array([[400.0, 200.0, 460.0, 280.0]]),
                    np.array([1]), np.array([0.8]), np.array([5.0]))
        step = tracker.step(box)
        assert np.isfinite(tracker._following.bank.state).all()
        near = DepthClusters(0.1, pose, np.array([[4.0, 0.0]]), np.array([[0.1, 0.5, 1.0]]), np.array([0.03]))
        assert tracker.step(near).used
        assert step.used
