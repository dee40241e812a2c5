"""What every fake that is a process needs: its arguments, the way it is told to end, lines that it is told."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

from outrider_sim.devices.ptys import control_fifo

_NICE = -10


def own_arguments(argv: list[str] | None) -> list[str]:
    """Return the arguments (None: of the command line) without those that a launch file adds for a node."""
    given = sys.argv[1:] if argv is None else argv
    return given[:given.index('--ros-args')] if '--ros-args' in given else given


def stop_pipe(*more: signal.Signals) -> int:
    """Return a descriptor on which a byte comes with each SIGINT or SIGTERM: the signal's number; `more` likewise."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    for number in (signal.SIGINT, signal.SIGTERM, *more):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writable)
    return readable


def hurry() -> None:
    """Let the calling thread run before others: a device has a processor of its own, and no load makes it late."""
    with contextlib.suppress(OSError):  # not allowed: then a busy computer makes it late
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def size(text: str) -> tuple[int, int]:
    """Return width and height of an argument like 848x480. Raises ArgumentTypeError."""
    width, x, height = text.partition('x')
    if not (x and width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"'{text}' is no size, expected for example 848x480")
    return int(width), int(height)


class Lines:
    """Text of a descriptor that does not block, cut into lines."""

    def __init__(self, fd: int) -> None:
        """Take over `fd`."""
        self.fd = fd
        self.ended = False  # nobody writes any more
        self._rest = ''

    def lines(self) -> list[str]:
        """Return the whole lines that have come."""
        with contextlib.suppress(BlockingIOError):
            came = os.read(self.fd, 4096)
            self.ended = not came
            self._rest += came.decode('ascii', 'replace')
        *lines, self._rest = self._rest.split('\n')
        return lines


class Control(Lines):
    """The reading end of a FIFO that outlives its writers."""

    def __init__(self, path: Path) -> None:
        """Make the FIFO where it is missing and open it without waiting for a writer."""
        super().__init__(control_fifo(path))
