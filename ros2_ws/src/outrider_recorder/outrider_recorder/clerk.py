"""Writes the small files of an open ride, in order, on a thread of its own.

An fsync beside a stream of video takes a second on a card: whoever hears 400 samples a second cannot wait for it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Clerk:
    """`alarm` is what went wrong last, in one sentence, '' when the newest work went well."""

    def __init__(self) -> None:
        """The thread waits for work."""
        self.alarm = ''
        self._work: queue.Queue[tuple[Callable[[], None], str] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name='clerk', daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], None], about: str) -> None:
        """Have `work()` done after all before it; an OSError becomes the alarm, which names `about`."""
        self._work.put((work, about))

    def finish(self) -> None:
        """Wait until all is done."""
        self._work.join()

    def close(self) -> None:
        """Do what is left, then end."""
        self._work.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            given = self._work.get()
            try:
                if given is None:
                    return
                work, about = given
                work()
                self.alarm = ''
            except OSError as error:
                self.alarm = f'recorder: {error.strerror} while writing {about}. Check the disk.'
            finally:
                self._work.task_done()
