"""Which serial ports are the radar's. The names under /dev/serial/by-id survive renumbering of ttyACM and ttyUSB."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

BY_ID = Path('/dev/serial/by-id')
AUTO = 'auto'
# (what the name contains, end of the command port's name, end of the data port's): the XDS110 of TI's boards and
# carriers, and the CP2105 of the IWR6843ISK.
_ADAPTERS = (
    ('Texas_Instruments_XDS110', '-if00', '-if03'),
    ('CP2105_Dual_USB_to_UART_Bridge', '-if00-port0', '-if01-port0'),
)


class Ports(NamedTuple):
    """Paths of the command port and of the data port."""

    cli: str
    data: str


class PortsNotFoundError(Exception):
    """One sentence: which port was looked for, and where."""


def find(cli: str, data: str, by_id: Path = BY_ID) -> Ports:
    """Return the two ports as they are now; `auto` in either place is looked up.

    Raises PortsNotFoundError where a path does not exist or `auto` finds no radar or more than one.
    """
    if AUTO in (cli, data):
        found = _look_up(by_id)
        cli, data = found.cli if cli == AUTO else cli, found.data if data == AUTO else data
    for port in (cli, data):
        if not Path(port).exists():
            raise PortsNotFoundError(f'no port {port}. Plug the radar in')
    return Ports(cli, data)


def _look_up(by_id: Path) -> Ports:
    try:
        names = sorted(os.listdir(by_id))
    except OSError:  # the last serial port is gone, and the folder with it
        names = []
    pairs = []
    for adapter, cli_end, data_end in _ADAPTERS:
        for name in names:
            other = name.removesuffix(cli_end) + data_end
            if adapter in name and name.endswith(cli_end) and other in names:
                pairs.append(Ports(str(by_id / name), str(by_id / other)))
    if not pairs:
        raise PortsNotFoundError(f'no TI radar among {len(names)} serial ports in {by_id}. Plug it in, or name '
                                 'cli_port and data_port')
    if len(pairs) > 1:
        raise PortsNotFoundError(f'{len(pairs)} radars in {by_id}, expected one. Name cli_port and data_port')
    return pairs[0]
