"""Road users by class: how tall, how fast, how often, and what a detector takes them for. Class ids as in Track.msg.

A class is a belief over the eight classes and 'unknown' (0), which is any thing that a detector may answer with any
class. Bayes: each look multiplies by P(said | true); the eyes of one body err alike for a while, so a look counts by
the time since the one before. What is known of motion comes on top: nobody walks at 10 m/s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Floats, Ints

NAMES = ('unknown', 'car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')
COUNT = len(NAMES)

# Share of each among the bodies of a road; height and its spread within the class, m (riders included: a detector boxes
# the machine with its rider or without him); fastest over ground, m/s, and how sharp that end is.
_ABOUT = np.array([
    # share, height, spread, fastest, end
    [0.020, 1.50, 0.80, 60.0, 10.0],  # unknown
    [0.620, 1.52, 0.15, 60.0, 10.0],  # car: 1.40 a saloon, 1.75 a van
    [0.080, 3.00, 0.60, 35.0, 5.0],   # truck: 2.5 a box van, 4.0 the law's limit
    [0.030, 3.10, 0.30, 35.0, 5.0],   # bus
    [0.050, 1.50, 0.20, 60.0, 10.0],  # motorcycle
    [0.020, 1.70, 0.20, 10.0, 2.0],   # scooter: the standing rider
    [0.090, 1.60, 0.25, 13.0, 2.0],   # bicycle
    [0.080, 1.68, 0.15, 5.0, 1.0],    # person
    [0.010, 0.60, 0.15, 9.0, 2.0],    # dog
])

# Row: what it is. What a detector says instead, in shares; the rest is right. Orders of magnitude of small one-stage
# detectors on COCO's road users; a scooter is not among COCO's classes.
_TAKEN_FOR: dict[str, dict[str, float]] = {
    'car': {'truck': 0.05, 'bus': 0.01, 'motorcycle': 0.005},
    'truck': {'car': 0.10, 'bus': 0.10},
    'bus': {'truck': 0.15, 'car': 0.02},
    'motorcycle': {'bicycle': 0.10, 'scooter': 0.05, 'person': 0.05, 'car': 0.02},
    'scooter': {'person': 0.40, 'bicycle': 0.10, 'motorcycle': 0.10},
    'bicycle': {'motorcycle': 0.08, 'person': 0.15, 'scooter': 0.02},
    'person': {'bicycle': 0.03, 'scooter': 0.02, 'dog': 0.005},
    'dog': {'person': 0.08},
}
_LEAST = 0.002  # of any answer: a detector may say anything
_MOST_NATS = 12.0


def confusion(taken_for: dict[str, dict[str, float]] | None = None) -> Floats:
    """Return P(said | true) (9, 9), rows true, columns said; row 0 no road user, column 0 unnamed."""
    table = np.full((COUNT, COUNT), _LEAST)
    for true, others in (taken_for or _TAKEN_FOR).items():
        row = table[NAMES.index(true)]
        for said, share in others.items():
            row[NAMES.index(said)] += share
        row[NAMES.index(true)] += 1.0 - sum(others.values())
    table[0, 1:] = 1.0 / (COUNT - 1)
    table[:, 0] = 1.0
    table[:, 1:] /= table[:, 1:].sum(axis=1, keepdims=True)
    return table


@dataclass(frozen=True)
class Classes:
    """The tables, ready for use."""

    table: Floats                # (9, 9) P(said | true)
    inverse_height: Floats       # (9,) 1/m expected of a body that a detector says is of a class,
    inverse_height_sigma: Floats  # (9,) and one sigma of it, confusions included


def classes(taken_for: dict[str, dict[str, float]] | None = None) -> Classes:
    """Return the tables for a detector that errs as `taken_for` tells; by default as small detectors do."""
    table = confusion(taken_for)
    share, height, spread = _ABOUT[:, 0], _ABOUT[:, 1], _ABOUT[:, 2]
    inverse, own = 1.0 / height, spread / height ** 2
    posterior = table * share[:, None]
    posterior /= posterior.sum(axis=0)
    mean = posterior.T @ inverse
    variance = posterior.T @ (own ** 2 + inverse ** 2) - mean ** 2
    return Classes(table, mean, np.sqrt(variance))


def look(tables: Classes, said: Ints, scores: Floats, weight: Floats) -> Floats:
    """Return what looks that said classes `said` (k,) add to the log beliefs (k, 9).

    A score below one is a detector's own doubt: so much of its answer is any class. `weight` (k,) 0..1: how much news.
    """
    certain = np.clip(scores, 0.0, 0.98)[:, None]
    likelihood = certain * tables.table[:, said].T + (1.0 - certain) / (COUNT - 1)
    nats = np.where(said[:, None] > 0, np.log(likelihood), 0.0) * weight[:, None]
    return np.asarray(nats)


def bounded(beliefs: Floats) -> Floats:
    """Return log beliefs (n, 9), the largest 0 and none so small that a class could never come back."""
    return np.asarray(np.maximum(beliefs - beliefs.max(axis=1, keepdims=True), -_MOST_NATS))


def by_motion(pace_mps: Floats) -> Floats:
    """Return the log likelihood (n, 9) of each class for bodies that went at `pace_mps` (n,) over ground."""
    beyond = np.maximum(pace_mps[:, None] - _ABOUT[None, :, 3], 0.0) / _ABOUT[None, :, 4]
    return np.asarray(np.maximum(-0.5 * beyond ** 2, -2.0 * _MOST_NATS))


def posterior(beliefs: Floats, pace_mps: Floats) -> Floats:
    """Return the probabilities (n, 9) from log beliefs (n, 9), what is about, and motion."""
    nats = beliefs + np.log(_ABOUT[None, :, 0]) + by_motion(pace_mps)
    weight = np.exp(nats - nats.max(axis=1, keepdims=True))
    probability: Floats = weight / weight.sum(axis=1, keepdims=True)
    return probability
