"""Writes the small files of an open ride, in order, on a thread of its own.

An fsync beside a stream of video takes a second on a card: whoever hears 400 samples a second cannot wait for it. What
a full disk refuses is tried again until it is taken: a mark made then is not lost.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

RETRY_S = 1.0


class Clerk:
    """`alarm` is what went wrong last, in one sentence, '' when the newest work went well."""

    def __init__(self) -> None:
        """The thread waits for work."""
        self.alarm = ''
        self._work: queue.Queue[tuple[Callable[[], None], str] | None] = queue.Queue()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._run, name='clerk', daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], None], about: str) -> None:
        """Have `work()` done after all before it; an OSError becomes the alarm, which names `about`."""
        self._work.put((work, about))

    def finish(self) -> None:
        """Wait until all is done, or was tried once."""
        self._hurry.set()
        self._work.join()
        self._hurry.clear()

    def close(self) -> None:
        """Do what is left, or try it once, then end."""
        self._hurry.set()
        self._work.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (given := self._work.get()) is not None:
            while not self._done(*given) and not self._hurry.wait(RETRY_S):
                pass
            self._work.task_done()

    def _done(self, work: Callable[[], None], about: str) -> bool:
        try:
            work()
        except OSError as error:
            self.alarm = f'recorder: {error.strerror} while writing {about}. Check the disk.'
            return False
        self.alarm = ''
        return True
