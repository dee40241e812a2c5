"""What of a message is written: depth images and their lenses thinned as serialised bytes, colour by time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CameraInfo, Image

from outrider_recorder import thin
from outrider_recorder.profile import PROFILES, Selection

DEPTH, INFO, COLOUR = '/camera/depth/image', '/camera/depth/camera_info', '/camera/color/compressed'
MOST = (424, 240)


def depth(width, height, *, encoding='16UC1', frame='camera_depth', extra=0):
    pixel = {'16UC1': 2, '32FC1': 4, 'rgb8': 3}[encoding]
    step = width * pixel + extra
    data = np.random.default_rng(width * height).integers(0, 256, height * step, dtype=np.uint8)
    message = Image(height=height, width=width, encoding=encoding, step=step, data=data.tobytes())
    message.header.stamp.sec, message.header.frame_id = 7, frame
    return message


def pixels(message):
    kind = {'16UC1': np.uint16, '32FC1': np.uint32}[message.encoding]
    rows = np.frombuffer(bytes(message.data), np.uint8).reshape(message.height, message.step)
    return rows[:, :message.width * kind().itemsize].copy().view(kind)


@pytest.mark.parametrize('frame', ['', 'a', 'ab', 'abc', 'camera_depth_optical_frame'])
@pytest.mark.parametrize(('encoding', 'extra'), [('16UC1', 0), ('16UC1', 6), ('32FC1', 0)])
def test_every_second_pixel_of_a_large_depth_image_is_kept(frame, encoding, extra):
    whole = depth(848, 480, encoding=encoding, frame=frame, extra=extra)
    thinned = deserialize_message(thin.image(serialize_message(whole), MOST), Image)
    assert (thinned.width, thinned.height, thinned.encoding) == (424, 240, encoding)
    assert thinned.step == 424 * (2 if encoding == '16UC1' else 4)
    assert thinned.header == whole.header
    assert np.array_equal(pixels(thinned), pixels(whole)[::2, ::2])


def test_small_images_and_other_encodings_stay_whole():
    for message in (depth(424, 240), depth(1, 1), depth(0, 0), depth(848, 480, encoding='rgb8')):
        data = serialize_message(message)
        assert thin.image(data, MOST) == data


@pytest.mark.parametrize('distortion', [[], [0.1], [0.1, 0.2, 0.0, 0.0, 0.3]])
def test_the_lens_follows_its_image(distortion):
    info = CameraInfo(width=848, height=480, distortion_model='plumb_bob', d=distortion,
                      k=[420.0, 0.0, 421.0, 0.0, 422.0, 239.0, 0.0, 0.0, 1.0], r=[float(n) for n in range(9)],
                      p=[420.0, 0.0, 421.0, 4.0, 0.0, 422.0, 239.0, 2.0, 0.0, 0.0, 1.0, 0.0])
    told = deserialize_message(thin.camera_info(serialize_message(info), MOST), CameraInfo)
    assert (told.width, told.height, list(told.d)) == (424, 240, distortion)
    assert list(told.k) == [210.0, 0.0, 210.5, 0.0, 211.0, 119.5, 0.0, 0.0, 1.0]
    assert list(told.r) == list(info.r)
    assert list(told.p) == [210.0, 0.0, 210.5, 2.0, 0.0, 211.0, 119.5, 1.0, 0.0, 0.0, 1.0, 0.0]


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=200))
def test_what_is_no_image_comes_back_as_it_was(noise, cut):
    assert thin.image(noise, MOST) == noise or len(noise) > 40
    whole = serialize_message(depth(10, 10))
    assert thin.image(whole[:cut], (5, 5)) == whole[:cut]
    thin.camera_info(noise, MOST)
    thin.camera_info(serialize_message(CameraInfo())[:cut], MOST)


def test_normal_thins_depth_full_does_not_and_light_leaves_it_out():
    data = serialize_message(depth(848, 480))
    assert len(Selection('normal').taken(DEPTH, data, 0)) < len(data) / 3
    assert Selection('full').taken(DEPTH, data, 0) is data
    assert [Selection(name).wants(DEPTH) for name in ('normal', 'full', 'light')] == [True, True, False]
    assert [Selection(name).wants(f'/rear{INFO}') for name in ('normal', 'full', 'light')] == [True, True, False]


@pytest.mark.parametrize('name', PROFILES)
def test_what_repeats_another_topic_is_in_no_profile_and_all_else_is_whole_in_each(name):
    selection = Selection(name)
    for topic in ('/camera/color/image', '/detections/debug', '/rear/detections/markers'):
        assert not selection.wants(topic)
    for topic in ('/radar/points', '/imu/data', '/tf_static', '/gps/fix', '/camera/color/camera_info', '/detections',
                  '/detections_3d'):
        assert selection.wants(topic)
        assert selection.taken(topic, b'as it is', 5) == b'as it is'


@pytest.mark.parametrize('fps', [2, 5, 15, 30])
def test_light_keeps_two_jpegs_a_second_whatever_the_camera_does(fps):
    selection = Selection('light')
    kept = [now for now in range(fps * 20) if selection.taken(COLOUR, b'jpeg', now * 1_000_000_000 // fps) is not None]
    assert 38 <= len(kept) <= 41


def test_light_goes_on_after_a_pause_and_after_a_clock_that_went_back():
    selection = Selection('light')
    assert selection.taken(COLOUR, b'jpeg', 100_000_000_000) == b'jpeg'
    assert selection.taken(COLOUR, b'jpeg', 900_000_000_000) == b'jpeg'
    assert selection.taken(COLOUR, b'jpeg', 0) == b'jpeg'
