"""Bytes of a joystick device and of an event device -> records, however the reads cut them.

| joydev (linux/joystick.h, 8 bytes) | input_event (linux/input.h on 64 bit, 24 bytes) |
|---|---|
| u32 time ms, s16 value, u8 type, u8 number | s64 s, s64 us, u16 type, u16 code, s32 value |

Type of joydev: 1 button, 2 axis, and 0x80 with it where the record tells a state and no change.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from outrider_drive.pilot.words import PadError

BUTTON, AXIS, INITIAL = 0x01, 0x02, 0x80
EV_SYN, SYN_DROPPED = 0, 3
EV_MSC, MSC_TIMESTAMP = 4, 5  # us of the device's own clock, 32 bit, wraps
_JS = struct.Struct('<IhBB')
_EVENT = struct.Struct('<qqHHi')
_SECOND_US = 1_000_000

Record = TypeVar('Record')


@dataclass(frozen=True)
class JsRecord:
    """One change of one control, or its state at the opening of the device (`initial`)."""

    time_ms: int  # of the kernel
    value: int
    kind: int  # BUTTON or AXIS
    initial: bool
    number: int
    raw: bytes  # the eight bytes, without the initial bit


@dataclass(frozen=True)
class InputEvent:
    """One event of an event device."""

    time_us: int  # of the kernel
    type: int
    code: int
    value: int


class Splitter(Generic[Record]):
    """Collects bytes and gives out whole records."""

    def __init__(self, size: int, unpack: Callable[[bytes], Record]) -> None:
        """Take the size of a record in bytes and what makes one of them."""
        self._size, self._unpack, self._rest = size, unpack, b''

    def feed(self, data: bytes) -> list[Record]:
        """Return the records that `data` completes. Raises PadError on bytes that no such device sends."""
        data = self._rest + data
        whole = len(data) - len(data) % self._size
        self._rest = data[whole:]
        return [self._unpack(data[at:at + self._size]) for at in range(0, whole, self._size)]


def js_splitter() -> Splitter[JsRecord]:
    """Return a splitter for a joystick device."""
    return Splitter(_JS.size, _js)


def event_splitter() -> Splitter[InputEvent]:
    """Return a splitter for an event device."""
    return Splitter(_EVENT.size, _event)


def _js(data: bytes) -> JsRecord:
    time_ms, value, kind, number = _JS.unpack(data)
    plain = kind & ~INITIAL
    if plain not in (BUTTON, AXIS):
        raise PadError(f'pad: record {data.hex(" ")} is neither button nor axis, so this is no joystick device. '
                       'Give the js device of the pad.')
    return JsRecord(time_ms, value, plain, bool(kind & INITIAL), number, data[:6] + bytes([plain, number]))


def _event(data: bytes) -> InputEvent:
    seconds, micros, kind, code, value = _EVENT.unpack(data)
    if seconds < 0 or not 0 <= micros < _SECOND_US:
        raise PadError(f'pad: record {data.hex(" ")} has no time of day, so this is no event device. '
                       "Give the event device of the pad's motion sensors.")
    return InputEvent(seconds * _SECOND_US + micros, kind, code, value)
