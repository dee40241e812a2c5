"""The filter of the own motion: each source alone, lever arms, late and false words, and time that jumps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_perception.config import load
from outrider_perception.measurements import Gyro, Speed
from outrider_perception.motion import MotionFilter
from outrider_perception.own import Own

CONFIG = load()

SETTINGS = CONFIG.motion


def statics(velocity: tuple[float, float], count: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Return the normal equations of that many points that see a sensor move with `velocity`."""
    angle = np.pi + np.linspace(-0.8, 0.8, count)
    lines = np.stack([np.cos(angle), np.sin(angle)], axis=1) / 0.2
    information = lines.T @ lines
    return information, information @ np.array(velocity)


def test_nothing_heard_is_nothing_known() -> None:
    motion = MotionFilter(SETTINGS)
    assert not motion.knows_speed(0.0)
    assert motion.advance(1.0).covariance[0, 0] >= 25.0


@pytest.mark.parametrize('source', ['gps', 'wheels'])
def test_a_speed_alone_is_enough_and_silence_makes_it_doubtful(source: str) -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(20):
        assert motion.speed(Speed(0.1 * number, 5.0, 0.07, source))
    known = motion.advance(1.9)
    assert known.velocity_mps == pytest.approx([5.0, 0.0], abs=0.1)
    assert motion.knows_speed(1.9)
    assert motion.hears(source, 1.9)
    later = motion.advance(5.0)
    assert later.covariance[0, 0] > 0.25
    assert not motion.knows_speed(5.0)
    assert not motion.hears(source, 5.0)


def test_wheels_know_backwards_and_gps_follows_their_sign() -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(40):
        motion.speed(Speed(0.05 * number, -1.0, 0.05, 'wheels'))
        motion.speed(Speed(0.05 * number, 1.0, 0.07, 'gps'))
    assert motion.advance(2.0).velocity_mps[0] == pytest.approx(-1.0, abs=0.05)


def test_noise_of_a_receiver_that_stands_is_no_speed() -> None:
    motion, draw = MotionFilter(SETTINGS), np.random.default_rng(1)
    for number in range(100):
        motion.speed(Speed(0.1 * number, float(np.hypot(*draw.normal(0.0, 0.05, 2))), 0.0707, 'gps'))
    assert abs(motion.advance(9.9).velocity_mps[0]) < 0.05


def test_doppler_of_a_sensor_on_an_arm_is_the_rig_s_velocity() -> None:
    yaw, lever = 0.5, np.array([-0.9, 0.3])
    swung = (5.0 - yaw * lever[1], yaw * lever[0])
    motion = MotionFilter(SETTINGS)
    for number in range(60):
        t = 0.05 * number
        motion.gyro(Gyro(t, yaw))
        assert motion.doppler(t, *statics(swung), lever)
    known = motion.advance(2.95)
    assert known.velocity_mps == pytest.approx([5.0, 0.0], abs=0.06)
    assert known.yaw_rate_radps == pytest.approx(yaw, abs=0.03)


@pytest.mark.parametrize('source', ['gps', 'wheels'])
def test_traffic_that_poses_as_the_ground_for_seconds_does_not_stop_a_rig_whose_speed_is_told(source: str) -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(100):
        t = 0.05 * number
        motion.speed(Speed(t, 18.0, 0.1, source))
        assert motion.doppler(t, *statics((18.0 if t < 1.0 else 0.5, 0.0)), np.zeros(2)) == (t < 1.0)
    assert motion.advance(4.95).velocity_mps[0] == pytest.approx(18.0, abs=0.1)


@pytest.mark.parametrize('seed', range(8))
def test_a_rig_that_stood_rolls_ahead_though_no_gps_knows_a_sign(seed: int) -> None:
    motion, draw = MotionFilter(SETTINGS), np.random.default_rng(seed)
    for number in range(120):
        t = 0.1 * number
        ahead = 5.0 - t if t < 5.0 else max(0.0, t - 9.0)
        motion.doppler(t, *statics((min(ahead, 5.0) - 0.1 if t < 8.0 else 0.0, 0.0)), np.zeros(2))
        motion.speed(Speed(t, float(np.hypot(ahead + draw.normal(0.0, 0.05), draw.normal(0.0, 0.05))), 0.07, 'gps'))
    assert motion.advance(11.9).velocity_mps[0] == pytest.approx(2.9, abs=0.4)


def test_where_nobody_else_speaks_any_more_the_ground_is_believed_again() -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(100):
        t = 0.05 * number
        if t < 1.0:
            motion.speed(Speed(t, 18.0, 0.1, 'wheels'))
        else:
            motion.doppler(t, *statics((0.5, 0.0)), np.zeros(2))
    assert motion.advance(4.95).velocity_mps[0] == pytest.approx(0.5, abs=0.1)


def test_antenna_on_an_arm_tells_the_speed_of_base_link() -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(60):
        motion.gyro(Gyro(0.05 * number, 0.5))
        motion.speed(Speed(0.05 * number, 5.0 - 0.5 * 1.0, 0.05, 'gps', lever_m=(0.0, 1.0)))
    assert motion.advance(2.95).velocity_mps[0] == pytest.approx(5.0, abs=0.08)


def test_course_finds_the_bias_of_the_gyroscope() -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(600):
        t = 0.05 * number
        motion.gyro(Gyro(t, 0.3 + 0.012))
        if number % 2 == 0:
            motion.speed(Speed(t, 5.0, 0.07, 'gps', math.remainder(0.3 * (t - SETTINGS.gps_age_s), 2 * math.pi)))
    assert motion.advance(29.95).yaw_rate_radps == pytest.approx(0.3, abs=0.003)


def test_sway_is_no_turn_and_a_bend_is_one() -> None:
    swaying, bending = MotionFilter(SETTINGS), MotionFilter(SETTINGS)
    turns = []
    for number in range(200):
        t = 0.05 * number
        sway = 0.088 * math.cos(2 * math.pi * 0.8 * t)
        swaying.gyro(Gyro(t, sway))
        bending.gyro(Gyro(t, sway + 0.1))
        turns.append((swaying.advance(t).turn_radps, bending.advance(t).turn_radps))
    sway_turns, bend_turns = np.array(turns[100:]).T
    assert np.abs(sway_turns).max() < 0.02
    assert bend_turns == pytest.approx(np.full(100, 0.1), abs=0.02)


def test_turn_at_a_junction_is_seen_within_half_a_second() -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(50):
        motion.gyro(Gyro(0.05 * number, 0.0 if number < 40 else 0.5))
    assert motion.advance(2.45).turn_radps > 0.25


def test_one_false_word_is_refused_and_many_are_believed() -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(20):
        motion.speed(Speed(0.1 * number, 5.0, 0.07, 'gps'))
    assert not motion.speed(Speed(2.0, 25.0, 0.07, 'gps'))
    assert motion.advance(2.0).velocity_mps[0] == pytest.approx(5.0, abs=0.1)
    told = [motion.speed(Speed(2.1 + 0.1 * number, 12.0, 0.07, 'gps')) for number in range(20)]
    assert told[-1]
    assert motion.advance(4.0).velocity_mps[0] == pytest.approx(12.0, abs=0.3)


def test_late_speed_is_compared_with_what_was_then() -> None:
    motion = MotionFilter(SETTINGS)
    for number in range(60):
        t = 0.05 * number
        motion.speed(Speed(t, 2.0 * t, 0.02, 'wheels'))
    before = motion.advance(2.95).velocity_mps[0]
    assert motion.speed(Speed(2.75, 5.5, 0.02, 'wheels'))
    assert motion.advance(2.95).velocity_mps[0] == pytest.approx(before, abs=0.05)
    assert not motion.speed(Speed(2.0, 4.0, 0.02, 'wheels')), 'too old'


def test_time_that_jumps_begins_anew() -> None:
    own = Own(CONFIG.tracks, SETTINGS)
    for number in range(20):
        own.hear(Speed(1000.0 + 0.1 * number, 5.0, 0.07, 'gps'))
    for number in range(20):
        assert own.hear(Speed(0.1 * number, 3.0, 0.07, 'gps'))
    assert own.at(1.9).velocity_mps[0] == pytest.approx(3.0, abs=0.2)
    assert own.missing(1.9) == ['imu']


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-0.4, 2.0), st.floats(allow_nan=True, allow_infinity=True),
                          st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(['gyro', 'gps', 'wheels'])),
                max_size=30))
def test_no_number_makes_the_state_infinite_or_its_covariance_negative(words: list[tuple[float, float, float,
                                                                                         str]]) -> None:
    own, now_s = Own(CONFIG.tracks, SETTINGS), 0.0
    for step_s, one, other, source in words:
        now_s += step_s
        own.hear(Gyro(now_s, one, other, 0.0) if source == 'gyro' else Speed(now_s, one, other, source, other))
        known = own.at(now_s)
        assert np.isfinite(known.velocity_mps).all()
        assert np.linalg.eigvalsh(known.covariance).min() > 0.0
        assert math.isfinite(known.yaw_rate_radps + known.turn_radps + known.roll_rad + known.pitch_rad)
