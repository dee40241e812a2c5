"""Reads the shared-memory file of a camera feed: header, image rings, ring of motion records. Never writes to it.

The layout, little-endian (its writer, the world's camera, documents the same):

| header at | type | what |
|---|---|---|
| 0 | 8 bytes | `OUTRFEED` |
| 8, 12 | u32 | version 1; state: 1 plugged in, 2 unplugged |
| 24, 32 | f64 | metres per unit of depth; baseline, m |
| 40, 56, 88 | 16, 32, 32 bytes | USB version, serial number, name; zeros behind |
| 128, 256 | 128 bytes | colour stream RGB8, depth stream Z16: u32 width, height, frames/s, slots; u64 place of slot 0, bytes from slot to slot, frames written; f64 fx, fy, ppx, ppy, k1, k2, p1, p2, k3; f32 at 112 exposure us, at 116 gain level, as they are now, 0: not told |
| 384 | 9 f64, 3 f64 | depth to colour: rotation by columns, translation in m |
| 480 | u32 x 4 | gyro Hz, accel Hz, records in the ring, 0 |
| 496, 504 | u64 | place of the records, records written |

Frame n: slot n % slots, u64 begin, i64 device ns, u64 n, u64 end, pixels; whole where begin = end = n + 1 before and
after. begin, end and counts are stored as whole words. Record n: 32 bytes at n % records, u64 n + 1, i64 device ns, u32 kind (1 gyro, 2 accel), 3 f32. The writer holds
flock(LOCK_EX) on the file while it lives.
"""  # noqa: E501  a row of a table is one line

from __future__ import annotations

import fcntl
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.camera.pinhole import Pinhole

_MAGIC, _VERSION, _HEADER_BYTES, _UNPLUGGED = b'OUTRFEED', 1, 4096, 2
_COLOUR_AT, _DEPTH_AT, _MOTION_AT = 128, 256, 480
_SLOT_HEAD_BYTES = 32
GYRO, ACCEL = 1, 2
_RECORD = np.dtype([('seq', '<u8'), ('device_ns', '<i8'), ('kind', '<u4'), ('xyz', '<f4', 3)])


class FeedError(Exception):
    """The file is no feed, or nobody writes it; the sentence says why."""


@dataclass(frozen=True)
class Frame:
    """One image: its number, device time in ns, and the bytes of its pixels, still in shared memory."""

    number: int
    device_ns: int
    pixels: NDArray[np.uint8]


def whole_words(memory: mmap.mmap) -> NDArray[np.uint64]:
    """Return the file as words of 8 bytes, each read at once; struct would read byte by byte, half old, half new."""
    return np.frombuffer(memory, '<u8', len(memory) // 8)


class ImageRing:
    """The images of one stream, oldest first, each once."""

    def __init__(self, memory: mmap.mmap, head_at: int, pixel_bytes: int) -> None:
        """Read the stream's head. Raises FeedError where its ring lies outside the file."""
        self._memory, self._words, self._count_at = memory, whole_words(memory), head_at + 32
        width, height, self.fps, self.slots = struct.unpack_from('<IIII', memory, head_at)
        self._place, self._slot_bytes, self._next = struct.unpack_from('<QQQ', memory, head_at + 16)
        fx, fy, ppx, ppy, *rest = struct.unpack_from('<9d', memory, head_at + 40)
        self.camera = Pinhole(width, height, fx, fy, ppx, ppy, (rest[0], rest[1], rest[2], rest[3], rest[4]))
        self._pixels = width * height * pixel_bytes
        self.lost = 0
        if width and (not self.slots or self._slot_bytes < self._pixels + _SLOT_HEAD_BYTES
                      or self._place + self.slots * self._slot_bytes > len(memory)):
            raise FeedError(f'{width}x{height} images in {self.slots} slots do not fit its {len(memory)} bytes')

    def __bool__(self) -> bool:
        """Return whether the camera has this stream."""
        return self.camera.width > 0

    def take(self) -> Frame | None:
        """Return the next image, None where none has come. Look at still_whole() after its pixels were copied."""
        written = int(self._words[self._count_at // 8])
        if written - self._next >= self.slots:  # the slot behind the newest is the one that is written now
            skipped = written - self._next - self.slots + 1
            self.lost += skipped
            self._next += skipped
        if self._next >= written:
            return None
        number, place = self._next, self._place + self._next % self.slots * self._slot_bytes
        self._next += 1
        device_ns, = struct.unpack_from('<q', self._memory, place + 8)
        frame = Frame(number, device_ns, np.frombuffer(self._memory, np.uint8, self._pixels,
                                                       place + _SLOT_HEAD_BYTES))
        return frame if self.still_whole(frame) else None

    def exposed(self) -> tuple[int, int]:
        """Return the exposure in us and the gain level as the camera has them now, 0 where it does not tell."""
        exposure_us, gain_level = struct.unpack_from('<ff', self._memory, self._count_at + 80)
        return round(exposure_us), round(gain_level)

    def still_whole(self, frame: Frame) -> bool:
        """Return whether the writer has left `frame` alone until now; count it as lost where not."""
        place = self._place + frame.number % self.slots * self._slot_bytes
        begin, end = int(self._words[place // 8]), int(self._words[place // 8 + 3])
        whole: bool = begin == end == frame.number + 1
        self.lost += not whole
        return whole


class Ring:
    """The file, mapped. Raises FeedError where it is no feed or its writer is dead, OSError where it is not there."""

    def __init__(self, path: Path) -> None:
        """Map `path` and read its header."""
        self._file = path.open('rb')
        try:
            if self.is_orphan():
                raise FeedError('left by a writer that is gone')
            self._memory = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            self._file.close()
            raise FeedError('empty') from None
        except FeedError:
            self._file.close()
            raise
        try:
            self._read_header()
        except FeedError:
            self.close()
            raise

    def _read_header(self) -> None:
        memory = self._memory
        if len(memory) < _HEADER_BYTES or memory[:8] != _MAGIC:
            raise FeedError('not a camera feed (it does not begin with OUTRFEED)')
        version, = struct.unpack_from('<I', memory, 8)
        if version != _VERSION:
            raise FeedError(f'a feed of version {version}, expected {_VERSION}')
        self.depth_unit_m, self.baseline_m = struct.unpack_from('<dd', memory, 24)
        self.usb, self.serial, self.name = (
            text.rstrip(b'\0').decode('ascii', 'replace') for text in struct.unpack_from('<16s32s32s', memory, 40))
        self.colour = ImageRing(memory, _COLOUR_AT, 3)
        self.depth = ImageRing(memory, _DEPTH_AT, 2)
        turn = struct.unpack_from('<12d', memory, 384)
        self.rotation, self.translation_m = turn[:9], turn[9:]
        self.gyro_hz, self.accel_hz, self._records, _ = struct.unpack_from('<IIII', memory, _MOTION_AT)
        place, self._next = struct.unpack_from('<QQ', memory, _MOTION_AT + 16)
        if place + self._records * _RECORD.itemsize > len(memory) or not self._records:
            raise FeedError(f'{self._records} motion records do not fit its {len(memory)} bytes')
        self._words = whole_words(memory)
        self._motions = np.frombuffer(memory, _RECORD, self._records, place)
        self.lost_motions = 0

    def is_unplugged(self) -> bool:
        """Return whether the writer has said that the camera is gone."""
        state, = struct.unpack_from('<I', self._memory, 12)
        return bool(state == _UNPLUGGED)

    def is_orphan(self) -> bool:
        """Return whether the writer has died without a word: the kernel has let go of its lock."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return True

    def take_motions(self) -> NDArray[np.void]:
        """Return the motion records that have come since the last time, oldest first: device_ns, kind, xyz."""
        written = int(self._words[(_MOTION_AT + 24) // 8])
        if written <= self._next:
            return self._motions[:0]
        oldest = written - self._records + 1  # the one before is being overwritten
        if self._next < oldest:
            self.lost_motions += oldest - self._next
            self._next = oldest
        numbers = np.arange(self._next, written)
        self._next = written
        taken = self._motions[numbers % self._records]  # a copy
        whole = taken['seq'] == numbers + 1
        self.lost_motions += int(len(taken) - np.count_nonzero(whole))
        kept: NDArray[np.void] = taken[whole]
        return kept

    def close(self) -> None:
        """Let go of the file. Frames still held keep their memory."""
        self._file.close()
