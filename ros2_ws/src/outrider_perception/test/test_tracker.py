"""The door: what it refuses, what it counts, and that nothing breaks it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_perception.config import load
from outrider_perception.hazards import HazardJudge
from outrider_perception.measurements import CartesianScan, PolarScan, SensorPose, upright_pose
from outrider_perception.tracker import Step, Tracker

CONFIG = load()

POSE = upright_pose()


def scan(t: float, *points: tuple[float, float, float], sensor: str = 'radar') -> PolarScan:
    """A scan of (x, y, range rate) on level ground."""
    rows = np.array(points, dtype=np.float64).reshape(-1, 3)
    xyz = np.stack([rows[:, 0], rows[:, 1], np.zeros(len(rows))], axis=1)
    return PolarScan.from_points(t, POSE, xyz, rows[:, 2], np.full(len(rows), 20.0), sensor)


def approaching(tracker: Tracker, start: float = 0.0, count: int = 10, sensor: str = 'radar') -> Step:
    """One body on x, 20 m away, that comes at 5 m/s, seen at 20 Hz."""
    step = None
    for i in range(count):
        t = start + i * 0.05
        step = tracker.step(scan(t, (20.0 - 5.0 * (t - start), 0.0, -5.0), sensor=sensor))
    assert step is not None
    return step


def test_single_far_point_becomes_a_track_with_its_velocity() -> None:
    step = approaching(Tracker(*CONFIG.tracking), count=20)
    assert step.tracks.identity.tolist() == [1]
    behind_m = 0.5 * step.size_m[0, 0]  # what is seen is its end, the track is its centre
    assert step.tracks.state[0] == pytest.approx([20.0 - 5.0 * 0.95 + behind_m, 0.0, -5.0, 0.0], abs=0.3)
    assert step.tracks.existence[0] > 0.9
    assert step.tracks.oldest_s[0] == step.stamp_s
    assert step.tracks.sources(step.stamp_s).tolist() == [1]


def test_one_sight_is_not_yet_a_track() -> None:
    step = approaching(Tracker(*CONFIG.tracking), count=1)
    assert len(step.tracks) == 0
    assert step.counts['tentative'] == 1


def test_identity_outlives_six_tenths_of_silence_and_ends_after_it() -> None:
    tracker = Tracker(*CONFIG.tracking)
    approaching(tracker)
    for i in range(12):
        step = tracker.step(scan(0.5 + i * 0.05))
    assert step.tracks.identity.tolist() == [1]
    assert step.stamp_s - step.tracks.seen_s[0] == pytest.approx(0.6)
    for i in range(20):
        step = tracker.step(scan(1.1 + i * 0.05))
    assert len(step.tracks) == 0


def test_identities_are_never_used_twice() -> None:
    tracker = Tracker(*CONFIG.tracking)
    approaching(tracker)
    assert approaching(tracker, start=10.0).tracks.identity.tolist() == [2]
    assert approaching(tracker, start=0.0).tracks.identity.tolist() == [3], 'not even when time goes backwards'
    assert tracker.totals['restarts'] == 2


def test_repeated_stamp_is_ignored_and_counted() -> None:
    tracker = Tracker(*CONFIG.tracking)
    before = approaching(tracker)
    after = tracker.step(scan(before.stamp_s, (1.0, 1.0, -3.0)))
    assert not after.used
    assert tracker.totals['repeated'] == 1
    assert after.tracks.state.tobytes() == before.tracks.state.tobytes()


def test_same_stamp_of_another_sensor_is_used() -> None:
    tracker = Tracker(*CONFIG.tracking)
    before = approaching(tracker)
    assert tracker.step(CartesianScan(before.stamp_s, np.zeros((0, 2)), np.zeros((0, 2, 2)))).used


def test_measurement_that_is_too_late_is_ignored_and_counted() -> None:
    tracker = Tracker(*CONFIG.tracking)
    before = approaching(tracker)
    assert not tracker.step(scan(before.stamp_s - 0.4, (20.0, 0.0, -5.0))).used
    assert tracker.totals['late'] == 1


def test_points_without_a_place_are_counted_not_dropped_silently() -> None:
    nan, inf = float('nan'), float('inf')
    tracker = Tracker(*CONFIG.tracking)
    step = tracker.step(scan(0.0, (nan, 0.0, 0.0), (5.0, inf, 0.0), (5.0, 0.0, nan), (1e100, 0.0, 0.0),
                             (0.1, 0.0, 0.0)))
    assert (step.counts['points'], step.counts['not_finite']) == (5, 3)
    assert (step.counts['out_of_bounds'], step.counts['leakage']) == (1, 1)


def test_leakage_starts_nothing_even_when_the_rig_rolls() -> None:
    tracker = Tracker(*CONFIG.tracking)
    for i in range(40):
        posts = [(x, 3.0, -5.0 * x / np.hypot(x, 3.0)) for x in (5.0, 9.0, 14.0, 20.0, 30.0, -8.0)]
        step = tracker.step(scan(i * 0.05, (0.1, 0.0, 0.0), (0.15, 0.05, 0.0), *posts))
        assert len(step.tracks) == 0
    assert step.ego.valid
    assert step.ego.velocity_mps == pytest.approx([5.0, 0.0], abs=0.1)


def test_boxes_of_a_depth_camera_are_tracked_and_join_the_radar_track() -> None:
    tracker = Tracker(*CONFIG.tracking)
    first = approaching(tracker)
    x = float(first.tracks.state[0, 0])
    step = tracker.step(CartesianScan(first.stamp_s + 0.01, np.array([[x - 0.05, 0.0]]), np.eye(2)[None] * 0.04,
                                      np.array([[1.8, 0.6, 1.7]]), np.array([6]), np.array([0.9])))
    assert step.tracks.identity.tolist() == [1]
    assert step.tracks.class_id.tolist() == [6]
    assert 0.3 < step.tracks.class_probability[0] < 0.9
    assert step.size_m[0] == pytest.approx([1.8, 0.6, 1.7])
    assert step.tracks.sources(step.stamp_s).tolist() == [5]
    assert step.tracks.oldest_s[0] == pytest.approx(first.stamp_s)


def test_standing_body_before_depth_alone_is_tracked() -> None:
    tracker = Tracker(*CONFIG.tracking)
    for i in range(8):
        step = tracker.step(CartesianScan(i * 0.1, np.array([[3.0, 0.2]]), np.eye(2)[None] * 0.01))
    assert len(step.tracks) == 1
    assert step.tracks.class_id.tolist() == [0]
    assert step.tracks.class_probability.tolist() == [1.0]


def test_boxes_that_make_no_sense_are_counted() -> None:
    bad = np.array([[[1.0, 0.0], [0.0, -1.0]], [[np.nan, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]])
    step = Tracker(*CONFIG.tracking).step(CartesianScan(0.0, np.ones((3, 2)), bad))
    assert step.counts['boxes_left_out'] == 3


@pytest.mark.parametrize('stamp', [float('nan'), float('inf')])
def test_stamp_must_be_finite(stamp: float) -> None:
    with pytest.raises(ValueError, match='expected a finite number'):
        scan(stamp)


def test_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match=r'expected all \(n,\)'):
        PolarScan(0.0, POSE, np.zeros(2), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1))
    with pytest.raises(ValueError, match='covariances_m2 has shape'):
        CartesianScan(0.0, np.zeros((2, 2)), np.zeros((1, 2, 2)))
    with pytest.raises(ValueError, match='rotation has shape'):
        SensorPose(np.zeros(3), np.eye(2))


finite = st.floats(allow_nan=False, allow_infinity=False)
likely = st.one_of(st.floats(-60.0, 60.0), finite)


@st.composite
def measurement(draw: st.DrawFn) -> Any:
    t = draw(st.one_of(st.floats(0.0, 3.0), st.sampled_from([0.0, 0.05, 0.1]), finite))
    n = draw(st.integers(0, 8))
    column = st.lists(likely, min_size=n, max_size=n).map(np.array)
    if draw(st.integers(0, 3)):
        pose = upright_pose(*draw(st.tuples(*[st.floats(-2.0, 2.0)] * 3)), draw(st.floats(-4.0, 4.0)))
        xyz = np.stack([draw(column), draw(column), draw(column)], axis=1) if n else np.zeros((0, 3))
        return PolarScan.from_points(t, pose, xyz, draw(column).astype(float), draw(column).astype(float))
    places = np.stack([draw(column), draw(column)], axis=1) if n else np.zeros((0, 2))
    spread = np.array([draw(st.lists(likely, min_size=4, max_size=4)) for _ in range(n)]).reshape(n, 2, 2)
    return CartesianScan(t, places, spread)


@settings(max_examples=150, deadline=None)
@given(st.lists(measurement(), max_size=12))
def test_no_finite_input_gives_nan_or_a_covariance_that_is_none(measurements: list[Any]) -> None:
    tracker, judge = Tracker(*CONFIG.tracking), HazardJudge(CONFIG.hazards)
    for one in measurements:
        with np.errstate(all='ignore'):
            step = tracker.step(one)
            hazards = judge.judge(step)
        tracks, approach = step.tracks, hazards.approach
        for values in (tracks.state, tracks.covariance, step.size_m, step.centre_m, step.ego.velocity_mps,
                       step.ego.covariance, tracks.existence, approach.distance_m, approach.clearance_m,
                       approach.clearance_sigma_m, approach.time_to_closest_s, approach.closing_mps):
            assert np.isfinite(values).all()
        assert not np.isnan(approach.time_to_collision_s).any()
        if len(tracks):
            assert np.linalg.eigvalsh(tracks.covariance).min() > 0.0
            assert np.abs(tracks.covariance - tracks.covariance.transpose(0, 2, 1)).max() == 0.0


@settings(max_examples=30, deadline=None)
@given(st.lists(measurement(), max_size=8))
def test_equal_inputs_give_equal_outputs(measurements: list[Any]) -> None:
    one, two = Tracker(*CONFIG.tracking), Tracker(*CONFIG.tracking)
    with np.errstate(all='ignore'):
        for m in measurements:
            a, b = one.step(m), two.step(m)
            assert a.tracks.state.tobytes() == b.tracks.state.tobytes()
            assert a.counts == b.counts
