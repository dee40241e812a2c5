"""Lines of a GPIO chip by its character device: linux/gpio.h, interface 2 (kernel 5.10 and newer). On or off: no pitch.

Wired as in hardware/voice.md: a line that is high switches a transistor. The kernel lets the lines go when the process
ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import struct

from outrider_alerts.beeper import Signal
from outrider_alerts.outputs.output import OutputError

# Sizes and numbers of linux/gpio.h; a test compiles it and compares.
REQUEST = struct.Struct('=64I32sQI5I240sII5Ii')  # struct gpio_v2_line_request, its attributes as bytes
VALUES = struct.Struct('=QQ')                    # struct gpio_v2_line_values: bits, mask
GET_LINE = 0xC250B407                            # _IOWR(0xB4, 0x07, struct gpio_v2_line_request)
SET_VALUES = 0xC010B40F                          # _IOWR(0xB4, 0x0F, struct gpio_v2_line_values)
OUTPUT = 1 << 3                                  # GPIO_V2_LINE_FLAG_OUTPUT
CONSUMER = b'outrider buzzer'
NONE = -1  # a line that is not wired


class Gpio:
    """Buzzer, red, green, blue: four line offsets of one chip, NONE where there is none."""

    repeat_s = math.inf

    def __init__(self, chip: str, lines: tuple[int, int, int, int]) -> None:
        """Ask for nothing yet."""
        self._chip, self._lines = chip, lines
        self._wired = [line for line in lines if line != NONE]
        self._request: int | None = None

    def put(self, signal: Signal) -> None:
        """Switch all lines at once. Raises OutputError."""
        wanted = (signal.hz > 0.0, *signal.light)
        on = [level for line, level in zip(self._lines, wanted, strict=True) if line != NONE]
        try:
            if self._request is None:
                self._request = self._asked()
            self._switch(on)
        except OSError as error:
            self._drop()
            raise OutputError(f'buzzer: {error.strerror} at lines {self._wired} of {self._chip}. Check the wiring page '
                              'and whether another program holds them.') from None

    def close(self) -> None:
        """Switch all off and let the lines go."""
        if self._request is not None:
            with contextlib.suppress(OSError):
                self._switch([False] * len(self._wired))
        self._drop()

    def _asked(self) -> int:
        offsets = self._wired + [0] * (64 - len(self._wired))
        asked = bytearray(REQUEST.pack(*offsets, CONSUMER, OUTPUT, *[0] * 6, b'', len(self._wired), *[0] * 7))
        chip = os.open(self._chip, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.ioctl(chip, GET_LINE, asked)
        finally:
            os.close(chip)
        return int(REQUEST.unpack(asked)[-1])

    def _switch(self, on: list[bool]) -> None:
        assert self._request is not None
        bits = sum(1 << place for place, level in enumerate(on) if level)
        fcntl.ioctl(self._request, SET_VALUES, VALUES.pack(bits, (1 << len(on)) - 1))

    def _drop(self) -> None:
        if self._request is not None:
            with contextlib.suppress(OSError):
                os.close(self._request)
            self._request = None
