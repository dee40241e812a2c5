"""Orientation by hand: axes, times, gaps, silence, bias, turns."""

import math

import numpy as np
import pytest

from outrider_sensors.imu.gravity import STANDARD_GRAVITY_MPS2
from outrider_sensors.imu.orientation import GAP_S, MODEL_RAD, Orientation, orientation_covariance
from outrider_sensors.imu.stillness import Stillness


def roll_pitch(quaternions):
    w, x, y, z = np.array(quaternions).T
    return (np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)),
            np.arcsin(np.clip(2 * (w * y - z * x), -1, 1)))


def level(t_s, tilt=0.0):
    """What a device at rest, rolled to the right by `tilt`, feels."""
    g = STANDARD_GRAVITY_MPS2
    return t_s, (-g * math.sin(tilt), -g * math.cos(tilt), 0.0)


def rest(filter_, begin_s, end_s, tilt=0.0, gyro=(0.0, 0.0, 0.0)):
    out = []
    for k in range(round(begin_s * 400), round(end_s * 400)):
        if k % 2 == 0:
            filter_.accel(*level(k / 400, tilt))
        out += filter_.gyro(k / 400, gyro)
    return out


def test_axes_are_those_of_rep_103():
    sample = rest(Orientation(), 0.0, 10.0, tilt=0.3)[-1]
    roll, pitch = roll_pitch([sample.quaternion_wxyz])
    assert (roll[0], pitch[0]) == pytest.approx((0.3, 0.0), abs=0.01)
    assert sample.accel == pytest.approx((0.0, STANDARD_GRAVITY_MPS2 * math.sin(0.3),
                                          STANDARD_GRAVITY_MPS2 * math.cos(0.3)))
    turned = Orientation()
    turned.accel(*level(0.0))
    assert turned.gyro(0.0, (0.1, 0.2, 0.3))[0].gyro == pytest.approx((0.3, -0.1, -0.2))


def test_accelerometer_is_interpolated_to_the_time_of_the_gyroscope():
    filter_ = Orientation()
    filter_.accel(0.0, (0.0, -9.0, 0.0))
    filter_.accel(0.01, (0.0, -10.0, 2.0))
    assert filter_.gyro(0.0025, (0.0, 0.0, 0.0))[0].accel == pytest.approx((0.5, 0.0, 9.25))


def test_sample_waits_for_the_accelerometer_behind_it_and_none_is_lost():
    filter_ = Orientation()
    filter_.accel(*level(0.0))
    assert len(filter_.gyro(0.0, (0, 0, 0))) == 1
    assert filter_.gyro(0.0025, (0, 0, 0)) == []
    filter_.accel(*level(0.005))
    assert [sample.t_s for sample in filter_.gyro(0.005, (0, 0, 0))] == [0.0025, 0.005]


def test_each_sample_turns_by_its_own_step():
    filter_ = Orientation()
    t_s, random, steps = 0.0, np.random.default_rng(1), 0
    rest(filter_, 0.0, 4.0)
    t_s = 4.0
    while t_s < 5.0:
        t_s += random.uniform(0.001, 0.05)
        filter_.accel(*level(t_s))
        sample = filter_.gyro(t_s, (0.0, -1.0, 0.0))[-1]  # to the left about the vertical
        steps += 1
    w, _, _, z = sample.quaternion_wxyz
    assert 2 * math.atan2(z, w) == pytest.approx(t_s - 1599 / 400, rel=1e-3)
    assert steps < 60


@pytest.mark.parametrize('late_s', [0.0, -0.001, -0.9])
def test_sample_that_is_not_later_is_dropped(late_s):
    filter_ = Orientation()
    rest(filter_, 0.0, 2.0)
    filter_.accel(*level(2.0))
    assert filter_.gyro(2.0, (0, 0, 0))
    filter_.accel(*level(2.0 + late_s))
    assert filter_.gyro(2.0 + late_s, (50.0, 50.0, 50.0)) == []
    assert filter_.dropped == 2


def test_gap_is_not_integrated_and_gravity_settles_it_fast():
    filter_ = Orientation()
    rest(filter_, 0.0, 5.0)
    back = [sample for sample in rest(filter_, 6.0, 10.0, tilt=0.2) if sample.t_s >= 6.0]
    roll, _ = roll_pitch([sample.quaternion_wxyz for sample in back])
    assert filter_.gaps == 1
    assert abs(roll[0]) < 0.05
    assert roll[-1] == pytest.approx(0.2, abs=0.01)
    assert back[0].tilt_std_rad > 10 * MODEL_RAD
    assert back[-1].tilt_std_rad == pytest.approx(MODEL_RAD, rel=0.1)


def test_step_below_the_gap_is_integrated():
    filter_ = Orientation()
    rest(filter_, 0.0, 5.0)
    t_s = 1999 / 400 + GAP_S * 0.99
    filter_.accel(*level(t_s))
    w, _, _, z = filter_.gyro(t_s, (0.0, -1.0, 0.0))[-1].quaternion_wxyz
    assert 2 * math.atan2(z, w) == pytest.approx(GAP_S * 0.99, rel=1e-2)


def test_clock_that_begins_anew_is_followed():
    filter_ = Orientation()
    rest(filter_, 100.0, 105.0)
    again = rest(filter_, 0.0, 4.0, tilt=0.1)
    assert len(again) >= 1598
    assert roll_pitch([again[-1].quaternion_wxyz])[0][0] == pytest.approx(0.1, abs=0.01)


def test_silent_accelerometer_leaves_the_gyroscope_alone_and_says_so():
    filter_ = Orientation()
    rest(filter_, 0.0, 5.0)
    out = []
    for k in range(2000, 22_000):
        out += filter_.gyro(k / 400, (0.0, 0.0, 0.0))
    assert math.isnan(out[-1].accel[0])
    assert out[-1].tilt_std_rad > 1.4 * MODEL_RAD
    assert roll_pitch([out[-1].quaternion_wxyz])[0][0] == pytest.approx(0.0, abs=0.01)
    assert len(out) >= 19_978  # each waits 50 ms and comes


def test_accelerometer_without_gyroscope_keeps_little():
    filter_ = Orientation()
    for k in range(10_000):
        filter_.accel(*level(k / 200))
    assert filter_.gyro(50.0, (0, 0, 0)) == []
    assert len(filter_._accels) <= 64


def test_bias_is_learnt_at_rest():
    filter_ = Orientation()
    rest(filter_, 0.0, 2.0, gyro=(0.01, -0.02, 0.005))
    assert not filter_.bias_is_new
    rest(filter_, 2.0, 8.0, gyro=(0.01, -0.02, 0.005))
    assert filter_.bias_is_new
    assert filter_.bias_dps == pytest.approx(np.degrees([0.01, -0.02, 0.005]), rel=1e-3)


@pytest.mark.parametrize(('kept', 'share'), [((0.5, 0.5, 0.5), 6 / 7), ((0.0, 0.0, 0.0), 1.0)])
def test_kept_bias_weighs_as_much_as_a_second_of_standing_and_zeros_nothing(kept, share):
    still, turning = Stillness(kept), math.radians(1.0)
    for k in range(7 * 400):  # the first second only shows that it stands
        still.accel(*level(k / 400))
        still.unbiased_dps(k / 400, (turning, turning, turning))
    assert still.bias_dps[0] == pytest.approx(kept[0] + share * (1.0 - kept[0]), abs=0.005)


def test_even_slow_turn_on_a_shaking_machine_is_no_bias():
    filter_, random = Orientation(), np.random.default_rng(2)
    for k in range(8000):
        if k % 2 == 0:
            shake = 1.0 * random.standard_normal(3)
            filter_.accel(k / 400, tuple(np.array(level(0.0)[1]) + shake))
        filter_.gyro(k / 400, (0.0, -math.radians(2.5), 0.0))
    assert filter_.bias_dps[1] == 0.0
    assert max(map(abs, filter_.bias_dps)) < 0.1  # what gravity says of the level axes, through such shaking


def test_long_turn_is_not_believed_to_be_level():
    filter_ = Orientation()
    rest(filter_, 0.0, 5.0)
    lean, out = 0.2, []
    for k in range(2000, 2000 + 15 * 400):
        t_s = k / 400
        yaw = 0.1 * min((t_s - 5.0) / 0.2, 1.0)
        rolls = -lean if t_s < 6.0 else 0.0  # leans to the left in the first second
        if k % 2 == 0:
            filter_.accel(t_s, (0.0, -STANDARD_GRAVITY_MPS2 / math.cos(lean), 0.0))
        here = -lean * min(t_s - 5.0, 1.0)
        out += filter_.gyro(t_s, (-yaw * math.sin(here), -yaw * math.cos(here), rolls))
    roll, pitch = roll_pitch([sample.quaternion_wxyz for sample in out])
    assert (roll[-1], pitch[-1]) == pytest.approx((-lean, 0.0), abs=0.02)
    assert out[-1].tilt_std_rad > 1.05 * MODEL_RAD


def test_turn_that_never_ends_is_a_bias_and_gravity_counts_again():
    filter_, yaws = Orientation(), (0.0, -math.radians(6.0), 0.0)
    rest(filter_, 0.0, 5.0, gyro=yaws)
    out = rest(filter_, 5.0, 15.0, tilt=0.15, gyro=yaws)
    assert roll_pitch([out[-1].quaternion_wxyz])[0][0] < 0.05
    out = rest(filter_, 15.0, 90.0, tilt=0.15, gyro=yaws)
    roll, pitch = roll_pitch([out[-1].quaternion_wxyz])
    # The wrong yaw carries the tilt round, which looks like a bias of the level axes, and is taken off as one.
    assert math.hypot(roll[0] - 0.15, pitch[0]) < 0.05


def test_covariance_is_tilt_twice_and_an_unknown_yaw():
    assert orientation_covariance(0.1) == pytest.approx((0.01, 0, 0, 0, 0.01, 0, 0, 0, math.pi**2))


def ridden(filter_, *, speed_of, told, seconds=30.0, ahead=1.0):
    """A level ride straight on at `speed_of(t)`; `told` speeds come ten a second, each 0.15 s late."""
    out = []
    for k in range(round(seconds * 400)):
        t_s = k / 400
        if k % 2 == 0:
            gains = (speed_of(t_s + 1e-3) - speed_of(t_s - 1e-3)) / 2e-3
            filter_.accel(t_s, (0.0, -STANDARD_GRAVITY_MPS2, ahead * gains))
        if told and k % 40 == 0:
            filter_.speed(t_s - 0.15, speed_of(t_s - 0.15))
        out += filter_.gyro(t_s, (0.0, 0.0, 0.0))
    return np.degrees(roll_pitch([sample.quaternion_wxyz for sample in out])[1])


def brakes(t_s):
    return 9.0 - 0.5 * min(max(t_s - 8.0, 0.0), 12.0)


@pytest.mark.parametrize('ahead', [1.0, -1.0])
def test_gentle_braking_is_no_slope_where_the_speed_is_known(ahead):
    blind = ridden(Orientation(ahead=(ahead, 0.0, 0.0)), speed_of=brakes, told=False, ahead=ahead)
    aware = ridden(Orientation(ahead=(ahead, 0.0, 0.0)), speed_of=brakes, told=True, ahead=ahead)
    assert np.abs(blind).max() > 1.5
    assert np.abs(aware).max() < 0.3


def test_hard_braking_is_left_aside_without_a_speed():
    pitch = ridden(Orientation(), speed_of=lambda t_s: 9.0 - 3.0 * min(max(t_s - 10.0, 0.0), 2.5), told=False)
    assert np.abs(pitch).max() < 0.6


def test_speeds_that_cease_are_not_waited_for():
    filter_ = Orientation()
    ridden(filter_, speed_of=lambda t_s: 5.0, told=True, seconds=5.0)
    begin = len(filter_._gravity._waiting)
    for k in range(2000, 3000):
        filter_.accel(*level(k / 400))
        filter_.gyro(k / 400, (0.0, 0.0, 0.0))
    assert begin > 0
    assert not filter_._gravity._waiting


def test_unknown_bias_is_found_on_the_move():
    filter_, random = Orientation(), np.random.default_rng(4)
    for k in range(20 * 400):
        if k % 2 == 0:
            filter_.accel(k / 400, tuple(np.array(level(0.0)[1]) + random.standard_normal(3)))
        filter_.gyro(k / 400, (math.radians(0.6), 0.0, math.radians(-0.4)))
    assert not filter_.bias_is_new  # it never stood: nothing to keep
    assert (filter_.bias_dps[0], filter_.bias_dps[2]) == pytest.approx((0.6, -0.4), abs=0.1)


@pytest.mark.parametrize('damaged', [math.nan, math.inf, 1e30])
def test_samples_that_no_sensor_gives_are_dropped_and_the_rest_goes_on(damaged):
    filter_ = Orientation()
    rest(filter_, 0.0, 2.0, tilt=0.1)
    filter_.accel(2.0, (damaged, 0.0, 0.0))
    assert filter_.gyro(2.0, (0.0, damaged, 0.0)) == []
    assert filter_.dropped == 2
    last = rest(filter_, 2.0, 5.0, tilt=0.1)[-1]
    assert roll_pitch([last.quaternion_wxyz])[0][0] == pytest.approx(0.1, abs=0.01)
