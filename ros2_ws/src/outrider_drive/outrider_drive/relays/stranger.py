"""Who is on a port that never spoke, if it is not the relay controller: a VESC says so when it is asked.

Frames as the VESC firmware has them (FW 7.01): 02, length, payload, CRC16-XMODEM, 03.
"""

from __future__ import annotations

import binascii

from outrider_drive.port import OwnedPort

WHO_ARE_YOU = bytes.fromhex('020100000003')  # FW_VERSION; means nothing to the relay controller
_START, _END, _FW_VERSION = 2, 3, 0
_READ_AT_MOST = 4096


class Stranger:
    """One question to one port. `asked`: all that comes is for listen(); `found`: it is a VESC, as far as is known."""

    def __init__(self) -> None:
        """Begin with nobody asked."""
        self.asked = self.found = False
        self._said = b''

    def ask(self, port: OwnedPort) -> None:
        """Ask who is there."""
        self.asked, self._said = True, b''
        port.write_now(WHO_ARE_YOU)

    def listen(self, port: OwnedPort) -> bool:
        """Return whether it has answered that it is a VESC. Raises OSError on a port that is gone."""
        self._said += port.read_now(_READ_AT_MOST)
        self.found = is_vesc(self._said)
        return self.found


def is_vesc(data: bytes) -> bool:
    """Return whether `data` holds a whole answer of a VESC to WHO_ARE_YOU."""
    for begin in range(len(data) - 5):
        size = data[begin + 1]
        payload, rest = data[begin + 2:begin + 2 + size], data[begin + 2 + size:begin + 5 + size]
        if data[begin] == _START and size and payload[0] == _FW_VERSION \
                and rest == binascii.crc_hqx(payload, 0).to_bytes(2, 'big') + bytes((_END,)):
            return True
    return False
