"""Pseudo-terminals under stable names: what a USB serial port is to a driver, as far as a test can have it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import tty
from pathlib import Path
from typing import IO

LOCK = '.fake_radar.lock'


def claim(folder: Path) -> IO[bytes] | None:
    """Take `folder` for this process's links until it ends, however it ends. None where another one has it.

    A killed fake leaves its links, and the kernel gives their ptys to anybody: only a held lock says that a fake lives.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / LOCK).open('ab')
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def control_fifo(path: Path) -> int:
    """Open the FIFO at `path`, made where it is missing; it never ends, however many writers come and go."""
    if not path.exists():
        os.mkfifo(path)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


class Pty:
    """One pty with a link to it. The fake reads and writes `fd`; a driver opens the link."""

    def __init__(self, link: Path) -> None:
        """Open the pty in raw mode and place the link, over one that a killed fake left."""
        self.link = link
        self.fd, self._driver_side = pty.openpty()  # the second stays open, else reads fail while no driver is there
        tty.setraw(self._driver_side)
        os.set_blocking(self.fd, False)
        staged = link.with_name(f'.{link.name}.{os.getpid()}')
        staged.unlink(missing_ok=True)
        staged.symlink_to(os.ttyname(self._driver_side))
        self._target = os.readlink(staged)
        staged.rename(link)

    def write(self, data: bytes) -> int:
        """Write what fits and return how much that was: like a UART, it never waits for a reader."""
        written = 0
        with contextlib.suppress(BlockingIOError):
            while written < len(data):
                written += os.write(self.fd, data[written:])
        return written

    def read(self) -> bytes:
        """Return what a driver wrote, b'' where nothing."""
        with contextlib.suppress(BlockingIOError, OSError):
            return os.read(self.fd, 4096)
        return b''

    def close(self) -> None:
        """Take the device away: the link vanishes and a driver that has it open sees a hang-up."""
        with contextlib.suppress(OSError):
            if os.readlink(self.link) == self._target:
                self.link.unlink()
        os.close(self._driver_side)
        os.close(self.fd)
