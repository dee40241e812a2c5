"""Where a camera comes from: `usb`, `usb:SERIAL`, `file:PATH`, `feed:PATH`. All give a device of pyrealsense2.

open() either returns a device at once or says in words why there is none; it never waits for one, as a pipeline would.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import pyrealsense2 as rs

from outrider_sensors.camera.feed import Feed
from outrider_sensors.camera.ring import FeedError

ENDED = 'end of the recording'


class AbsentError(Exception):
    """No camera there; the words, without a full stop, say what was seen and what to do."""


class SourceError(Exception):
    """No such kind of source; one sentence."""


class Source(Protocol):
    """One place that a camera may be at."""

    name: str

    def open(self) -> Any:
        """Return the device. Raises AbsentError."""

    def start(self) -> None:
        """The device's sensors run."""

    def gone(self) -> str:
        """Return how the device was lost since open(), '' while it is there."""

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

    def gone(self) -> str:
        """Return how the device was lost."""
        return 'unplugged' if self._removed else ''

    def close(self) -> None:
        """Forget the device."""
        self._device = None


class FileSource:
    """A recording of librealsense (.db3, .bag), played at its own pace."""

    def __init__(self, path: Path) -> None:
        """Remember the file."""
        self.name, self._path = f'file:{path}', path
        self._context: Any = None
        self._player: Any = None

    def open(self) -> Any:
        """Return the playing device. Raises AbsentError."""
        if not os.access(self._path, os.R_OK):
            raise AbsentError(f'{self._path} cannot be read. Give the path of a recording')
        try:
            self._context = rs.context()
            self._player = self._context.load_device(str(self._path))
        except RuntimeError as error:
            raise AbsentError(f'{self._path} is no recording of a RealSense ({error})') from None
        self._player.set_real_time(True)
        return self._player

    def start(self) -> None:
        """Nothing: it plays since its sensors were started."""

    def gone(self) -> str:
        """Return ENDED when it is over."""
        return ENDED if self._player.current_status() == rs.playback_status.stopped else ''

    def close(self) -> None:
        """Forget the file."""
        self._player = self._context = None


class FeedSource:
    """A shared-memory file that somebody writes."""

    def __init__(self, path: Path) -> None:
        """Remember the file."""
        self.name, self._path = f'feed:{path}', path
        self._feed: Feed | None = None

    def open(self) -> Any:
        """Return the software device. Raises AbsentError."""
        try:
            self._feed = Feed(self._path)
        except FileNotFoundError:
            raise AbsentError(f'no camera feed at {self._path}. Start what writes it') from None
        except (OSError, FeedError) as error:
            raise AbsentError(f'{self._path} is no living camera feed ({error})') from None
        return self._feed.device

    def start(self) -> None:
        """Let it flow."""
        assert self._feed is not None
        self._feed.start()

    def gone(self) -> str:
        """Return how the writer went away."""
        return self._feed.gone() if self._feed else ''

    def close(self) -> None:
        """Let go of the file."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None
