"""Writes what a RealSense would see into a shared-memory file, for a driver that opens it as `feed:PATH`.

The file is one little-endian ring per stream behind a header of 4096 bytes. Whoever reads it maps it and never writes.

| header at | type | what |
|---|---|---|
| 0 | 8 bytes | `OUTRFEED` |
| 8, 12 | u32 | version 1; state: 1 plugged in, 2 unplugged (the file is removed too) |
| 16 | u64 | random number of this plugging in |
| 24, 32 | f64 | metres per unit of depth; baseline of the stereo pair, m |
| 40, 56, 88 | 16, 32, 32 bytes | USB version as the camera tells it (`3.2`), serial number, name; zeros behind |
| 128 | 128 bytes | colour stream, RGB8 (table below) |
| 256 | 128 bytes | depth stream, Z16 |
| 384 | 9 f64, 3 f64 | depth to colour: rotation, column by column; translation, m |
| 480 | u32 x 4 | gyro Hz, accel Hz (0 and 0: the camera has no IMU), records in the ring, 0 |
| 496, 504 | u64 | place of the ring of records in the file; records ever written |

| stream at | type | what |
|---|---|---|
| 0 | u32 x 4 | width, height, frames/s, slots; width 0: no such stream |
| 16, 24, 32 | u64 | place of slot 0, bytes from slot to slot, frames ever written |
| 40 | 9 f64 | fx, fy, ppx, ppy in pixels; k1, k2, p1, p2, k3 (Brown-Conrady) |
| 112, 116 | f32 | exposure in us and gain level (16: 1) as they are now; 0: the camera does not tell |

Frame n (from 0) lies in slot n % slots: u64 begin, i64 device time ns, u64 n, u64 end, then the pixels, row by row.
The writer sets begin to n + 1, then time and pixels, then end to n + 1, then the count in the header: a frame is whole
where begin and end are n + 1 before and after it was read. Record n lies at n % records, 32 bytes: u64 n + 1, i64
device time ns, u32 kind (1 gyro rad/s, 2 accel m/s^2), 3 f32 x, y, z in the camera's axes (right, down, forward). The
writer holds flock(LOCK_EX) on the file as long as it lives: a file whose lock is free was left by one that was killed.
begin, end and the counts are whole words that are stored at once: a reader never sees half of one.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC, VERSION, HEADER_BYTES = b'OUTRFEED', 1, 4096
PLUGGED, UNPLUGGED = 1, 2
GYRO, ACCEL = 1, 2
_STATE_AT, _COLOUR_AT, _DEPTH_AT, _TURN_AT, _MOTION_AT = 12, 128, 256, 384, 480
_SLOT_HEAD, _RECORD = struct.Struct('<QqQQ'), struct.Struct('<QqIfff')
_PAGE = 4096


@dataclass(frozen=True)
class Stream:
    """One image stream: pixels, rate and pinhole camera. `distortion` is k1, k2, p1, p2, k3."""

    width: int
    height: int
    fps: int
    fx: float
    fy: float
    ppx: float
    ppy: float
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    slots: int = 16  # half a second at 30/s


def pinhole(width: int, height: int, fps: int, field_deg: float) -> Stream:
    """Return a stream whose horizontal field of view is `field_deg`, its axis through the middle of the image."""
    focal = width / 2 / np.tan(np.radians(field_deg) / 2)
    return Stream(width, height, fps, focal, focal, (width - 1) / 2, (height - 1) / 2)


@dataclass(frozen=True)
class Camera:
    """What the camera tells of itself. Defaults: a D455's nominal values."""

    colour: Stream | None
    depth: Stream | None
    gyro_hz: int = 400
    accel_hz: int = 200
    depth_unit_m: float = 0.001
    baseline_m: float = 0.095
    rotation: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)  # depth to colour, by columns
    translation_m: tuple[float, float, float] = (-0.059, 0.0, 0.0)
    usb: str = '3.2'
    serial: str = '000000000000'
    name: str = 'Intel RealSense D455'
    records: int = 4096


class FeedWriter:
    """The camera's end of the file at `path`. It appears whole, under its name, and vanishes with close()."""

    def __init__(self, path: Path, camera: Camera) -> None:
        """Make the file beside `path` and move it there: a reader finds a whole header or nothing."""
        self._path = path
        self._camera = camera
        colour_bytes, depth_bytes = _slot_bytes(camera.colour, 3), _slot_bytes(camera.depth, 2)
        self._words: NDArray[np.uint64]
        self._has_motion = bool(camera.gyro_hz or camera.accel_hz)
        motion_place = HEADER_BYTES
        colour_place = _whole_pages(motion_place + camera.records * _RECORD.size)
        depth_place = colour_place + colour_bytes * (camera.colour.slots if camera.colour else 0)
        size = depth_place + depth_bytes * (camera.depth.slots if camera.depth else 0)
        made = path.with_name(f'{path.name}.{os.getpid()}.new')
        self._file = made.open('w+b')
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._file.truncate(size)
        self._map = mmap.mmap(self._file.fileno(), size)
        # struct stores byte by byte, numpy a whole word.
        self._words = np.frombuffer(self._map, '<u8')
        struct.pack_into('<8sIIQdd16s32s32s', self._map, 0, MAGIC, VERSION, PLUGGED,
                         int.from_bytes(os.urandom(8), 'little'), camera.depth_unit_m, camera.baseline_m,
                         camera.usb.encode(), camera.serial.encode(), camera.name.encode())
        self._colour = _Images(self._map, self._words, _COLOUR_AT, camera.colour, colour_place, colour_bytes, 3)
        self._depth = _Images(self._map, self._words, _DEPTH_AT, camera.depth, depth_place, depth_bytes, 2)
        struct.pack_into('<12d', self._map, _TURN_AT, *camera.rotation, *camera.translation_m)
        struct.pack_into('<IIIIQQ', self._map, _MOTION_AT, camera.gyro_hz, camera.accel_hz, camera.records, 0,
                         motion_place, 0)
        self._motion_place, self._motions = motion_place, 0
        made.replace(path)

    def colour(self, pixels: NDArray[np.uint8], device_ns: int) -> int:
        """Write one RGB image (height, width, 3), taken at `device_ns`; return its number."""
        return self._colour.write(pixels, device_ns)

    def depth(self, pixels: NDArray[np.uint16], device_ns: int) -> int:
        """Write one depth image (height, width) in units of `depth_unit_m`, 0 where nothing is known; its number."""
        return self._depth.write(pixels, device_ns)

    def exposed(self, stream: str, exposure_us: float, gain_level: float) -> None:
        """Tell how the images of `stream` are exposed from now on."""
        struct.pack_into('<ff', self._map, (_COLOUR_AT if stream == 'colour' else _DEPTH_AT) + 112, exposure_us,
                         gain_level)

    def image(self, stream: str, pixels: NDArray[np.uint8] | NDArray[np.uint16], device_ns: int) -> int:
        """Write one image of `stream`, colour or depth."""
        return (self._colour if stream == 'colour' else self._depth).write(pixels, device_ns)

    def gyro(self, device_ns: int, rad_per_s: Sequence[float]) -> None:
        """Write one rate of turn about the camera's axes (right, down, forward)."""
        self._motion(GYRO, device_ns, rad_per_s)

    def accel(self, device_ns: int, mps2: Sequence[float]) -> None:
        """Write one acceleration as an accelerometer feels it: at rest 9.8 m/s^2 upwards, so y is -9.8."""
        self._motion(ACCEL, device_ns, mps2)

    def _motion(self, kind: int, device_ns: int, xyz: Sequence[float]) -> None:
        if not self._has_motion:
            raise ValueError('this camera has no IMU (gyro_hz and accel_hz are 0)')
        place = self._motion_place + self._motions % self._camera.records * _RECORD.size
        self._motions += 1
        struct.pack_into('<QqIfff', self._map, place, self._motions, device_ns, kind, *xyz)
        self._words[(_MOTION_AT + 24) // 8] = self._motions

    def close(self) -> None:
        """Unplug: say so in the header, remove the file."""
        if self._map.closed:
            return
        struct.pack_into('<I', self._map, _STATE_AT, UNPLUGGED)
        self._path.unlink(missing_ok=True)
        self._colour.release()
        self._depth.release()
        del self._words
        self._map.close()
        self._file.close()


class _Images:
    """The ring of one image stream; without a stream it takes nothing."""

    def __init__(self, memory: mmap.mmap, words: NDArray[np.uint64], head_at: int, stream: Stream | None, place: int,
                 slot_bytes: int, pixel_bytes: int) -> None:
        self._memory, self._words, self._count_at, self._stream = memory, words, head_at + 32, stream
        self._place, self._slot_bytes, self._written = place, slot_bytes, 0
        self._pixels: list[NDArray[np.uint8]] = []
        if stream is None:
            return
        struct.pack_into('<IIIIQQQ9d', memory, head_at, stream.width, stream.height, stream.fps, stream.slots, place,
                         slot_bytes, 0, stream.fx, stream.fy, stream.ppx, stream.ppy, *stream.distortion)
        count = stream.width * stream.height * pixel_bytes
        self._pixels = [np.frombuffer(memory, np.uint8, count, place + slot * slot_bytes + _SLOT_HEAD.size)
                        for slot in range(stream.slots)]

    def write(self, pixels: NDArray[np.uint8] | NDArray[np.uint16], device_ns: int) -> int:
        if self._stream is None:
            raise ValueError('this camera has no such stream')
        number, slot = self._written, self._written % self._stream.slots
        flat = np.ascontiguousarray(pixels).reshape(-1).view(np.uint8)
        if flat.size != self._pixels[slot].size:
            raise ValueError(f'image of {flat.size} bytes, expected {self._pixels[slot].size}')
        place = self._place + slot * self._slot_bytes
        self._words[place // 8] = number + 1
        struct.pack_into('<q', self._memory, place + 8, device_ns)
        self._pixels[slot][:] = flat
        struct.pack_into('<Q', self._memory, place + 16, number)
        self._words[place // 8 + 3] = number + 1
        self._written += 1
        self._words[self._count_at // 8] = self._written
        return number

    def release(self) -> None:
        self._pixels.clear()
        del self._words


def _slot_bytes(stream: Stream | None, pixel_bytes: int) -> int:
    return _whole_pages(_SLOT_HEAD.size + stream.width * stream.height * pixel_bytes) if stream else 0


def _whole_pages(count: int) -> int:
    return -(-count // _PAGE) * _PAGE
