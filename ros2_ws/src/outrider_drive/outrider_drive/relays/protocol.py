"""Protocol v1 of the relay controller, host side: payloads to values and back. The table is firmware/PROTOCOL.md.

Pure: no port and no clock. The frame around a payload (stuffing, CRC8) is pySerialTransfer's business; the CRC16 in
it is ours, because CRC8 leaves out id, overhead and length.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TypeVar

from outrider_drive.relays.words import (
    JACK_LETTERS,
    OFF,
    STEER_LETTERS,
    Event,
    Fault,
    Flag,
    HelloAnswer,
    Limit,
    Phase,
    ResetCause,
    Status,
    Wanted,
)

VERSION = 1
ID_LEGACY, ID_COMMAND, ID_STATUS, ID_HELLO, ID_EVENT = 0x00, 0x13, 0x25, 0x46, 0x6A

_COMMAND = struct.Struct('<BIIHIcccc')
_HELLO = struct.Struct('<BIH')
_ANSWER = struct.Struct('<BIIHIHBBI')
_STATUS = struct.Struct('<BIIHBccBBHHHHHHBBBHHHBBHhhH')
_EVENT = struct.Struct('<BIIHBBI')
_LEGACY = struct.Struct('<ci')
_CRC = struct.Struct('<H')
_POSITION_NOT_FITTED = -32768
_Member = TypeVar('_Member', bound=IntEnum)


class ProtocolError(ValueError):
    """A payload that is not a whole v1 frame: one sentence that says why."""


def _crc16_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        table.append(value & 0xFFFF)
    return tuple(table)


_TABLE = _crc16_table()


def crc16(data: bytes) -> int:
    """Return the CRC16 of `data`: poly 0x1021, init 0xFFFF, not reflected, no final xor."""
    value = 0xFFFF
    for byte in data:
        value = ((value << 8) & 0xFFFF) ^ _TABLE[(value >> 8) ^ byte]
    return value


def sealed(frame_id: int, body: bytes) -> bytes:
    """Return `body` with its CRC16, which covers the id byte too."""
    return body + _CRC.pack(crc16(bytes((frame_id,)) + body))


def encode_hello(host_id: int, ticket: int) -> bytes:
    """Return the payload of a hello."""
    return sealed(ID_HELLO, _HELLO.pack(VERSION, host_id, ticket))


def encode_command(wanted: Wanted, *, session: int, host_id: int, sequence: int, echo_ms: int) -> bytes:
    """Return the payload of a command; `echo_ms` is the device's own uptime as the host last read it."""
    letters = (wanted.jack, wanted.steer, 'H' if wanted.horn else OFF, 'C' if wanted.clear_faults else OFF)
    return sealed(ID_COMMAND, _COMMAND.pack(VERSION, session, host_id, sequence, echo_ms,
                                            *(letter.encode('ascii') for letter in letters)))


def encode_legacy_stops() -> tuple[bytes, bytes]:
    """Return the two letter payloads (id 0) that every device obeys at any time, before any session: jack, steer."""
    return _LEGACY.pack(b'U', 0), _LEGACY.pack(b'L', 0)


def decode(frame_id: int, payload: bytes) -> Status | HelloAnswer | Event:
    """Return what a device's frame says. Raises ProtocolError for anything that is not whole, known and of v1."""
    body, table = payload[:-2], {ID_STATUS: _STATUS, ID_HELLO: _ANSWER, ID_EVENT: _EVENT}
    if frame_id not in table:
        raise ProtocolError(f'frame id 0x{frame_id:02x} is none that the relay controller sends.')
    if len(payload) != table[frame_id].size + _CRC.size:
        raise ProtocolError(f'frame 0x{frame_id:02x} has {len(payload)} bytes, expected '
                            f'{table[frame_id].size + _CRC.size}.')
    if _CRC.unpack(payload[-2:])[0] != crc16(bytes((frame_id,)) + body):
        raise ProtocolError(f'frame 0x{frame_id:02x} is damaged (CRC16).')
    if body[0] != VERSION:
        raise ProtocolError(f'the relay controller speaks protocol {body[0]}, expected {VERSION}. Flash this '
                            "checkout's firmware.")
    fields = table[frame_id].unpack(body)[1:]
    if frame_id == ID_STATUS:
        return _status(*fields)
    if frame_id == ID_HELLO:
        return _answer(*fields)
    return Event(*fields)


def _answer(session: int, host_id: int, ticket: int, uptime_ms: int, firmware: int, board: int, cause: int,
            limits_hash: int) -> HelloAnswer:
    return HelloAnswer(session, host_id, ticket, uptime_ms, (firmware >> 8, firmware & 0xFF), board,
                       _member(ResetCause, cause, 'reset cause'), limits_hash)


def _status(session: int, uptime_ms: int, sequence: int, flags: int, jack: bytes, steer: bytes, jack_phase: int,
            steer_phase: int, *rest: int) -> Status:
    (jack_on, steer_on, jack_lease, steer_lease, jack_duty, steer_duty, raw, debounced, fitted, latched, active,
     rejected, last_reject, cause, longest_us, jack_position, steer_position, dropped) = rest
    return Status(
        session, uptime_ms, sequence, Flag(flags),
        _letter(jack, JACK_LETTERS, 'jack'), _letter(steer, STEER_LETTERS, 'steer'),
        _member(Phase, jack_phase, 'jack phase'), _member(Phase, steer_phase, 'steer phase'),
        jack_on, steer_on, jack_lease, steer_lease, jack_duty, steer_duty,
        Limit(raw), Limit(debounced), Limit(fitted), Fault(latched), Fault(active),
        rejected, last_reject, _member(ResetCause, cause, 'reset cause'), longest_us,
        _position(jack_position), _position(steer_position), dropped)


def _letter(byte: bytes, allowed: str, what: str) -> str:
    letter = byte.decode('latin-1')
    if letter not in allowed:
        raise ProtocolError(f'status says {what} {letter!r}, expected one of {allowed!r}.')
    return letter


def _member(kind: type[_Member], value: int, what: str) -> _Member:
    try:
        return kind(value)
    except ValueError:
        raise ProtocolError(f'{what} {value} is not in protocol {VERSION}.') from None


def _position(value: int) -> int | None:
    return None if value == _POSITION_NOT_FITTED else value
