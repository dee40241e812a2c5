"""The Cartesian door: identities for the boxes of any detector."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from outrider_perception import doors
from outrider_perception.doors import track_boxes


def box(x: float, y: float, yaw: float = 0.0, score: float = 0.8) -> list[float]:
    return [x, y, 0.75, 4.5, 1.8, 1.5, yaw, score]


def test_example_of_the_documentation_runs() -> None:
    assert doctest.testmod(doors).failed == 0


def test_two_that_pass_each_other_keep_their_identities() -> None:
    frames = [(0.1 * i, np.array([box(-20.0 + i, 2.0), box(20.0 - i, -2.0)])) for i in range(40)]
    tracked = track_boxes(frames)
    assert {len(boxes) for boxes in tracked[3:]} == {2}
    for boxes in tracked[3:]:
        assert boxes[boxes[:, 1] > 0.0, 8].tolist() == [1.0]
        assert boxes[boxes[:, 1] < 0.0, 8].tolist() == [2.0]
    assert tracked[-1][0, :2] == pytest.approx([19.0, 2.0], abs=0.1)


def test_queue_of_parked_cars_is_as_many() -> None:
    row = np.array([box(5.0 * i, 0.0) for i in range(6)] + [box(5.0 * i, 2.3) for i in range(6)])
    draw = np.random.default_rng(1)
    frames = [(0.1 * i, row + np.pad(draw.normal(0.0, 0.15, (12, 2)), ((0, 0), (0, 6)))) for i in range(30)]
    tracked = track_boxes(frames)
    assert {len(boxes) for boxes in tracked[4:]} == {12}
    assert len({one for boxes in tracked for one in boxes[:, 8].tolist()}) == 12


def test_identity_outlives_six_tenths_of_a_second() -> None:
    frames = [(0.1 * i, np.array([box(i, 0.0)]) if not 10 <= i < 16 else np.zeros((0, 8))) for i in range(30)]
    tracked = track_boxes(frames)
    assert {one for boxes in tracked for one in boxes[:, 8].tolist()} == {1.0}
    assert [len(boxes) for boxes in tracked[9:17]] == [1, 0, 0, 0, 0, 0, 0, 1]


def test_front_taken_for_back_does_not_turn_the_body() -> None:
    frames = [(0.1 * i, np.array([box(0.0, 0.0, yaw=0.1 + (np.pi if i % 3 == 0 else 0.0))])) for i in range(1, 20)]
    yaws = [boxes[0, 6] for boxes in track_boxes(frames) if len(boxes)]
    assert np.abs(np.diff(yaws)).max() < 0.1


def test_one_look_is_no_body() -> None:
    frames = [(0.1 * i, np.array([box(0.0, 0.0)] if i == 5 else []).reshape(-1, 8)) for i in range(10)]
    assert sum(len(boxes) for boxes in track_boxes(frames)) == 0


def test_times_that_repeat_go_back_or_jump() -> None:
    seen = np.array([box(0.0, 0.0)])
    tracked = track_boxes([(0.0, seen), (0.1, seen), (0.2, seen), (0.2, seen), (0.1, seen), (0.3, seen), (9.0, seen),
                           (9.1, seen), (9.2, seen)])
    assert [len(boxes) for boxes in tracked] == [0, 0, 1, 0, 0, 1, 0, 0, 1]
    assert tracked[5][0, 8] == 1.0
    assert tracked[8][0, 8] != 1.0


@pytest.mark.parametrize(('frames', 'sentence'), [
    ([(0.0, np.array([box(0.0, 0.0), box(float('nan'), 0.0)]))],
     r'frame 0, row 1 is \[nan, 0.0, .*\], expected finite numbers. Leave such boxes out.'),
    ([(0.0, np.zeros((0, 8))), (0.1, np.array([box(0.0, float('inf'))]))], 'frame 1, row 0 is .*expected finite'),
    ([(float('nan'), np.zeros((0, 8)))], 'frame 0 is at nan s, expected a finite time.'),
    ([(0.0, np.zeros((2, 7)))], r'frame 0 has boxes of shape \(2, 7\), expected \(n, 8\): x y z l w h yaw score.'),
    ([(0.0, np.array(box(0.0, 0.0)))], r'frame 0 has boxes of shape \(8,\), expected \(n, 8\)')])
def test_what_is_no_frame_is_refused_with_one_sentence(frames: list[tuple[float, np.ndarray]], sentence: str) -> None:
    with pytest.raises(ValueError, match=f'^track_boxes: {sentence}'):
        track_boxes(frames)


@pytest.mark.parametrize('sigma_m', [0.0, -1.0, float('nan'), float('inf')])
def test_an_error_of_a_centre_that_is_none_is_refused(sigma_m: float) -> None:
    with pytest.raises(ValueError, match='sigma_m is .*, expected a finite number above zero'):
        track_boxes([], sigma_m)


@pytest.mark.parametrize('empty', [[], np.zeros(0), np.zeros((0, 8)), np.zeros((0, 9))])
def test_a_frame_without_boxes_gives_none_in_any_shape(empty: object) -> None:
    (tracked,) = track_boxes([(0.0, empty)])  # type: ignore[list-item]
    assert tracked.shape == (0, 9)


def test_no_frames_are_no_answers_and_a_generator_will_do() -> None:
    assert track_boxes([]) == []
    assert [len(boxes) for boxes in track_boxes((0.1 * i, [box(0.0, 0.0)]) for i in range(4))] == [0, 0, 1, 1]


def test_a_box_that_is_told_twice_is_one_body() -> None:
    twice = np.array([box(3.0, 1.0), box(3.0, 1.0, score=0.3), box(9.0, 1.0)])
    assert {len(boxes) for boxes in track_boxes([(0.1 * i, twice) for i in range(12)])[2:]} == {2}


def test_scores_of_any_scale_are_handed_through() -> None:
    frames = [(0.1 * i, np.array([box(0.0, 0.0, score=-3.5 + i), box(9.0, 0.0, score=12.0)])) for i in range(5)]
    assert sorted(track_boxes(frames)[-1][:, 7].tolist()) == [0.5, 12.0]


def test_boxes_on_a_map_are_tracked_as_well_as_those_near_zero() -> None:
    home = np.array([450_000.0, 5_400_000.0])

    def at(origin: np.ndarray) -> list[np.ndarray]:
        return track_boxes([(0.1 * i, np.array([box(30.0 * 0.1 * i + origin[0], 2.0 + origin[1]),
                                                box(15.0 + origin[0], -2.0 + origin[1])])) for i in range(200)])

    for near, far in zip(at(np.zeros(2)), at(home), strict=True):
        assert far[:, 8].tolist() == near[:, 8].tolist()
        assert far[:, :2] - home == pytest.approx(near[:, :2], abs=1e-3)
        assert len(far) == len(near)


def test_order_of_boxes_within_a_frame_changes_no_body() -> None:
    draw, row = np.random.default_rng(4), np.array([box(6.0 * i, 3.0 * (i % 2)) for i in range(8)])
    frames = [(0.1 * i, row + [2.0 * 0.1 * i, 0, 0, 0, 0, 0, 0, 0]) for i in range(20)]
    mixed = [(t_s, draw.permutation(boxes)) for t_s, boxes in frames]
    for plain, other in zip(track_boxes(frames), track_boxes(mixed), strict=True):
        assert np.sort(other[:, 0]) == pytest.approx(np.sort(plain[:, 0]), abs=1e-9)
        assert len(set(other[:, 8].tolist())) == len(plain)


FINITE = st.floats(allow_nan=False, allow_infinity=False, width=64)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(FINITE, arrays.arrays(np.float64, st.tuples(st.integers(0, 5), st.just(8)),
                                                elements=FINITE))), st.floats(0.05, 3.0))
def test_any_finite_numbers_in_finite_numbers_out(frames: list[tuple[float, np.ndarray]], sigma_m: float) -> None:
    tracked = track_boxes(frames, sigma_m)
    assert len(tracked) == len(frames)
    for boxes in tracked:
        assert boxes.shape[1] == 9
        assert boxes.dtype == np.float64
        assert np.isfinite(boxes).all()
        assert len(set(boxes[:, 8].tolist())) == len(boxes)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-0.2, 0.4), st.lists(st.tuples(
    st.floats(-60.0, 60.0), st.floats(-60.0, 60.0), st.floats(0.3, 12.0), st.floats(-4.0, 4.0)), max_size=5)),
    max_size=20))
def test_what_is_told_was_seen_in_its_frame_and_never_twice(steps: list[tuple[float, list[tuple[float, ...]]]]) -> None:
    t_s, latest_s, frames = 0.0, -np.inf, []
    for ahead_s, seen in steps:
        t_s += ahead_s
        frames.append((t_s, np.array([[x, y, 0.8, size, size / 2, 1.5, yaw, 0.9] for x, y, size, yaw in seen]
                                     ).reshape(-1, 8)))
    given = [boxes.copy() for _, boxes in frames]
    tracked = track_boxes(frames)
    for (stamp_s, boxes), before, told in zip(frames, given, tracked, strict=True):
        assert np.array_equal(boxes, before)   # nobody writes into what was handed in
        assert len(told) <= len(np.unique(boxes[:, :7], axis=0))
        assert told.shape[1] == 9
        if stamp_s <= latest_s:
            assert len(told) == 0
        latest_s = max(latest_s, stamp_s)
        assert all(one >= 1.0 and one == round(one) for one in told[:, 8].tolist())
    for again, told in zip(track_boxes(frames), tracked, strict=True):
        assert np.array_equal(again, told)
