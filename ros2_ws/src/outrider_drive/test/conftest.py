"""The far end of a real pty, played by hand: bytes as firmware/PROTOCOL.md says them, none of the driver's codec."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import termios
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

STATUS, HELLO = 0x25, 0x46


def crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = ((value << 1) ^ 0x9B if value & 0x80 else value << 1) & 0xFF
    return value


def crc16(data: bytes) -> int:
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def framed(frame_id: int, payload: bytes) -> bytes:
    """Return the SerialTransfer frame: each 0x7E becomes the distance to the next, the last one 0."""
    places = [i for i, byte in enumerate(payload) if byte == 0x7E]
    stuffed = bytearray(payload)
    for number, here in enumerate(places, start=1):
        stuffed[here] = places[number] - here if number < len(places) else 0
    return bytes([0x7E, frame_id, places[0] if places else 0xFF, len(stuffed), *stuffed, crc8(stuffed), 0x81])


def sealed(frame_id: int, body: bytes) -> bytes:
    return framed(frame_id, body + struct.pack('<H', crc16(bytes([frame_id]) + body)))


def unframed(data: bytes) -> list[tuple[int, bytes]]:
    """Return (id, payload) of the whole frames in `data`, which was written undamaged."""
    frames = []
    while len(data) >= 4 and len(data) >= 4 + data[3] + 2:
        assert data[0] == 0x7E, data.hex()
        payload, at = bytearray(data[4:4 + data[3]]), data[2]
        while at != 0xFF:
            step = payload[at]
            payload[at] = 0x7E
            at = at + step if step else 0xFF
        frames.append((data[1], bytes(payload)))
        data = data[4 + data[3] + 2:]
    return frames


def status_body(*, session: int = 7, uptime_ms: int = 1000, sequence: int = 0, flags: int = 0x40, jack: bytes = b'-',
                steer: bytes = b'-', version: int = 1, cause: int = 1, last_reject: int = 0) -> bytes:
    return struct.pack('<BIIHBccBBHHHHHHBBBHHHBBHhhH', version, session, uptime_ms, sequence, flags, jack, steer, 0, 0,
                       0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, last_reject, cause, 900, -32768, -32768, 0)


class Board:
    """The near end of a pty: says frames, reads what the host wrote."""

    def __init__(self, link: Path) -> None:
        self.fd, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self.fd, False)
        self.port = str(link)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._far))

    def write(self, data: bytes) -> None:
        """Write, and return when the host can read all of it: a pty hands bytes over in a kernel thread."""
        there = self.waiting() + len(data)
        os.write(self.fd, data)
        end = time.monotonic() + 5.0
        while self.waiting() < there:
            assert time.monotonic() < end, 'the pty lost bytes'

    def status(self, **fields: object) -> None:
        self.write(sealed(STATUS, status_body(**fields)))  # type: ignore[arg-type]

    def answer(self, hello: bytes, *, session: int = 7, uptime_ms: int = 1000) -> None:
        host_id, ticket = struct.unpack('<IH', hello[1:7])
        self.write(sealed(HELLO, struct.pack('<BIIHIHBBI', 1, session, host_id, ticket, uptime_ms, 0x0100, 0, 1, 99)))

    def heard(self, at_least: int = 0) -> list[tuple[int, bytes]]:
        """Return the frames that the host wrote since the last call, and wait for `at_least` of them."""
        data, end = b'', time.monotonic() + 5.0
        while select.select([self.fd], [], [], 0.02)[0] or (
                len(unframed(data)) < at_least and time.monotonic() < end):
            with contextlib.suppress(BlockingIOError):
                data += os.read(self.fd, 4096)
        frames = unframed(data)
        assert len(frames) >= at_least, frames
        return frames

    def raw(self, count: int) -> bytes:
        """Return `count` bytes that the host wrote, as they came."""
        data, end = b'', time.monotonic() + 5.0
        while len(data) < count and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                data += os.read(self.fd, count - len(data))
        return data

    def waiting(self) -> int:
        """Return how many bytes lie unread for the host."""
        return int(struct.unpack('i', fcntl.ioctl(self._far, termios.FIONREAD, b'\0' * 4))[0])

    def unplug(self) -> None:
        os.close(self._far)
        os.close(self.fd)
        self.fd = self._far = -1

    def close(self) -> None:
        if self.fd >= 0:
            self.unplug()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    made = Board(tmp_path / 'relays')
    yield made
    made.close()


@pytest.fixture
def bytes_of() -> type:
    """The hand-made codec, for tests that damage frames."""

    class Bytes:
        frame = staticmethod(framed)
        seal = staticmethod(sealed)
        status = staticmethod(status_body)

    return Bytes


def carry(board: Board, link: Any, now: float, session: int = 7) -> None:
    """Carry the link from a closed port to motion allowed, at `now`."""
    link.step(now)
    board.status(session=session)
    link.step(now)
    board.answer(board.heard(3)[-1][1], session=session)
    link.step(now)
    board.heard(1)  # the first stop
    board.status(session=session, flags=0x43, sequence=link._sequence)
    link.step(now)
    board.heard()
    assert link.ready(now)


@pytest.fixture
def greet() -> Callable[..., None]:
    """Carry a link through hello and the first stop."""
    return carry
