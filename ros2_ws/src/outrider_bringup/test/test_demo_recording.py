"""What comes out of the topic is compared with the recording, value by value and in order."""

import json

import numpy as np
import pytest

from outrider_bringup.demo import journal
from outrider_bringup.demo.journal import Written, delays_ms, frames_of, percentile
from outrider_bringup.demo.recording import Follower, Step, as_points
from outrider_sim.devices import radhar


@pytest.fixture(scope='module')
def recording():
    return [as_points(frame) for frame in radhar.load()]


def test_the_whole_recording_is_followed_exactly(recording):
    follower = Follower(recording)
    steps = [follower.take(frame) for frame in recording]
    assert [step.frame for step in steps] == list(range(603))
    assert sum(step.exact for step in steps) == 13_755


def test_frames_count_on_through_a_loop(recording):
    follower = Follower(recording)
    for frame in recording:
        follower.take(frame)
    assert follower.take(recording[0]).frame == 603


def test_a_lost_frame_shows_as_a_gap(recording):
    follower = Follower(recording)
    assert [follower.take(recording[number]).frame for number in (0, 1, 4, 5)] == [0, 1, 4, 5]


@pytest.mark.parametrize('column', range(5))
def test_one_wrong_value_is_one_inexact_point(recording, column):
    follower = Follower(recording)
    damaged = recording[0].copy()
    damaged[3, column] += 0.001
    assert follower.take(damaged) == Step(0, len(damaged), len(damaged) - 1)
    assert follower.take(recording[1]).frame == 1


def test_the_last_bit_of_a_coordinate_counts(recording):
    damaged = recording[0].copy()
    damaged[0, 0] = np.nextafter(damaged[0, 0], np.float32(9))
    assert Follower(recording).take(damaged).exact == len(damaged) - 1


def test_a_missing_point_makes_no_point_of_the_message_exact(recording):
    assert Follower(recording).take(recording[0][1:]).exact == 0


def test_points_in_another_order_are_not_exact(recording):
    assert Follower(recording).take(recording[0][::-1]).exact < len(recording[0])


def test_a_torn_journal_ends_at_its_last_whole_line():
    lines = [json.dumps({'frame': 0, 'written_ns': 5, 'points': 3}), '{"frame": 1, "wri']
    assert journal.parse(lines) == [Written(5, 3)]


def test_a_missing_journal_is_empty(tmp_path):
    assert journal.read(tmp_path / 'none') == []


def test_delays_go_by_the_frame_and_not_by_the_nearest_time():
    written = [Written(0, 1), Written(33_000_000, 1)]
    assert delays_ms(written, [(0, 40_000_000), (1, 41_000_000)]).tolist() == [40.0, 8.0]


def test_messages_of_unknown_or_later_frames_are_left_out():
    assert delays_ms([Written(0, 1)], [(None, 1), (7, 1), (0, 1_000_000)]).tolist() == [1.0]


def test_frames_that_share_a_stamp_are_told_apart_by_their_order():
    assert frames_of([(100, 0), (200, 1), (200, 2)], [100, 200, 200, 200, 300]) == [0, 1, 2, None, None]


@pytest.mark.parametrize(('percent', 'value'), [(0, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)])
def test_percentiles_are_samples_by_nearest_rank(percent, value):
    assert percentile(np.arange(100.0, 0.0, -1.0), percent) == value


def test_a_percentile_of_nothing_is_refused():
    with pytest.raises(ValueError, match='no samples'):
        percentile(np.array([]), 50)
