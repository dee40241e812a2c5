"""Bytes -> whole messages of a u-blox receiver, any chunks, any damage. Pure.

| message | layout |
|---|---|
| UBX | B5 62, class, id, length (2, little-endian), payload, two checksum bytes (8-bit Fletcher over class..payload) |
| NMEA | `$`, printable ASCII, `*`, two hex digits (XOR of what lies between), CR LF |

A length that was damaged on the wire cannot swallow the stream: while a message is incomplete, a good one that lies
within it proves its header wrong, and no message may be longer than MAX_PAYLOAD.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

SYNC = b'\xb5\x62'
NAV_PVT = (0x01, 0x07)
MAX_PAYLOAD = 2048  # bytes; NAV-SAT and NAV-SIG of a NEO-M9N with all its channels stay below
MAX_LINE = 128  # bytes; NMEA's own limit is 82, u-blox exceeds it
_UBX_FRAME = 8  # bytes around a payload
_LINE = re.compile(rb'\$([ -#%-~]*)\*([0-9A-Fa-f]{2})\r\n')
_PART_OF_A_LINE = re.compile(rb'\$[ -#%-~]*\r?\Z')
_START = re.compile(rb'\xb5\x62|\xb5\Z|\$')


class Packet(NamedTuple):
    """One whole message with a good checksum, and when its first bytes arrived."""

    kind: str  # ubx or nmea
    data: bytes
    arrival_ns: int

    @property
    def identity(self) -> tuple[int, int] | None:
        """Class and id of a UBX message, None for NMEA."""
        return (self.data[2], self.data[3]) if self.kind == 'ubx' else None


@dataclass
class Counts:
    """What came so far."""

    bytes: int = 0
    ubx: int = 0
    nmea: int = 0
    damaged: int = 0  # beginnings of a message that led to none
    junk_bytes: int = 0  # belonged to no good message


class Framer:
    """Cuts a byte stream into messages."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.counts = Counts()
        self._buffer = bytearray()
        self._marks: list[tuple[int, int]] = []  # (place in the buffer, arrival of what begins there)

    def reset(self) -> None:
        """Forget a half message: the port was opened anew."""
        self._buffer.clear()
        self._marks.clear()

    def feed(self, data: bytes, arrival_ns: int) -> list[Packet]:
        """Return the messages that `data`, read at `arrival_ns`, has made whole."""
        self.counts.bytes += len(data)
        if data:
            self._marks.append((len(self._buffer), arrival_ns))
            self._buffer += data
        packets = []
        at = 0
        while True:
            found = _START.search(self._buffer, at)
            begin = found.start() if found else len(self._buffer)
            self.counts.junk_bytes += begin - at
            at = begin
            if found is None:
                break
            size = _size(self._buffer, at)
            if size is None and not self._holds_another(at):
                break
            if not size:  # damaged, or a header that was proven wrong
                self.counts.damaged += 1
                self.counts.junk_bytes += 1
                at += 1
                continue
            packets.append(self._packet(at, size))
            at += size
        self._drop(at)
        return packets

    def _packet(self, at: int, size: int) -> Packet:
        data = bytes(self._buffer[at:at + size])
        arrival_ns = next(ns for place, ns in reversed(self._marks) if place <= at)
        if data[0] == SYNC[0]:
            self.counts.ubx += 1
            return Packet('ubx', data, arrival_ns)
        self.counts.nmea += 1
        return Packet('nmea', data, arrival_ns)

    def _holds_another(self, at: int) -> bool:
        return any(_size(self._buffer, start.start()) for start in _START.finditer(self._buffer, at + 1))

    def _drop(self, count: int) -> None:
        if not count:
            return
        del self._buffer[:count]
        kept = [(place - count, ns) for place, ns in self._marks]
        begins = [mark for mark in kept if mark[0] <= 0][-1:]  # what the buffer now begins with
        self._marks = [(0, ns) for _, ns in begins] + [mark for mark in kept if mark[0] > 0]


def _size(buffer: bytearray, at: int) -> int | None:
    """Return the size of the good message that begins at `at`: 0 where it is damaged, None where it is incomplete."""
    return _size_of_ubx(buffer, at) if buffer[at] == SYNC[0] else _size_of_line(buffer, at)


def _size_of_ubx(buffer: bytearray, at: int) -> int | None:
    there = len(buffer) - at
    if there < 6:
        return None
    length = buffer[at + 4] | buffer[at + 5] << 8
    if length > MAX_PAYLOAD:
        return 0
    size = length + _UBX_FRAME
    if there < size:
        return None
    return size if checksum(buffer[at + 2:at + size - 2]) == bytes(buffer[at + size - 2:at + size]) else 0


def _size_of_line(buffer: bytearray, at: int) -> int | None:
    line = _LINE.match(buffer, at, at + MAX_LINE)
    if line is None:
        waits = len(buffer) - at < MAX_LINE and _PART_OF_A_LINE.match(buffer, at)
        return None if waits else 0
    xor = 0
    for byte in line.group(1):
        xor ^= byte
    return line.end() - at if xor == int(line.group(2), 16) else 0


def checksum(body: bytes | bytearray) -> bytes:
    """Return UBX's two checksum bytes of class, id, length and payload (RFC 1145's Fletcher, 8 bits)."""
    a = b = 0
    for byte in body:
        a += byte
        b += a
    return bytes((a & 0xFF, b & 0xFF))
