"""The skater at work: looks at the ramp and plays the fake pad, in a thread of its own."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from outrider_bringup.demo.skater import Sight, Skater

LOOK_S = 0.02
PAD_S = 20.0  # longer than any start of the fake pad that is going to succeed


class Hands:
    """Plays `skater` on the control FIFO `pad` from now on. end() it before the pad goes."""

    def __init__(self, pad: Path, skater: Skater, sight: Callable[[], Sight]) -> None:
        """`sight` returns what can be seen now."""
        self.skater = skater
        self.failed = ''
        self._pad, self._sight = pad, sight
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._play, name='skater', daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether the course is done, or cannot be."""
        return not self._thread.is_alive()

    @property
    def done(self) -> bool:
        """Whether the whole course was played."""
        return self.skater.over and not self.failed

    def _play(self) -> None:
        given_up_s = time.monotonic() + PAD_S
        while not self._pad.exists() and not self._end.wait(LOOK_S):
            if time.monotonic() > given_up_s:
                self.failed = f'no pad came within {PAD_S:g} s'
                return
        while not self.skater.over and not self._end.wait(LOOK_S):
            lines = self.skater.step(time.monotonic(), self._sight())
            try:
                self._write(lines)
            except OSError as error:
                self.failed = f'the pad does not listen ({error.strerror})'
                return
        self.failed = self.skater.failed

    def _write(self, lines: tuple[str, ...]) -> None:
        if lines:
            fifo = os.open(self._pad, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                os.write(fifo, ''.join(f'{line}\n' for line in lines).encode())
            finally:
                os.close(fifo)

    def end(self) -> None:
        """Play no further. The pad stays as it is held."""
        self._end.set()
        self._thread.join()
