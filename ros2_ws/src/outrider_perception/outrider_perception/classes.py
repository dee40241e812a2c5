"""Road users by class: how tall, how fast, how often, and what a detector takes them for. Class ids as in Track.msg.

A class is a belief over the eight classes and 'unknown' (0), which is any thing that a detector may answer with any
class. Bayes: each look multiplies by P(said | true); the eyes of one body err alike for a while, so a look counts by
the time since the one before. What is known of motion comes on top: nobody walks at 10 m/s. The table stands in
config/perception/classes.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from outrider_perception.arrays import Floats, Ints

NAMES = ('unknown', 'car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')
COUNT = len(NAMES)
_ONES = np.ones(COUNT)
_HIGHEST_M = 4.5  # of what drives on a road


@dataclass(frozen=True)
class Kind:
    """One class, as classes.yaml has it."""

    share: float                 # among the bodies of a road
    height_m: float
    spread_m: float              # of heights within the class, one sigma
    fastest_mps: float           # over ground,
    end_mps: float               # and how sharp that end is, one sigma
    taken_for: dict[str, float]  # what a detector says instead, in shares; the rest is right


def confusion(kinds: Mapping[str, Kind], least_share: float) -> Floats:
    """Return P(said | true) (9, 9), rows true, columns said; row 0 no road user, column 0 unnamed.

    `least_share` of any answer is possible.
    """
    table = np.full((COUNT, COUNT), least_share)
    for true, kind in kinds.items():
        row = table[NAMES.index(true)]
        for said, share in kind.taken_for.items():
            row[NAMES.index(said)] += share
        row[NAMES.index(true)] += 1.0 - sum(kind.taken_for.values())
    table[0, 1:] = 1.0 / (COUNT - 1)
    table[:, 0] = 1.0
    table[:, 1:] /= table[:, 1:].sum(axis=1, keepdims=True)
    return table


@dataclass(frozen=True, eq=False)
class Classes:
    """The tables, ready for use."""

    table: Floats                # (9, 9) P(said | true)
    inverse_height: Floats       # (9,) 1/m expected of a body that a detector says is of a class,
    inverse_height_sigma: Floats  # (9,) and one sigma of it, confusions included
    log_share: Floats            # (9,) nats
    fastest_mps: Floats          # (9,)
    end_mps: Floats              # (9,)
    by_said: Floats              # (9, 9) the same, rows said
    height_m: Floats             # (9,) of bodies of each class,
    spread_m: Floats             # (9,) and one sigma of it
    most_nats: float             # between the likeliest class and any other
    surest_score: float          # a detector's score is believed up to this
    odd_share: float             # of the boxes whose height is not their body's


def classes(kinds: Mapping[str, Kind], least_share: float, most_nats: float, surest_score: float,
            odd_share: float) -> Classes:
    """Return the tables for `kinds`, one for each of NAMES."""
    rows = [kinds[name] for name in NAMES]
    table = confusion(kinds, least_share)
    share, height = np.array([kind.share for kind in rows]), np.array([kind.height_m for kind in rows])
    spread = np.array([kind.spread_m for kind in rows])
    inverse, own = 1.0 / height, spread / height ** 2
    posterior = table * share[:, None]
    posterior /= posterior.sum(axis=0)
    mean = posterior.T @ inverse
    variance = posterior.T @ (own ** 2 + inverse ** 2) - mean ** 2
    return Classes(table, mean, np.sqrt(variance), np.log(share), np.array([kind.fastest_mps for kind in rows]),
                   np.array([kind.end_mps for kind in rows]), table.T.copy(), height, spread, most_nats, surest_score,
                   odd_share)


def look(tables: Classes, said: Ints, scores: Floats, weight: Floats) -> Floats:
    """Return what looks that said classes `said` (k,) add to the log beliefs (k, 9).

    A score below one is a detector's own doubt: so much of its answer is any class. `weight` (k,) 0..1: how much news.
    """
    certain = np.minimum(np.maximum(scores, 0.0), tables.surest_score)[:, None]
    likelihood: Floats = tables.by_said.take(said, axis=0)
    likelihood -= 1.0 / (COUNT - 1)
    likelihood *= certain
    likelihood += 1.0 / (COUNT - 1)
    np.log(likelihood, out=likelihood)
    likelihood *= (weight * (said > 0))[:, None]
    return likelihood


def by_height(tables: Classes, height_m: Floats, sigma_m: Floats) -> Floats:
    """Return the log likelihood (k, 9) of each class for bodies that seem to be `height_m` (k,) high; NaN says nothing.

    Boxes are sometimes of half a body, or of two: as often as that, a height may be any up to the highest.
    """
    spread2 = sigma_m[:, None] ** 2 + tables.spread_m ** 2
    off = height_m[:, None] - tables.height_m
    density = np.exp(-0.5 * off * off / spread2) / np.sqrt(2.0 * np.pi * spread2)
    any_height = 1.0 / _HIGHEST_M
    nats: Floats = np.log((1.0 - tables.odd_share) * density + tables.odd_share * any_height)
    return np.where(np.isfinite(height_m)[:, None], nats, 0.0)


def bounded(tables: Classes, beliefs: Floats) -> Floats:
    """Return log beliefs (n, 9), the largest 0 and none so small that a class could never come back."""
    below: Floats = beliefs - np.maximum.reduce(beliefs, axis=1)[:, None]
    return np.maximum(below, -tables.most_nats, out=below)


def by_motion(tables: Classes, pace_mps: Floats) -> Floats:
    """Return the log likelihood (n, 9) of each class for bodies that went at `pace_mps` (n,) over ground."""
    beyond = pace_mps[:, None] - tables.fastest_mps
    np.maximum(beyond, 0.0, out=beyond)
    beyond /= tables.end_mps
    beyond *= beyond
    beyond *= -0.5
    return np.maximum(beyond, -2.0 * tables.most_nats)


def posterior(tables: Classes, beliefs: Floats, pace_mps: Floats) -> Floats:
    """Return the probabilities (n, 9) from log beliefs (n, 9), what is about, and motion."""
    nats = by_motion(tables, pace_mps)
    nats += beliefs
    nats += tables.log_share
    nats -= np.maximum.reduce(nats, axis=1)[:, None]
    weight: Floats = np.exp(nats, out=nats)
    weight /= (weight @ _ONES)[:, None]
    return weight
