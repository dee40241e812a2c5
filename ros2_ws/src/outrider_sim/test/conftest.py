"""A running world, and a tape that reads all its wires by the test's own means: no driver in here."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import select
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROAD = Path(__file__).resolve().parents[4] / 'config' / 'radar' / 'road.cfg'
MAGIC = bytes((2, 1, 4, 3, 6, 5, 8, 7))
MOTION = np.dtype([('seq', '<u8'), ('device_ns', '<i8'), ('kind', '<u4'), ('xyz', '<f4', 3)])


def boot_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


@dataclass
class Image:
    number: int
    device_ns: int
    came_ns: int
    pixels: np.ndarray


class Feed:
    """One plugging in of the camera, read by the table at the head of camera_feed.py."""

    def __init__(self, path: Path) -> None:
        self.file = path.open('rb')
        self.inode = os.fstat(self.file.fileno()).st_ino
        self.memory = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)
        self.came_ns, self.gone_ns = boot_ns(), 0
        self.images: dict[str, list[Image]] = {'colour': [], 'depth': []}
        self.motions: list[tuple[int, int, int, tuple[float, ...]]] = []  # came, device, kind, xyz
        self.streams = {name for name, at in (('colour', 128), ('depth', 256)) if self.word('<I', at)}
        self.streams |= {'imu'} if self.word('<I', 480) else set()

    def word(self, form: str, at: int) -> Any:
        return struct.unpack_from(form, self.memory, at)[0]

    def read(self) -> None:
        for name, head, pixel in (('colour', 128, np.dtype(('u1', 3))), ('depth', 256, np.dtype('<u2'))):
            width, height, _, slots, place, size, count = struct.unpack_from('<IIIIQQQ', self.memory, head)
            for number in range(len(self.images[name]), count):
                at = place + number % slots * size
                begin, device_ns, n, end = struct.unpack_from('<QqQQ', self.memory, at)
                assert (begin, n, end) == (number + 1, number, number + 1), f'{name} {number} was written over'
                pixels = np.frombuffer(self.memory, pixel, width * height, at + 32).copy()
                self.images[name].append(Image(n, device_ns, boot_ns(),
                                               pixels.reshape(height, width, *pixels.shape[1:])))
        records, place, count = self.word('<I', 488), self.word('<Q', 496), self.word('<Q', 504)
        for number in range(len(self.motions), count):
            row = np.frombuffer(self.memory, MOTION, 1, place + number % records * 32)[0]
            assert row['seq'] == number + 1, f'record {number} was written over'
            self.motions.append((boot_ns(), int(row['device_ns']), int(row['kind']), tuple(row['xyz'].tolist())))
        if self.word('<I', 12) == 2 and not self.gone_ns:
            self.gone_ns = boot_ns()


@dataclass
class Wire:
    """What came from one pty, over all its pluggings in: (came_ns, bytes), and when it was there."""

    path: Path
    fd: int = -1
    heard: list[tuple[int, bytes]] = field(default_factory=list)
    plugged_ns: list[int] = field(default_factory=list)
    gone_ns: list[int] = field(default_factory=list)

    def look(self) -> None:
        if self.fd < 0:
            with contextlib.suppress(OSError):
                self.fd = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
                self.plugged_ns.append(boot_ns())
            return
        try:
            data = os.read(self.fd, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b''
        if data:
            self.heard.append((boot_ns(), data))
        else:
            os.close(self.fd)
            self.fd = -1
            self.gone_ns.append(boot_ns())

    @property
    def data(self) -> bytes:
        return b''.join(part for _, part in self.heard)


class Playing:
    """A world as a process, its radar started by hand, everything read until it ends."""

    def __init__(self, spawn: Callable[..., Any], folder: Path) -> None:
        self._spawn, self.folder, self.run = spawn, folder, folder / 'run'
        self.feeds: list[Feed] = []
        self.radar, self.gps = Wire(self.run / 'radar_data'), Wire(self.run / 'gps')
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._tape)
        self.wrong: BaseException | None = None

    def start(self, text: str, *options: Any, start_radar: bool = True, tape: bool = True) -> Any:
        """Play the scenario `text` and begin; without `tape` somebody else reads the wires."""
        self.file = self.folder / 'scene.yaml'
        self.file.write_text(text)
        self.process = self._spawn('--scenario', self.file, '--run', self.run, '--journal', self.run / 'journal',
                                   '--control', self.folder / 'control', *options, module='outrider_sim.devices.world')
        self.process.says('world ')
        if tape:
            self._thread.start()
        if start_radar:
            self.start_radar()
        return self.process

    def start_radar(self, text: str = ROAD.read_text()) -> None:
        """Send a configuration, line by line."""
        fd = os.open(self.run / 'radar_cli', os.O_RDWR | os.O_NOCTTY)
        for line in text.splitlines():
            if line.strip() and not line.startswith('%'):
                os.write(fd, line.encode() + b'\n')
                heard = b''
                while b'mmwDemo:/>' not in heard:
                    assert select.select([fd], [], [], 5.0)[0], heard
                    heard += os.read(fd, 4096)
                assert b'Done' in heard, heard
        os.close(fd)

    def until(self, true: Callable[[], Any], what: str, timeout_s: float = 20.0) -> None:
        end = time.monotonic() + timeout_s
        while not true():
            assert self.wrong is None, self.wrong
            assert time.monotonic() < end, f'waited for {what}; it says: {self.process.output}'
            time.sleep(0.005)

    def ends(self, code: int = 0, timeout_s: float = 30.0) -> None:
        """Wait for its end, then for the tape's."""
        assert self.process.wait(timeout_s) == code, self.process.output
        self.close()
        assert self.wrong is None, self.wrong

    def control(self, line: str) -> None:
        with (self.folder / 'control').open('w') as fifo:
            fifo.write(line + '\n')

    def _tape(self) -> None:
        try:
            while not self._ending.is_set():
                self._look()
                time.sleep(0.002)
            self._look()
        except BaseException as error:  # told by the test
            self.wrong = error

    def _look(self) -> None:
        self.radar.look()
        self.gps.look()
        with contextlib.suppress(OSError):
            inode = (self.run / 'camera_feed').stat().st_ino
            if not self.feeds or self.feeds[-1].inode != inode:
                self.feeds.append(Feed(self.run / 'camera_feed'))
        for feed in self.feeds[-2:]:
            feed.read()

    def close(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.run / 'world.json').read_text())
        return found

    def t_s(self, came_ns: int) -> float:
        """Return the t of the world at a CLOCK_BOOTTIME."""
        return float(came_ns - self.told['begin_boot_ns']) * 1e-9

    @property
    def journal(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.run / 'journal').read_text().splitlines()]

    def packets(self) -> list[bytes]:
        """Return the radar's frames, cut at the magic word."""
        return [MAGIC + part for part in self.radar.data.split(MAGIC)[1:]]

    def images(self, stream: str) -> list[Image]:
        return [image for feed in self.feeds for image in feed.images[stream]]

    def samples(self, kind: int) -> list[tuple[int, int, int, tuple[float, ...]]]:
        return [row for feed in self.feeds for row in feed.motions if row[2] == kind]


@pytest.fixture
def playing(spawn: Callable[..., Any], tmp_path: Path) -> Iterator[Playing]:
    made = Playing(spawn, tmp_path)
    made.run.mkdir()
    yield made
    made.close()
