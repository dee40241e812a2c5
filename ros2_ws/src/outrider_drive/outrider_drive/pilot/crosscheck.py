"""A joystick device that froze while the pad lives: the kernel's own idea of the held buttons, asked beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from outrider_drive.pilot import kernel
from outrider_drive.pilot.decode import is_unused
from outrider_drive.pilot.mapping import Mapping
from outrider_drive.pilot.words import Pad

# Two in a row must disagree: found within 100 ms, and no false alarm while a record is on its way.
PERIOD_NS = 40_000_000


class HeldCheck:
    """Compares the buttons of the joystick device with those of the pad's event device, where that can be opened."""

    def __init__(self, path: Path | None, mapping: Mapping,
                 held_keys: Callable[[int], frozenset[int]] = kernel.held_keys) -> None:
        """Open the pad's event device; without one, or without the right to, there is no check."""
        self._names = {code: name for code, name in zip(mapping.button_codes, mapping.buttons, strict=True)
                       if not is_unused(name)}
        self._held_keys = held_keys
        self._due_ns = 0
        self._differed: tuple[Pad, frozenset[int]] | None = None
        try:
            self.fd = -1 if path is None else os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            self.fd = -1

    def differs(self, now: int, pad: Pad) -> bool:
        """Return whether both have disagreed twice, unchanged, about which buttons are held."""
        if self.fd < 0 or now < self._due_ns:
            return False
        self._due_ns = now + PERIOD_NS
        try:
            keys = self._held_keys(self.fd)
        except OSError:  # a stand-in answers no question; a device that vanished ends the joystick device too
            self.close()
            return False
        held = {self._names[key] for key in keys if key in self._names}
        before, self._differed = self._differed, None
        if held != pad.held & set(self._names.values()):
            self._differed = (pad, keys)
        return self._differed is not None and self._differed == before

    def close(self) -> None:
        """Close the event device."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
