"""The camera node: parameters in; images, depth, CameraInfo, imu/data and outrider/camera out. The link decides all.

rclpy is loaded before librealsense, which has libraries of ROS inside: the other way round the process crashes at its
end.
"""

from __future__ import annotations

import contextlib
import math
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from geometry_msgs.msg import TwistWithCovarianceStamped
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, CompressedImage, Illuminance, Image, Imu

from outrider_node import MOUNT, Diagnosis, NodeError, OutriderNode, Param, frames, qos, run_node
from outrider_sensors.camera import jpeg
from outrider_sensors.camera.choice import Mode
from outrider_sensors.camera.inertial import Inertial
from outrider_sensors.camera.light import SIGMA_SHARE, Light
from outrider_sensors.camera.link import CameraLink
from outrider_sensors.camera.messages import ImageMessage, ImuMessage, InfoMessage, JpegMessage, LightMessage
from outrider_sensors.camera.pinhole import OWN_LENS
from outrider_sensors.camera.place import IMU_XYZ_M, OPTICAL_RPY_DEG, colour_in_link
from outrider_sensors.camera.report import Report
from outrider_sensors.camera.samples import ImageFrame
from outrider_sensors.camera.sensors import Sensors, Wanted
from outrider_sensors.camera.sources import SourceError, source
from outrider_sensors.imu import bias_file
from outrider_sensors.imu.gravity import ahead_in
from outrider_sensors.imu.orientation import Orientation

HISTORY_S = 2.0
POLL_S = 0.5  # both readers sleep in queues; this only bounds it
DEPTH_OPTICAL = 'camera_depth_optical_frame'  # of a camera without colour
_LEVELS = {'streaming': 'ok', 'degraded': 'warn', 'ended': 'stale', 'frozen': 'error', 'absent': 'error'}
_UNIT_M = 1e-3  # of 16UC1


class CameraNode(OutriderNode):
    """One RealSense. One thread takes images from its queue and publishes them, another the IMU's samples."""

    PARAMETERS = (
        Param('source', 'usb', '', 'usb, usb:SERIAL, file:PATH of a recording, or feed:PATH of a shared-memory feed'),
        Param('loop', False, '', 'a recording begins anew at its end'),
        Param('width', 848, 'pixels', 'of colour and depth; the nearest mode is taken', minimum=64, maximum=4096),
        Param('height', 480, 'pixels', 'of colour and depth', minimum=64, maximum=4096),
        Param('fps', 30, '1/s', 'images of each kind', minimum=1, maximum=120),
        Param('gyro_hz', 400, 'Hz', 'samples of the gyroscope', minimum=1, maximum=1000),
        Param('accel_hz', 200, 'Hz', 'samples of the accelerometer', minimum=1, maximum=1000),
        Param('jpeg_quality', 80, '', 'as libjpeg means it: 60 small, 80 good, 95 nearly all', minimum=1, maximum=95,
              live=True),
        Param('depth_decimation', 2, 'pixels', 'every so many-th pixel of each row and column', minimum=1, maximum=8),
        Param('colour_lens', list(OWN_LENS), 'pixels', 'fx fy ppx ppy k1 k2 p1 p2 k3 of the colour image at `width`, '
              'from a calibration of your own; zeros: what the camera says of itself'),
        Param('latency_s', 0.0, 's', 'age of the fastest sample when it arrives', minimum=0.0, maximum=0.5),
        Param('gyro_bias_file', '', '', "where the gyroscope's bias is kept from ride to ride; empty: it is not"),
        *MOUNT,
    )

    def __init__(self, **kwargs: Any) -> None:
        """Announce topics and mount, start both readers. Raises NodeError."""
        super().__init__('camera', **kwargs)
        try:
            place = source(self.value('source'))
        except SourceError as error:
            self.destroy_node()
            raise NodeError(str(error)) from None
        mode = Mode(self.value('width'), self.value('height'), self.value('fps'))
        wanted = Wanted(mode, mode, self.value('gyro_hz'), self.value('accel_hz'), self._lens())
        self._latency_ns = round(self.value('latency_s') * 1e9)
        self._link = CameraLink(place, wanted, every=self.value('depth_decimation'), loop=self.value('loop'),
                                say=self._say, opened=self._opened, stamp_ns=self._now_ns)
        # As qos.SENSOR and qos.IMU, but two seconds deep: a recorder that the host kept waiting gets all of it.
        images, samples = (QoSProfile(depth=round(HISTORY_S * rate)) for rate in (mode.fps, wanted.gyro_hz))
        self._jpegs = self.create_publisher(CompressedImage, 'camera/color/compressed', images)
        self._colours = self.create_publisher(Image, 'camera/color/image', qos.VIEW)
        self._colour_infos = self.create_publisher(CameraInfo, 'camera/color/camera_info', images)
        self._depths = self.create_publisher(Image, 'camera/depth/image', images)
        self._depth_infos = self.create_publisher(CameraInfo, 'camera/depth/camera_info', images)
        self._lights = self.create_publisher(Illuminance, 'camera/light', qos.STATE)
        self._imus = self.create_publisher(Imu, 'imu/data', samples)
        self._colour, self._jpeg = ImageMessage(frames.CAMERA_OPTICAL, 'rgb8'), JpegMessage(frames.CAMERA_OPTICAL)
        self._light, self._told_light = Light(), LightMessage(frames.CAMERA_OPTICAL, SIGMA_SHARE)
        turn = frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg(self.value('mount_rpy_deg')))
        self._ahead = ahead_in(turn.tolist())
        self._imu, self._serial, self._orientation = ImuMessage(frames.IMU), '', Orientation(ahead=self._ahead)
        self._inertial = Inertial(self._orientation)
        self._speeds: SimpleQueue[tuple[int, float]] = SimpleQueue()
        # With it, braking and turns are told from slopes: see imu/gravity.py.
        self.create_subscription(TwistWithCovarianceStamped, 'gps/velocity', self._hear_speed, qos.SENSOR)
        self._report = Report()
        self._failure: BaseException | None = None
        self._ending = False
        self.publish_mount(frames.CAMERA)
        self.publish_mount(frames.IMU, IMU_XYZ_M, (0.0, 0.0, 0.0), frames.CAMERA)
        self.diagnose('camera', self._diagnosis)
        self._readers = [threading.Thread(target=self._guarded, args=(read,), name=f'camera {name}', daemon=True)
                         for name, read in (('images', self._read_images), ('imu', self._read_motions))]
        for reader in self._readers:
            reader.start()

    def _lens(self) -> tuple[float, ...]:
        lens = tuple(self.value('colour_lens'))
        if min(lens[:2]) < 0.0 or bool(lens[0]) != bool(lens[1]):
            self.destroy_node()
            raise NodeError(f'camera: colour_lens is {list(lens)}, expected fx, fy, ppx, ppy, k1, k2, p1, p2, k3, '
                            'or nine zeros. Correct it in the rig file.')
        return lens

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _say(self, level: str, sentence: str) -> None:
        log, text = self.get_logger(), sentence.removeprefix('camera: ')  # the logger names the node already
        # One call a level: rclpy refuses a place in the source that changes its level.
        if level == 'info':
            log.info(text)
        else:
            log.warning(text)

    def _opened(self, sensors: Sensors) -> None:
        """Prepare what depends on the device: geometry, frames, bias."""
        aligner = self._link.aligner
        if sensors.has('colour'):
            self._colour_info = InfoMessage(frames.CAMERA_OPTICAL, sensors.camera('colour'))
        if sensors.has('depth'):
            every = self.value('depth_decimation')
            seen_by = aligner.camera if aligner else sensors.camera('depth').decimated(every)
            frame_id = frames.CAMERA_OPTICAL if aligner else DEPTH_OPTICAL
            self._depth, self._depth_info = ImageMessage(frame_id, '16UC1'), InfoMessage(frame_id, seen_by)
        if aligner:
            self.publish_mount(frames.CAMERA_OPTICAL, *colour_in_link(*sensors.depth_to_colour()), frames.CAMERA)
        elif sensors.has('colour'):
            self.publish_mount(frames.CAMERA_OPTICAL, (0.0, 0.0, 0.0), OPTICAL_RPY_DEG, frames.CAMERA)
        else:
            self.publish_mount(DEPTH_OPTICAL, (0.0, 0.0, 0.0), OPTICAL_RPY_DEG, frames.CAMERA)
        if sensors.serial != self._serial:
            self._keep_bias()
            self._serial = sensors.serial
            self._orientation = Orientation(self._known_bias(), ahead=self._ahead)
            self._inertial = Inertial(self._orientation)

    def _known_bias(self) -> tuple[float, float, float]:
        kept = self.value('gyro_bias_file')
        try:
            return (bias_file.load(Path(kept), self._serial) if kept else None) or (0.0, 0.0, 0.0)
        except bias_file.BiasFileError as error:
            self._say('warn', str(error))
            return 0.0, 0.0, 0.0

    def _keep_bias(self) -> None:
        kept, orientation = self.value('gyro_bias_file'), self._orientation
        if kept and self._serial and orientation.bias_is_new:
            try:
                bias_file.save(Path(kept), self._serial, orientation.bias_dps)
            except bias_file.BiasFileError as error:
                self._say('warn', str(error))

    def _guarded(self, read: Callable[[], None]) -> None:
        try:
            while not self._ending:
                read()
        except Exception as failure:  # a dead reader must not look like an empty road: the diagnosis raises it
            self._failure = failure

    def _read_images(self) -> None:
        image = self._link.images(POLL_S)
        if image is None:
            return
        if image.stream == 'colour':
            self._publish_colour(image)
        else:
            self._publish_depth(image)

    def _publish_colour(self, image: ImageFrame) -> None:
        stamp_ns = image.stamp_ns - self._latency_ns
        pixels = image.pixels
        if self._jpegs.get_subscription_count():
            self._jpegs.publish(self._jpeg.fill(jpeg.encode(pixels, self.value('jpeg_quality')), stamp_ns))
        if self._colours.get_subscription_count():
            self._colours.publish(self._colour.fill(pixels, stamp_ns))
        self._colour_infos.publish(self._colour_info.fill(stamp_ns))
        if (lux := self._light.colour(stamp_ns, pixels)) is not None:
            self._lights.publish(self._told_light.fill(lux, stamp_ns))

    def _publish_depth(self, image: ImageFrame) -> None:
        stamp_ns, aligner, sensors = image.stamp_ns - self._latency_ns, self._link.aligner, self._link.sensors
        if sensors is None:
            return  # lost since
        self._light.depth(image.exposure_s, image.gain)
        if self._depths.get_subscription_count():
            pixels = image.pixels
            every = self.value('depth_decimation')
            seen = aligner.align(pixels) if aligner else pixels[::every, ::every]
            if sensors.unit_m != _UNIT_M:
                seen = np.minimum(seen * (sensors.unit_m / _UNIT_M) + 0.5, 65535.0).astype(np.uint16)
            self._depths.publish(self._depth.fill(seen, stamp_ns))
        self._depth_infos.publish(self._depth_info.fill(stamp_ns))

    def _hear_speed(self, message: Any) -> None:
        stamp, linear = message.header.stamp, message.twist.twist.linear
        self._speeds.put((stamp.sec * 1_000_000_000 + stamp.nanosec + self._latency_ns, math.hypot(linear.x, linear.y)))

    def _read_motions(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._inertial.speed(*self._speeds.get_nowait())
        for motion in self._link.motions(POLL_S):
            for stamp_ns, sample in self._inertial.take(motion):
                self._imus.publish(self._imu.fill(sample, stamp_ns - self._latency_ns))

    def _diagnosis(self) -> Diagnosis:
        if self._failure is not None:
            raise self._failure
        state = self._link.state
        return Diagnosis(_LEVELS[state.name], state.sentence, {
            'state': state.name,
            'source': self.value('source'),
            'serial': self._serial,
            'connections': self._link.connections,
            **self._report.values(self._link.sensors, time.monotonic()),
            'gyro_bias_dps': ', '.join(f'{round(part, 3) + 0.0:.3f}' for part in self._orientation.bias_dps),
        })

    def close(self) -> None:
        """End the readers, close the camera, keep the bias."""
        self._ending = True
        self._link.stop()
        for reader in self._readers:
            reader.join()
        self._link.close()
        self._keep_bias()


def main() -> None:
    """Entry point `ros2 run outrider_sensors camera`."""
    sys.exit(run_node(CameraNode))


if __name__ == '__main__':
    main()
