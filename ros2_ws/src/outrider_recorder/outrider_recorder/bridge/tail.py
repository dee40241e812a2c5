"""Follows an MCAP file that is still being written, record by record, and from one segment to the next."""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Message, Schema
from mcap.stream_reader import breakup_chunk

from outrider_recorder import ride
from outrider_recorder.chunks import LARGEST_BYTES, opened
from outrider_recorder.damage import DAMAGE

MAGIC_BYTES, HEAD = 8, struct.Struct('<BQ')


class Item(NamedTuple):
    """One recorded message with what is needed to read it."""

    topic: str
    kind: str
    schema: str
    sequence: int
    log_ns: int
    publish_ns: int
    data: bytes


def next_segment(folder: Path, after: int) -> tuple[int, Path] | None:
    """Return number and place of the first segment after number `after`; a quota leaves holes."""
    for path in ride.segments(folder):
        found = ride.SEGMENT.fullmatch(path.name)
        if found and int(found.group(1)) > after:
            return int(found.group(1)), path
    return None


class Tail:
    """Reads a ride from its start; each `poll()` goes on where the last one ended."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the ride's; nothing is opened yet."""
        self.folder = folder
        self.number = -1
        self._is_first = True  # of those that are there
        self._file: BinaryIO | None = None
        self._offset = 0
        self._ended = False
        self._schemas: dict[int, Schema] = {}
        self._channels: dict[int, Channel] = {}
        self._newest: dict[str, tuple[int, int]] = {}
        self._passed = 0

    @property
    def position(self) -> int:
        """Return how many bytes of the ride were read."""
        return self._passed + self._offset

    def poll(self, largest: int = 1 << 22) -> list[Item]:
        """Return what was written since the last call, at most about `largest` bytes of chunks."""
        items: list[Item] = []
        taken = 0
        while taken < largest:
            if self._file is None and not self._open():
                break
            record = self._next_record()
            if record is None:
                if not self._advance():
                    break
                continue
            opcode, body = record
            taken += len(body)
            with contextlib.suppress(*DAMAGE):  # a damaged chunk is lost, not the ride
                items.extend(self._read(opcode, body))
        return items

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> bool:
        found = next_segment(self.folder, max(self.number - 1, -1))
        if found is None:
            return False
        number, path = found
        try:
            self._file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), 'rb')
        except OSError:  # renamed in between: the next poll finds its new name
            return False
        self._is_first = self.number < 0 or (self._is_first and number == self.number)
        self.number = number
        self._offset, self._ended = MAGIC_BYTES, False
        self._schemas.clear()
        self._channels.clear()
        return True

    def _advance(self) -> bool:
        """Go to the next segment, if this one is done with (ended, or torn and followed by another)."""
        found = next_segment(self.folder, self.number)
        if found is None:
            return False
        self.close()
        self.number, self._is_first = found[0], False
        self._passed, self._offset = self._passed + self._offset, 0
        return True

    def _next_record(self) -> tuple[int, bytes] | None:
        assert self._file is not None
        if self._ended:
            return None
        self._file.seek(self._offset)
        head = self._file.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        opcode, length = HEAD.unpack(head)
        if length > LARGEST_BYTES:
            self._ended = True
            return None
        body = self._file.read(length)
        if len(body) < length:
            return None
        self._offset += HEAD.size + length
        if opcode in (Opcode.DATA_END, Opcode.FOOTER):
            self._ended = True
            return None
        return opcode, body

    def _read(self, opcode: int, body: bytes) -> Iterator[Item]:
        if opcode != Opcode.CHUNK:
            return
        chunk = Chunk.read(ReadDataStream(BytesIO(body)))
        data = opened(chunk)
        plain = Chunk(compression='', data=data, message_start_time=chunk.message_start_time,
                      message_end_time=chunk.message_end_time, uncompressed_crc=0, uncompressed_size=len(data))
        for record in breakup_chunk(plain):
            if isinstance(record, Message):
                channel = self._channels[record.channel_id]
                schema = self._schemas[channel.schema_id]
                if self._is_news(channel.topic, record):
                    yield Item(channel.topic, schema.name, schema.data.decode(), record.sequence, record.log_time,
                               record.publish_time, record.data)
            elif isinstance(record, Schema):
                self._schemas[record.id] = record
            elif isinstance(record, Channel):
                self._channels[record.id] = record

    def _is_news(self, topic: str, message: Message) -> bool:
        """Return False for a transient-local message repeated at the head of a later segment."""
        if not self._is_first and message.sequence <= self._newest.get(topic, (0, -1))[1]:
            return False
        self._newest[topic] = (self.number, message.sequence)
        return True
