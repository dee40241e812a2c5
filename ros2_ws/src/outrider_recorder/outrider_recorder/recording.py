"""A ride being written: a queue, a writer and a keeper, so that no disk ever stalls who hands messages in.

| thread | does | may wait for the disk |
|---|---|---|
| caller of `put()` | appends to a bounded queue | never |
| writer | ring, then queue -> chunks; closes one every 0.4 s; next segment after `segment_s` | if the cache is full |
| keeper | fsync every 0.4 s; rename, metadata.yaml of finished segments | always |

Where the disk refuses, what was not written is left over for whoever goes on when there is room again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from outrider_recorder import metadata, ride
from outrider_recorder.ring import Pour, give_back
from outrider_recorder.segment import Message, Segment

TAKE_S = 0.1  # how often the writer empties the queue
CHUNK_S = 0.4  # with TAKE_S on top a chunk is closed every 0.5 s
SYNC_S = 0.4  # a chunk waits for 0.5 s to be closed and this long for an fsync, which itself takes its time
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
    poured: bool = True


class Recording:
    """Writes messages into segments of `folder` until `close()` or until the disk refuses."""

    def __init__(self, folder: Path, *, segment_s: float = 60.0, heads: Heads = tuple, queue_bytes: int = QUEUE_BYTES,
                 now_ns: Callable[[], int] = time.time_ns, pour: Pour | None = None,
                 after: Recording | None = None) -> None:
        """Open the next segment of `folder`. Raises OSError.

        `heads()` returns the newest transient-local messages, which open every segment; `pour` is written before all
        else; `after` is the recording of the same ride that the disk stopped.
        """
        self.folder = folder
        self._segment_s, self._heads, self._queue_bytes, self._now_ns = segment_s, heads, queue_bytes, now_ns
        self._queue: deque[Message] = deque()
        self._unflushed: list[Message] = []
        self._put_bytes = self._taken_bytes = 0  # each has one writer: no lock is needed
        self._bases: dict[str, int] = {} if after is None else after._bases
        self._kept: dict[str, metadata.Kept] = {} if after is None else after._kept
        before = after.status() if after else Status(0, 0, 0, 0, True, '')
        self._kept_bytes, self._kept_messages, self._dropped = before.bytes, before.messages, before.dropped
        self._alarm = self._sync_alarm = ''
        self._failed = False
        self._pour, self._poured = pour or Pour(), pour is None
        self._finished: deque[Segment] = deque()
        self._end, self._written = threading.Event(), threading.Event()
        self._segment = self._open(self._next_number(), self._pour.first_ns or now_ns(), self._pour.firsts())
        try:
            metadata.rewrite(folder, self._kept)
        except OSError:
            self._segment.drop()
            raise
        self._keeper = threading.Thread(target=self._keep, name='keeper', daemon=True)
        self._writer = threading.Thread(target=self._write, name='writer', daemon=True)
        self._keeper.start()
        self._writer.start()

    def put(self, message: Message) -> bool:
        """Hand one message in; never waits. A full queue drops it and raises the alarm; False: the disk refuses."""
        if self._failed:
            return False
        if (self._put_bytes - self._taken_bytes + len(message.data) > self._queue_bytes
                or len(self._queue) >= QUEUE_MESSAGES):
            self._dropped += 1
            self._alarm = (f'recorder: {self._dropped} messages dropped because {self.folder.parent} is too slow. '
                           'Use a faster disk.')
        else:
            self._put_bytes += len(message.data)
            self._queue.append(message)
        return True

    def leftover(self) -> list[Message]:
        """Return, once the disk has refused, what was handed in and does not stand in the file."""
        return [*self._unflushed, *self._pour, *self._queue] if self._failed else []

    def status(self) -> Status:
        """Return what has been written so far."""
        segment = self._segment
        return Status(segment.number, self._kept_bytes + segment.size, self._kept_messages + segment.messages,
                      self._dropped, self._failed, self._alarm or self._sync_alarm, self._poured)

    def close(self) -> Status:
        """Write what is queued, keep the last segment, return the final status. Waits for the disk."""
        self._end.set()
        self._writer.join()
        self._keeper.join()
        return self.status()

    def _next_number(self) -> int:
        names = [ride.SEGMENT.fullmatch(path.name) for path in ride.segments(self.folder)]
        return 1 + max((int(name.group(1)) for name in names if name), default=-1)

    def _open(self, number: int, at_ns: int, poured: dict[str, int]) -> Segment:
        """Open a segment with its heads, but those that the ring will tell anyway."""
        segment = Segment(self.folder, number)
        for head in self._heads():
            if head.sequence < poured.get(head.topic.name, head.sequence + 1):
                segment.write(self._in_ride(head._replace(log_ns=at_ns)))
        return segment

    def _in_ride(self, message: Message) -> Message:
        """Count the sequence from the topic's first message in this ride."""
        base = self._bases.setdefault(message.topic.name, message.sequence)
        return message._replace(sequence=max(0, message.sequence - base)) if base else message

    def _write(self) -> None:
        opened = flushed = time.monotonic()
        try:
            for message in self._pour:
                self._add(message)
                if time.monotonic() - flushed >= CHUNK_S:
                    self._flush()
                    flushed = time.monotonic()
            if not self._poured:
                give_back()
                self._poured = True
            while not self._end.wait(TAKE_S):
                self._take()
                now = time.monotonic()
                if now - opened >= self._segment_s:
                    self._next()
                    opened = flushed = now
                elif now - flushed >= CHUNK_S - TAKE_S / 2:
                    self._flush()
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
            self._add(message)

    def _add(self, message: Message) -> None:
        self._unflushed.append(message)
        self._segment.write(self._in_ride(message))

    def _flush(self) -> None:
        self._segment.flush()
        self._unflushed.clear()

    def _next(self) -> None:
        done = self._segment
        done.finish()
        self._unflushed.clear()
        fresh = self._open(done.number + 1, done.last_ns, {})  # not before what is queued
        self._kept_bytes += done.size
        self._kept_messages += done.messages
        self._segment = fresh
        self._finished.append(done)

    def _fail(self, error: OSError) -> None:
        self._failed = True
        why = 'the disk is full' if error.errno in ride.FULL else str(error.strerror)
        self._alarm = (f'recorder: stopped, {why} ({self.folder.parent}); what was written is readable. '
                       'Free space, and it goes on by itself.')
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
                self._sync_alarm = ''
            except OSError as error:
                if not self._failed and not last:
                    self._sync_alarm = (f'recorder: {error.strerror} while putting {self.folder} on the disk. '
                                        'Check the disk.')
            if last:
                return

    def _keep_one(self, segment: Segment) -> None:
        segment.keep()
        self._kept[segment.path.name] = metadata.Kept(segment.path.name, segment.first_ns, segment.last_ns,
                                                      dict(segment.counts), tuple(segment.topics.values()))
        metadata.rewrite(self.folder, self._kept)
