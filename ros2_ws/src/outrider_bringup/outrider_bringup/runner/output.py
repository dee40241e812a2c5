"""Lines of many processes to one place, so that neither a process nor the runner ever waits for a slow terminal."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import IO

LONGEST_LINE = 8192  # bytes; longer ones are broken
KEPT_LINES = 5000  # waiting for the terminal; then the oldest are dropped and counted


class Output:
    """Reads pipes in threads of their own and hands (name, line) to `out` in another."""

    def __init__(self, out: Callable[[str, str], None]) -> None:
        """Start the thread that calls `out`."""
        self._out = out
        self._lines: deque[tuple[str, str]] = deque()
        self._dropped = 0
        self._open = 0
        self._closing = False
        self._changed = threading.Condition()
        self._writer = threading.Thread(target=self._write, name='output', daemon=True)
        self._writer.start()

    def add(self, name: str, pipe: IO[bytes]) -> None:
        """Read `pipe` to its end; each line is `name`'s."""
        with self._changed:
            self._open += 1
        threading.Thread(target=self._read, args=(name, pipe), name=f'output of {name}', daemon=True).start()

    def close(self, within_s: float) -> None:
        """Wait until all pipes have ended and all lines were handed over, at most `within_s`."""
        end = time.monotonic() + within_s
        with self._changed:
            self._changed.wait_for(lambda: not self._open, max(0.0, end - time.monotonic()))
            self._closing = True
            self._changed.notify_all()
        self._writer.join(max(0.0, end - time.monotonic()))

    def _read(self, name: str, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError), pipe:
            while raw := pipe.readline(LONGEST_LINE):
                line = raw.decode('utf-8', 'replace').rstrip('\r\n')
                with self._changed:
                    if len(self._lines) >= KEPT_LINES:
                        self._lines.popleft()
                        self._dropped += 1
                    self._lines.append((name, line))
                    self._changed.notify_all()
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._closing)
                if not self._lines:
                    return
                name, line = self._lines.popleft()
                dropped, self._dropped = self._dropped, 0
            with contextlib.suppress(OSError, ValueError):  # the terminal is gone: the stack is more important
                if dropped:
                    self._out('outrider', f'{dropped} lines were dropped: the terminal did not take them')
                self._out(name, line)
