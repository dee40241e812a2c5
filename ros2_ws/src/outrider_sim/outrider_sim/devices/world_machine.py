"""What moves a driven ramp and what it tells back: state files of its fakes in, its poses and what it hit out.

And the hands on the pad, by the `pad` of the scenario.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
import threading
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np

from outrider_sim.devices.driven_ramp import DrivenRamp
from outrider_sim.devices.machine_state import StateError
from outrider_sim.devices.world_clock import WorldClock
from outrider_sim.devices.world_faults import acting
from outrider_sim.world.driven_history import PoseHistory
from outrider_sim.world.live import LiveWorld
from outrider_sim.world.pad_plan import FULL, Hands
from outrider_sim.world.rider import Floats
from outrider_sim.world.snapshot import Pose, Poses, Snapshot
from outrider_sim.world.world import World

STEP_NS = 10_000_000
LAG_S = 0.03  # three steps: a pose at t and a little beyond is known
_ROWS, _FIELDS = 512, 14
_BEFORE_S = -1e6  # the time of the hands until the world begins
_REST = {'l2': -FULL, 'r2': -FULL}  # every other axis rests at 0


class PoseRing:
    """Poses from the one process that steps the rider to those it has forked, through memory that they share."""

    def __init__(self) -> None:
        """Make it before the fork."""
        self._memory = mmap.mmap(-1, 8 * (1 + _ROWS * _FIELDS))
        self._count = np.frombuffer(self._memory, '<u8', 1)
        self._rows = np.frombuffer(self._memory, '<f8', _ROWS * _FIELDS, 8).reshape(_ROWS, _FIELDS)

    def put(self, pose: Pose) -> None:
        """Add one."""
        count = int(self._count[0])
        self._rows[count % _ROWS] = astuple(pose)
        self._count[0] = count + 1  # a whole word, stored last

    def take(self, after: int) -> tuple[int, list[Pose]]:
        """Return how many were put in all, and those behind the first `after`, as far as they are still there."""
        count = int(self._count[0])
        # The oldest ones may be written over while they are read.
        rows = [self._rows[number % _ROWS].tolist() for number in range(max(after, count - _ROWS // 2), count)]
        return count, [Pose(*row) for row in rows]


class DrivenRide:
    """The world around a rider that is driven, for one process."""

    lag_s = LAG_S

    def __init__(self, world: World, ring: PoseRing) -> None:
        """Follow the poses of `ring`."""
        self.world = world
        self._ring, self._history, self._seen = ring, PoseHistory(), 0
        self._lock = threading.Lock()  # of the camera's two threads only one may add
        self._live = LiveWorld(world)
        self._last_s = 0.0

    def poses(self, t_s: Floats) -> Poses:
        """Return the rider at times (n,)."""
        with self._lock:
            self._seen, came = self._ring.take(self._seen)
            for pose in came:
                self._history.add(pose)
        return self._history.poses(t_s)

    def snapshot(self, measured_s: float, told_s: float) -> Snapshot:
        """Return the world of `measured_s` with the faults that act at `told_s`."""
        # Bodies that follow the rider's speed cannot go back: where an offset begins, they stand for as long.
        self._last_s = max(self._last_s, measured_s)
        snapshot = self._live.step(self._last_s, self.poses(np.array([self._last_s])).one())
        return replace(snapshot, faults=acting(self.world.scenario, told_s))


class Machine:
    """The ramp, stepped 100 times a second by the parent."""

    def __init__(self, world: World, ring: PoseRing, clock: WorldClock, *, wheels: Path, relays: Path, pad: Path,
                 hit: Path | None) -> None:
        """Read `wheels` and `relays`, write lines to the FIFOs `pad` and `hit`."""
        self._clock, self._ring, self._hit, self._pad = clock, ring, hit, pad
        self._ramp = DrivenRamp(world, wheels, relays)
        self._live = LiveWorld(world)
        self._hands = Hands(world.scenario.pad)
        self._held: dict[str, str] = {}  # by button or axis: the line that lets it go
        self._begin_ns: int | None = None
        self._next_ns = 0
        self._complained: set[str] = set()

    def wait_s(self, now_ns: int) -> float:
        """Return how long nothing is due."""
        return (self._next_ns - now_ns) * 1e-9

    def step(self, now_ns: int) -> None:
        """Move the hands; from the beginning on also the rider."""
        if now_ns < self._next_ns:
            return
        self._next_ns = now_ns - now_ns % STEP_NS + STEP_NS
        if self._begin_ns is None:
            self._begin_ns = now_ns
        t_s = self._clock.t_s(now_ns)
        before_s = _BEFORE_S + (now_ns - self._begin_ns) * 1e-9
        for line in self._hands.due(max(t_s, before_s)):
            self._play(line)
        if t_s >= 0.0:
            self._roll(now_ns)

    def _play(self, line: str) -> None:
        word, name, *_ = line.split()
        free = f'move {name} {_REST.get(name, 0)}' if word == 'move' else f'release {name}'
        if line == free:
            self._held.pop(name, None)
        else:
            self._held[name] = free
        self._tell(self._pad, line)

    def _roll(self, now_ns: int) -> None:
        try:
            pose = self._ramp.step(now_ns, self._clock.at_ns(0.0))
        except StateError as error:
            self._complain(str(error))
            return
        if pose.t_s < 0.0:
            return
        self._ring.put(pose)
        for line in self._ramp.bump(self._live.step(pose.t_s, pose)):
            if self._hit:
                self._tell(self._hit, line)

    def let_go(self) -> None:
        """Take the hands off the pad."""
        for line in self._held.values():
            self._tell(self._pad, line)
        self._held.clear()

    def _tell(self, fifo: Path, line: str) -> None:
        try:
            fd = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # nobody reads it
            if self._clock.begin_ns is not None:  # before that the fakes may still be starting
                self._complain(f'{fifo} has no reader, expected a fake device that takes its lines from there.')
            return
        with contextlib.suppress(OSError):
            os.write(fd, f'{line}\n'.encode())
        os.close(fd)

    def _complain(self, sentence: str) -> None:
        if sentence not in self._complained:
            self._complained.add(sentence)
            print(f'world: {sentence}', file=sys.stderr, flush=True)
