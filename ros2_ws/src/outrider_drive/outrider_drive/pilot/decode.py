"""Joystick records -> state of the controls, by pyPS4Controller's event decoding and mapping.

Only its unpacking ("3Bh2b") and its Mapping3Bh2b are used, on records that we read ourselves. Its listen() blocks,
calls exit() on a read error, ignores initial records and keeps every event for ever.
"""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from typing import Any

from pyPS4Controller.event_mapping.Mapping3Bh2b import Mapping3Bh2b

from outrider_drive.pilot.records import AXIS, BUTTON, JsRecord
from outrider_drive.pilot.words import ARROWS, BUTTONS, FULL, STICKS, TRIGGERS, Pad

_FORMAT = struct.Struct('3Bh2b')  # Controller.event_format
# The library has no words for the buttons behind the triggers: those are read as axes.
_LIBRARY = {'cross': 'x', 'circle': 'circle', 'triangle': 'triangle', 'square': 'square', 'l1': 'L1', 'r1': 'R1',
            'share': 'share', 'options': 'options', 'ps': 'playstation_button', 'l3': 'L3', 'r3': 'R3'}
_ARROW_PRESSES = {'up': 'up_arrow_pressed', 'down': 'down_arrow_pressed', 'left': 'left_arrow_pressed',
                  'right': 'right_arrow_pressed'}
# One release for two arrows: each of these frees its own axis only, so Up -> Right never frees Right.
_ARROW_RELEASES = {'up_down_arrow_released': {'up', 'down'}, 'left_right_arrow_released': {'left', 'right'}}
_OPPOSITE = {'up': 'down', 'down': 'up', 'left': 'right', 'right': 'left'}
PS4_BUTTONS = BUTTONS  # the place is the number that the PS4 pad's own driver gives
PS4_AXES = ('lx', 'ly', 'l2', 'rx', 'ry', 'r2', 'dpad_x', 'dpad_y')


def is_unused(name: str) -> bool:
    """Return whether a pad's file names a control that nothing is done with: a touchpad's button, a motion axis."""
    return re.fullmatch(r'unused\d+', name) is not None


class Decoder:
    """The controls of one opened joystick device. A new opening needs a new decoder: nothing is assumed of before."""

    def __init__(self, buttons: tuple[str, ...] = PS4_BUTTONS, axes: tuple[str, ...] = PS4_AXES) -> None:
        """Take the control's name for each number of this pad."""
        self.pad = Pad()
        self.unknown = 0  # records of controls or values that nobody knows
        self._names = {BUTTON: buttons, AXIS: axes}
        self._missing = {(BUTTON, name) for name in buttons} | {(AXIS, name) for name in axes}

    @property
    def complete(self) -> bool:
        """Whether every control has been heard of since the opening."""
        return not self._missing

    def take(self, record: JsRecord) -> bool:
        """Apply one record; return whether it changed anything."""
        names = self._names[record.kind]
        if record.number >= len(names):
            self.unknown += 1
            return False
        name = names[record.number]
        after = self._after(record, name)
        if after is None:
            self.unknown += 1
            return False
        self._missing.discard((record.kind, name))
        changed = after != self.pad
        self.pad = after
        return changed

    def _after(self, record: JsRecord, name: str) -> Pad | None:
        if is_unused(name):
            return self.pad
        if record.kind == BUTTON and name in ARROWS:  # the library has no word for arrows that are buttons
            return _held(self.pad, name, record.value) if record.value in (0, 1) else None
        number = (PS4_BUTTONS if record.kind == BUTTON else PS4_AXES).index(name)
        return _applied(self.pad, name, _mapping(record.raw[:7] + bytes([number])))


def _mapping(raw: bytes) -> Any:
    fields = _FORMAT.unpack(raw)
    overflow = (max(fields[3], -FULL), *fields[4:])  # joydev's range is symmetric; the library knows no -32768
    return Mapping3Bh2b(*fields[:3], connecting_using_ds4drv=False, overflow=overflow)


def _applied(pad: Pad, name: str, event: Any) -> Pad | None:
    """Return `pad` after the event, or None where the library has no word for it."""
    if event.button_type == AXIS and name in STICKS:
        return _with(pad, name, event.value / FULL) if event.L3_event() or event.R3_event() else None
    if event.button_type == AXIS and name in TRIGGERS:
        return _pulled(pad, name, event)
    if event.button_type == AXIS:
        return _arrows(pad, event)
    if name in TRIGGERS:
        return _held(pad, name, event.value) if event.value in (0, 1) else None
    word = _LIBRARY[name]
    if getattr(event, f'{word}_pressed')():
        return _held(pad, name, 1)
    return _held(pad, name, 0) if getattr(event, f'{word}_released')() else None


def _pulled(pad: Pad, name: str, event: Any) -> Pad | None:
    word = name.upper()
    if getattr(event, f'{word}_released')():
        return _with(pad, name, 0.0)
    value = (event.value + FULL) / (2 * FULL)
    return _with(pad, name, value) if getattr(event, f'{word}_pressed')() else None


def _arrows(pad: Pad, event: Any) -> Pad | None:
    for word, freed in _ARROW_RELEASES.items():
        if getattr(event, word)():
            return replace(pad, held=pad.held - freed)
    for arrow in ARROWS:
        if getattr(event, _ARROW_PRESSES[arrow])():
            return replace(pad, held=(pad.held - {_OPPOSITE[arrow]}) | {arrow})
    return None


def _with(pad: Pad, axis: str, value: float) -> Pad:
    changes: dict[str, Any] = {axis: value}
    return replace(pad, **changes)


def _held(pad: Pad, name: str, down: int) -> Pad:
    return replace(pad, held=pad.held | {name} if down else pad.held - {name})
