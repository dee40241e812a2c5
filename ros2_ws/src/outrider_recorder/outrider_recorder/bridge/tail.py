"""Follows an MCAP file that is still being written, record by record, and from one segment to the next."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Message, Schema
from mcap.stream_reader import breakup_chunk

from outrider_recorder.damage import DAMAGE

MAGIC_BYTES, HEAD = 8, struct.Struct('<BQ')
# A torn or foreign file must not make us ask for memory it does not hold.
LARGEST_RECORD = 256 << 20
PART = '.part'


class Item(NamedTuple):
    """One recorded message with what is needed to read it."""

    topic: str
    kind: str
    schema: str
    sequence: int
    log_ns: int
    publish_ns: int
    data: bytes


def segment_path(folder: Path, number: int) -> Path | None:
    """Return where segment `number` lies now, open or kept, or None."""
    final = folder / f'segment_{number:03d}.mcap'
    for path in (final.with_name(final.name + PART), final):
        if path.exists():
            return path
    return None


class Tail:
    """Reads a ride from its start; each `poll()` goes on where the last one ended."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the ride's; nothing is opened yet."""
        self.folder = folder
        self.number = 0
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
        path = segment_path(self.folder, self.number)
        if path is None:
            return False
        try:
            self._file = path.open('rb')
        except FileNotFoundError:  # renamed in between: the next poll finds its new name
            return False
        self._offset, self._ended = MAGIC_BYTES, False
        self._schemas.clear()
        self._channels.clear()
        return True

    def _advance(self) -> bool:
        """Go to the next segment, if this one is done with (ended, or torn and followed by another)."""
        if segment_path(self.folder, self.number + 1) is None:
            return False
        self.close()
        self.number += 1
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
        if length > LARGEST_RECORD:
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
        if chunk.uncompressed_size > LARGEST_RECORD:
            return
        for record in breakup_chunk(chunk, validate_crc=True):
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
        if self.number and message.sequence <= self._newest.get(topic, (0, -1))[1]:
            return False
        self._newest[topic] = (self.number, message.sequence)
        return True
