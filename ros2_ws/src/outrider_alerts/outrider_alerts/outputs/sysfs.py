"""GPIO lines by files under /sys/class/gpio: older than the character device, for kernels that have no other."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

from outrider_alerts.beeper import Signal
from outrider_alerts.outputs.gpio import NONE
from outrider_alerts.outputs.output import OutputError


class Sysfs:
    """Buzzer, red, green, blue: four numbers of lines, NONE where there is none."""

    repeat_s = math.inf

    def __init__(self, folder: str, lines: tuple[int, int, int, int]) -> None:
        """Export nothing yet."""
        self._folder, self._lines = Path(folder), lines
        self._ready = False

    def put(self, signal: Signal) -> None:
        """Write each line's value. Raises OutputError."""
        try:
            if not self._ready:
                self._export()
            self._write((signal.hz > 0.0, *signal.light))
        except OSError as error:
            self._ready = False
            raise OutputError(f'buzzer: {error.strerror} at {error.filename}. Check the wiring page and that this user '
                              'may write there.') from None

    def close(self) -> None:
        """Switch all off; the lines stay exported, and off."""
        if self._ready:
            with contextlib.suppress(OSError):
                self._write((False,) * 4)
        self._ready = False

    def _export(self) -> None:
        for line in self._lines:
            if line != NONE and not (self._folder / f'gpio{line}').is_dir():
                (self._folder / 'export').write_text(f'{line}\n')
            if line != NONE:
                (self._folder / f'gpio{line}' / 'direction').write_text('low\n')  # an output that is off
        self._ready = True

    def _write(self, on: tuple[bool, ...]) -> None:
        for line, level in zip(self._lines, on, strict=True):
            if line != NONE:
                (self._folder / f'gpio{line}' / 'value').write_text(f'{level:d}\n')
