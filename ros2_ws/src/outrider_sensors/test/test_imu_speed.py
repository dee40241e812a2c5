"""The machine's own acceleration out of speeds that come late and noisy."""

import numpy as np
import pytest

from outrider_sensors.imu.speed import LOST_S, Speeds


def told(speeds, times, of):
    for t_s in times:
        speeds.hear(float(t_s), float(of(t_s)))


def test_even_gain_is_found_in_noise():
    speeds, random = Speeds(), np.random.default_rng(1)
    times = np.arange(0.0, 6.0, 0.1)
    found = []
    for t_s in times:
        speeds.hear(float(t_s), 5.0 - 0.8 * t_s + 0.05 * random.standard_normal())
        known = speeds.at(t_s - 0.6)
        if known:
            found.append(known[1])
    assert len(found) > 40
    assert np.mean(found) == pytest.approx(-0.8, abs=0.03)
    assert np.std(found) < 0.1


def test_speed_is_that_of_the_time_asked_for():
    speeds = Speeds()
    told(speeds, np.arange(0.0, 3.0, 0.1), lambda t_s: 2.0 * t_s)
    speed, gains = speeds.at(2.42)
    assert (speed, gains) == pytest.approx((4.84, 2.0), abs=1e-6)


def test_nothing_is_known_before_a_line_can_be_laid_nor_after_the_last_one():
    speeds = Speeds()
    assert not speeds.expected(0.0, 0.0)
    told(speeds, (0.0, 0.1, 0.2), lambda t_s: 5.0)
    assert speeds.at(0.1) is None
    assert speeds.expected(0.1, 0.3)
    told(speeds, np.arange(0.3, 2.0, 0.1), lambda t_s: 5.0)
    assert speeds.at(1.95) is None
    assert speeds.expected(1.95, 2.0)
    assert not speeds.expected(1.0, 2.0)


def test_lost_speeds_are_not_expected():
    speeds = Speeds()
    told(speeds, np.arange(0.0, 2.0, 0.1), lambda t_s: 5.0)
    assert speeds.expected(3.0, 3.0)
    assert not speeds.expected(3.5, 1.9 + LOST_S + 0.1)


def test_a_gap_and_a_clock_that_went_back_begin_anew():
    speeds = Speeds()
    told(speeds, np.arange(0.0, 2.0, 0.1), lambda t_s: 5.0)
    speeds.hear(8.0, 5.0)
    assert speeds.at(1.0) is None
    told(speeds, np.arange(8.1, 9.5, 0.1), lambda t_s: 5.0)
    assert speeds.at(8.8) is not None
    speeds.hear(1.0, 5.0)
    assert speeds.at(8.8) is None


def test_a_speed_that_is_no_number_is_left_out():
    speeds = Speeds()
    told(speeds, np.arange(0.0, 2.0, 0.1), lambda t_s: np.nan if 0.95 < t_s < 1.05 else 5.0)
    assert speeds.at(1.2) == pytest.approx((5.0, 0.0))
