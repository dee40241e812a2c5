"""The live view's own thread: a stalled viewer stalls this, and nothing else."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from outrider_recorder.bridge.rows import Batch

EVERY_NS = 100_000_000  # 10 Hz is what an eye and a browser have use for
CLOSE_S = 0.5
WAITING = 20  # about 5 s of batches; then the oldest goes


class Sink(Protocol):
    """What the thread feeds."""

    def send(self, batch: Batch) -> None:
        """Hand a batch over; may block."""

    def flush(self, timeout_s: float = 0.0) -> None:
        """Push it out; may block."""

    def close(self) -> None:
        """End the stream; may block."""


class Live:
    """Sends thinned batches to a sink that may block for ever; drops the oldest waiting ones then."""

    def __init__(self, make: Callable[[], Sink]) -> None:
        """`make` opens the sink, in the thread."""
        self.dropped = 0
        self._waiting: deque[Batch] = deque()
        self._ended = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, args=(make,), name='live', daemon=True)
        self._thread.start()

    def send(self, batch: Batch) -> None:
        """Queue `batch`; never waits for the sink."""
        thinned = batch.thinned(EVERY_NS)
        with self._change:
            self._waiting.append(thinned)
            if len(self._waiting) > WAITING:
                oldest = self._waiting.popleft()
                self._waiting[0].remember(oldest)
                self.dropped += 1
            self._change.notify()

    def close(self) -> None:
        """Let the thread end once all that waits is sent; waits for it CLOSE_S at most."""
        with self._change:
            self._ended = True
            self._change.notify()
        self._thread.join(CLOSE_S)

    def _next(self) -> Batch | None:
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._ended)
            return self._waiting.popleft() if self._waiting else None

    def _run(self, make: Callable[[], Sink]) -> None:
        sink = make()
        while (batch := self._next()) is not None:
            sink.send(batch)
            sink.flush()
        sink.close()
