"""Bytes of the data port -> frames of points. Pure: takes chunks as they come and the time they came at.

A frame on the wire (TI mmWave demo, little-endian, 921600 8N1); totalPacketLen and the padding are never relied on:

| offset | field |
|---|---|
| 0 | magic 02 01 04 03 06 05 08 07 |
| 8 | u32 version (major << 24), totalPacketLen, platform, frameNumber, timeCpuCycles, numDetectedObj, numTLVs |
| 36 | u32 subFrameNumber, except on xWR14xx |
| 36 or 40 | numTLVs times: u32 type, u32 length (without these 8 bytes), the value |
| end | up to 31 bytes of padding |

| TLV | value |
|---|---|
| 1, SDK 1/2 | u16 n, u16 Q, n times {u16 rangeIdx, i16 dopplerIdx, u16 peakVal, i16 x, y, z}; metres = int / 2^Q |
| 1, SDK 3 | n times f32 x, y, z, velocity |
| 7, SDK 3 | n times {i16 snr, i16 noise}, 0.1 dB |

The UART has no checksum: a flipped bit inside a coordinate cannot be seen by anybody. What can be seen, is refused.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.radar import points

MAGIC = bytes((2, 1, 4, 3, 6, 5, 8, 7))

_HEADER = struct.Struct('<8x7I')
_HEADER_BYTES = 36
_TLV = struct.Struct('<II')
_COUNT_Q = struct.Struct('<HH')
_TLV_POINTS, _TLV_SIDE_INFO = 1, 7
_XWR14XX = 0x1443
_PLATFORMS = frozenset((_XWR14XX, 0x1642, 0x1843, 0x6843))  # the low half: 0xA1443 and so on
# Far above the largest real frame (1642, 256 x 32 range-Doppler map: 20 kB), far below what would be waited for.
MAX_FRAME_BYTES = 65536
MAX_PADDING = 31
MAX_TLVS = 32
MAX_Q = 15  # coordinates are 16 bits wide


class Frame(NamedTuple):
    """One radar frame. `points` is (n, 5) float32, C-contiguous: x, y, z in m (REP 103), velocity m/s, snr dB."""

    number: int
    arrival_ns: int  # of the chunk that held the first byte
    cpu_cycles: int
    points: NDArray[np.float32]


@dataclass
class Counts:
    """What went through, and what was wrong with the rest; `damaged` by reason."""

    frames: int = 0
    empty: int = 0
    points: int = 0
    junk_bytes: int = 0
    damaged: Counter[str] = field(default_factory=Counter)


class _Raw(NamedTuple):
    """A frame whose TLVs are complete, its points still bytes."""

    number: int
    arrival_ns: int
    cpu_cycles: int
    sdk3: bool
    q: int
    points: bytes
    side_info: bytes


class FrameParser:
    """Cuts a byte stream into frames, whatever the chunks, and finds back within a frame after damage.

    `velocity_step_mps` is the chirp's Doppler step (SDK 3 sends m/s and ignores it). `range_bins` and `doppler_bins`,
    where given, bound the indices of an SDK 1/2 point: a frame with a point beyond them lost its place and is dropped.
    """

    def __init__(self, velocity_step_mps: float, range_bins: int = 65536, doppler_bins: int = 65536) -> None:
        """Start with an empty buffer."""
        self.counts = Counts()
        self._limits = points.Limits(velocity_step_mps, range_bins, doppler_bins // 2)
        self._rest = b''
        self._rest_times: list[tuple[int, int]] = []  # (offset in the rest, arrival of the chunk that starts there)
        self._done = 0  # bytes at the head of the rest that belong to a finished frame
        self._gap = 0  # bytes since then that belong to none
        self._after_frame = False  # that gap began at the end of a frame

    def reset(self) -> None:
        """Forget the unfinished frame: the port was reopened."""
        self._rest, self._rest_times, self._done, self._gap, self._after_frame = b'', [], 0, 0, False

    def feed(self, chunk: bytes, now_ns: int) -> list[Frame]:
        """Take what has just been read at `now_ns`; return the frames that it completed, oldest first."""
        data = self._rest + chunk
        times = [*self._rest_times, (len(self._rest), now_ns)]
        found: list[_Raw] = []
        at, done = 0, self._done
        while True:
            start = data.find(MAGIC, at)
            if start < 0:
                at = max(at, len(data) - len(MAGIC) + 1)
                self._skip(at - done)
                done = max(done, at)
                break
            self._skip(start - done, to_frame=True)
            took = self._take(data, start, times, found)
            done = start + took
            if took == 0:
                at = start
                break
            # A frame that lost bytes took some of the next one's magic for its own: look there too.
            at = max(start + len(MAGIC), done - len(MAGIC) + 1)
        self._rest, self._done = data[at:], max(done - at, 0)
        # Only the chunk in which the rest begins, and those after it, still matter.
        first = max(bisect_right(times, at, key=lambda time: time[0]) - 1, 0)
        self._rest_times = [(max(offset - at, 0), then) for offset, then in times[first:]]
        return self._convert(found) if found else []

    def _skip(self, count: int, to_frame: bool = False) -> None:
        """Count bytes that belong to no frame; up to 31 after a frame are its padding."""
        self._gap += max(count, 0)
        if self._gap > MAX_PADDING or not self._after_frame:
            self.counts.junk_bytes += self._gap
            self._gap, self._after_frame = 0, False
        if to_frame:
            self._gap = 0

    def _take(self, data: bytes, start: int, times: list[tuple[int, int]], found: list[_Raw]) -> int:
        """Read the frame at `start`; return how many bytes it took (8 where it is damaged), 0 to wait for more."""
        size = len(data)
        at = start + _HEADER_BYTES
        if at > size:
            return 0
        version, _, platform, number, cycles, objects, tlvs = _HEADER.unpack_from(data, start)
        if not _plausible(version, platform, tlvs):
            return self._damaged('bad header')
        if platform & 0xFFFF != _XWR14XX:
            at += 4
        sdk3 = version >> 24 >= 3
        next_magic = data.find(MAGIC, start + 8)
        q, body, side_info, seen = 0, b'', b'', False
        for _ in range(tlvs):
            head = at
            at += 8
            verdict = _cut_short(data, next_magic, start, at)
            if verdict is not None:
                return self._damaged('cut short') if verdict else 0
            kind, length = _TLV.unpack_from(data, head)
            if at + length - start > MAX_FRAME_BYTES:
                return self._damaged('bad length')
            head, at = at, at + length
            verdict = _cut_short(data, next_magic, start, at)
            if verdict is not None:
                return self._damaged('cut short') if verdict else 0
            if kind == _TLV_POINTS:
                seen = True
                if sdk3:
                    if length % 16:
                        return self._damaged('bad length')
                    body = data[head:at]
                else:
                    count, q = _COUNT_Q.unpack_from(data, head) if length >= 4 else (1, 0)
                    if length != 4 + 12 * count or q > MAX_Q:
                        return self._damaged('bad length')
                    body = data[head + 4:at]
            elif kind == _TLV_SIDE_INFO and sdk3:
                side_info = data[head:at]
        if at > size:  # no TLVs, and the last header word is still to come
            return 0
        if objects and not seen:
            return self._damaged('points missing')
        if sdk3 and side_info and len(side_info) * 4 != len(body):
            return self._damaged('bad length')
        arrival = times[bisect_right(times, start, key=lambda time: time[0]) - 1][1] if len(times) > 1 else times[0][1]
        found.append(_Raw(number, arrival, cycles, sdk3, q, body, side_info))
        self._after_frame = True
        return at - start

    def _damaged(self, reason: str) -> int:
        self.counts.damaged[reason] += 1
        self._after_frame = False
        return len(MAGIC)

    def _convert(self, found: list[_Raw]) -> list[Frame]:
        """Turn the bytes of all found frames into points at once: numpy's price is per call, not per point."""
        first = found[0]
        if any(raw.sdk3 != first.sdk3 or raw.q != first.q for raw in found):
            return [frame for raw in found for frame in self._convert([raw])]
        if first.sdk3:
            size = points.SDK3_BYTES
            block, good = points.from_floats([(raw.points, raw.side_info) for raw in found])
        else:
            size = points.SDK1_BYTES
            block, good = points.from_fixed_point([raw.points for raw in found], first.q, self._limits)
        frames = []
        at = 0
        for raw in found:
            begin, at = at, at + len(raw.points) // size
            if good is not None and not good[begin:at].all():
                self.counts.damaged['index out of range'] += 1
                continue
            if begin == at:
                self.counts.empty += 1
            self.counts.points += at - begin
            frames.append(Frame(raw.number, raw.arrival_ns, raw.cpu_cycles, block[begin:at]))
        self.counts.frames += len(frames)
        return frames


def _plausible(version: int, platform: int, tlvs: int) -> bool:
    return 1 <= version >> 24 <= 3 and platform & 0xFFFF in _PLATFORMS and tlvs <= MAX_TLVS


def _cut_short(data: bytes, magic: int, start: int, end: int) -> bool | None:
    """Say whether the frame at `start` reaches `end`: None yes, True another frame begins before, False not yet here.

    Eight bytes like the magic may also be data: only a whole plausible header behind them makes a frame of them, and
    it is waited for.
    """
    while magic >= 0 and magic + len(MAGIC) <= end:
        if magic + _HEADER_BYTES > len(data):
            return False
        version, _, platform, _, _, _, tlvs = _HEADER.unpack_from(data, magic)
        if _plausible(version, platform, tlvs):
            return True
        magic = data.find(MAGIC, magic + 1)
    return None if end <= len(data) else False
