"""Writes each signal as a line of JSON into a file or FIFO: simulation and tests read there what a rider would hear."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import time

from outrider_alerts.beeper import Signal
from outrider_alerts.outputs.output import OutputError

MOST_BYTES = 4_000_000  # of earlier runs: a day of beeps
_MODE = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC


class Record:
    """One line per signal: {"at_ns": CLOCK_MONOTONIC, "hz", "colour", "tone"}; a FIFO that nobody reads loses them."""

    repeat_s = math.inf

    def __init__(self, path: str) -> None:
        """Open nothing before the first signal."""
        self._path = path
        self._file: int | None = None

    def put(self, signal: Signal) -> None:
        """Append a line, whole or not at all. Raises OutputError."""
        line = json.dumps({'at_ns': time.monotonic_ns(), 'hz': signal.hz, 'colour': signal.colour,
                           'tone': signal.tone}) + '\n'
        try:
            if self._file is None:
                self._file = os.open(self._path, _MODE, 0o644)
                if os.fstat(self._file).st_size > MOST_BYTES:
                    os.ftruncate(self._file, 0)
            os.write(self._file, line.encode())
        except OSError as error:
            if error.errno in (errno.ENXIO, errno.EAGAIN, errno.EPIPE):  # a FIFO without a reader, or a slow one
                if error.errno == errno.EPIPE:
                    self.close()
                return
            self.close()
            raise OutputError(f'buzzer: {error.strerror} while writing {self._path}. Correct output.') from None

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None
