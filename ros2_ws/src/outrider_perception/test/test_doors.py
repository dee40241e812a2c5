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
    tracked = track_boxes([(0.0, seen), (0.1, seen), (0.2, seen), (0.2, seen), (0.1, seen), (float('nan'), seen),
                           (0.3, seen), (9.0, seen), (9.1, seen), (9.2, seen)])
    assert [len(boxes) for boxes in tracked] == [0, 0, 1, 0, 0, 0, 1, 0, 0, 1]
    assert tracked[6][0, 8] == 1.0
    assert tracked[9][0, 8] != 1.0


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 3.0), arrays.arrays(np.float64, st.tuples(st.integers(0, 5), st.just(8)),
                                                            elements=st.floats(width=64)))), st.floats(0.05, 3.0))
def test_any_numbers_in_finite_numbers_out(frames: list[tuple[float, np.ndarray]], sigma_m: float) -> None:
    for boxes in track_boxes(frames, sigma_m):
        assert boxes.shape[1] == 9
        assert np.isfinite(boxes).all()
        assert len(set(boxes[:, 8].tolist())) == len(boxes)
