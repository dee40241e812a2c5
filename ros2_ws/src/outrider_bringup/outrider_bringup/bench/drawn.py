"""Drawn runs for the bench: how many, of which seed, and each set played once however many figures ask for it."""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from outrider_bringup.bench import subjects
from outrider_bringup.score.pool import trials
from outrider_bringup.score.trial import Drawn, Job, Trial
from outrider_sim.world import draw
from outrider_sim.world.stress import Stress

RUNS = 500                  # of near and of far; everything else in proportion
_FRESH = 10_000, 1_000_000  # seeds that nobody has developed on


@dataclass(frozen=True)
class Set:
    """Runs of one kind: `share` of RUNS of them, at a stress, on a rig that lacks a sense or at night."""

    kind: str
    share: float = 1.0
    stress: float = 1.0
    without: str = ''


_played: dict[Set, list[Trial]] = {}


@functools.lru_cache(maxsize=1)
def seed() -> int:
    """Return the seed that was asked for, else a fresh one; the same as long as this process lives."""
    told = os.environ.get(subjects.SEED)
    low, high = _FRESH
    return int(told) if told else low + secrets.randbelow(high - low)


def count(share: float = 1.0) -> int:
    """Return how many runs a share is, one at least."""
    return max(1, round(share * int(os.environ.get(subjects.RUNS, RUNS))))


def played(which: Set, say: Callable[[str], None]) -> list[Trial]:
    """Return the runs of a set, played when first asked for."""
    if which not in _played:
        jobs = [_job(which, number) for number in range(count(which.share))]
        name = ' '.join(filter(None, (which.kind, which.without and f'without {which.without}',
                                      f'stress {which.stress:g}' if which.stress != 1.0 else '')))
        done: list[Trial] = []
        for one in trials(jobs):
            done.append(one)
            say(f'{name}, seed {seed()}: {len(done)}/{len(jobs)}')
        _played[which] = done
    return _played[which]


def _job(which: Set, number: int) -> Job:
    stress = Stress.of(which.stress)
    if which.without == 'light':
        return Job(replace(draw.one(number, seed(), which.kind), light='night'), stress)
    return Job(Drawn(number, seed(), which.kind), stress, (which.without,) if which.without else ())
