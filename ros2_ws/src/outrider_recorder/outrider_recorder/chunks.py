"""What a reader accepts of an MCAP chunk: a damaged or hostile file must not ask for memory that it does not hold.

LZ4 reaches 255:1 at most and zstd far more, so a few kilobytes can claim gigabytes. Our own writer stays below both
limits: see `packs_too_well()`.
"""

from __future__ import annotations

import struct
import zlib

import lz4.frame
import zstandard
from mcap.records import Chunk

LARGEST_BYTES = 256 << 20
MOST_RATIO = 100.0
# Below this size the framing of each message alone keeps a chunk from being packed a hundredfold.
_LEAST_SUSPECT, _SAMPLE, _SAMPLE_RATIO = 4096, 8, 10.0


class RefusedError(ValueError):
    """A chunk that is too large, packed too well, or not what it says."""


def opened(chunk: Chunk) -> bytes:
    """Return the records of `chunk`, unpacked and checked. Raises RefusedError."""
    size, packed = chunk.uncompressed_size, len(chunk.data)
    if size > LARGEST_BYTES or packed > LARGEST_BYTES:
        raise RefusedError(f'a chunk of {max(size, packed) >> 20} MiB, expected at most {LARGEST_BYTES >> 20}')
    if size > MOST_RATIO * max(packed, 1):
        raise RefusedError(f'a chunk packed {size / max(packed, 1):.0f}:1, expected at most {MOST_RATIO:g}:1')
    try:
        data = _unpacked(chunk.compression, chunk.data, size)
    except (RuntimeError, zstandard.ZstdError, struct.error) as error:
        raise RefusedError(f'a chunk that does not unpack ({error})') from None
    if len(data) != size:
        raise RefusedError(f'a chunk of {size} bytes that holds another number of them')
    if chunk.uncompressed_crc and zlib.crc32(data) != chunk.uncompressed_crc:
        raise RefusedError('a chunk whose checksum is wrong')
    return data


def _unpacked(how: str, data: bytes, size: int) -> bytes:
    """Return at most `size` + 1 bytes of `data`, whatever its own header promises."""
    if how == 'lz4':
        return bytes(lz4.frame.LZ4FrameDecompressor().decompress(data, max_length=size + 1))
    if how == 'zstd':
        with zstandard.ZstdDecompressor().stream_reader(data) as reader:
            return bytes(reader.read(size + 1))
    if how:
        raise RefusedError(f"a chunk packed by '{how[:20]}', expected lz4 or zstd")
    return bytes(data)


def packs_too_well(data: bytes) -> bool:
    """Return whether a chunk with this message may be packed beyond MOST_RATIO: a black image, for one.

    An eighth of it in the middle that is packed at most 10:1 holds the whole below 80:1.
    """
    if len(data) < _LEAST_SUSPECT:
        return False
    part = len(data) // _SAMPLE
    begin = (len(data) - part) // 2
    return part > _SAMPLE_RATIO * len(lz4.frame.compress(memoryview(data)[begin:begin + part]))
