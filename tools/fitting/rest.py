"""What else the model has: second boxes, edges, scores, and boxes about nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitting.looks import Bools, Floats, Looks, Nothings, Sample
from fitting.match import overlaps
from outrider_sim.world.words import CLASSES

_WHOLE = 0.9             # of a body is to be seen where its edges count
_BORDER_PX = 1.5         # an edge nearer to the picture's is cut
_FEWEST = 30             # looks at a class
_SAME_OVERLAP = 0.2      # a false box is the one of the picture before where they overlap so much
_ZOOMS, _GRID = 4, 17
_LONGEST_S = 1.0
_TIMES_S = np.geomspace(0.03, 20.0, 60)
Inset = tuple[float, float, float]   # of both sides, top, bottom; > 0: the box is smaller


def seconds(looks: Looks, nothings: Nothings, before: dict[str, float]) -> dict[str, float]:
    """Return which share of the found bodies of each class has a second box; of a class hardly seen, `before`."""
    told = {}
    for number, kind in enumerate(CLASSES):
        found = int((looks.found & (looks.kind == number)).sum())
        told[kind] = int((nothings.beside == number).sum()) / found if found >= _FEWEST else before[kind]
    return told


def whole(looks: Looks) -> Looks:
    """Return the looks at bodies that nobody hides and that were found: edges are measured on them."""
    return looks.take(looks.found & (looks.visible >= _WHOLE))


def uncut(mine: Looks, size_px: tuple[int, int]) -> Bools:
    """Return which edges (n, 4) the picture does not cut."""
    far = np.array([*size_px, *size_px]) - 1.0
    free: Bools = (mine.edges_px > _BORDER_PX) & (mine.edges_px < far - _BORDER_PX)
    return free


def insets(mine: Looks, free: Bools, before: dict[str, Inset]) -> dict[str, Inset]:
    """Return by which share the boxes of each class are smaller: medians over sides, top and bottom."""
    inward = mine.off_px / _across(mine) * np.array([1.0, 1.0, -1.0, -1.0])
    told = {}
    for number, kind in enumerate(CLASSES):
        rows, cells = inward[mine.kind == number], free[mine.kind == number]
        parts = [rows[:, edge][cells[:, edge]] for edge in ((0, 2), (1,), (3,))]
        told[kind] = before[kind] if min(map(len, parts)) < _FEWEST else _three(parts)
    return told


def _three(parts: list[Floats]) -> Inset:
    side, top, bottom = (round(float(np.median(part)), 4) for part in parts)
    return side, top, bottom


def left_over(mine: Looks, told: dict[str, Inset]) -> Floats:
    """Return the errors (n, 4) of edges that `told` leaves, px."""
    table = np.array([[told[kind][place] for place in (0, 1, 0, 2)] for kind in CLASSES])
    rest: Floats = mine.off_px - table[mine.kind] * _across(mine) * np.array([1.0, 1.0, -1.0, -1.0])
    return rest


def _across(mine: Looks) -> Floats:
    across: Floats = np.tile(mine.edges_px[:, 2:] - mine.edges_px[:, :2], 2)
    return across


def edges_together_s(mine: Looks, errors: Floats, free: Bools, period_s: float) -> float:
    """Return for how long errors of one edge are alike: the time whose exponential fits their correlations best."""
    body = mine.ride * (1 << 20) + mine.body
    order = np.lexsort((mine.t_s, body))
    body, t_s, free = body[order], mine.t_s[order], free[order]
    scaled = np.clip((errors / _across(mine))[order], -1.0, 1.0)
    lags, likeness, many = [], [], []
    for lag in range(1, round(_LONGEST_S / period_s) + 1):
        same = (body[lag:] == body[:-lag]) & (np.abs(t_s[lag:] - t_s[:-lag] - lag * period_s) < 0.25 * period_s)
        one = same[:, None] & free[lag:] & free[:-lag]
        first, second = scaled[:-lag][one], scaled[lag:][one]
        if len(first) >= _FEWEST and first.std() > 0.0 and second.std() > 0.0:
            lags.append(lag * period_s)
            likeness.append(float(np.mean(first * second) / np.sqrt(np.mean(first ** 2) * np.mean(second ** 2))))
            many.append(len(first))
    if not lags:
        return float(_TIMES_S[0])
    off = np.array(likeness)[None] - np.exp(-np.array(lags)[None] / _TIMES_S[:, None])
    return float(_TIMES_S[int(np.argmin((off ** 2 * np.array(many)[None]).sum(axis=1)))])


@dataclass(frozen=True)
class Edges:
    """Error of an edge: one sigma is sigma_px and on top `share` of the box's own width or height."""

    sigma_px: float
    share: float


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
    lone = sample.nothings.take(sample.nothings.beside == -1)
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
