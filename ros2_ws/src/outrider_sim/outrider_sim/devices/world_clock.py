"""When the world begins, and when what happens: instants of a beat, arrivals with latency and jitter.

t is seconds since the world began; everything outside counts CLOCK_BOOTTIME in ns.
"""

from __future__ import annotations

import heapq
import itertools
import json
import math
import os
import time
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from outrider_sim.world.model import Scenario
from outrider_sim.world.places import Truth

Item = TypeVar('Item')

# A common multiple of the periods of 5, 10, 20 and 25 Hz: begun with one in UTC, a receiver, which measures at whole
# multiples of its period, measures at the same t in every run.
ROUND_NS = 200_000_000
_LEAST_S = 0.001  # nothing arrives before it was measured, nor two things at once


def boot_ns() -> int:
    """Return the clock that all this runs by."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class WorldClock:
    """The t of the world. It stands before 0 until `begin`."""

    def __init__(self) -> None:
        """Fix how UTC and CLOCK_BOOTTIME stand to each other for the whole run."""
        self.utc_less_boot_ns = time.time_ns() - boot_ns()
        self.begin_ns: int | None = None

    def begin(self, now_ns: int) -> None:
        """Let t = 0 be the next fifth of a second of UTC."""
        utc_ns = now_ns + self.utc_less_boot_ns
        self.begin_ns = now_ns + -utc_ns % ROUND_NS

    def t_s(self, now_ns: int) -> float:
        """Return t, negative before the beginning."""
        return -math.inf if self.begin_ns is None else (now_ns - self.begin_ns) * 1e-9

    def at_ns(self, t_s: float) -> int:
        """Return when it is t. Raises AssertionError before `begin`."""
        assert self.begin_ns is not None
        return self.begin_ns + round(t_s * 1e9)

    def tell(self, folder: Path, file: Path, scenario: Scenario) -> None:
        """Write world.json, whole or not at all."""
        assert self.begin_ns is not None
        told = {'scenario': str(file.resolve()), 'name': scenario.name,
                'begin_ns': self.begin_ns + self.utc_less_boot_ns, 'begin_boot_ns': self.begin_ns,
                'duration_s': scenario.duration_s, 'pid': os.getpid()}
        staged = folder / f'.world.json.{os.getpid()}'
        staged.write_text(json.dumps(told) + '\n')
        staged.replace(folder / 'world.json')


class Beat:
    """The instants start + k period, k from 0. A machine that is more than `late_s` late gets only the newest."""

    def __init__(self, period_s: float, start_s: float = 0.0, late_s: float = 0.0) -> None:
        """Begin with k = 0."""
        self._period_s, self._start_s, self._late_s = period_s, start_s, late_s
        self._next = 0

    @property
    def next_s(self) -> float:
        """The next instant."""
        return self._start_s + self._next * self._period_s

    def take(self, t_s: float) -> tuple[int, float] | None:
        """Return k and its instant where one has come, None where none has."""
        if t_s < self.next_s:
            return None
        number = self._next
        if t_s - self.next_s > self._late_s:
            number = max(number, math.floor((t_s - self._start_s) / self._period_s))
        self._next = number + 1
        return number, self._start_s + number * self._period_s


class Arrivals:
    """When a measurement of t arrives: latency and jitter of its sensor, one after the other."""

    def __init__(self, truth: Truth, seed: int, sensor: str) -> None:
        """Equal seeds, equal arrivals."""
        self._truth = truth
        self._random = np.random.default_rng([seed, 0x6A6974, *sensor.encode()])
        self._last_s = -math.inf

    def at(self, t_s: float) -> float:
        """Return the t at which what was measured at `t_s` is there."""
        age_s = self._truth.latency_s + self._truth.jitter_sigma_s * float(self._random.standard_normal())
        self._last_s = max(t_s + max(age_s, _LEAST_S), self._last_s + _LEAST_S)
        return self._last_s


class Outbox(Generic[Item]):
    """What is on its way."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: list[tuple[float, int, Item]] = []
        self._count = itertools.count()

    def put(self, due_s: float, item: Item) -> None:
        """Send `item`, to be there at `due_s`."""
        heapq.heappush(self._waiting, (due_s, next(self._count), item))

    @property
    def next_s(self) -> float:
        """When the next one is there, inf where none is on its way."""
        return self._waiting[0][0] if self._waiting else math.inf

    def take(self, t_s: float) -> list[Item]:
        """Return what has come until `t_s`."""
        come = []
        while self._waiting and self._waiting[0][0] <= t_s:
            come.append(heapq.heappop(self._waiting)[2])
        return come

    def clear(self) -> None:
        """Lose all of it: the cable is out."""
        self._waiting.clear()
