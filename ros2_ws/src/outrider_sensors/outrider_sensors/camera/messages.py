"""Fills the messages of the camera; each is made once and filled again, for publish() copies it."""

from __future__ import annotations

import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, CompressedImage, Illuminance, Image, Imu

from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.imu.orientation import (
    ACCEL_COVARIANCE,
    GYRO_COVARIANCE,
    Sample,
    orientation_covariance,
)

_UNKNOWN = -1.0  # in the first place of a covariance: no such measurement (sensor_msgs/Imu)


def stamp(header: Any, stamp_ns: int) -> None:
    """Set a header's stamp to `stamp_ns`, ns of the host's clock."""
    header.stamp.sec, header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)


class ImageMessage:
    """A raw image of one encoding: rgb8, or 16UC1 in mm."""

    def __init__(self, frame_id: str, encoding: str) -> None:
        """Make the message."""
        self._message = Image(encoding=encoding)
        self._message.header.frame_id = frame_id
        self._view: NDArray[Any] = np.empty(0, np.uint8)

    def fill(self, pixels: NDArray[Any], stamp_ns: int) -> Image:
        """Return the message of `pixels` (height, width[, channels])."""
        if self._view.shape != pixels.shape or self._view.dtype != pixels.dtype:
            # An array.array is the one thing that rclpy takes without looking at every byte. The view is of what the
            # message holds: with ROS_PYTHON_CHECK_FIELDS=1 that is this array, else a copy of it.
            self._message.data = array.array('B', bytes(pixels.nbytes))
            self._view = np.frombuffer(self._message.data, pixels.dtype).reshape(pixels.shape)
            self._message.height, self._message.width = pixels.shape[:2]
            self._message.step = pixels.nbytes // pixels.shape[0]
        self._view[...] = pixels
        stamp(self._message.header, stamp_ns)
        return self._message


class JpegMessage:
    """A compressed colour image."""

    def __init__(self, frame_id: str) -> None:
        """Make the message."""
        self._message = CompressedImage(format='rgb8; jpeg compressed bgr8')  # as image_transport says it
        self._message.header.frame_id = frame_id

    def fill(self, jpeg: bytes, stamp_ns: int) -> CompressedImage:
        """Return the message of a whole JPEG."""
        self._message.data = array.array('B', jpeg)
        stamp(self._message.header, stamp_ns)
        return self._message


class InfoMessage:
    """The camera's geometry, as it stands beside each image."""

    def __init__(self, frame_id: str, camera: Pinhole) -> None:
        """Make the message."""
        self._message = CameraInfo(width=camera.width, height=camera.height, distortion_model='plumb_bob',
                                   d=list(camera.distortion), k=camera.k(), p=camera.p(),
                                   r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
        self._message.header.frame_id = frame_id

    def fill(self, stamp_ns: int) -> CameraInfo:
        """Return the message with the stamp of its image."""
        stamp(self._message.header, stamp_ns)
        return self._message


class LightMessage:
    """The light on the scene, an estimate."""

    def __init__(self, frame_id: str, sigma_share: float) -> None:
        """Make the message; one sigma is `sigma_share` of what is told."""
        self._message, self._share = Illuminance(), sigma_share
        self._message.header.frame_id = frame_id

    def fill(self, lux: float, stamp_ns: int) -> Illuminance:
        """Return the message of `lux`."""
        self._message.illuminance, self._message.variance = lux, (self._share * lux) ** 2
        stamp(self._message.header, stamp_ns)
        return self._message


class ImuMessage:
    """Orientation, rate of turn and acceleration in imu_link."""

    def __init__(self, frame_id: str) -> None:
        """Make the message."""
        self._message = Imu(angular_velocity_covariance=GYRO_COVARIANCE)
        self._message.header.frame_id = frame_id
        self._tilt = self._felt = float('nan')

    def fill(self, sample: Sample, stamp_ns: int) -> Imu:
        """Return the message of one gyro sample."""
        message = self._message
        turn, rate, felt = message.orientation, message.angular_velocity, message.linear_acceleration
        turn.w, turn.x, turn.y, turn.z = sample.quaternion_wxyz
        rate.x, rate.y, rate.z = sample.gyro
        felt.x, felt.y, felt.z = sample.accel
        if sample.tilt_std_rad != self._tilt:  # nine numbers: only where they change
            self._tilt = sample.tilt_std_rad
            message.orientation_covariance = orientation_covariance(sample.tilt_std_rad)
        knows = float(felt.x == felt.x)
        if knows != self._felt:
            self._felt = knows
            message.linear_acceleration_covariance = ACCEL_COVARIANCE if knows else (_UNKNOWN, *[0.0] * 8)
        stamp(message.header, stamp_ns)
        return message
