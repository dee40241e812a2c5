"""The live view's own thread: a stalled viewer stalls this, and nothing else."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from outrider_recorder.bridge.rows import Batch

EVERY_NS = 100_000_000  # 10 Hz is what an eye and a browser have use for
WAITING = 20  # about 5 s of batches; then the oldest goes


class Sink(Protocol):
    """What the thread feeds."""

    def send(self, batch: Batch) -> None:
        """Hand a batch over; may block."""

    def flush(self, timeout_s: float = 0.0) -> None:
        """Push it out; may block."""


class Live:
    """Sends thinned batches to a sink that may block for ever; drops the oldest waiting ones then."""

    def __init__(self, make: Callable[[], Sink]) -> None:
        """`make` opens the sink, in the thread."""
        self.dropped = 0
        self._waiting: queue.Queue[Batch] = queue.Queue(WAITING)
        threading.Thread(target=self._run, args=(make,), name='live', daemon=True).start()

    def send(self, batch: Batch) -> None:
        """Queue `batch`; never waits."""
        thin = batch.thinned(EVERY_NS)
        while True:
            try:
                self._waiting.put_nowait(thin)
                return
            except queue.Full:
                try:
                    self._waiting.get_nowait()
                    self.dropped += 1
                except queue.Empty:
                    continue

    def settle(self, timeout_s: float) -> None:
        """Wait until all queued is sent, at most `timeout_s`."""
        end = time.monotonic() + timeout_s
        while self._waiting.unfinished_tasks > self.dropped and time.monotonic() < end:
            time.sleep(0.02)

    def _run(self, make: Callable[[], Sink]) -> None:
        sink = make()
        while True:
            batch = self._waiting.get()
            sink.send(batch)
            sink.flush()
            self._waiting.task_done()
