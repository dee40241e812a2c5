"""A sounder on a serial port, behind a microcontroller that makes the pitch.

One line of ASCII per change, and twice a second while nothing changes: `T <hz> <rrggbb>`, hz 0: silent. The board
falls back to its own alarm when it hears none for 1 s: so the cable is watched, too.
"""

from __future__ import annotations

import contextlib

import serial

from outrider_alerts.beeper import Signal
from outrider_alerts.outputs.output import OutputError

BAUD = 115_200
WRITE_S = 0.05  # a line of 16 bytes takes 1.4 ms
REPEAT_S = 0.5


class SerialLine:
    """Opens the port when there is something to say, and anew after a failure."""

    repeat_s = REPEAT_S

    def __init__(self, port: str) -> None:
        """Open nothing yet."""
        self._name = port
        self._port: serial.Serial | None = None

    def put(self, signal: Signal) -> None:
        """Write a line. Raises OutputError."""
        try:
            if self._port is None:
                self._port = serial.Serial(self._name, BAUD, timeout=0, write_timeout=WRITE_S)
            self._port.write(f'T {signal.hz:.0f} {signal.colour[1:]}\n'.encode('ascii'))
        except (OSError, ValueError) as error:  # SerialException is an OSError
            self._drop()
            raise OutputError(f'buzzer: {self._name} does not take a line ({error}). Check cable and output.') from None

    def close(self) -> None:
        """Say silence and close."""
        if self._port is not None:
            with contextlib.suppress(OSError):
                self._port.write(b'T 0 000000\n')
        self._drop()

    def _drop(self) -> None:
        if self._port is not None:
            with contextlib.suppress(OSError):
                self._port.close()
            self._port = None
