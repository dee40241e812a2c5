"""The terminal of a replay: one line that is redrawn, and the space key."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import time
from typing import TextIO

from outrider_bringup.replay.pace import Pace

REDRAW_S, LINE_S = 0.2, 5.0
BAR = 24


class Keys:
    """Single keys without echo, from `with` to its end; where there is no terminal in front, none."""

    def __init__(self, stream: TextIO) -> None:
        """Change nothing yet."""
        self._fd = stream.fileno() if stream.isatty() else -1
        self._saved: list[object] | None = None

    def __enter__(self) -> Keys:
        """Let the terminal give out single keys."""
        with contextlib.suppress(termios.error, OSError):
            if self._fd >= 0 and os.tcgetpgrp(self._fd) == os.getpgrp():
                mode = termios.tcgetattr(self._fd)
                self._saved = [*mode[:6], list(mode[6])]
                mode[3] &= ~(termios.ICANON | termios.ECHO)
                mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
                termios.tcsetattr(self._fd, termios.TCSANOW, mode)
        return self

    def __exit__(self, *_: object) -> None:
        """Give the terminal back as it was."""
        if self._saved is not None:
            with contextlib.suppress(termios.error, OSError):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._saved)  # type: ignore[arg-type]

    def spaces(self) -> int:
        """Return how often the space key was pressed since the last call."""
        try:
            if self._saved is None or not select.select([self._fd], [], [], 0.0)[0]:
                return 0
            return os.read(self._fd, 1024).count(b' ')
        except OSError:
            return 0


class Progress:
    """Shows how far it is: a line redrawn on a terminal, elsewhere one every LINE_S."""

    def __init__(self, name: str, from_ns: int, to_ns: int, first_ns: int, stream: TextIO = sys.stdout) -> None:
        """`first_ns` is where seconds are counted from."""
        self._name, self._from_ns, self._to_ns, self._first_ns = name, from_ns, to_ns, first_ns
        self._stream, self._tty, self._shown_s = stream, stream.isatty(), -1e9

    def show(self, pace: Pace, now_ns: int, sent: int) -> None:
        """Draw, where it is time to."""
        now_s = time.monotonic()
        if now_s - self._shown_s < (REDRAW_S if self._tty else LINE_S):
            return
        self._shown_s = now_s
        print(f'\r{self.line(pace, now_ns, sent)}\x1b[K' if self._tty else self.line(pace, now_ns, sent),
              end='' if self._tty else '\n', file=self._stream, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._tty:
            print(file=self._stream, flush=True)

    def line(self, pace: Pace, now_ns: int, sent: int) -> str:
        """Return the line."""
        part = min(1.0, max(0.0, (now_ns - self._from_ns) / max(1, self._to_ns - self._from_ns)))
        bar = ('#' * round(part * BAR)).ljust(BAR, '-')
        at_s, of_s = (now_ns - self._first_ns) / 1e9, (self._to_ns - self._first_ns) / 1e9
        paused = '  paused: space goes on' if pace.paused else ''
        return f'{self._name}  [{bar}] {at_s:.1f}/{of_s:.1f} s  x{pace.speed:g}  {sent} messages{paused}'
