"""What the kernel says of an opened pad: its name and the meaning of its numbers (linux/joystick.h, linux/input.h).

A FIFO that stands for the device answers no ioctl: what it would say lies beside it in FIFO.told (JSON: name, driver,
buttons, axes), or nothing does and it is taken for what the pad's file says.
"""

from __future__ import annotations

import array
import fcntl
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from outrider_drive.pilot.mapping import Mapping
from outrider_drive.pilot.words import PadError

_READ = 2 << 30
_NAME_BYTES, _AXES, _KEYS, _KEY_BYTES = 128, 0x40, 0x200, 96
JSIOCGAXES = _READ | 1 << 16 | ord('j') << 8 | 0x11
JSIOCGBUTTONS = _READ | 1 << 16 | ord('j') << 8 | 0x12
JSIOCGNAME = _READ | _NAME_BYTES << 16 | ord('j') << 8 | 0x13
JSIOCGAXMAP = _READ | _AXES << 16 | ord('j') << 8 | 0x32
JSIOCGBTNMAP = _READ | 2 * _KEYS << 16 | ord('j') << 8 | 0x34
EVIOCGKEY = _READ | _KEY_BYTES << 16 | ord('E') << 8 | 0x18


@dataclass(frozen=True)
class Told:
    """Name, and the code of each axis (ABS_*) and button (BTN_*) in the order of their numbers."""

    name: str
    axes: tuple[int, ...]
    buttons: tuple[int, ...]
    driver: str = ''  # of a stand-in only


def is_fifo(fd: int) -> bool:
    """Return whether `fd` is a FIFO: a stand-in for a device, which answers no ioctl."""
    return stat.S_ISFIFO(os.fstat(fd).st_mode)


def ask(fd: int, path: str) -> Told:
    """Ask the joystick device. Raises PadError where it is none."""
    try:
        counts = [_bytes(fd, request, 1)[0] for request in (JSIOCGAXES, JSIOCGBUTTONS)]
        name = _bytes(fd, JSIOCGNAME, _NAME_BYTES).split(b'\0')[0].decode(errors='replace')
        axes = tuple(_bytes(fd, JSIOCGAXMAP, _AXES)[:counts[0]])
        codes = array.array('H', _bytes(fd, JSIOCGBTNMAP, 2 * _KEYS))
    except OSError as error:
        raise PadError(f'pad: {path} answers no joystick question ({os.strerror(error.errno or 0)}), expected a js '
                       'device. Give another --gamepad.') from None
    return Told(name, axes, tuple(codes[:counts[1]]))


def ask_stand_in(fifo: Path) -> Told | None:
    """Return what lies beside a FIFO, None where nothing does. Raises PadError where it cannot be understood."""
    path = fifo.with_name(fifo.name + '.told')
    try:
        said = json.loads(path.read_text())
        axes, buttons = (tuple(int(code) for code in said[key]) for key in ('axes', 'buttons'))
        return Told(str(said['name']), axes, buttons, str(said['driver']))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise PadError(f'pad: {path} cannot be understood, expected JSON with name, driver, axes and buttons. Remove '
                       'it.') from None


def check(told: Told, mapping: Mapping, driver: str = '') -> None:
    """Raise PadError, by name, where the pad's numbers do not mean what `mapping` says."""
    if told.name not in mapping.names:
        raise PadError(f"pad: '{told.name}' is not known to {mapping.file}, expected {_either(mapping.names)}. "
                       'Run: ./outrider calibrate pad')
    for what, seen, wanted in (('axes', told.axes, mapping.axis_codes), ('buttons', told.buttons,
                                                                         mapping.button_codes)):
        if seen != wanted:
            by = told.driver or driver or 'unknown'
            raise PadError(f"pad: '{told.name}' (driver {by}) reports {what} {_list(seen)}, expected {_list(wanted)}. "
                           f'Load the driver {_either(mapping.drivers)} or run: ./outrider calibrate pad')


def held_keys(fd: int) -> frozenset[int]:
    """Return the codes of the keys that an event device holds down now. Raises OSError."""
    bits = _bytes(fd, EVIOCGKEY, _KEY_BYTES)
    return frozenset(code for code in range(8 * _KEY_BYTES) if bits[code // 8] >> code % 8 & 1)


def _bytes(fd: int, request: int, size: int) -> bytes:
    return bytes(fcntl.ioctl(fd, request, bytes(size)))


def _list(codes: tuple[int, ...]) -> str:
    return ' '.join(map(str, codes)) or 'none'


def _either(names: tuple[str, ...]) -> str:
    return ' or '.join(f"'{name}'" for name in names)
