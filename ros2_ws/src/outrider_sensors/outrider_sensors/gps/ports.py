"""Which serial port is the receiver's. The names under /dev/serial/by-id survive renumbering of ttyACM."""

from __future__ import annotations

import os
from pathlib import Path

from outrider_sensors.port import LostError

BY_ID = Path('/dev/serial/by-id')
AUTO = 'auto'
_MAKER = 'u-blox'


def find(port: str, by_id: Path = BY_ID) -> str:
    """Return the path of the port as it is now; `auto` takes the one u-blox receiver plugged in.

    Raises LostError where a path does not exist or `auto` finds no receiver or more than one.
    """
    if port != AUTO:
        if not Path(port).exists():
            raise LostError(f'no port {port}. Plug the receiver in')
        return port
    try:
        names = sorted(os.listdir(by_id))
    except OSError:  # the last serial port is gone, and the folder with it
        names = []
    found = [name for name in names if _MAKER in name]
    if not found:
        raise LostError(f'no u-blox receiver among {len(names)} serial ports in {by_id}. Plug it in, or name port')
    if len(found) > 1:
        raise LostError(f'{len(found)} u-blox receivers in {by_id}, expected one. Name port')
    return str(by_id / found[0])
