"""VESC frames through pyvesc 1.0.5: its messages, its header, footer and checksum; never its VESC class.

pyvesc imports `PyCRC`, which is what the package `pythoncrc` is called inside; the package named PyCRC is another
project. What pyvesc does not know (CAN forwarding, FW_VERSION, GET_APPCONF, the handbrake, whose id 10 it takes for an
older message) is packed here and framed by it. Its unframe() is not used on a stream: it recurses once a start byte,
and a broken length makes it wait for 64 kB. Ids: `comm_packet_id` in datatypes.h of the firmware (FW 7.01).
"""

from __future__ import annotations

import struct
import warnings
from enum import IntEnum

with warnings.catch_warnings():
    warnings.simplefilter('ignore', SyntaxWarning)  # it compares numbers with `is`, which CPython bears
    from pyvesc import SetCurrent, SetCurrentBrake, SetRPM, VESCMessage
    from pyvesc.packet.codec import frame as _frame
    from pyvesc.packet.structure import Footer, Header

MAX_PAYLOAD = 512
LONGEST_FRAME = MAX_PAYLOAD + 6
_STARTS = (2, 3)


class Id(IntEnum):
    """First byte of a payload."""

    FW_VERSION = 0
    GET_VALUES = 4
    SET_DUTY = 5
    SET_CURRENT = 6
    SET_CURRENT_BRAKE = 7
    SET_RPM = 8
    SET_HANDBRAKE = 10
    GET_APPCONF = 17
    FORWARD_CAN = 34


def rpm(erpm: int) -> bytes:
    """Return the payload of a speed set-point, 1/min electrical."""
    return bytes(VESCMessage.pack(SetRPM(erpm)))


def current(amperes: float) -> bytes:
    """Return the payload of a motor current set-point; 0 releases the motor."""
    return bytes(VESCMessage.pack(SetCurrent(round(amperes * 1000))))


def brake(amperes: float) -> bytes:
    """Return the payload of a brake current."""
    return bytes(VESCMessage.pack(SetCurrentBrake(round(amperes * 1000))))


def handbrake(amperes: float) -> bytes:
    """Return the payload of a handbrake current, which holds at standstill."""
    return struct.pack('>Bi', Id.SET_HANDBRAKE, round(amperes * 1000))


def ask(what: Id) -> bytes:
    """Return the payload of a request: FW_VERSION, GET_VALUES, GET_APPCONF."""
    return bytes((what,))


def frame(payload: bytes, can_id: int | None = None) -> bytes:
    """Return `payload` as a frame, for the controller on the port or, with `can_id`, for that one behind it."""
    if can_id is not None:
        payload = bytes((Id.FORWARD_CAN, can_id)) + payload
    return bytes(_frame(payload))


def drives(payload: bytes) -> bool:
    """Return whether `payload` is a driving one: SET_RPM or SET_DUTY of any value, SET_CURRENT other than 0."""
    if payload[:1] == bytes((Id.FORWARD_CAN,)):
        payload = payload[2:]
    if not payload:
        return False
    return payload[0] in (Id.SET_RPM, Id.SET_DUTY) or (payload[0] == Id.SET_CURRENT and any(payload[1:]))


class Reader:
    """Finds whole frames in a stream, byte by byte, whatever lies between them."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._data = bytearray()
        self.garbage = bytearray()  # the newest bytes that belong to no frame
        self.lost = 0  # how many there were

    def feed(self, data: bytes) -> list[bytes]:
        """Take `data`; return the payloads of the frames that are now whole."""
        self._data += data
        payloads = []
        while self._data:
            size = self._size()
            if size is None:
                break
            payload = self._payload(size) if size else None
            if payload is None:
                self._skip()
            else:
                payloads.append(payload)
                del self._data[:size]
        return payloads

    def give_up(self) -> list[bytes]:
        """Nothing more is coming: forget a beginning that never ends; return the frames that hid behind it."""
        payloads: list[bytes] = []
        while self._data:
            self._skip()
            payloads += self.feed(b'')
        return payloads

    def forget(self) -> None:
        """Begin anew, as on a port just opened."""
        self._data.clear()
        self.garbage.clear()

    def _size(self) -> int | None:
        """Return the size of the frame that begins here, 0 where none can, None where too little has come."""
        start = self._data[0]
        if start not in _STARTS:
            return 0
        if len(self._data) < start:
            return None
        length = int.from_bytes(self._data[1:start], 'big')
        if not 0 < length <= MAX_PAYLOAD:
            return 0
        size = start + length + 3
        return size if len(self._data) >= size else None

    def _payload(self, size: int) -> bytes | None:
        candidate = bytes(self._data[:size])
        if candidate[-1] != Footer.TERMINATOR:  # before the checksum, which is slow
            return None
        header = Header.parse(candidate)
        payload = candidate[header.payload_index:-3]
        return payload if Footer.parse(candidate, header) == Footer.generate(payload) else None

    def _skip(self) -> None:
        self.lost += 1
        self.garbage.append(self._data.pop(0))
        del self.garbage[:-256]


def is_relay_controller(garbage: bytes) -> bool:
    """Return whether `garbage` holds a whole SerialTransfer frame: 7E, id, overhead, length, payload, CRC8, 81."""
    for begin in range(len(garbage) - 5):
        end = begin + 5 + garbage[begin + 3]
        if garbage[begin] == 0x7E and end < len(garbage) and garbage[end] == 0x81:
            return True
    return False
