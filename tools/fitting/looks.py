"""What a detector did in pictures whose truth is known: tables of numbers, and how they are kept in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Table = TypeVar('Table', 'Looks', 'Nothings')


@dataclass(frozen=True)
class Looks:
    """n rows: each body in each picture, found or not. Classes, light and weather by their place in world.words.

    What is not there where nothing was found: `said` -1, `score` and `off_px` NaN.
    """

    ride: Ints
    t_s: Floats
    body: Ints          # which of the ride's bodies
    kind: Ints
    light: Ints
    weather: Ints
    edges_px: Floats    # (n, 4) left, top, right, bottom of the whole body, cut at the picture's edges
    shown_px: Floats    # (n, 4) of what others leave of it
    visible: Floats     # share that others leave
    size_px: Floats     # root of the visible area
    distance_m: Floats
    found: Bools
    said: Ints
    score: Floats
    off_px: Floats      # (n, 4) edges found less edges_px

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.ride)

    def take(self, which: Bools | Ints) -> Looks:
        """Return some of the rows."""
        return Looks(*(getattr(self, one.name)[which] for one in fields(self)))


@dataclass(frozen=True)
class Nothings:
    """m boxes that no body was left for.

    `beside` is the class of the body that has its own box there, -1: none has, -2: it is among several.
    """

    ride: Ints
    t_s: Floats
    edges_px: Floats    # (m, 4)
    said: Ints
    score: Floats
    beside: Ints

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.ride)

    def take(self, which: Bools | Ints) -> Nothings:
        """Return some of the rows."""
        return Nothings(*(getattr(self, one.name)[which] for one in fields(self)))


@dataclass(frozen=True)
class Sample:
    """All that was seen: tables, how many pictures they are of, their period, and how long each look took (p,)."""

    looks: Looks
    nothings: Nothings
    pictures: int
    period_s: float
    took_s: Floats

    @property
    def seconds(self) -> float:
        """How long all rides together are."""
        return self.pictures * self.period_s


def joined(samples: Sequence[Sample]) -> Sample:
    """Return one sample of all; they have one period."""
    return Sample(_stacked(Looks, [one.looks for one in samples]),
                  _stacked(Nothings, [one.nothings for one in samples]), sum(one.pictures for one in samples),
                  samples[0].period_s, np.concatenate([one.took_s for one in samples]))


def _stacked(table: type[Table], parts: Sequence[Table]) -> Table:
    return table(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(table)))


def keep(sample: Sample, file: Path) -> None:
    """Write a sample, so that it need not be painted again. Raises OSError."""
    columns: dict[str, Any] = {f'{name}.{one.name}': getattr(getattr(sample, name), one.name)
                               for name in ('looks', 'nothings') for one in fields(getattr(sample, name))}
    with file.open('wb') as out:
        np.savez_compressed(out, pictures=sample.pictures, period_s=sample.period_s, took_s=sample.took_s, **columns)


def kept(file: Path) -> Sample:
    """Return the sample that was written. Raises OSError, or ValueError where it is none."""
    with np.load(file) as found:
        try:
            looks = Looks(*(found[f'looks.{one.name}'] for one in fields(Looks)))
            nothings = Nothings(*(found[f'nothings.{one.name}'] for one in fields(Nothings)))
            return Sample(looks, nothings, int(found['pictures']), float(found['period_s']), found['took_s'])
        except KeyError as error:
            raise ValueError(f'{file} lacks {error}, expected what --keep wrote. Look at pictures again.') from None
