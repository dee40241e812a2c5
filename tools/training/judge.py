"""How well boxes fit the truth: average precision at half overlap, and which truths count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.labels import KINDS, MEASURED, Label

OVERLAP = 0.5
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Guess:
    """A box that the net said, edges in the net's pixels without bars."""

    kind: str
    edges: tuple[float, float, float, float]
    score: float


@dataclass
class _Tally:
    """All guesses of one class over all pictures, and how many truths there were."""

    scores: list[float]
    right: list[bool]
    truths: int = 0


class Judge:
    """Collects pictures; a body that need not be found takes its box and counts neither way."""

    def __init__(self) -> None:
        """Begin with none."""
        self._tallies = {kind: _Tally([], []) for kind in KINDS}
        self.pictures = 0

    def take(self, guesses: Sequence[Guess], labels: Iterable[Label]) -> None:
        """Count one picture."""
        self.pictures += 1
        labels = list(labels)
        for kind, tally in self._tallies.items():
            own = [label for label in labels if label.kind == kind]
            counts = np.array([label.is_measured for label in own], dtype=bool)
            tally.truths += int(counts.sum())
            edges = np.array([[one.left, one.top, one.right, one.bottom] for one in own]).reshape(-1, 4)
            free = np.ones(len(own), dtype=bool)
            for guess in sorted((one for one in guesses if one.kind == kind), key=lambda one: -one.score):
                fit = overlaps(np.array(guess.edges), edges)
                fit = np.where(fit >= OVERLAP, fit, 0.0)
                best = np.where(free & counts, fit, 0.0)
                if len(best) and best.max() > 0.0:
                    free[int(best.argmax())] = False
                    tally.scores.append(guess.score)
                    tally.right.append(True)
                elif not (fit[free & ~counts] > 0.0).any() and not _within(guess, own, counts):
                    tally.scores.append(guess.score)
                    tally.right.append(False)

    def precision(self, kind: str) -> float:
        """Return the average precision of a class; nan where there was none of it."""
        tally = self._tallies[kind]
        if not tally.truths:
            return float('nan')
        order = np.argsort(-np.array(tally.scores), kind='stable')
        right = np.cumsum(np.array(tally.right, dtype=float)[order])
        precise = np.maximum.accumulate((right / np.arange(1, len(order) + 1))[::-1])[::-1]
        at = np.searchsorted(right / tally.truths, np.linspace(0.0, 1.0, 101))  # as COCO reads it
        return float(np.append(precise, 0.0)[at].mean())

    def truths(self, kind: str) -> int:
        """Return how many of a class had to be found."""
        return self._tallies[kind].truths

    def mean(self) -> float:
        """Return the mean over the classes whose mean is the aim, of those there were."""
        values = [value for kind in MEASURED if not np.isnan(value := self.precision(kind))]
        return float(np.mean(values)) if values else float('nan')


def overlaps(one: Floats, others: Floats) -> Floats:
    """Return the overlap of edges (4,) with each of (n, 4): what both cover over what either covers."""
    size = np.maximum(np.minimum(others[:, 2:], one[2:]) - np.maximum(others[:, :2], one[:2]), 0.0)
    both = size[:, 0] * size[:, 1]
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    values: Floats = both / np.maximum(areas + (one[2] - one[0]) * (one[3] - one[1]) - both, 1e-9)
    return values


def _within(guess: Guess, own: Sequence[Label], counts: NDArray[np.bool_]) -> bool:
    """Tell whether it lies on a body of its class that need not be found: half hidden, its box may be the whole's."""
    left, top, right, bottom = guess.edges
    for label, counted in zip(own, counts.tolist(), strict=True):
        if counted:
            continue
        wide = min(right, label.right) - max(left, label.left)
        high = min(bottom, label.bottom) - max(top, label.top)
        if wide > 0.0 and high > 0.0 and wide * high >= 0.5 * (right - left) * (bottom - top):
            return True
    return False
