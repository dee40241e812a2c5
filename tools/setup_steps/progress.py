"""Tells how far the set-up is: one line per step, and on a terminal the seconds that go by."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from typing import TextIO


class Progress:
    """Prints `3/6 building messages, about 40 s`; usable from the threads of parallel steps."""

    def __init__(self, steps: int, out: TextIO | None = None) -> None:
        self._steps = steps
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._lock = threading.Lock()
        self._running: dict[int, tuple[str, str, float]] = {}

    def begin(self, number: int, title: str, about_s: float) -> None:
        """Say that a step starts and how long it will take."""
        with self._lock:
            line = f'{number}/{self._steps} {title}, about {about_s:.0f} s'
            self._running[number] = (title, line, time.monotonic())
            if not self._live:
                self._write(line + '\n')

    def end(self, number: int) -> None:
        """Say how long a step took (on a terminal; elsewhere its line stands already)."""
        with self._lock:
            title, _, began = self._running.pop(number)
            if self._live:
                took = time.monotonic() - began
                self._write(f'\r\033[K{number}/{self._steps} {title}: {took:.0f} s\n')

    def say(self, sentence: str) -> None:
        """Print a sentence between the steps."""
        with self._lock:
            self._write(f'{self._erase()}{sentence}\n')

    def tick(self) -> None:
        """Redraw the line of what is running; nothing where the output is no terminal."""
        with self._lock:
            if not self._live or not self._running:
                return
            now = time.monotonic()
            first, *others = sorted(self._running.items())
            text = f'{first[1][1]}: {now - first[1][2]:.0f} s'
            text += ''.join(f'   (meanwhile {number}/{self._steps} {step[0]})' for number, step in others)
            self._write('\r\033[K' + text[:shutil.get_terminal_size().columns - 1])

    def clear(self) -> None:
        """Leave a clean line behind."""
        with self._lock:
            self._write(self._erase())

    def _erase(self) -> str:
        return '\r\033[K' if self._live else ''

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
