"""What else the model has: confusions, edges, scores, and boxes about nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitting.looks import Bools, Floats, Ints, Looks, Nothings, Sample
from fitting.match import overlaps
from outrider_sim.world.words import CLASSES

LEAST_SHARE = 0.005      # a confusion that is rarer is none
_WHOLE = 0.9             # of a body is to be seen where its edges count
_BORDER_PX = 1.5         # an edge nearer to the picture's is cut
_FEWEST = 30             # looks at a class
_SAME_OVERLAP = 0.2      # a false box is the one of the picture before where they overlap so much
_ZOOMS, _GRID = 4, 17


def confusion(looks: Looks, before: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return which share of the found bodies of each class is called what else; of a class never seen, `before`."""
    told = {}
    for number, kind in enumerate(CLASSES):
        mine = looks.said[(looks.kind == number) & looks.found]
        if len(mine) < _FEWEST:
            told[kind] = before.get(kind, {})
            continue
        shares = np.bincount(mine, minlength=len(CLASSES)) / len(mine)
        told[kind] = {CLASSES[other]: round(float(shares[other]), 4) for other in np.argsort(-shares).tolist()
                      if other != number and shares[other] >= LEAST_SHARE}
    return told


def wrong(looks: Looks, told: dict[str, dict[str, float]]) -> tuple[Floats, Bools]:
    """Return how likely each look is to be wrong (n,), and whether it is."""
    share = np.array([sum(told[kind].values()) for kind in CLASSES])
    return share[looks.kind], looks.said != looks.kind


@dataclass(frozen=True)
class Edges:
    """Error of an edge: one sigma is sigma_px and on top `share` of the box's own width or height."""

    sigma_px: float
    share: float


def inner_edges(looks: Looks, size_px: tuple[int, int]) -> tuple[Floats, Floats, Ints]:
    """Return errors, the width or height that each belongs to, and which edge it is, of edges that nothing cuts."""
    mine = looks.take(looks.found & (looks.visible >= _WHOLE))
    far = np.array([*size_px, *size_px]) - 1.0
    free = (mine.edges_px > _BORDER_PX) & (mine.edges_px < far - _BORDER_PX)
    across = np.tile(mine.edges_px[:, 2:] - mine.edges_px[:, :2], 2)
    which = np.broadcast_to(np.arange(4), free.shape)
    return mine.off_px[free], across[free], which[free]


def edges(errors: Floats, across: Floats) -> Edges:
    """Return what makes the errors (n,) of edges likeliest, each normal about 0; the farthest, one in 500, are out."""
    usual = np.abs(errors) / (1.0 + 0.05 * across)
    kept = usual <= np.quantile(usual, 0.998)
    squares, across = errors[kept] ** 2, across[kept]
    low, high = np.log([0.05, 0.0005]), np.log([10.0, 0.3])
    best = 0.5 * (low + high)
    for _ in range(_ZOOMS):
        grid = [np.linspace(low[axis], high[axis], _GRID) for axis in (0, 1)]
        value = [[_spread(squares, across, a, b) for b in np.exp(grid[1])] for a in np.exp(grid[0])]
        row, column = np.unravel_index(int(np.argmin(value)), (_GRID, _GRID))
        best = np.array([grid[0][row], grid[1][column]])
        reach = 2.0 * (high - low) / (_GRID - 1)
        low, high = best - reach, best + reach
    return Edges(float(np.exp(best[0])), float(np.exp(best[1])))


def _spread(squares: Floats, across: Floats, sigma_px: float, share: float) -> float:
    sigma = sigma_px + share * across
    return float((np.log(sigma) + 0.5 * squares / sigma ** 2).sum())


@dataclass(frozen=True)
class Scores:
    """From a body just found to one that is large, and one sigma."""

    low: float
    high: float
    sigma: float


def scores(score: Floats, recall: Floats) -> Scores:
    """Return the line of scores over the probability of being found, by least squares."""
    columns = np.stack([1.0 - recall, recall], axis=1)
    told, *_ = np.linalg.lstsq(columns, score, rcond=None)
    return Scores(float(told[0]), float(told[1]), float(np.std(score - columns @ told)))


@dataclass(frozen=True)
class Lone:
    """How often boxes about nothing begin, their mean length, and how large they are: shortest and longest edge."""

    per_s: float
    for_s: float
    size_px: tuple[float, float]


def nothings(sample: Sample) -> Lone:
    """Return rate and length from chains of boxes that lie on each other in pictures one after the other.

    A box that lasts for a time drawn from an exponential of mean m is in n pictures, n geometric with q = exp(-period /
    m); the likeliest q is 1 - 1 / mean(n).
    """
    lone = sample.nothings.take(sample.nothings.beside < 0)
    if not len(lone):
        return Lone(0.0, sample.period_s, (15.0, 90.0))
    lengths = chains(lone, sample.period_s)
    q = 1.0 - 1.0 / float(np.mean(lengths))
    sides = np.concatenate([lone.edges_px[:, 2] - lone.edges_px[:, 0], lone.edges_px[:, 3] - lone.edges_px[:, 1]])
    low, high = np.quantile(sides, [0.05, 0.95]).tolist()
    return Lone(len(lengths) / sample.seconds, -sample.period_s / np.log(q) if q > 0.0 else 0.2 * sample.period_s,
                  (low, high))


def chains(lone: Nothings, period_s: float) -> list[int]:
    """Return in how many pictures each box about nothing is."""
    done: list[int] = []
    for ride in np.unique(lone.ride).tolist():
        mine = lone.take(lone.ride == ride)
        alive: list[tuple[Floats, int]] = []
        last_s = -np.inf
        for t_s in np.unique(mine.t_s).tolist():
            if t_s - last_s > 1.5 * period_s:
                done += [count for _, count in alive]
                alive = []
            boxes = mine.edges_px[mine.t_s == t_s]
            alive, ended = _carried(alive, boxes)
            done += ended
            last_s = t_s
        done += [count for _, count in alive]
    return done


def _carried(alive: list[tuple[Floats, int]], boxes: Floats) -> tuple[list[tuple[Floats, int]], list[int]]:
    """Return the chains that go on or begin with `boxes`, and the lengths of those that end."""
    free = list(range(len(boxes)))
    going, ended = [], []
    for edges_px, count in alive:
        alike = overlaps(edges_px[None], boxes[free])[0] if free else np.zeros(0)
        if len(alike) and alike.max() >= _SAME_OVERLAP:
            going.append((boxes[free.pop(int(alike.argmax()))], count + 1))
        else:
            ended.append(count)
    return going + [(boxes[place], 1) for place in free], ended
