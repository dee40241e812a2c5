"""Every two-bit error of a status, straight into the host's decoder: a pty would make minutes of it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from pySerialTransfer.pySerialTransfer import State

from outrider_drive.relays import protocol
from outrider_drive.relays.protocol import ProtocolError
from outrider_drive.relays.wire import Wire


class Bytes:
    """As much of a serial port as the library asks for, with bytes in it."""

    is_open = True

    def __init__(self) -> None:
        self.data = b''

    @property
    def in_waiting(self) -> int:
        return len(self.data)

    def read(self, count: int = 1) -> bytes:
        taken, self.data = self.data[:count], self.data[count:]
        return taken


def test_every_two_bit_error_of_a_status_is_refused(bytes_of: Any) -> None:
    good = bytes_of.seal(0x25, bytes_of.status(uptime_ms=0x7E01))
    wire, port = Wire('none'), Bytes()
    wire._transfer.connection = port

    def accepted(data: bytes) -> int:
        port.data = data
        wire._transfer.state = State.FIND_START_BYTE  # each try by itself
        count = 0
        for frame_id, payload in wire.receive():
            try:
                protocol.decode(frame_id, payload)
                count += 1
            except ProtocolError:
                continue
        return count

    assert accepted(good) == 1
    through, tried = [], 0
    for first, second in combinations(range(len(good) * 8), 2):
        bad = bytearray(good)
        bad[first // 8] ^= 1 << first % 8
        bad[second // 8] ^= 1 << second % 8
        tried += 1
        if accepted(bytes(bad)):
            through.append((first, second))
    assert through == []
    assert tried > 96_000
