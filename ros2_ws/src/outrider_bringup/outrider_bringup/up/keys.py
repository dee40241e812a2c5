"""Keys of the terminal drive the simulated ramp: bytes of a terminal -> lines for the fake pad.

A terminal tells of presses and repeats, never of a release, and repeats only the newest key. So a key counts as held
for FIRST_S, which covers the keyboard's delay before the first repeat, and then as long as repeats come.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

HELP = 'keys  hold an arrow: drive, steer   u d: jack   a: arm   x: disarm   h: horn   space: e-stop'
FIRST_S = 0.7  # X11 waits 0.66 s, desktops 0.5 s, the console 0.25 s
REPEAT_S = 0.15  # between repeats; terminals give at least 10 a second
LEAD_S = 0.06  # of the dead-man before the control: both at once would be no press under it
ESCAPE_S = 0.1  # the rest of a sequence comes with its beginning, or it was the key Esc
DEADMAN, ESTOP = 'r1', 'circle'
_ARROWS = {'A': 'cross', 'B': 'square', 'C': 'right', 'D': 'left'}
_LETTERS = {'u': 'up', 'd': 'down', 'a': 'options', 'x': 'share', 'h': 'triangle', ' ': ESTOP}
_OPPOSITE = {'cross': 'square', 'square': 'cross', 'left': 'right', 'right': 'left', 'up': 'down', 'down': 'up'}
# ECMA-48: a control sequence, the three bytes of a key pad, a key with Alt, and everything else.
_KEY = re.compile(rb'\x1b\[[0-?]*[ -/]*(?P<arrow>[@-~])|\x1bO(?P<pad>.)|\x1b[^\[O]|(?P<plain>[^\x1b])', re.DOTALL)


class Keys:
    """Which controls are held. Pure; times in s of any steady clock."""

    def __init__(self) -> None:
        """Begin with nothing held."""
        self._rest = b''  # an escape sequence that was cut
        self._rest_s = 0.0
        self._until: dict[str, float] = {}  # held controls
        self._waiting: dict[str, float] = {}  # of those, the ones whose press is still to come
        self._deadman_s: float | None = None

    def feed(self, data: bytes, now: float) -> list[str]:
        """Take bytes of the terminal; return lines for the fake pad."""
        if data and not self._rest:
            self._rest_s = now
        lines: list[str] = []
        self._rest += data
        while found := _KEY.match(self._rest):
            control = _control(found)
            self._rest = self._rest[found.end():]
            if control:
                lines += self._key(control, now)
        return lines

    def due(self, now: float) -> list[str]:
        """Return what the passing of time presses and lets go. Call it after feed(), 10 times a second or more."""
        if self._rest and now - self._rest_s > ESCAPE_S:
            self._rest = b''
        lines = []
        for control in [control for control, until in self._until.items() if now >= until]:
            lines += self._let_go(control)
        for control in [control for control, due in self._waiting.items() if now >= due]:
            del self._waiting[control]
            lines.append(f'press {control}')
        return lines

    def release_all(self) -> list[str]:
        """Let go of everything."""
        return [line for control in list(self._until) for line in self._let_go(control)]

    def _key(self, control: str, now: float) -> list[str]:
        if control in self._until:
            self._until[control] = now + REPEAT_S
            return []
        if control == ESTOP:
            self._until[ESTOP] = now + FIRST_S
            others = [line for other in list(self._until) if other != ESTOP for line in self._let_go(other)]
            return [f'press {ESTOP}', *others]
        lines = self._let_go(_OPPOSITE[control]) if _OPPOSITE.get(control) in self._until else []
        self._until[control] = now + FIRST_S
        if control not in _OPPOSITE:
            return [*lines, f'press {control}']
        if self._deadman_s is None:
            self._deadman_s = now
            lines.append(f'press {DEADMAN}')
        if now < self._deadman_s + LEAD_S:
            self._waiting[control] = self._deadman_s + LEAD_S
            return lines
        return [*lines, f'press {control}']

    def _let_go(self, control: str) -> list[str]:
        del self._until[control]
        lines = [] if self._waiting.pop(control, None) is not None else [f'release {control}']
        if self._deadman_s is not None and _OPPOSITE.keys().isdisjoint(self._until):
            self._deadman_s = None
            lines.append(f'release {DEADMAN}')
        return lines


class KeyReader:
    """Reads the terminal without echo or waiting, from `with` to its end, and writes to the fake pad's control FIFO.

    Where the stream is no terminal, or the command runs in the background, poll() does nothing.
    """

    def __init__(self, stream: TextIO, fifo: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the terminal and the FIFO; change nothing yet."""
        self._fd = stream.fileno() if stream.isatty() else -1
        self._fifo, self._clock = fifo, clock
        self._saved: list[object] | None = None
        self._keys = Keys()

    def __enter__(self) -> KeyReader:
        """Let the terminal give out single keys."""
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all keys and give the terminal back as it was."""
        self._write(self._keys.release_all())
        if self._saved is not None and self._in_front():
            with contextlib.suppress(termios.error, OSError):  # the terminal has gone
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._saved)  # type: ignore[arg-type]

    def poll(self) -> None:
        """Pass on what was typed and what is due. At least 10 times a second; a key is let go by up to a poll late."""
        data = self._read() if self._listen() else b''
        now = self._clock()
        self._write(self._keys.feed(data, now) + self._keys.due(now))

    def _listen(self) -> bool:
        """Return whether keys can be read; set the terminal, anew after a shell had it (Ctrl+Z, fg)."""
        if self._fd < 0 or not self._in_front():
            return False
        try:
            mode = termios.tcgetattr(self._fd)
            if mode[3] & (termios.ICANON | termios.ECHO):
                self._saved = self._saved or [*mode[:6], list(mode[6])]
                mode[3] &= ~(termios.ICANON | termios.ECHO)
                mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
                termios.tcsetattr(self._fd, termios.TCSANOW, mode)
        except (termios.error, OSError):
            return False
        return True

    def _in_front(self) -> bool:
        """Whether the terminal is ours: a job in the background is stopped for touching it."""
        try:
            return os.tcgetpgrp(self._fd) == os.getpgrp()
        except OSError:
            return False

    def _read(self) -> bytes:
        try:
            readable, _, _ = select.select([self._fd], [], [], 0.0)
            return os.read(self._fd, 1024) if readable else b''
        except OSError:
            return b''

    def _write(self, lines: list[str]) -> None:
        if not lines:
            return
        try:
            fd = os.open(self._fifo, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # no fake pad: nothing was pressed
            self._keys = Keys()
            return
        try:
            os.write(fd, ''.join(f'{line}\n' for line in lines).encode())  # at once: shorter than a pipe's PIPE_BUF
        except OSError:
            self._keys = Keys()
        finally:
            os.close(fd)


def _control(found: re.Match[bytes]) -> str:
    """Return the control of a key, or '' where it has none; an arrow with Shift or Ctrl is another key."""
    if found['plain'] is not None:
        return _LETTERS.get(found['plain'].decode('latin-1').lower(), '')
    last = found['arrow'] if found['arrow'] is not None and len(found[0]) == 3 else found['pad']
    return _ARROWS.get(last.decode('latin-1'), '') if last is not None else ''
