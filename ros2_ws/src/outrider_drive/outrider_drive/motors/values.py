"""What a VESC answers, by length, straight from the payload: older firmware sends less, and never pads.

Offsets from commands.c and confgenerator.c of the firmware (FW 7.01); everything is big-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from outrider_drive.motors.codec import Id

# Up to the controller's id: without it nobody knows which of two controllers answered.
SHORTEST_VALUES = 59
_HEAD = struct.Struct('>hhiiiihihiiiiiiBiB')  # from byte 1, through byte 58
_STATUS_AT = 73
_FW_HEAD, _UUID_BYTES = 3, 12
_APPCONF = struct.Struct('>IBIf')  # from byte 1; float32_auto is IEEE 754 for every normal number


class AnswerError(ValueError):
    """An answer that cannot be used: one sentence."""


@dataclass(frozen=True)
class Values:
    """One GET_VALUES answer. A, V, degrees Celsius, electrical 1/min."""

    controller_id: int
    erpm: int
    current_motor_a: float
    current_input_a: float
    duty: float
    voltage_v: float
    temperature_fet_c: float
    temperature_motor_c: float
    fault: int
    timeout_active: bool | None  # None: this firmware does not say


@dataclass(frozen=True)
class Firmware:
    """One FW_VERSION answer."""

    major: int
    minor: int
    hardware: str
    uuid: str  # 24 hexadecimal digits


@dataclass(frozen=True)
class Settings:
    """What of GET_APPCONF decides over safety."""

    controller_id: int
    timeout_ms: int
    timeout_brake_a: float


def values(payload: bytes) -> Values:
    """Return what a GET_VALUES answer says. Raises AnswerError where it is too short."""
    if len(payload) < SHORTEST_VALUES or payload[0] != Id.GET_VALUES:
        raise AnswerError(f'motors: telemetry has {len(payload)} bytes, expected at least {SHORTEST_VALUES}. '
                          'Update the firmware of the VESC.')
    (fet, motor, current, drawn, _, _, duty, erpm, volts, _, _, _, _, _, _, fault, _, number) = _HEAD.unpack_from(
        payload, 1)
    timeout = bool(payload[_STATUS_AT] & 1) if len(payload) > _STATUS_AT else None
    return Values(number, erpm, current / 100, drawn / 100, duty / 1000, volts / 10, fet / 10, motor / 10, fault,
                  timeout)


def firmware(payload: bytes) -> Firmware:
    """Return what a FW_VERSION answer says. Raises AnswerError where version, hardware or UUID are missing."""
    name, end, rest = payload[_FW_HEAD:].partition(b'\0')
    if len(payload) < _FW_HEAD or payload[0] != Id.FW_VERSION or not end or len(rest) < _UUID_BYTES:
        raise AnswerError(f'motors: the version answer has {len(payload)} bytes and no UUID, expected version, name '
                          'and 12 bytes. Update the firmware of the VESC.')
    return Firmware(payload[1], payload[2], name.decode('ascii', 'replace'), rest[:_UUID_BYTES].hex())


def settings(payload: bytes) -> Settings:
    """Return what a GET_APPCONF answer says of id and timeout. Raises AnswerError where it is too short."""
    if len(payload) < 1 + _APPCONF.size or payload[0] != Id.GET_APPCONF:
        raise AnswerError(f'motors: the app configuration has {len(payload)} bytes, expected at least '
                          f'{1 + _APPCONF.size}. Update the firmware of the VESC.')
    _, number, timeout_ms, brake_a = _APPCONF.unpack_from(payload, 1)
    return Settings(number, timeout_ms, brake_a)
