"""Lines and one status line that share a terminal; without a terminal, a status line every few seconds."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TextIO

PLAIN_EVERY_S = 5.0
TERMINAL_EVERY_S = 0.25


class Screen:
    """Prints from any thread."""

    def __init__(self, stream: TextIO) -> None:
        """Print to `stream`."""
        self._stream = stream
        self._terminal = stream.isatty()
        self._status = ''
        self._shown_s = -PLAIN_EVERY_S
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """Print a line of a process, or of the command itself where `name` is empty."""
        with self._lock:
            self._write(f'{self._clear()}[{name}] {text}\n{self._status}' if name
                        else f'{self._clear()}{text}\n{self._status}')

    def status(self, text: str) -> None:
        """Show `text` as the present state, as often as the place can bear."""
        now_s = time.monotonic()
        if now_s - self._shown_s < (TERMINAL_EVERY_S if self._terminal else PLAIN_EVERY_S):
            return
        self._shown_s = now_s
        with self._lock:
            if self._terminal:
                self._status = text[:self._width() - 1]
                self._write(f'{self._clear()}{self._status}')
            else:
                self._write(f'{text}\n')

    def end_status(self) -> None:
        """Take the status line away."""
        with self._lock:
            self._write(self._clear())
            self._status = ''

    def _clear(self) -> str:
        return '\r\x1b[K' if self._terminal else ''

    def _width(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        return 80

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # the terminal has gone; the rig goes on until it is stopped
            self._stream.write(text)
            self._stream.flush()
