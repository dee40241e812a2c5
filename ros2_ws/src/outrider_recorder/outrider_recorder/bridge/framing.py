"""How an .rrd is framed (rerun 0.41): what a piece holds without its footer.

rerun's own file sink remembers every chunk for the footer: 3 kB each, half a GB an hour. A file without one is whole:
it is what a power cut leaves, and every reader takes it. So we write pieces, each cut off before its footer.

| bytes | what |
|---|---|
| 12 | head of a stream: `RRF2`, version, options |
| 8, 8, n | a message: kind, n, n bytes; little endian; kind 0 ends the stream with its footer |
"""

from __future__ import annotations

import struct

HEAD_BYTES, FOURCC = 12, b'RRF2'
_MESSAGE = struct.Struct('<QQ')
_END = 0


class FramingError(OSError):
    """What rerun gave out is framed otherwise than we know it."""


def whole_messages(piece: bytes, *, first: bool) -> memoryview:
    """Return the messages of `piece`, one whole stream, after its head where it is the `first` of a file.

    Raises FramingError.
    """
    at = HEAD_BYTES
    while at + _MESSAGE.size <= len(piece):
        kind, length = _MESSAGE.unpack_from(piece, at)
        if kind == _END:
            break
        at += _MESSAGE.size + length
    else:
        at = 0
    if piece[:len(FOURCC)] != FOURCC or not at or at > len(piece):
        raise FramingError('rerun frames its data otherwise than 0.41 does. Install the locked version: make setup')
    return memoryview(piece)[0 if first else HEAD_BYTES:at]
