"""Which serial ports may be a device's. The names under /dev/serial/by-id survive renumbering of ttyACM and ttyUSB.

A name only says where to ask first: what is on a port is known when it has answered.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

BY_ID = Path('/dev/serial/by-id')
AUTO = 'auto'


class Kind(NamedTuple):
    """Parts of names: of ports to ask first, and of ports that are never opened."""

    first: tuple[str, ...]
    never: tuple[str, ...]


_SENSORS = ('Texas_Instruments', 'CP2105', 'u-blox')
_VESCS = ('VESC', 'ChibiOS', 'STMicroelectronics')  # a VESC's USB is ChibiOS' on an STM32
_BOARDS = ('Teensyduino', 'Arduino')  # opening a Mega's port would restart it
MOTORS = Kind(_VESCS, _BOARDS + _SENSORS)
RELAYS = Kind(_BOARDS, _VESCS + _SENSORS)


def candidates(port: str, kind: Kind, folder: Path = BY_ID) -> Callable[[], Sequence[str]]:
    """Return what names the ports to try, the likeliest first: `port` itself, or with `auto` what is plugged in now."""
    return (lambda: _plugged(kind, folder)) if port == AUTO else (lambda: (port,))


def _plugged(kind: Kind, folder: Path) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:  # the last serial port is gone, and the folder with it
        return []
    left = [name for name in names if not any(word in name for word in kind.never)]
    left.sort(key=lambda name: not any(word in name for word in kind.first))
    return [str(folder / name) for name in left]
