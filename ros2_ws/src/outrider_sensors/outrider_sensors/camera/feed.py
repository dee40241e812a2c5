"""A camera feed as a RealSense: a thread that hands what a shared-memory file holds to a real rs.software_device."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pyrealsense2 as rs

from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.camera.ring import ACCEL, GYRO, Frame, ImageRing, Ring

POLL_S = 0.002  # shared memory rings no bell; a stamp is late by half of this, and the thread costs 2 % of a core
_LOOK_S = 0.25  # how often it looks whether the writer still lives
_DEPTH_UID, _COLOUR_UID, _GYRO_UID, _ACCEL_UID = 1, 2, 3, 4
_EXPOSED = rs.frame_metadata_value.actual_exposure, rs.frame_metadata_value.gain_level
_HARDWARE = rs.timestamp_domain.hardware_clock
MS_NS = 1_000_000  # librealsense's own unit of time
# The library keeps the shell of every frame of a software device for 1000 units of its timestamps, and each new frame
# walks through all that are kept. In ms those are 600 samples, 45 us a sample; in us there are two, 5 us.
US_NS = 1_000


class Feed:
    """The device, and the thread that feeds it from start() to close(). `tick_ns`: one unit of its timestamps."""

    def __init__(self, path: Path, tick_ns: int = MS_NS) -> None:
        """Map the file and make the device. Raises FeedError or OSError."""
        self._ring, self._tick_ns = Ring(path), tick_ns
        ring = self._ring
        self._gone = ''
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._pump, name='camera feed', daemon=True)
        self._images: list[tuple[ImageRing, Any, Any, int]] = []
        self._motions: dict[int, tuple[Any, Any]] = {}
        self.device = rs.software_device()
        self.device.register_info(rs.camera_info.name, ring.name)
        self.device.register_info(rs.camera_info.serial_number, ring.serial)
        self.device.register_info(rs.camera_info.usb_type_descriptor, ring.usb)
        self._add_sensors()

    def _add_sensors(self) -> None:
        ring, profiles = self._ring, {}
        for name, images, stream, form, uid, pixel_bytes in (
                ('Stereo Module', ring.depth, rs.stream.depth, rs.format.z16, _DEPTH_UID, 2),
                ('RGB Camera', ring.colour, rs.stream.color, rs.format.rgb8, _COLOUR_UID, 3)):
            if images:
                sensor = self.device.add_sensor(name)
                profiles[uid] = sensor.add_video_stream(video_stream(stream, form, uid, images.camera, images.fps,
                                                                     pixel_bytes))
                self._images.append((images, sensor, profiles[uid].as_video_stream_profile(), pixel_bytes))
                if images is ring.depth:
                    sensor.add_read_only_option(rs.option.depth_units, ring.depth_unit_m)
                    sensor.add_read_only_option(rs.option.stereo_baseline, ring.baseline_m * 1e3)
        if len(profiles) == 2:
            profiles[_DEPTH_UID].register_extrinsics_to(profiles[_COLOUR_UID],
                                                        extrinsics(ring.rotation, ring.translation_m))
        rates = {GYRO: ring.gyro_hz, ACCEL: ring.accel_hz}
        if any(rates.values()):
            sensor = self.device.add_sensor('Motion Module')
            for kind, stream, form, uid in ((GYRO, rs.stream.gyro, rs.format.motion_xyz32f, _GYRO_UID),
                                            (ACCEL, rs.stream.accel, rs.format.motion_xyz32f, _ACCEL_UID)):
                motion = rs.motion_stream()
                motion.type, motion.index, motion.uid, motion.fps, motion.fmt = stream, 0, uid, rates[kind], form
                self._motions[kind] = sensor, sensor.add_motion_stream(motion).as_motion_stream_profile()

    def start(self) -> None:
        """Begin to feed: the sensors are open."""
        self._thread.start()

    def gone(self) -> str:
        """Return how the camera was lost, '' while it is there."""
        return self._gone

    def halt(self) -> None:
        """End the thread."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def close(self) -> None:
        """End the thread, let go of the file."""
        self.halt()
        self._ring.close()

    @property
    def lost(self) -> int:
        """Return how many images and samples the writer has overwritten before they were read."""
        return self._ring.colour.lost + self._ring.depth.lost + self._ring.lost_motions

    def _pump(self) -> None:
        looks, numbers = 0, {GYRO: 0, ACCEL: 0}
        while not self._ending.wait(POLL_S):
            try:
                self._pass_on(numbers)
            except RuntimeError as error:  # librealsense's: a sensor was closed under us
                self._gone = f'feed broken off ({error})'
                return
            looks += 1
            if looks * POLL_S >= _LOOK_S:
                looks = 0
                if self._ring.is_unplugged() or self._ring.is_orphan():
                    self._gone = 'unplugged'
                    return

    def _pass_on(self, numbers: dict[int, int]) -> None:
        for record in self._ring.take_motions().tolist():
            _, device_ns, kind, xyz = record
            sensor, profile = self._motions[kind]
            numbers[kind] += 1
            motion, vector = rs.software_motion_frame(), rs.vector()
            vector.x, vector.y, vector.z = xyz
            motion.data, motion.timestamp, motion.domain = vector, device_ns / self._tick_ns, _HARDWARE
            motion.frame_number, motion.profile = numbers[kind], profile
            sensor.on_motion_frame(motion)
        for images, sensor, profile, pixel_bytes in self._images:
            while (frame := images.take()) is not None:
                video = self._video(frame, images.camera, profile, pixel_bytes)
                if images.still_whole(frame):
                    for what, value in zip(_EXPOSED, images.exposed(), strict=True):
                        if value > 0:
                            sensor.set_metadata(what, value)
                    sensor.on_video_frame(video)

    def _video(self, frame: Frame, camera: Pinhole, profile: Any, pixel_bytes: int) -> Any:
        video = rs.software_video_frame()  # a new one each time: the library owns the pixels of the last
        video.pixels = frame.pixels  # copied here
        video.stride, video.bpp = camera.width * pixel_bytes, pixel_bytes
        video.timestamp, video.domain, video.frame_number = frame.device_ns / self._tick_ns, _HARDWARE, frame.number + 1
        video.profile = profile
        if pixel_bytes == 2:
            video.depth_units = self._ring.depth_unit_m
        return video


def video_stream(stream: Any, form: Any, uid: int, camera: Pinhole, fps: int, pixel_bytes: int) -> Any:
    """Return an rs.video_stream, as a software sensor wants it."""
    video = rs.video_stream()
    video.type, video.index, video.uid, video.fmt, video.bpp, video.fps = stream, 0, uid, form, pixel_bytes, fps
    video.width, video.height = camera.width, camera.height
    inner = rs.intrinsics()
    inner.width, inner.height, inner.fx, inner.fy = camera.width, camera.height, camera.fx, camera.fy
    inner.ppx, inner.ppy, inner.coeffs = camera.ppx, camera.ppy, list(camera.distortion)
    inner.model = rs.distortion.brown_conrady
    video.intrinsics = inner
    return video


def extrinsics(rotation: tuple[float, ...], translation_m: tuple[float, ...]) -> Any:
    """Return rs.extrinsics of a rotation by columns and a translation."""
    outer = rs.extrinsics()
    outer.rotation, outer.translation = list(rotation), list(translation_m)
    return outer

