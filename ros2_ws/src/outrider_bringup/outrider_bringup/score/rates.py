"""Rates over many trials: what drawn runs are judged by. Pure.

A body is `plain` where its class reflects at least like a weak car and it closes with 3 to 20 m/s; `weaker or faster`
bodies are told apart. A warn is any episode at warn or above that is about an actor, and whatever is false so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from outrider_bringup.score.trial import Trial
from outrider_sim.world.judge import Need
from outrider_sim.world.truth import Approach
from outrider_sim.world.words import LIGHTS

PLAIN_KINDS = ('car', 'truck', 'bus')
PLAIN_MPS = (3.0, 20.0)
BANDS_M = ((2.8, 3.2), (3.8, 4.2))  # passes "at 3.0 m" and "at 4.0 m"
URGENT_BEYOND_M = 2.5
VISIBLE_S = 3.0
URGENT_LEAD_S = 1.5
EARLY_S = 2.5  # what nearly every lead should be
FALSE_MINUTES = 10.0


@dataclass(frozen=True)
class _Case:
    trial: Trial
    truth: Approach
    need: Need

    @property
    def kind(self) -> str:
        return self.trial.kinds[self.truth.actor]

    @property
    def plain(self) -> bool:
        low, high = PLAIN_MPS
        return self.kind in PLAIN_KINDS and low <= self.truth.closing_mps <= high


def summary(trials: Sequence[Trial]) -> dict[str, Any]:
    """Return what the contract names: over all warns that were required."""
    warns = [case for case in _cases(trials) if case.need.level == 'warn']
    minutes = sum(one.duration_s for one in trials) / 60.0
    false = [episode.level for one in trials for episode in one.judgement.false_alerts]
    return {**_recall(warns), 'false_urgent': false.count('urgent'),
            'false_warn_per_10min': _share(FALSE_MINUTES * sum(level != 'notice' for level in false), minutes)}


def by_class(trials: Sequence[Trial]) -> dict[str, Any]:
    """Return recall and leads of required warns for each class of road user."""
    warns = [case for case in _cases(trials) if case.need.level == 'warn']
    kinds = sorted({case.kind for case in warns})
    return {kind: _leads([case for case in warns if case.kind == kind]) for kind in kinds}


def rates(trials: Sequence[Trial]) -> dict[str, Any]:
    """Return everything that drawn runs are asked for; None where nothing of the kind happened."""
    cases = _cases(trials)
    warns = [case for case in cases if case.need.level == 'warn']
    contacts = [case for case in cases if case.need.level == 'urgent'
                and case.trial.visible_s.get(case.truth.actor, 0.0) >= VISIBLE_S]
    early = [(case.need.lead_s or 0.0) >= URGENT_LEAD_S for case in contacts]
    found: dict[str, Any] = {
        'runs': len(trials), 'minutes': sum(one.duration_s for one in trials) / 60.0,
        'plain': _leads([case for case in warns if case.plain]),
        'weaker_or_faster': _leads([case for case in warns if not case.plain]),
        'urgent_before_contact': {'contacts': len(contacts), 'share': _share(sum(early), len(early)),
                                  **_recall(contacts), 'in_runs': _runs(contacts)},
        'warned_passes': {f'{low:g}..{high:g} m': _warned(trials, low, high) for low, high in BANDS_M},
        'passes_beyond_2.5_m': sum(truth.t_ca_s is not None and truth.clearance_m > URGENT_BEYOND_M
                                   for _, truth in _truths(trials)),
        'urgent_beyond_2.5_m': sum(
            any(episode.level == 'urgent' and episode.actor == truth.actor for episode in one.judgement.alerts)
            for one, truth in _truths(trials) if truth.t_ca_s is not None and truth.clearance_m > URGENT_BEYOND_M),
        'false_by_level': {level: sum(episode.level == level for one in trials
                                      for episode in one.judgement.false_alerts)
                           for level in ('notice', 'warn', 'urgent')},
        'close_passes': {light: _clearances([one for one in trials if (one.light == 'night') == (light == 'night')])
                         for light in ('day', 'night')},
        'gospa_m': _mean(one.followed.gospa_m for one in trials),
        'position_rmse_m': _mean(one.followed.position_rmse_m for one in trials),
        'speed_rmse_mps': _mean(one.followed.speed_rmse_mps for one in trials),
        'id_switches': sum(one.followed.id_switches for one in trials),
        'named': {light: named([one for one in trials if one.light == light]) for light in LIGHTS},
    }
    return found


def named(trials: Iterable[Trial]) -> dict[str, Any]:
    """Return how often confirmed tracks within 20 m have the right class: of all instants, and of all tracks.

    A track is right where it is so at most of its instants; 'unknown' is not right. `wrong`: what was said instead.
    """
    every = [one.followed.named for one in trials]
    wrong: dict[str, dict[str, int]] = {}
    for one in every:
        for true, told in one.said.items():
            for name, count in told.items():
                if name != true:
                    row = wrong.setdefault(true, {})
                    row[name] = row.get(name, 0) + count
    instants, tracks = sum(one.instants for one in every), sum(one.tracks for one in every)
    return {'instants': instants, 'right': _share(sum(one.right for one in every), instants), 'tracks': tracks,
            'tracks_right': _share(sum(one.tracks_right for one in every), tracks),
            'wrong': {true: dict(sorted(row.items())) for true, row in sorted(wrong.items())}}


def _truths(trials: Iterable[Trial]) -> list[tuple[Trial, Approach]]:
    return [(one, truth) for one in trials for truth in one.judgement.actors]


def _cases(trials: Iterable[Trial]) -> list[_Case]:
    return [_Case(one, truth, need) for one, truth in _truths(trials) for need in one.judgement.needs
            if need.actor == truth.actor]


def _recall(cases: Sequence[_Case]) -> dict[str, Any]:
    leads = [case.need.lead_s for case in cases if case.need.lead_s is not None]
    p5, p50 = np.percentile(leads, [5, 50]).tolist() if leads else (None, None)
    return {'required': len(cases), 'recall': _share(len(leads), len(cases)), 'lead_s': {'p5': p5, 'p50': p50}}


def _leads(cases: Sequence[_Case]) -> dict[str, Any]:
    """Return recall, leads, and which share of those that were warned of was warned of early."""
    told = _recall(cases)
    warned = [case for case in cases if case.need.lead_s is not None]
    early = sum((case.need.lead_s or 0.0) >= EARLY_S for case in warned)
    return {**told, 'in_runs': _runs(cases),
            'early': {'leads': len(warned), 'share': _share(early, len(warned)), 'in_runs': _runs(warned)}}


def _runs(cases: Iterable[_Case]) -> int:
    """Return of how many runs they are: bodies of one platoon do the same thing, and are one sample."""
    return len({id(case.trial) for case in cases})


def _warned(trials: Iterable[Trial], low_m: float, high_m: float) -> dict[str, Any]:
    passed = [(one, truth) for one, truth in _truths(trials)
              if truth.t_ca_s is not None and low_m <= truth.clearance_m <= high_m]
    warned = sum(any(episode.actor == truth.actor and episode.level == 'warn' for episode in one.judgement.alerts)
                 for one, truth in passed)
    return {'passes': len(passed), 'share': _share(warned, len(passed)), 'in_runs': len({id(one) for one, _ in passed})}


def _clearances(trials: Iterable[Trial]) -> dict[str, Any]:
    """Return how many close passes were logged, and how far their clearances are off; one row an actor, the nearest."""
    offs, asked = [], 0
    for one, truth in _truths(trials):
        if not truth.close_pass or truth.t_ca_s is None:
            continue
        asked += 1
        t_ca_s = truth.t_ca_s
        mine = [logged for logged in one.judgement.close_passes if logged.actor == truth.actor]
        if mine:
            offs.append(min(mine, key=lambda logged: abs(logged.t_s - t_ca_s)).clearance_m - truth.clearance_m)
    return {'passes': asked, 'measured': len(offs), 'logged': _share(len(offs), asked),
            'bias_m': float(np.mean(offs)) if offs else None,
            'rms_m': float(np.sqrt(np.mean(np.square(offs)))) if offs else None}


def _mean(values: Iterable[float]) -> float | None:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else None


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
