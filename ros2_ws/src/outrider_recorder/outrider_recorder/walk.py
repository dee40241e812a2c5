"""Reads an MCAP file that is torn, damaged or still growing: every chunk that is whole is given, wherever it lies."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, McapRecord, Message, Schema
from mcap.stream_reader import breakup_chunk

from outrider_recorder.chunks import LARGEST_BYTES, opened
from outrider_recorder.damage import DAMAGE

MAGIC = b'\x89MCAP0\r\n'
HEAD = struct.Struct('<BQ')
# Opcode, length, begin, end, size, checksum stand before the name of the compression in a chunk.
_BEFORE_NAME = HEAD.size + 8 + 8 + 8 + 4
_NAMES = tuple(struct.pack('<I', len(name)) + name for name in (b'lz4', b'zstd'))
_KNOWN = range(int(Opcode.HEADER), int(Opcode.DATA_END) + 1)
_READ = (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE, Opcode.CHUNK)
_WINDOW = 1 << 20


def records(file: BinaryIO) -> Iterator[McapRecord]:
    """Yield schemas, channels and messages in their order in `file`; what is damaged is passed over."""
    size = file.seek(0, 2)
    file.seek(0)
    place = len(MAGIC) if file.read(len(MAGIC)) == MAGIC else _next_chunk(file, 0, size)
    while place is not None and place + HEAD.size <= size:
        file.seek(place)
        opcode, length = HEAD.unpack(file.read(HEAD.size))
        end = place + HEAD.size + length
        if opcode in (Opcode.DATA_END, Opcode.FOOTER) and length <= 64:
            return
        if opcode not in _KNOWN or length > LARGEST_BYTES or end > size:
            place = _next_chunk(file, place + 1, size)
            continue
        found = read(opcode, file.read(length)) if opcode in _READ else []
        if found is None:  # the length may be what is damaged: look for a chunk within it, too
            place = _next_chunk(file, place + 1, size)
            continue
        yield from found
        place = end


def read(opcode: int, body: bytes) -> list[McapRecord] | None:
    """Return what stands in one record of the file, or None where it is damaged."""
    try:
        stream = ReadDataStream(BytesIO(body))
        if opcode == Opcode.SCHEMA:
            return [Schema.read(stream)]
        if opcode == Opcode.CHANNEL:
            return [Channel.read(stream)]
        if opcode == Opcode.MESSAGE:
            return [Message.read(stream, len(body))]
        chunk = Chunk.read(stream)
        data = opened(chunk)
        plain = Chunk(compression='', data=data, message_start_time=chunk.message_start_time,
                      message_end_time=chunk.message_end_time, uncompressed_crc=0, uncompressed_size=len(data))
        return list(breakup_chunk(plain))
    except DAMAGE:
        return None


def _next_chunk(file: BinaryIO, begin: int, size: int) -> int | None:
    """Return where the next thing that looks like a packed chunk begins at or after `begin`, or None."""
    place = begin + _BEFORE_NAME
    while place < size:
        file.seek(place)
        window = file.read(_WINDOW)
        hits = sorted(hit for name in _NAMES for hit in _all(window, name))
        for hit in hits:
            at = place + hit - _BEFORE_NAME
            file.seek(at)
            opcode, length = HEAD.unpack(file.read(HEAD.size))
            if opcode == Opcode.CHUNK and length <= LARGEST_BYTES and at + HEAD.size + length <= size:
                return at
        if len(window) < _WINDOW:
            return None
        place += _WINDOW - max(map(len, _NAMES)) + 1
    return None


def _all(window: bytes, name: bytes) -> Iterator[int]:
    at = window.find(name)
    while at >= 0:
        yield at
        at = window.find(name, at + 1)
