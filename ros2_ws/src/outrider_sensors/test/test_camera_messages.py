"""Messages that are filled again and again, as the machine runs them and as the tests do."""

import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image

from outrider_sensors.camera.messages import ImageMessage


@pytest.mark.parametrize('checked', ['0', '1'])
def test_what_is_sent_is_the_picture_whether_fields_are_checked_or_not(checked, monkeypatch):
    monkeypatch.setenv('ROS_PYTHON_CHECK_FIELDS', checked)
    message = ImageMessage('camera_color_optical_frame', '16UC1')
    for value, size in ((7, (4, 6)), (900, (4, 6)), (31, (2, 3))):
        pixels = np.full(size, value, np.uint16)
        sent = deserialize_message(serialize_message(message.fill(pixels, 1_500_000_000)), Image)
        assert (sent.height, sent.width, sent.step) == (*size, 2 * size[1])
        assert np.array_equal(np.frombuffer(bytes(sent.data), np.uint16).reshape(size), pixels)
