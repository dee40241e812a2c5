"""The VESC's own side of the wire, after packet.c and commands.c of its firmware (FW 7.01).

It shares nothing with a driver. A frame: `02 len8` or `03 len16`, payload, CRC16 (poly 0x1021, init 0), `03`; all
big-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

FW_VERSION, GET_VALUES, GET_APPCONF, ALIVE, FORWARD_CAN = 0, 4, 17, 30, 34
SET_DUTY, SET_CURRENT, SET_CURRENT_BRAKE, SET_RPM, SET_HANDBRAKE = 5, 6, 7, 8, 10
SETTERS = (SET_DUTY, SET_CURRENT, SET_CURRENT_BRAKE, SET_RPM, SET_HANDBRAKE)
SCALES = {SET_DUTY: 1e5, SET_CURRENT: 1e3, SET_CURRENT_BRAKE: 1e3, SET_RPM: 1.0, SET_HANDBRAKE: 1e3}
MAX_PAYLOAD = 512
APPCONF_SIGNATURE = 0x12345678
APPCONF_BYTES = 400  # the real one is longer than one byte can count, so it comes as a long frame


@dataclass(frozen=True)
class Telemetry:
    """What one controller knows of itself when asked."""

    erpm: float = 0.0
    current_motor_a: float = 0.0
    current_input_a: float = 0.0
    duty: float = 0.0
    voltage_v: float = 40.0
    fet_c: float = 25.0
    motor_c: float = 25.0
    fault: int = 0
    timeout_active: bool = False


def crc16(data: bytes) -> int:
    """Return CRC16-XMODEM of `data`, bit by bit."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        value &= 0xFFFF
    return value


def framed(payload: bytes) -> bytes:
    """Return `payload` as it goes over the wire."""
    size = len(payload)
    head = bytes((2, size)) if size < 256 else bytes((3, size >> 8, size & 0xFF))
    return head + payload + struct.pack('>H', crc16(payload)) + b'\x03'


class Deframer:
    """Takes bytes as they come; a byte that begins no frame is skipped, as the firmware does."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._held = b''

    def push(self, data: bytes) -> list[bytes]:
        """Return the payloads that are whole now."""
        self._held += data
        found = []
        while self._held:
            taken, payload = self._first(self._held)
            if taken == 0:
                break
            if payload is not None:
                found.append(payload)
            self._held = self._held[taken:]
        return found

    @staticmethod
    def _first(held: bytes) -> tuple[int, bytes | None]:
        """Return (bytes to take, payload); 0 bytes where more must come."""
        head = held[0]
        if head not in (2, 3):
            return 1, None
        if len(held) < head:
            return 0, None
        size = held[1] if head == 2 else held[1] << 8 | held[2]
        if size == 0 or size > MAX_PAYLOAD:
            return 1, None
        whole = head + size + 3
        if len(held) < whole:
            return 0, None
        payload = held[head:head + size]
        if held[whole - 1] != 3 or struct.unpack('>H', held[whole - 3:whole - 1])[0] != crc16(payload):
            return 1, None
        return whole, payload


def values_answer(said: Telemetry, controller_id: int, size: int = 74) -> bytes:
    """Return a GET_VALUES answer of `size` bytes, as older firmware cuts it short."""
    fet = round(said.fet_c * 10)
    whole = b''.join((
        struct.pack('>Bhh', GET_VALUES, fet, round(said.motor_c * 10)),
        struct.pack('>ii', round(said.current_motor_a * 100), round(said.current_input_a * 100)),
        struct.pack('>ii', 0, round(said.current_motor_a * 100)),  # id, iq
        struct.pack('>hih', round(said.duty * 1000), round(said.erpm), round(said.voltage_v * 10)),
        struct.pack('>iiii', 0, 0, 0, 0), struct.pack('>ii', 0, 0),  # Ah, Wh, tachometers
        struct.pack('>BiB', said.fault, 0, controller_id),
        struct.pack('>hhh', fet, fet, fet), struct.pack('>ii', 0, 0),
        struct.pack('>B', said.timeout_active)))
    return whole[:size]


def version_answer(major: int, minor: int, hardware: str, uuid: bytes) -> bytes:
    """Return a FW_VERSION answer; what newer firmware appends is there too."""
    return struct.pack('>BBB', FW_VERSION, major, minor) + hardware.encode() + b'\0' + uuid + bytes(4)


def appconf_answer(controller_id: int, timeout_ms: int, brake_a: float) -> bytes:
    """Return the beginning of a GET_APPCONF answer, the rest of it zeros."""
    known = struct.pack('>BIBIf', GET_APPCONF, APPCONF_SIGNATURE, controller_id, timeout_ms, brake_a)
    return known.ljust(APPCONF_BYTES, b'\0')


def setting(payload: bytes) -> tuple[int, float] | None:
    """Return (id, value in A, duty or 1/min) of a SET_*, None where it is none."""
    if len(payload) != 5 or payload[0] not in SETTERS:
        return None
    number = payload[0]
    return number, struct.unpack('>i', payload[1:])[0] / SCALES[number]
