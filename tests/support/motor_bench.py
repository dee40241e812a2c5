"""The real link and the fake VESC pair on a real pty, under a clock of the test's own."""

from __future__ import annotations

import fcntl
import struct
import termios
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from outrider_drive.motors.link import VescLink
from outrider_drive.motors.setup import Setup
from outrider_drive.words import DriveCommand, Mode, Operator, Source
from outrider_sim.devices.vesc_pair import Frame, VescPair
from waiting import wait_until

MS = 1_000_000
TICK_NS = 20 * MS
PTY_HOLDS = 4000  # what the far end of a pty counts as readable, at most


def waiting(fd: int) -> int:
    """Return how many bytes lie unread at `fd`."""
    return int(struct.unpack('i', fcntl.ioctl(fd, termios.FIONREAD, b'\0' * 4))[0])


class Bench:
    """A governor that says what the test wishes, the link, the pair. `now` is ns; a tick is 20 ms."""

    def __init__(self, folder: Path, setup: Setup | None = None, **pair: Any) -> None:
        self.now = 1_000_000 * MS
        self.path = folder / 'vesc'
        self.pair = VescPair(self.path, **pair)
        self.ports: Sequence[str] = (str(self.path),)
        self.link = VescLink(lambda: self.ports, setup or Setup())
        self.sequence = 0
        self.epoch: int | None = None  # what the governor believes; None: it reads it from the link
        self._sent = 0

    def command(self, mode: Mode, speed_mps: float = 0.0, **changes: Any) -> DriveCommand:
        """Return a command computed now, with a person at the pad."""
        self.sequence += 1
        epoch = self.link.epoch if self.epoch is None else self.epoch
        person = Operator(self.now, self.sequence, 0, Source.MOTION, True, False)
        return replace(DriveCommand(self.now, self.sequence, 7, epoch, person, mode, speed_mps), **changes)

    def tick(self, command: DriveCommand | None = None, *, host: bool = True) -> None:
        """Let 20 ms pass; with `host` False the host's process is frozen."""
        if host:
            if command is not None:
                self.link.want(command, self.now)
            before, port = 0 if self.link.port is None else self.link.port.written, self.link.port
            self.link.step(self.now)
            if self.link.port is not None:
                self._sent += self.link.port.written - (before if self.link.port is port else 0)
            fd = self.pair.fd
            if fd is not None and self.link.port is not None:
                wait_until(lambda: waiting(fd) >= min(self._sent - self.pair.read_bytes, PTY_HOLDS), 'the pty', 5.0, 0)
        said = self.pair.said_bytes
        lying = self.link.port.in_waiting if self.link.port is not None and self.pair.fd is not None else 0
        self.pair.serve(self.now + 3 * MS)
        said = self.pair.said_bytes - said
        if said and self.link.port is not None:
            port = self.link.port
            wait_until(lambda: port.in_waiting >= min(lying + said, PTY_HOLDS), 'the answers', 5.0, 0)
        self.now += TICK_NS

    def run(self, seconds: float, mode: Mode | None = None, speed_mps: float = 0.0, **changes: Any) -> list[Frame]:
        """Let `seconds` pass under a governor that says `mode` every 20 ms; return the frames that the VESCs read."""
        mark = len(self.pair.frames)
        for _ in range(round(seconds * 1e9 / TICK_NS)):
            self.tick(None if mode is None else self.command(mode, speed_mps, **changes))
        return self.pair.frames[mark:]

    def until(self, true: Callable[[], Any], mode: Mode | None = None, speed_mps: float = 0.0) -> None:
        """Tick until `true`, for at most 10 s of the bench's time."""
        for _ in range(500):
            if true():
                return
            self.run(0.02, mode, speed_mps)
        raise AssertionError(f'10 s went by: {self.link.problem} {self.link.judge.latch}')

    def ready(self) -> None:
        """Come from power-up to a link that may drive, and a governor that has said stop."""
        self.until(lambda: self.link.refusal is None)
        self.until(lambda: self.link.judge.latch is None, Mode.BRAKE)

    def drive(self, speed_mps: float = 1.0, seconds: float = 1.5) -> None:
        """Come to steady speed."""
        self.ready()
        self.run(seconds, Mode.DRIVE, speed_mps)
        assert abs(self.pair.ramp.speed_mps - speed_mps) < 0.15 * abs(speed_mps), self.pair.ramp.speed_mps

    def sent_anew(self) -> None:
        """Forget the bytes that were lost with an unplugged port."""
        self._sent = self.pair.read_bytes

    def close(self) -> None:
        self.link.close()
        self.pair.unplug()


def driving(frames: Sequence[Frame]) -> list[Frame]:
    """Return the driving ones."""
    return [frame for frame in frames if frame.drives]


def setters(frames: Sequence[Frame], which: int) -> list[Frame]:
    """Return the set-points for controller `which`."""
    return [frame for frame in frames if frame.which == which and (frame.drives or frame.stops)]
