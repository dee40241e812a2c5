"""The same runs twice, with and without the camera, side by side: what it is good for, and where it does harm. Pure.

Runs are paired by name; both sides are one scenario, so only what the camera adds differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider_bringup.score.trial import Trial

MANY_SWITCHES = 10   # from so many on, of radar alone, they have to be halved


@dataclass(frozen=True)
class Pair:
    """One run with the camera and without it."""

    sees: Trial
    blind: Trial


def pairs(sees: Sequence[Trial], blind: Sequence[Trial]) -> list[Pair]:
    """Return the runs that both have, in order."""
    others = {one.name: one for one in blind}
    return [Pair(one, others[one.name]) for one in sees if one.name in others]


def missed(one: Trial) -> int:
    """Return how many levels that were required did not come."""
    return sum(need.lead_s is None for need in one.judgement.needs)


def false(one: Trial) -> int:
    """Return how many alerts were false."""
    return len(one.judgement.false_alerts)


def switches(one: Trial) -> int:
    """Return how often a body's track was another one."""
    return one.followed.id_switches


def worse(both: Sequence[Pair], count: Callable[[Trial], int]) -> list[Pair]:
    """Return where `count` is larger with the camera."""
    return [one for one in both if count(one.sees) > count(one.blind)]


def crowded(both: Sequence[Pair]) -> list[Pair]:
    """Return the runs in which identities change often without the camera."""
    return [one for one in both if switches(one.blind) >= MANY_SWITCHES]


def told(both: Sequence[Pair], count: Callable[[Trial], int], most: int = 6) -> str:
    """Return the runs by name with both counts, those with the camera first."""
    rows = [f'{one.sees.name} {count(one.sees)} (without {count(one.blind)})' for one in both[:most]]
    return ', '.join(rows + ([f'{len(both) - most} more'] if len(both) > most else []))
