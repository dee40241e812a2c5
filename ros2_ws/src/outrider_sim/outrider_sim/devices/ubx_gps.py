"""A u-blox NEO-M9N on a pty: sends fixes, obeys CFG-VALSET, and breaks on demand. Times are handed in, in ns.

| line | what happens |
|---|---|
| outage SECONDS | it has no fix for so long |
| freeze SECONDS | it sends nothing for so long; the port stays |
| stuck SECONDS | it sends the same fix again and again |
| garbage SECONDS | it sends random bytes instead of messages |
| length N | the next NAV-PVT says N for its length |
| flip N | byte N of the next NAV-PVT arrives inverted |
| unplug [SECONDS] | the pty is closed and the link removed, to come back after SECONDS or on plug |
| plug [PATH] | back, under PATH where one is given; settings that were made are lost |
| refuse | from now on it refuses every setting, as a receiver of an older generation |
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import TextIO

import numpy as np

from outrider_sim.devices import ubx
from outrider_sim.devices.ptys import Pty
from outrider_sim.world.gps import GpsFix

FACTORY_HZ = 1.0
_DAMAGES = {'length': 0xFFFF, 'flip': 99}  # the largest number that fits
_TIMED = ('outage', 'freeze', 'stuck', 'garbage')


class UbxGps:
    """The receiver. From the factory it sends NMEA once a second and no NAV-PVT, until it is told to."""

    def __init__(self, link: Path, *, rate_hz: float = 10.0, factory: bool = False,
                 journal: TextIO | None = None, plugged: bool = True) -> None:
        """Plug it in, where it is `plugged` from the beginning.

        `rate_hz` is what somebody has set it to before; with `factory` nobody has.
        """
        self._link, self._journal = link, journal
        self._saved_hz, self._factory = (FACTORY_HZ if factory else rate_hz), factory
        self.rate_hz = self._saved_hz
        self._until_ns = dict.fromkeys(_TIMED, 0)
        self._damage: tuple[str, int] | None = None
        self._back_ns: int | None = None
        self._refuses = False
        self._random = np.random.default_rng(9)
        self._last: bytes | None = None
        self.written = 0  # bytes that reached the wire
        self.pty: Pty | None = None
        if plugged:
            self.plug()

    def plug(self, link: Path | None = None) -> None:
        """Power up: a new pty, what was saved."""
        self.unplug()
        self._link = link or self._link
        self.pty = Pty(self._link)
        self.rate_hz, self.sends_pvt, self.sends_nmea = self._saved_hz, not self._factory, True
        self._commands = ubx.Commands()

    def unplug(self, back_ns: int | None = None) -> None:
        """Vanish, to come back at `back_ns` or when plugged in. Also the way to end."""
        if self.pty is not None:
            self.pty.close()
        self.pty = None
        self._back_ns = back_ns

    @property
    def period_ns(self) -> int:
        """Time between two fixes."""
        return round(1e9 / self.rate_hz)

    @property
    def back_ns(self) -> int | None:
        """When it comes back by itself, None while it is there or waits to be plugged in."""
        return self._back_ns

    def serve(self, now_ns: int) -> None:
        """Hear what the host wrote, and come back where that is due."""
        if self._back_ns is not None and now_ns >= self._back_ns:
            self.plug()
        if self.pty is None:
            return
        for settings in self._commands.feed(self.pty.read()):
            accepted = not self._refuses and settings.get(ubx.RATE_MEAS, 1000) >= 40
            if accepted:
                self.rate_hz = 1000.0 / settings.get(ubx.RATE_MEAS, 1000.0 / self.rate_hz)
                self.sends_pvt = bool(settings.get(ubx.NAV_PVT_USB, self.sends_pvt))
                self.sends_nmea = bool(settings.get(ubx.USB_NMEA, self.sends_nmea))
            self.written += self.pty.write(ubx.acknowledge(0x06, 0x8A, accepted))

    def sees_sky(self, now_ns: int) -> bool:
        """Say whether no outage was asked for."""
        return now_ns >= self._until_ns['outage']

    def send(self, fix: GpsFix, utc_s: float, now_ns: int) -> bytes:
        """Write one fix, measured at `utc_s`; return what reached the wire."""
        if self.pty is None or now_ns < self._until_ns['freeze']:
            return b''
        data = ubx.nmea(fix, utc_s) if self.sends_nmea else b''
        if self.sends_pvt:
            message = ubx.nav_pvt(fix, utc_s)
            if now_ns < self._until_ns['stuck'] and self._last is not None:
                message = self._last
            self._last = message
            data += self._damaged(message)
        if now_ns < self._until_ns['garbage']:
            data = self._random.bytes(len(data))
        written = self.pty.write(data)
        self.written += written
        if self._journal is not None:
            self._journal.write(json.dumps({'ns': now_ns, 'itow_ms': ubx.itow_ms(utc_s), 'ok': fix.ok,
                                            'bytes': written, 'lost': len(data) - written}) + '\n')
            self._journal.flush()
        return data[:written]

    def _damaged(self, message: bytes) -> bytes:
        if self._damage is None:
            return message
        (kind, number), self._damage = self._damage, None
        if kind == 'length':
            return message[:4] + struct.pack('<H', number) + message[6:]
        return message[:number] + bytes([message[number] ^ 0xFF]) + message[number + 1:]

    def control(self, line: str, now_ns: int) -> str:
        """Obey one line; return '' or one sentence of what was wrong with it."""
        word, *rest = line.split() or ['']
        wrong = f"line '{line.strip()}' is not known. See the head of ubx_gps.py."
        try:
            if word in _TIMED and len(rest) == 1:
                self._until_ns[word] = now_ns + _ns(rest[0])
            elif word in _DAMAGES and len(rest) == 1 and 0 <= int(rest[0]) <= _DAMAGES[word]:
                self._damage = word, int(rest[0])
            elif word == 'unplug' and len(rest) <= 1:
                self.unplug(now_ns + _ns(rest[0]) if rest else None)
            elif word == 'plug' and len(rest) <= 1:
                self.plug(Path(rest[0]) if rest else None)
            elif word == 'refuse' and not rest:
                self._refuses = True
            else:
                return wrong
        except ValueError:
            return f"line '{line.strip()}' has no usable number where one is expected."
        return ''


def _ns(text: str) -> int:
    seconds = float(text)
    if not (math.isfinite(seconds) and seconds >= 0.0):
        raise ValueError(text)
    return round(seconds * 1e9)
