"""Numbers of messages about the own motion, as the tracker takes them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from outrider_perception.config import load
from outrider_perception.ears import GyroMean, gps_speed, wheel_speed

CONFIG = load()

LEVEL = np.eye(3)
BACKWARDS = np.diag([-1.0, -1.0, 1.0])  # an IMU that looks back


def rolled(roll_rad: float) -> np.ndarray:
    c, s = math.cos(roll_rad), math.sin(roll_rad)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def test_samples_of_a_scan_become_one_mean() -> None:
    mean = GyroMean(CONFIG.motion)
    told = [mean.add(0.0025 * i, LEVEL, [0.0, 0.0, 0.1 * (i % 2)], LEVEL) for i in range(20)]
    assert told == [None] * 20
    once = mean.take()
    assert once is not None
    assert (once.stamp_s, once.yaw_rate_radps) == (0.0475, pytest.approx(0.05))
    assert mean.take() is None


def test_without_a_radar_that_asks_a_mean_comes_out_every_twentieth_of_a_second() -> None:
    mean = GyroMean(CONFIG.motion)
    told = [mean.add(0.01 * i, LEVEL, [0.0, 0.0, 0.2], LEVEL) for i in range(13)]
    assert [one.stamp_s for one in told if one] == [0.05, 0.11]


@pytest.mark.parametrize('mount', [LEVEL, BACKWARDS])
def test_lean_and_turn_are_those_of_the_machine_whatever_way_the_imu_looks(mount: np.ndarray) -> None:
    mean, base = GyroMean(CONFIG.motion), rolled(0.2)
    turning = mount.T @ base.T @ np.array([0.0, 0.0, 0.5])  # about the vertical, as the leaning IMU feels it
    mean.add(0.0, base @ mount, turning.tolist(), mount)
    once = mean.take()
    assert once is not None
    assert once.yaw_rate_radps == pytest.approx(0.5)
    assert (once.roll_rad, once.pitch_rad) == (pytest.approx(0.2), pytest.approx(0.0))


def test_imu_without_orientation_tells_the_turn_alone() -> None:
    mean = GyroMean(CONFIG.motion)
    mean.add(0.0, None, [0.0, 0.0, 0.3], BACKWARDS)
    once = mean.take()
    assert once is not None
    assert once.yaw_rate_radps == pytest.approx(0.3)
    assert math.isnan(once.roll_rad)


def test_clock_that_was_set_back_mixes_nothing() -> None:
    mean = GyroMean(CONFIG.motion)
    mean.add(10.0, LEVEL, [0.0, 0.0, 5.0], LEVEL)
    mean.add(1.0, LEVEL, [0.0, 0.0, 0.1], LEVEL)
    once = mean.take()
    assert once is not None
    assert (once.stamp_s, once.yaw_rate_radps) == (1.0, pytest.approx(0.1))


def test_numbers_that_are_none_are_left_out() -> None:
    mean = GyroMean(CONFIG.motion)
    assert mean.add(0.0, LEVEL, [0.0, 0.0, math.nan], LEVEL) is None
    assert mean.take() is None
    assert gps_speed(0.0, math.nan, 0.0, 0.01, (0.0, 0.0), CONFIG.motion) is None
    assert gps_speed(0.0, 1.0, 0.0, -1.0, (0.0, 0.0), CONFIG.motion) is None
    assert wheel_speed(0.0, [False, False], [0.0, 0.0], 1000.0, CONFIG.motion) is None
    assert wheel_speed(0.0, [True, True], [0.0, 0.0], 0.0, CONFIG.motion) is None


def test_gps_tells_speed_course_and_sigma() -> None:
    told = gps_speed(1.0, 3.0, 4.0, 0.0049, (-0.85, 0.0), CONFIG.motion)
    assert told is not None
    assert (told.mps, told.sigma_mps, told.course_rad) == (pytest.approx(5.0), pytest.approx(0.07),
                                                           pytest.approx(math.atan2(4.0, 3.0)))
    assert told.lever_m == (-0.85, 0.0)


def test_wheels_tell_the_mean_of_both_and_one_alone_is_less_sure() -> None:
    both = wheel_speed(0.0, [True, True], [-900.0, -1100.0], 1000.0, CONFIG.motion)
    one = wheel_speed(0.0, [True, False], [-900.0, 0.0], 1000.0, CONFIG.motion)
    assert both is not None
    assert one is not None
    assert (both.mps, both.source) == (pytest.approx(-1.0), 'wheels')
    assert one.mps == pytest.approx(-0.9)
    assert one.sigma_mps > both.sigma_mps
