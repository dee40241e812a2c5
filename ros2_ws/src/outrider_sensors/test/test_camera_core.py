"""Modes, health, geometry, orientation's stamps: the small pure parts of the camera."""

import io

import numpy as np
import pytest
from PIL import Image

from outrider_node import frames
from outrider_sensors.camera import jpeg
from outrider_sensors.camera.choice import Mode, nearest, nearest_rate
from outrider_sensors.camera.health import Seen, judge
from outrider_sensors.camera.inertial import Inertial
from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.camera.place import OPTICAL_RPY_DEG, colour_in_link
from outrider_sensors.camera.samples import MotionSample
from outrider_sensors.imu.orientation import Orientation

WANTED = Mode(848, 480, 30)
BOTH = {'colour': WANTED, 'depth': WANTED}
WELL = {'colour': 0.01, 'depth': 0.02, 'gyro': 0.0, 'accel': 0.0}
UNIT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(('offered', 'chosen'), [
    ([(640, 480, 30), (848, 480, 30), (848, 480, 60)], (848, 480, 30)),
    ([(1280, 720, 6), (848, 480, 6), (480, 270, 30), (424, 240, 15)], (480, 270, 30)),  # what USB 2 leaves
    ([(848, 480, 60), (848, 480, 15)], (848, 480, 60)),
    ([(424, 240, 15)], (424, 240, 15)),
])
def test_the_nearest_mode_is_chosen_and_its_rate_counts_most(offered, chosen):
    modes = [Mode(*mode) for mode in offered]
    assert modes[nearest(modes, WANTED)] == chosen


def test_the_nearest_rate_is_chosen():
    assert nearest_rate([63, 250], 200) == 1
    assert nearest_rate([200, 400], 400) == 1


@pytest.mark.parametrize(('seen', 'name', 'words'), [
    (Seen('D455', BOTH, {}, WELL, '3.2'), 'streaming', 'D455 streams colour 848x480 at 30/s, depth 848x480 at 30/s'),
    (Seen('D455', BOTH, {}, WELL, ''), 'streaming', 'D455 streams'),
    (Seen('D455', BOTH, {}, WELL, '2.1'), 'degraded', 'on USB 2.1, expected 3: use a USB 3 port and cable'),
    (Seen('D455', BOTH, {'depth': WANTED}, WELL, '3.2'), 'degraded', 'depth in the wanted 848x480 at 30/s is not off'),
    (Seen('D455', BOTH, {}, {'colour': 0, 'depth': 0}, '3.2'), 'degraded', 'no IMU, so no orientation'),
    (Seen('D455', BOTH, {}, {**WELL, 'accel': 1.1}, '3.2'), 'degraded', 'the IMU is silent for 1 s'),
    (Seen('D455', BOTH, {}, {**WELL, 'depth': 1.1}, '3.2'), 'degraded', 'no depth for 1 s'),
    (Seen('D435i', {'depth': WANTED}, {}, WELL, '3.2'), 'degraded', 'D435i has no colour'),
    (Seen('D455', BOTH, {}, WELL, '3.2', {'gyro': 2.5}), 'degraded', 'the IMU gives the same sample again and again'),
    (Seen('D455', BOTH, {}, WELL, '3.2', {'depth': 2.5, 'gyro': 0.1}), 'degraded', 'covered, or hung'),
    (Seen('D455', BOTH, {}, WELL, '3.2', {'depth': 1.5}), 'streaming', 'D455 streams'),
    (Seen('D455', BOTH, {}, {**WELL, 'depth': 1.1, 'colour': 2.0}, '3.2'), 'frozen', 'D455 gives no image for 1 s'),
])
def test_every_state_is_one_sentence(seen, name, words):
    state = judge(seen)
    assert state.name == name
    assert words in state.sentence
    assert '\n' not in state.sentence


def test_decimation_keeps_the_rays_of_the_pixels_it_keeps():
    whole = Pinhole(848, 480, 430.0, 431.0, 421.3, 238.7)
    for every in (2, 3, 4):
        small = whole.decimated(every)
        assert (small.width, small.height) == np.empty((480, 848))[::every, ::every].shape[::-1]
        for pixel in (0, 7, small.width - 1):
            assert (pixel - small.ppx) / small.fx == pytest.approx((every * pixel - whole.ppx) / whole.fx)
    assert whole.k() == [430.0, 0, 421.3, 0, 431.0, 238.7, 0, 0, 1]
    assert whole.p()[:4] == [430.0, 0, 421.3, 0]


def test_the_colour_imager_sits_to_the_right_of_the_left_imager():
    place, turn = colour_in_link(UNIT, (-0.059, 0.0, 0.0))
    assert place == pytest.approx((0.0, -0.059, 0.0))
    assert turn == pytest.approx(OPTICAL_RPY_DEG)


def test_a_turned_colour_imager_sees_a_point_where_the_device_says():
    angle = 0.02
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    move = np.array([-0.059, 0.001, 0.002])
    place, rpy = colour_in_link(tuple(turn.T.reshape(-1)), tuple(move))
    colour = frames.Pose(np.array(place), frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg(rpy)))
    depth = frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg(OPTICAL_RPY_DEG))
    point = np.array([0.3, -0.2, 4.0])  # in the depth camera's optical axes
    assert colour.inverse().apply((depth @ point)[None])[0] == pytest.approx(turn @ point + move)


def test_a_jpeg_is_the_picture_and_quality_costs_bytes():
    rgb = np.random.default_rng(1).integers(0, 255, (12, 20, 3), np.uint8).repeat(16, 0).repeat(16, 1)
    small, good = jpeg.encode(rgb, 60), jpeg.encode(rgb, 90)
    assert len(small) < len(good)
    back = np.asarray(Image.open(io.BytesIO(good)))
    assert np.abs(back.astype(int) - rgb).mean() < 6
    assert jpeg.encode(rgb[:, 32:160], 80)[:2] == b'\xff\xd8'  # a view that is not contiguous


def test_each_gyro_sample_comes_out_once_with_its_own_stamp():
    inertial = Inertial(Orientation())
    sent, got = [], []
    for step in range(2000):
        device_s = 100.0 + step * 0.0025
        if step % 2 == 0:
            got += inertial.take(MotionSample('accel', 0, device_s + 0.001, (0.0, -9.81, 0.0)))
        stamp_ns = 10**18 + step * 2_500_000
        sent.append(stamp_ns)
        got += inertial.take(MotionSample('gyro', stamp_ns, device_s, (0.01, 0.0, 0.0)))
    assert [stamp_ns for stamp_ns, _ in got] == sent[:len(got)]
    assert len(sent) - len(got) <= 2  # waiting for the accelerometer sample behind them


def test_samples_that_the_filter_refuses_do_not_shift_the_stamps():
    inertial = Inertial(Orientation())
    got = []
    for number, device_s in enumerate([1.0, 1.0025, 1.0025, 1.002, 1.005, 1.0075]):
        got += inertial.take(MotionSample('accel', 0, device_s + 0.001, (0.0, -9.81, 0.0)))
        got += inertial.take(MotionSample('gyro', number, device_s, (0.0, 0.0, 0.0)))
    assert [stamp_ns for stamp_ns, _ in got] == [0, 1, 4, 5]


def test_a_lens_of_ones_own_counts_at_the_width_it_was_found_at():
    lens = (600.0, 601.0, 424.0, 240.0, 0.1, -0.2, 0.001, 0.002, 0.05)
    own = Pinhole(424, 240, 300.0, 300.0, 211.5, 119.5)

    assert own.with_lens(lens, 848) == Pinhole(424, 240, 300.0, 300.5, 212.0, 120.0, (0.1, -0.2, 0.001, 0.002, 0.05))
    assert own.with_lens((0.0,) * 9, 848) is own
