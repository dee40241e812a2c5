"""Opens a device's sensors with the modes nearest to the wanted ones, and hands on every frame and every sample.

From here on a camera on USB, a recording and a feed are the same. Callbacks of the library do no more than note the
time and put what came into a queue: what takes longer there loses samples.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

import numpy as np
import pyrealsense2 as rs

from outrider_sensors.camera import light
from outrider_sensors.camera.choice import Mode, nearest, nearest_rate
from outrider_sensors.camera.pinhole import OWN_LENS, Pinhole
from outrider_sensors.camera.samples import STREAMS, ImageFrame, MotionSample
from outrider_sensors.clock import DeviceClock, Rising, StreamClock

_KINDS = {'colour': rs.stream.color, 'depth': rs.stream.depth, 'gyro': rs.stream.gyro, 'accel': rs.stream.accel}
_FORMATS = {'colour': rs.format.rgb8, 'depth': rs.format.z16, 'gyro': rs.format.motion_xyz32f,
            'accel': rs.format.motion_xyz32f}
LONGEST_LOSS_S = 0.5
IMAGES_HELD = 8  # of one kind: the library runs dry at 16, so what waits behind them is copied out of its memory
PROBE = 24  # pixels between those that are compared with the image before
WAITING_S = 2.0  # so long a host may be too busy before images are dropped


@dataclass
class Wanted:
    """What the parameters ask for."""

    colour: Mode
    depth: Mode
    gyro_hz: int
    accel_hz: int
    colour_lens: tuple[float, ...] = OWN_LENS  # at the wanted width


@dataclass
class Count:
    """What one stream has done."""

    came: int = 0
    lost: int = 0  # before they reached us
    dropped: int = 0  # by us: the queue was full
    last_s: float = 0.0  # clock of the last arrival
    fresh_s: float = 0.0  # clock of the last arrival that differed from the one before; of depth and IMU
    content: object = None
    number: int = 0
    device_ns: int = 0
    rising: Rising = field(default_factory=Rising)
    clock: StreamClock = field(default_factory=StreamClock)

    def see(self, content: object) -> None:
        """Learn what has just come, to tell a hung device."""
        if content != self.content:
            self.content, self.fresh_s = content, self.last_s


class Sensors:
    """The open sensors of one device. `stamp_ns` is the host's clock of stamps, `clock` gives seconds.

    `hold(device_ms)` returns when a frame of that time is due; only a recording has to wait. `tick_ns` is one unit of
    its frames' timestamps.
    """

    def __init__(self, device: Any, wanted: Wanted, *, hold: Callable[[float], None], tick_ns: int,
                 stamp_ns: Callable[[], int], clock: Callable[[], float]) -> None:
        """Choose, open and start. Raises RuntimeError, the library's, where the device does not let us."""
        self.images: SimpleQueue[ImageFrame] = SimpleQueue()
        self.motions: SimpleQueue[MotionSample] = SimpleQueue()
        self.counts = {name: Count() for name in STREAMS}
        self.clocks: dict[Any, DeviceClock] = {}
        self.modes: dict[str, Mode] = {}
        self._lens, self._lens_width = wanted.colour_lens, wanted.colour.width
        self.missed: dict[str, Mode] = {}  # wanted, and not among the modes that there were to choose from
        self._hold, self._tick_ns, self._stamp_ns, self._clock = hold, tick_ns, stamp_ns, clock
        self._lock = threading.Lock()
        self.profiles: dict[str, Any] = {}
        self._open: list[Any] = []
        self.unit_m = 0.001
        self._rates: dict[str, int] = {}
        self.serial = device_info(device, rs.camera_info.serial_number)
        self.firmware = device_info(device, rs.camera_info.firmware_version)
        self._choose(device, wanted)
        self._most_images = round(WAITING_S * sum(mode.fps for mode in self.modes.values()))
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def has(self, stream: str) -> bool:
        """Return whether the stream is open."""
        return stream in self.profiles

    def _choose(self, device: Any, wanted: Wanted) -> None:
        self._chosen: list[tuple[Any, list[str]]] = []
        for sensor in device.query_sensors():
            names = []
            offered = sensor.get_stream_profiles()
            for name in STREAMS:
                fit = [profile for profile in offered
                       if profile.stream_type() == _KINDS[name] and profile.format() == _FORMATS[name]]
                if not fit or name in self.profiles:
                    continue
                if name in ('colour', 'depth'):
                    modes = [Mode(video.width(), video.height(), profile.fps()) for profile in fit
                             for video in (profile.as_video_stream_profile(),)]
                    best = nearest(modes, getattr(wanted, name))
                    self.modes[name] = modes[best]
                    if modes[best] != getattr(wanted, name) and len(set(modes)) > 1:
                        self.missed[name] = getattr(wanted, name)
                else:
                    best = nearest_rate([profile.fps() for profile in fit], getattr(wanted, f'{name}_hz'))
                    self._rates[name] = fit[best].fps()
                self.profiles[name] = fit[best]
                names.append(name)
            if names:
                self._chosen.append((sensor, names))
            if 'depth' in names and sensor.supports(rs.option.depth_units):
                self.unit_m = float(sensor.get_option(rs.option.depth_units))

    def _start(self) -> None:
        for sensor, names in self._chosen:
            # One clock for all streams, the device's own; we do the mapping, the same for every source.
            if sensor.supports(rs.option.global_time_enabled) and not sensor.is_option_read_only(
                    rs.option.global_time_enabled):
                sensor.set_option(rs.option.global_time_enabled, 0.0)
            motion = not {'colour', 'depth'} & set(names)
            try:
                sensor.open([self.profiles[name] for name in names])
                self._open.append(sensor)
                sensor.start(self._on_motion if motion else self._on_image)
            except RuntimeError:
                if not motion:
                    raise
                for name in names:  # many a Jetson's kernel shows the IMU and does not give it
                    del self.profiles[name]

    def _on_image(self, frame: Any) -> None:
        self._hold(frame.timestamp)
        now_ns = self._stamp_ns()
        name = 'depth' if frame.profile.stream_type() == rs.stream.depth else 'colour'
        count = self.counts[name]
        if count.number and frame.frame_number > count.number + 1:
            count.lost += frame.frame_number - count.number - 1
        count.number = frame.frame_number
        stamp_ns, _ = self._time(frame, now_ns, count)
        if name == 'depth':  # a stereo match always has noise; a colour image of a still road need not
            count.see(np.asanyarray(frame.get_data())[::PROBE, ::PROBE].tobytes())
        exposed = light.told(frame, rs.frame_metadata_value.actual_exposure, rs.frame_metadata_value.gain_level)
        waiting = self.images.qsize()
        if waiting < self._most_images:
            pixels = np.asanyarray(frame.get_data())
            self.images.put(ImageFrame(name, stamp_ns, pixels if waiting < IMAGES_HELD else pixels.copy(),
                                       *exposed))
        else:
            count.dropped += 1

    def _on_motion(self, frame: Any) -> None:
        self._hold(frame.timestamp)
        now_ns = self._stamp_ns()
        name = 'gyro' if frame.profile.stream_type() == rs.stream.gyro else 'accel'
        count = self.counts[name]
        before_ns = count.device_ns
        stamp_ns, device_s = self._time(frame, now_ns, count)
        # By their times: the numbers of these samples are often given on the host. A longer gap is silence, no loss.
        steps = (count.device_ns - before_ns) * self._rates[name] * 1e-9
        if before_ns and 1.5 < steps < self._rates[name] * LONGEST_LOSS_S:
            count.lost += round(steps) - 1
        xyz = frame.as_motion_frame().get_motion_data()
        count.see((xyz.x, xyz.y, xyz.z))
        self.motions.put(MotionSample(name, stamp_ns, device_s, (xyz.x, xyz.y, xyz.z)))

    def _time(self, frame: Any, now_ns: int, count: Count) -> tuple[int, float]:
        domain, device_ns = frame.frame_timestamp_domain, round(frame.timestamp * self._tick_ns)
        with self._lock:  # each sensor calls on its own thread
            clock = self.clocks.get(domain)
            if clock is None:
                clock = self.clocks[domain] = DeviceClock()
            if count.clock.clock is not clock:
                count.clock = StreamClock(clock)
            host_ns = count.clock.hear(device_ns, now_ns)
        count.device_ns = device_ns
        count.came += 1
        count.last_s = self._clock()
        return count.rising.stamp(host_ns, device_ns), device_ns * 1e-9

    def camera(self, stream: str) -> Pinhole:
        """Return the intrinsics of colour or depth: the device's own, or of colour those that were asked for."""
        inner = self.profiles[stream].as_video_stream_profile().intrinsics
        k1, k2, p1, p2, k3 = inner.coeffs
        own = Pinhole(inner.width, inner.height, inner.fx, inner.fy, inner.ppx, inner.ppy, (k1, k2, p1, p2, k3))
        return own.with_lens(self._lens, self._lens_width) if stream == 'colour' else own

    def depth_to_colour(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return rotation (by columns) and translation in m. Raises RuntimeError where the device does not know."""
        outer = self.profiles['depth'].get_extrinsics_to(self.profiles['colour'])
        return tuple(outer.rotation), tuple(outer.translation)

    def close(self) -> None:
        """Stop and close; a camera that was pulled out complains, and has stopped."""
        for sensor in self._open:
            with contextlib.suppress(RuntimeError):
                sensor.stop()
            with contextlib.suppress(RuntimeError):
                sensor.close()
        self._open.clear()


def device_info(device: Any, what: Any) -> str:
    """Return one of the texts that a device tells of itself, '' where it does not."""
    return str(device.get_info(what)) if device.supports(what) else ''
