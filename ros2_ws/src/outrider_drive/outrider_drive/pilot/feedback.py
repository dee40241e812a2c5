"""Light bar and rumble of the pad, where the kernel allows. Where it does not, the machine drives all the same."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable
from pathlib import Path

from outrider_drive.pilot.words import Files

# linux/input.h on 64 bit: type, id, direction, trigger (2), replay ms and delay, padding; rumble strong and weak; rest.
_EFFECT = struct.Struct('<HhHHHHHxxHH28x')
_EVENT = struct.Struct('<qqHHi')
EVIOCSFF = 1 << 30 | _EFFECT.size << 16 | ord('E') << 8 | 0x80
_FF_RUMBLE, _EV_FF = 0x50, 0x15
RUMBLE_MS = 200
_COLOURS = ('red', 'green', 'blue')


class Feedback:
    """Light and rumble of one connected pad. What is not possible is told to `say` once, in one sentence."""

    def __init__(self, files: Files, say: Callable[[str], None]) -> None:
        """Take the pad's files. Nothing is written before it is asked for."""
        self._say = say
        self._sysfs, self._event = files.sysfs, files.buttons
        self._shown: tuple[int, int, int] | None = None
        self._fd = self._effect = -1
        self._dark = self._still = False  # not possible with this pad

    def light(self, red: int, green: int, blue: int) -> None:
        """Show a colour, each 0..255; the same one again costs nothing."""
        colour = (red, green, blue)
        if self._dark or colour == self._shown:
            return
        try:
            self._write_light(colour)
            self._shown = colour
        except OSError as error:
            self._dark = True
            self._say(f'pad: no light bar ({_reason(error)}). Driving goes on without it.')

    def rumble(self) -> None:
        """Shake once, for 200 ms."""
        if self._still:
            return
        try:
            if self._fd < 0:
                self._prepare()
            os.write(self._fd, _EVENT.pack(0, 0, _EV_FF, self._effect, 1))
        except BlockingIOError:
            return
        except OSError as error:
            self.close()
            self._still = True
            self._say(f'pad: no rumble ({_reason(error)}). Driving goes on without it.')

    def close(self) -> None:
        """Close what rumble opened; the kernel forgets its effects."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _prepare(self) -> None:
        if self._event is None:
            raise FileNotFoundError(0, 'it has no event device')
        self._fd = os.open(self._event, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        effect = _EFFECT.pack(_FF_RUMBLE, -1, 0, 0, 0, RUMBLE_MS, 0, 0xC000, 0x8000)
        self._effect = struct.unpack_from('<h', fcntl.ioctl(self._fd, EVIOCSFF, effect), 2)[0]

    def _write_light(self, colour: tuple[int, int, int]) -> None:
        """hid-playstation and hid-sony show a PS4 pad's colours as three LEDs, a PS5 pad's as one with three values."""
        leds = sorted((self._sysfs / 'leds').glob('*')) if self._sysfs else []
        indicator = next((led for led in leds if led.name.endswith(':rgb:indicator')), None)
        if indicator:
            (indicator / 'multi_intensity').write_text(' '.join(map(str, colour)))
            _brightness(indicator, 255)
            return
        for word, value in zip(_COLOURS, colour, strict=True):
            led = next((led for led in leds if led.name.endswith(f':{word}')), None)
            if led is None:
                raise FileNotFoundError(0, f'it has no {word} LED')
            _brightness(led, value)


def _brightness(led: Path, value: int) -> None:
    (led / 'brightness').write_text(f'{value}\n')


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
