"""How likely a body is found: maximum likelihood of best / (1 + exp((half - size) / width)), light, class and weather.

Looks at one body are alike for a while; taken as independent they still lead to the true numbers, only less surely than
their count says (Liang and Zeger 1986). What the pictures say nothing of is held by a prior as weak as a few looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitting.looks import Bools, Floats, Ints, Looks
from outrider_sim.world.detector import left_of
from outrider_sim.world.words import CLASSES, LIGHTS, WEATHERS

_STEPS, _LEAST_STEP = 200, 1e-6
_SHARES = np.linspace(0.05, 0.6, 23)    # of a body that is to be seen: the threshold is one of them
_REACHED = 0.999                        # of all that is found is nearer
_MISSED_BEYOND = 20.0                   # looks: fewer are chance
_WHOLE = 0.9                            # of a body is to be seen where others do not matter
_FLOOR = 0.02                           # of what cannot be found is found after all
_PRIOR_SIGMA = 1.5                      # of each number's logarithm or logit,
_FACTOR_SIGMA = 0.5                     # and of that of a class's or a weather's factor
_START = {'cut': 0.9, 'best': 0.9, 'half': 18.0, 'width': 5.0}


@dataclass(frozen=True)
class Recall:
    """The numbers of the model, in the order of world.words."""

    best: Floats         # (lights,)
    half_px: Floats      # (lights,)
    by_class: Floats     # (classes,), a car's is 1
    weather: Floats      # (weathers,), clear is 1
    width_px: float
    least_visible: float
    reach_m: Floats      # (weathers,)
    cut: Floats          # (widths + 1,) factor of best where a side of the picture cuts, by how wide the rest is
    cut_px: Floats       # (widths,) in steps of these
    across_px: int       # width of the picture

    def of(self, looks: Looks) -> Floats:
        """Return the probability (n,) of each look."""
        half = self.half_px[looks.light] * self.by_class[looks.kind] * self.weather[looks.weather]
        left = left_of(looks.edges_px, self.across_px, self.cut_px.tolist())
        best: Floats = self.best[looks.light] * _factor(left, self.cut)
        found = best * _logistic((looks.size_px - half) / self.width_px)
        shown = (looks.visible >= self.least_visible) & (looks.distance_m < self.reach_m[looks.weather])
        return np.where(shown, found, 0.0)


def fit(looks: Looks, reach_m: Floats, across_px: int, cut_px: Floats) -> Recall:
    """Return what makes `looks` likeliest; `reach_m` (weathers,) stays where nobody far away could have been missed.

    `cut_px` (widths,) are the widths of what the picture's side leaves, between which it is found differently often.
    """
    everywhere = np.full(len(WEATHERS), np.inf)
    whole = _fit(looks.take(looks.visible >= _WHOLE), 0.0, everywhere, across_px, cut_px)
    least_visible = threshold(looks, whole.of(looks))
    free = _fit(looks, least_visible, everywhere, across_px, cut_px)
    return _fit(looks, least_visible, reached(looks, free.of(looks), reach_m), across_px, cut_px)


def _fit(looks: Looks, least_visible: float, reach: Floats, across_px: int, cut_px: Floats) -> Recall:
    shown = looks.take((looks.visible >= least_visible) & (looks.distance_m < reach[looks.weather]))
    told = _ascend(shown, left_of(shown.edges_px, across_px, cut_px.tolist()), len(cut_px) + 1)
    lights, classes = len(LIGHTS), len(CLASSES)
    best, half, kind, weather, width, spoilt = np.split(
        told, np.cumsum([lights, lights, classes - 1, len(WEATHERS) - 1, 1]))
    return Recall(_logistic(best), np.exp(half), np.exp(np.concatenate([[0.0], kind])),
                  np.exp(np.concatenate([[0.0], weather])), float(np.exp(width[0])), least_visible, reach,
                  _logistic(spoilt), cut_px, across_px)


def reached(looks: Looks, shares: Floats, before_m: Floats) -> Floats:
    """Return up to where anything is found in each weather, m.

    That is a reach only where many more bodies beyond it should have been found by their sizes alone (`shares`).
    """
    reach: Floats = before_m.copy()
    for weather in range(len(WEATHERS)):
        mine = looks.weather == weather
        found = looks.distance_m[mine & looks.found]
        if len(found):
            far = float(np.quantile(found, _REACHED))
            if far > reach[weather] or shares[mine & (looks.distance_m > far)].sum() > _MISSED_BEYOND:
                reach[weather] = far
    return reach


def threshold(looks: Looks, shares: Floats) -> float:
    """Return below which visible share a body is not found: the likeliest, where `shares` (n,) hold above it."""
    found = [_likelihood(looks.found, np.where(looks.visible >= least, shares, 0.0)) for least in _SHARES]
    return float(_SHARES[int(np.argmax(found))])


def _likelihood(found: Bools, shares: Floats) -> float:
    p = np.clip(shares, _FLOOR, 1.0 - _FLOOR)
    return float(np.log(np.where(found, p, 1.0 - p)).sum())


def _ascend(looks: Looks, left: Ints, widths: int) -> Floats:
    """Return logits of best, logarithms of half, classes and weathers but the first, width; logits of cut."""
    lights, kinds, weathers = len(LIGHTS), len(CLASSES), len(WEATHERS)
    columns = _design(looks, kinds, weathers)
    start = np.concatenate([np.full(lights, np.log(_START['best'] / (1 - _START['best']))),
                            np.full(lights, np.log(_START['half'])), np.zeros(kinds + weathers - 2),
                            [np.log(_START['width'])], np.full(widths, np.log(_START['cut'] / (1 - _START['cut'])))])
    told: Floats = start.copy()
    pull = np.full(len(start), _PRIOR_SIGMA ** -2)
    pull[2 * lights:-1 - widths] = _FACTOR_SIGMA ** -2
    own = _one_hot(left + 1, widths + 1)[:, 1:]
    damping = 1e-3
    value = _posterior(looks, own, told, columns, start, pull)
    for _ in range(_STEPS):
        p, slope = _model(looks, own, told, columns)
        weight = 1.0 / (p * (1.0 - p))
        gradient = slope.T @ ((looks.found - p) * weight) - (told - start) * pull
        fisher = slope.T @ (slope * weight[:, None]) + np.diag(pull)
        step = np.linalg.solve(fisher + damping * np.diag(np.diag(fisher)), gradient)
        better = _posterior(looks, own, told + step, columns, start, pull)
        if better > value:
            told, value, damping = told + step, better, max(damping / 5.0, 1e-9)
            if np.abs(step).max() < _LEAST_STEP:
                break
        else:
            damping *= 5.0
            if damping > 1e9:
                break
    return told


def _design(looks: Looks, kinds: int, weathers: int) -> Floats:
    """Return which logarithms make the half size of each look, (n, lights + classes - 1 + weathers - 1)."""
    parts = [_one_hot(looks.light, len(LIGHTS)), _one_hot(looks.kind, kinds)[:, 1:],
             _one_hot(looks.weather, weathers)[:, 1:]]
    return np.concatenate(parts, axis=1)


def _factor(left: Ints, cut: Floats) -> Floats:
    """Return the factor (n,) of best for what a side of the picture cuts, 1 for what it does not."""
    return np.concatenate([[1.0], cut])[left + 1]


def _one_hot(index: Ints, count: int) -> Floats:
    columns: Floats = np.eye(count)[index]
    return columns


def _model(looks: Looks, own: Floats, told: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """Return probabilities (n,) and their slopes (n, numbers); `own` (n, widths) tells which factor of cut each has."""
    lights, widths = len(LIGHTS), own.shape[1]
    spoilt = _logistic(told[-widths:])
    level, width = _logistic(told[:lights])[looks.light], np.exp(told[-1 - widths])
    best = level * (1.0 - own @ (1.0 - spoilt))
    half = np.exp(columns @ told[lights:-1 - widths])
    steep = (looks.size_px - half) / width
    rise = _logistic(steep)
    p = np.clip(best * rise, 1e-6, 1.0 - 1e-6)
    fall = -best * rise * (1.0 - rise)
    slope = np.concatenate([_one_hot(looks.light, lights) * (best * (1.0 - level) * rise)[:, None],
                            columns * (fall * half / width)[:, None], (fall * steep)[:, None],
                            own * (1.0 - spoilt) * (best * rise)[:, None]], axis=1)
    return p, slope


def _posterior(looks: Looks, own: Floats, told: Floats, columns: Floats, start: Floats, pull: Floats) -> float:
    p, _ = _model(looks, own, told, columns)
    likely = float(np.log(np.where(looks.found, p, 1.0 - p)).sum())
    return likely - 0.5 * float(((told - start) ** 2 * pull).sum())


def _logistic(x: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(x, -50.0, 50.0)))
    return found
