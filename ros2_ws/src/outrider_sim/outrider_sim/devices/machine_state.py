"""How a simulated machine stands now, in a small file that its fake devices write and the world reads by mmap.

64 bytes, little endian. A reader takes what lies between two equal, even counts (a seqlock: writers never wait); where
the kernel stopped a writer in the middle of it, it keeps what it read before.

| at | type | wheels (fake_vesc_pair) | relays (fake_relay_board) |
|---|---|---|---|
| 0 | u64 | count, odd while it is written | the same |
| 8 | i64 | CLOCK_BOOTTIME in ns for which the values hold | the same |
| 16 | f64 | speed of the wheels, m/s, > 0 ahead | height of the jack, 0 down to 1 up |
| 24 | f64 | way of the wheels since power-up, m | steering angle, rad, > 0 left |
| 32 | f64 | 0 | rate of that angle, rad/s |
| 40 | 24 bytes | zeros | zeros |

The time is that of the model, not of the writing: a way and its time belong together to the microsecond, or their
second difference would be noise.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
from dataclasses import dataclass
from pathlib import Path

BYTES = 64
_VALUES = struct.Struct('<qddd')
_VALUES_AT = 8
_TRIES = 20  # a writer is at it for 2 us every 2 ms


@dataclass(frozen=True)
class Wheels:
    """What the motors turn."""

    ns: int
    speed_mps: float
    travelled_m: float


@dataclass(frozen=True)
class Actuators:
    """What the relays move."""

    ns: int
    jack: float
    steer_rad: float
    steer_radps: float


class StateError(RuntimeError):
    """A state file that cannot be read: one sentence."""


class StateWriter:
    """The one writer of a file. A file that a killed fake left is replaced, never shared."""

    def __init__(self, path: Path) -> None:
        """Place the file, all values 0 and none written yet (count 0)."""
        staged = path.with_name(f'.{path.name}.{os.getpid()}')
        staged.write_bytes(bytes(BYTES))
        with staged.open('r+b') as file:
            self._map = mmap.mmap(file.fileno(), BYTES)
        staged.rename(path)
        self._count = memoryview(self._map).cast('Q')  # stored as whole words, unlike by struct
        self._path = path

    def wheels(self, ns: int, speed_mps: float, travelled_m: float) -> None:
        """Write the state of the wheels at `ns`."""
        self._write(ns, speed_mps, travelled_m, 0.0)

    def actuators(self, ns: int, jack: float, steer_rad: float, steer_radps: float) -> None:
        """Write the state of jack and steering at `ns`."""
        self._write(ns, jack, steer_rad, steer_radps)

    def _write(self, ns: int, *values: float) -> None:
        self._count[0] += 1
        _VALUES.pack_into(self._map, _VALUES_AT, ns, *values)
        self._count[0] += 1

    def close(self) -> None:
        """Take the file away; a reader that has it open sees its last values grow old."""
        self._count.release()
        self._map.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


class StateReader:
    """Reads the file at a path, and the one that takes its place when the fake was started anew."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet: the file may come later."""
        self.files = 0  # opened so far: with each a fake counts anew
        self._path = path
        self._map: mmap.mmap | None = None
        self._count: memoryview | None = None
        self._inode = -1
        self._last: tuple[int, float, float, float] | None = None

    def wheels(self) -> Wheels | None:
        """Return the newest state, None while there is none. Raises StateError for a file that is none of ours."""
        read = self._read()
        return Wheels(*read[:3]) if read else None

    def actuators(self) -> Actuators | None:
        """Return the newest state, None while there is none. Raises StateError for a file that is none of ours."""
        read = self._read()
        return Actuators(*read) if read else None

    def _read(self) -> tuple[int, float, float, float] | None:
        self._follow()
        if self._map is None or self._count is None:
            return None
        for _ in range(_TRIES):
            before = self._count[0]
            ns, first, second, third = _VALUES.unpack_from(self._map, _VALUES_AT)
            if before and before % 2 == 0 and self._count[0] == before:
                self._last = ns, first, second, third
                break
        return self._last

    def _follow(self) -> None:
        try:
            inode = self._path.stat().st_ino
        except OSError:
            return  # taken away: what was read last grows old
        if inode == self._inode:
            return
        with self._path.open('rb') as file:
            size = os.fstat(file.fileno()).st_size
            if size != BYTES:
                raise StateError(f'{self._path} has {size} bytes, expected {BYTES} of a fake started with --state.')
            opened = mmap.mmap(file.fileno(), BYTES, access=mmap.ACCESS_READ)
        self.close()
        self._map, self._count, self._inode = opened, memoryview(opened).cast('Q'), inode
        self.files += 1

    def close(self) -> None:
        """Let the file go."""
        if self._map is not None and self._count is not None:
            self._count.release()
            self._map.close()
        self._map, self._count, self._inode, self._last = None, None, -1, None
