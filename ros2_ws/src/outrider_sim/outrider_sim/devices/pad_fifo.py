"""A device file of the pad as a FIFO: gone, back, closed and opened again by its reader, like the real one."""

from __future__ import annotations

import contextlib
import errno
import os
import select
from collections.abc import Callable
from pathlib import Path


class Fifo:
    """The writing end. Each reader that opens it first gets what `greeting` returns, as joydev does."""

    def __init__(self, path: Path, greeting: Callable[[], bytes] = bytes) -> None:
        """Make the FIFO, over one that a killed fake left."""
        self.path, self._greeting = path, greeting
        self._fd = -1
        self._queue = b''
        self.plug()

    @property
    def has_reader(self) -> bool:
        """Whether a driver has it open, as far as is known since the last pump()."""
        return self._fd >= 0

    def plug(self) -> None:
        """Make the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path)

    def unplug(self) -> None:
        """Take the file away; a driver that has it open sees its end."""
        self._hang_up()
        self.path.unlink(missing_ok=True)

    def send(self, data: bytes) -> None:
        """Queue bytes for the reader; without one they are lost, as on a device that nobody opened."""
        if self.has_reader:
            self._queue += data
            self.pump()

    def pump(self) -> None:
        """Notice readers that came or went, and write what there is room for."""
        if self.has_reader and self._left():
            self._hang_up()
        if not self.has_reader:
            self._meet()
        with contextlib.suppress(BlockingIOError):
            while self._queue:
                try:
                    self._queue = self._queue[os.write(self._fd, self._queue):]
                except BrokenPipeError:
                    self._hang_up()

    def _meet(self) -> None:
        try:
            self._fd = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno not in (errno.ENXIO, errno.ENOENT):  # nobody reads, or unplugged
                raise
            return
        self._queue = self._greeting()

    def _left(self) -> bool:
        poll = select.poll()
        poll.register(self._fd, 0)
        return any(flags & (select.POLLERR | select.POLLHUP) for _, flags in poll.poll(0))

    def _hang_up(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._queue = -1, b''
