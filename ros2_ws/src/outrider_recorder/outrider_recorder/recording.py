"""A ride being written: a queue, a writer and a keeper, so that no disk ever stalls who hands messages in.

| thread | does | may wait for the disk |
|---|---|---|
| caller of `put()` | appends to a bounded queue | never |
| writer | queue -> chunks; closes one every 0.4 s; next segment after `segment_s` | when the page cache is full |
| keeper | fsync every 0.7 s; rename, metadata.yaml of finished segments | always |
"""

from __future__ import annotations

import errno
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from outrider_recorder import metadata
from outrider_recorder.segment import Message, Segment

TAKE_S = 0.1  # how often the writer empties the queue
CHUNK_S = 0.4  # with TAKE_S on top a chunk is closed every 0.5 s
SYNC_S = 0.7
QUEUE_BYTES = 64 << 20
QUEUE_MESSAGES = 100_000

Heads = Callable[[], Iterable[Message]]


@dataclass(frozen=True)
class Status:
    """What stands on the disk of an open ride. `alarm` is one sentence, empty: all is well."""

    segment: int
    bytes: int
    messages: int
    dropped: int
    stopped: bool
    alarm: str


class Recording:
    """Writes messages into segments of `folder` until `close()` or until the disk refuses."""

    def __init__(self, folder: Path, *, segment_s: float = 60.0, heads: Heads = tuple,
                 queue_bytes: int = QUEUE_BYTES) -> None:
        """`heads()` returns the newest transient-local messages, which open every segment. Raises OSError."""
        self.folder = folder
        self._segment_s, self._heads, self._queue_bytes = segment_s, heads, queue_bytes
        self._queue: deque[Message] = deque()
        self._put_bytes = self._taken_bytes = 0  # each has one writer: no lock is needed
        self._dropped = 0
        self._alarm = ''
        self._failed = False
        self._kept: list[metadata.Kept] = []
        self._kept_bytes = self._kept_messages = 0
        self._finished: deque[Segment] = deque()
        self._end, self._written = threading.Event(), threading.Event()
        self._segment = self._open(0, time.time_ns())
        metadata.write(folder, [])
        self._keeper = threading.Thread(target=self._keep, name='keeper', daemon=True)
        self._writer = threading.Thread(target=self._write, name='writer', daemon=True)
        self._keeper.start()
        self._writer.start()

    def put(self, message: Message) -> None:
        """Hand one message in; never waits. A full queue drops it and raises the alarm."""
        if self._failed:
            self._dropped += 1
        elif (self._put_bytes - self._taken_bytes + len(message.data) > self._queue_bytes
              or len(self._queue) >= QUEUE_MESSAGES):
            self._dropped += 1
            self._alarm = (f'recorder: {self._dropped} messages dropped because {self.folder.parent} is too slow. '
                           'Use a faster disk.')
        else:
            self._put_bytes += len(message.data)
            self._queue.append(message)

    def status(self) -> Status:
        """Return what has been written so far."""
        segment = self._segment
        return Status(segment.number, self._kept_bytes + segment.size, self._kept_messages + segment.messages,
                      self._dropped, self._failed, self._alarm)

    def close(self) -> Status:
        """Write what is queued, keep the last segment, return the final status. Waits for the disk."""
        self._end.set()
        self._writer.join()
        self._keeper.join()
        return self.status()

    def _open(self, number: int, at_ns: int) -> Segment:
        segment = Segment(self.folder, number)
        for head in self._heads():
            segment.write(head._replace(log_ns=at_ns))
        return segment

    def _write(self) -> None:
        opened = flushed = time.monotonic()
        try:
            while not self._end.wait(TAKE_S):
                self._take()
                now = time.monotonic()
                if now - opened >= self._segment_s:
                    self._next()
                    opened = flushed = now
                elif now - flushed >= CHUNK_S - TAKE_S / 2:
                    self._segment.flush()
                    flushed = now
            self._take()
            self._segment.finish()
            self._finished.append(self._segment)
        except OSError as error:
            self._fail(error)
        finally:
            self._written.set()

    def _take(self) -> None:
        while self._queue:
            message = self._queue.popleft()
            self._taken_bytes += len(message.data)
            self._segment.write(message)

    def _next(self) -> None:
        done = self._segment
        done.finish()
        fresh = self._open(done.number + 1, done.last_ns)  # not before what is queued
        self._kept_bytes += done.size
        self._kept_messages += done.messages
        self._segment = fresh
        self._finished.append(done)

    def _fail(self, error: OSError) -> None:
        self._failed = True
        why = 'the disk is full' if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else str(error.strerror)
        self._alarm = (f'recorder: stopped, {why} ({self.folder.parent}); what was written is readable. '
                       'Free space and start again.')
        self._queue.clear()
        try:
            self._segment.abandon()
        except OSError as second:
            self._alarm = f'recorder: stopped, {why}, then {second.strerror} ({self.folder.parent}). Check the disk.'

    def _keep(self) -> None:
        while True:
            last = self._written.wait(SYNC_S)
            try:
                while self._finished:
                    self._keep_one(self._finished.popleft())
                if not last:
                    self._segment.sync()
            except OSError as error:
                if not self._failed and not last:
                    self._alarm = (f'recorder: {error.strerror} while putting {self.folder} on the disk. '
                                   'Check the disk.')
            if last:
                return

    def _keep_one(self, segment: Segment) -> None:
        segment.keep()
        self._kept.append(metadata.Kept(segment.path.name, segment.first_ns, segment.last_ns, dict(segment.counts),
                                        tuple(segment.topics.values())))
        metadata.write(self.folder, self._kept)
