"""One segment: an MCAP file that is whole up to its last closed chunk at any instant.

| step | name on disk | on the disk itself |
|---|---|---|
| open | `segment_000.mcap.part`, locked | chunks as fsync comes round |
| finished | the same, footer written | not yet |
| kept | `segment_000.mcap` | all of it, name included |
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mcap.writer import CompressionType, Writer

from outrider_recorder.chunks import packs_too_well
from outrider_recorder.ride import FILE_MODE, sync_folder

PART = '.part'
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Topic:
    """What a reader must know of a topic. `qos` is rosbag2's YAML list of what its publishers offered."""

    name: str
    kind: str
    schema: str
    qos: str = ''


class Message(NamedTuple):
    """One serialised message. `sequence` counts per topic from 0 in a ride, so a gap is a loss."""

    topic: Topic
    sequence: int
    log_ns: int
    publish_ns: int
    data: bytes


def name_of(number: int) -> str:
    """Return the file name of a kept segment."""
    return f'segment_{number:03d}.mcap'


class _File:
    """An unbuffered file that knows up to where it is whole."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # who can take it knows the writer is dead
        self._position = 0
        self.whole = 0

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            written = os.write(self.descriptor, view)
            view = view[written:]
            self._position += written
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        self.whole = self._position

    def cut(self) -> None:
        """Drop what was written of a chunk that did not fit."""
        os.ftruncate(self.descriptor, self.whole)

    def close(self) -> None:
        os.close(self.descriptor)


class Segment:
    """Writes one segment. Every method may raise OSError; after one, only `abandon()` is allowed."""

    def __init__(self, folder: Path, number: int) -> None:
        """Create the `.part`, which must not exist, and write the MCAP header."""
        self.number = number
        self.path = folder / name_of(number)
        if self.path.exists():
            raise FileExistsError(17, 'segment exists', str(self.path))
        self._part = self.path.with_name(self.path.name + PART)
        self._file = _File(self._part)
        self._mcap = Writer(self._file, chunk_size=CHUNK_BYTES, compression=CompressionType.LZ4)
        try:
            self._mcap.start(profile='ros2', library='outrider')
        except OSError:
            self.drop()
            raise
        self._file.flush()
        self._plain_until = 0  # an end of the file: while it stands there, the open chunk is written as it is
        self._schemas: dict[str, int] = {}
        self._channels: dict[str, int] = {}
        self.topics: dict[str, Topic] = {}
        self.counts: Counter[str] = Counter()
        self.first_ns = 0
        self.last_ns = 0

    @property
    def size(self) -> int:
        """Return the bytes handed to the operating system."""
        return self._file.tell()

    @property
    def messages(self) -> int:
        """Return the number of messages written."""
        return sum(self.counts.values())

    def write(self, message: Message) -> None:
        """Add `message` to the open chunk."""
        topic = message.topic
        channel = self._channels.get(topic.name)
        if channel is None:
            channel = self._register(topic)
        if self._plain_until and self._file.tell() > self._plain_until:
            self._pack(True)
        if not self._plain_until and packs_too_well(message.data):
            self._pack(False)
        self._mcap.add_message(channel, message.log_ns, message.data, message.publish_ns, message.sequence)
        self.counts[topic.name] += 1
        self.first_ns = min(self.first_ns or message.log_ns, message.log_ns)
        self.last_ns = max(self.last_ns, message.log_ns)

    def _pack(self, packed: bool) -> None:
        """Pack the open chunk, or leave it as it is: no reader accepts one that shrinks a hundredfold (chunks.py).

        The writer has no public word for a single chunk; what it looks at when it closes one is this.
        """
        self._plain_until = 0 if packed else self._file.tell()
        vars(self._mcap)['_Writer__compression'] = CompressionType.LZ4 if packed else CompressionType.NONE

    def _register(self, topic: Topic) -> int:
        if topic.kind not in self._schemas:
            self._schemas[topic.kind] = self._mcap.register_schema(topic.kind, 'ros2msg', topic.schema.encode())
        channel: int = self._mcap.register_channel(topic.name, 'cdr', self._schemas[topic.kind],
                                              {'offered_qos_profiles': topic.qos})
        self._channels[topic.name] = channel
        self.topics[topic.name] = topic
        return channel

    def flush(self) -> None:
        """Close the chunk: what was written so far outlives this process."""
        self._mcap.flush()

    def sync(self) -> None:
        """Put what was flushed on the disk: it outlives the power. Slow; safe from another thread until `keep()`."""
        os.fsync(self._file.descriptor)

    def finish(self) -> None:
        """Close the last chunk and write summary and footer."""
        self._mcap.finish()
        self._file.flush()

    def keep(self) -> None:
        """After `finish()`: put all on the disk and take the final name. Slow."""
        os.fsync(self._file.descriptor)
        os.rename(self._part, self.path)
        sync_folder(self.path.parent)
        self._file.close()

    def abandon(self) -> None:
        """After an error: cut the chunk that did not fit and leave the `.part`, readable to its end."""
        try:
            self._file.cut()
            os.fsync(self._file.descriptor)
        finally:
            self._file.close()

    def drop(self) -> None:
        """Before anything was kept in it: leave no file behind."""
        self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink()
