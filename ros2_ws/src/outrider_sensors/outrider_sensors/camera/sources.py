"""Where a camera comes from: `usb`, `usb:SERIAL`, `file:PATH`, `feed:PATH`. All give a device of pyrealsense2.

open() either returns a device at once or says in words why there is none; it never waits for one, as a pipeline would.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any, Protocol

import pyrealsense2 as rs

from outrider_sensors.camera.feed import MS_NS, US_NS, Feed
from outrider_sensors.camera.ring import FeedError

ENDED = 'end of the recording'
_LAST_FRAMES_S = 0.5  # a player that has read its file to the end still holds some frames back


class AbsentError(Exception):
    """No camera there; the words, without a full stop, say what was seen and what to do."""


class SourceError(Exception):
    """No such kind of source; one sentence."""


class Source(Protocol):
    """One place that a camera may be at."""

    name: str
    tick_ns: int  # one unit of its frames' timestamps

    def open(self) -> Any:
        """Return the device. Raises AbsentError."""

    def start(self) -> None:
        """The device's sensors run: begin."""

    def hold(self, device_ms: float) -> None:
        """Wait, in the library's callback, until a frame of that time is due."""

    def gone(self) -> str:
        """Return how the device was lost since open(), '' while it is there."""

    def halt(self) -> None:
        """Hold nothing back and begin nothing: the sensors are about to be closed."""

    def close(self) -> None:
        """Let go of the device; its sensors are closed."""


def source(text: str) -> Source:
    """Return the source that a parameter names. Raises SourceError."""
    kind, colon, rest = text.partition(':')
    if kind == 'usb':
        return UsbSource(rest)
    if kind in ('file', 'feed') and rest:
        return FileSource(Path(rest)) if kind == 'file' else FeedSource(Path(rest))
    raise SourceError(f"camera: parameter 'source' is '{text}', expected usb, usb:SERIAL, file:PATH or feed:PATH.")


class UsbSource:
    """A camera on USB, the one of that serial number or the first."""

    tick_ns = MS_NS

    def __init__(self, serial: str) -> None:
        """Open librealsense's view of USB: it tells of plugging and unplugging on a thread of its own."""
        self.name = f'usb:{serial}' if serial else 'usb'
        self._serial, self._device, self._removed = serial, None, False
        self._context = rs.context()
        self._context.set_devices_changed_callback(self._changed)

    def _changed(self, event: Any) -> None:
        device = self._device
        if device is not None and event.was_removed(device):
            self._removed = True

    def open(self) -> Any:
        """Return the device. Raises AbsentError."""
        try:
            found = {device.get_info(rs.camera_info.serial_number): device for device in self._context.query_devices()}
        except RuntimeError as error:
            raise AbsentError(f'USB cannot be searched ({error})') from None
        device = found.get(self._serial) if self._serial else next(iter(found.values()), None)
        if device is None:
            raise AbsentError(f'no RealSense {self._serial} among {", ".join(found)}' if found else
                              'no RealSense on USB, expected one. Plug it into a USB 3 port; after the first '
                              "installation, librealsense's udev rules are needed")
        self._device, self._removed = device, False
        return device

    def start(self) -> None:
        """Nothing: a real camera runs by itself."""

    def hold(self, device_ms: float) -> None:
        """Nothing: what comes is due."""

    def gone(self) -> str:
        """Return how the device was lost."""
        return 'unplugged' if self._removed else ''

    def halt(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Forget the device."""
        self._device = None


class FileSource:
    """A recording of librealsense (.db3, .bag), played at its own pace.

    The library's real-time player drops what its short queues do not hold, a tenth of the gyro samples; its other one
    waits for whoever takes the frames. So frames are held back here until they are due, and none is lost.
    """

    tick_ns = MS_NS

    def __init__(self, path: Path) -> None:
        """Remember the file."""
        self.name, self._path = f'file:{path}', path
        self._context: Any = None
        self._player: Any = None
        self._halted = threading.Event()
        self._pace = threading.Lock()
        self._first: tuple[float, float] | None = None  # clock and device time, s, of the first frame
        self._over_s: float | None = None

    def open(self) -> Any:
        """Return the playing device. Raises AbsentError."""
        if not os.access(self._path, os.R_OK):
            raise AbsentError(f'{self._path} cannot be read. Give the path of a recording')
        try:
            self._context = rs.context()
            self._player = self._context.load_device(str(self._path))
        except RuntimeError as error:
            raise AbsentError(f'{self._path} is no recording of a RealSense ({error})') from None
        self._player.set_real_time(False)
        self._player.pause()  # else it begins with the first sensor that is started, and the others miss something
        self._halted.clear()
        self._first = self._over_s = None
        return self._player

    def start(self) -> None:
        """Play."""
        self._player.resume()

    def hold(self, device_ms: float) -> None:
        """Wait until a frame of that time is due."""
        device_s, now_s = device_ms * 1e-3, time.monotonic()
        with self._pace:
            if self._first is None:
                self._first = now_s, device_s
            begun_s, first_s = self._first
        wait_s = begun_s + device_s - first_s - now_s
        if wait_s > 0:
            self._halted.wait(wait_s)

    def gone(self) -> str:
        """Return ENDED when it is over and the last frames have come."""
        if self._player.current_status() != rs.playback_status.stopped:
            return ''
        now_s = time.monotonic()
        self._over_s = now_s if self._over_s is None else self._over_s
        return ENDED if now_s - self._over_s >= _LAST_FRAMES_S else ''

    def halt(self) -> None:
        """Let go of all that is held back."""
        self._halted.set()

    def close(self) -> None:
        """Forget the file."""
        self._player = self._context = None


class FeedSource:
    """A shared-memory file that somebody writes."""

    tick_ns = US_NS

    def __init__(self, path: Path) -> None:
        """Remember the file."""
        self.name, self._path = f'feed:{path}', path
        self._feed: Feed | None = None

    def open(self) -> Any:
        """Return the software device. Raises AbsentError."""
        try:
            self._feed = Feed(self._path, self.tick_ns)
        except FileNotFoundError:
            raise AbsentError(f'no camera feed at {self._path}. Start what writes it') from None
        except (OSError, FeedError) as error:
            raise AbsentError(f'{self._path} is no living camera feed ({error})') from None
        return self._feed.device

    def start(self) -> None:
        """Let it flow."""
        assert self._feed is not None
        self._feed.start()

    def hold(self, device_ms: float) -> None:
        """Nothing: what comes is due."""

    def gone(self) -> str:
        """Return how the writer went away."""
        return self._feed.gone() if self._feed else ''

    def halt(self) -> None:
        """Feed no more."""
        if self._feed is not None:
            self._feed.halt()

    def close(self) -> None:
        """Let go of the file."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None
