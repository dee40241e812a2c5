"""The bytes of a PS4 pad as Linux gives them out: joystick records and the motion sensors' events.

js record, 8 bytes: u32 ms, s16 value, u8 type, u8 number. Event, 24: s64 s, s64 us, u16 type, u16 code, s32 value.
"""

from __future__ import annotations

import struct

from outrider_sim.devices.pad_layout import PS4, Layout

REST = {name: -32767 if name in ('l2', 'r2') else 0 for name in PS4.axes}
ARROWS = {'up': ('dpad_y', -32767), 'down': ('dpad_y', 32767), 'left': ('dpad_x', -32767), 'right': ('dpad_x', 32767)}
_ACCELERATION_G = 8192  # counts of the PS4 pad's sensor for 1 g


def button(time_ms: int, name: str, down: bool, initial: bool = False, layout: Layout = PS4) -> bytes:
    """Return the record of one button."""
    return _record(time_ms, int(down), 0x81 if initial else 0x01, layout.buttons.index(name))


def axis(time_ms: int, name: str, value: int, initial: bool = False, layout: Layout = PS4) -> bytes:
    """Return the record of one axis, -32767..32767."""
    return _record(time_ms, value, 0x82 if initial else 0x02, layout.axes.index(name))


def motion(time_us: int, device_us: int, shake: int = 0) -> bytes:
    """Return one report of the motion sensors: a pad lying still, `shake` counts of noise, the device's own time."""
    values = [(3, 0, shake), (3, 1, _ACCELERATION_G - shake), (3, 3, shake), (4, 5, device_us & 0xFFFFFFFF), (0, 0, 0)]
    return b''.join(event(time_us, kind, code, value) for kind, code, value in values)


def event(time_us: int, kind: int, code: int, value: int) -> bytes:
    """Return one event of an event device; values from 2^31 on stand as the negative number of the same bits."""
    return struct.pack('<qqHHI', time_us // 1_000_000, time_us % 1_000_000, kind, code, value & 0xFFFFFFFF)


def _record(time_ms: int, value: int, kind: int, number: int) -> bytes:
    return struct.pack('<IhBB', time_ms & 0xFFFFFFFF, value, kind, number)
