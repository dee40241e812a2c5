"""What drawn runs come to, beside what is asked of them; degraded modes and classes one by one. Half an hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outrider_bringup.bench.drawn import Set, count, played, seed
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.errors import UserError
from outrider_bringup.score.limits import LIMITS, NOT_DRAWN, STRESSED, Limit, band, verdict
from outrider_bringup.score.rates import by_class, rates
from outrider_bringup.score.trial import Trial

Say = Callable[[str], None]

# Of 500: 500 near, 500 far, 200 at 3 and 4 m, 60 pieces of quiet traffic (2 hours); under stress 200 and 30.
_SETS = {'near': (Set('near'),), 'far': (Set('far'), Set('bands', 0.4)), 'quiet': (Set('quiet', 0.12),)}
_STRESSED = {'near': (Set('near', 0.4, STRESSED),), 'quiet': (Set('quiet', 0.06, STRESSED),)}
_LEFT_OUT = {'camera': 'no camera', 'light': 'night', 'depth': 'no depth', 'gps': 'no GPS', 'imu': 'no IMU',
             'radar': 'no radar'}
_DEGRADED = 0.2
_CLASSES = ('car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle')
_BESIDE = ('gospa_m', 'position_rmse_m', 'speed_rmse_mps', 'id_switches', 'minutes')


def _trials(sets: tuple[Set, ...], say: Say) -> list[Trial]:
    return [one for which in sets for one in played(which, say)]


def _beside(said: dict[str, Any]) -> dict[str, float]:
    """Return what is kept beside a figure: of which runs it is, and what is asked of nobody."""
    kept = {name: float(said[name]) for name in _BESIDE if said[name] is not None}
    return {'seed': float(seed()), 'runs': float(said['runs']), **kept,
            **{f'false_{level}': float(many) for level, many in said['false_by_level'].items()}}


def _limit(limit: Limit) -> Figure:
    percent = 100.0 if limit.unit == '%' else 1.0
    kind = limit.kinds[0]
    sets = (_STRESSED if limit.stressed else _SETS)[kind]

    def run(say: Say) -> tuple[Measured, ...]:
        said = rates(_trials(sets, say))
        seen = limit.read(said)
        word, truly = verdict(limit, seen), band(seen) if limit.unit == '%' else None
        if seen.value is None or word == NOT_DRAWN:
            raise UserError(f'none of the {limit.of} was drawn, so {limit.name} cannot be told. Give more --runs.')
        detail = f'{seen.of:.0f} {limit.of}'
        if truly:
            detail += f'; truly {percent * truly[0]:.1f} to {percent * truly[1]:.1f} %'
        detail += f'; seed {seed()}' + (f'; {word} to decide' if word == 'too few' else '')
        return (Measured(percent * seen.value, detail, extra={**_beside(said), 'samples': float(seen.of)}),)

    name = limit.name + (f', stress {STRESSED:g}' if limit.stressed else '')
    return Figure((name,), (limit.unit or ('per 10 min' if '10 minutes' in name else ''),), (percent * limit.limit,),
                  limit.sense, run, about=f'drawn runs: {", ".join(limit.kinds)}', group='score')


def _leads(said: dict[str, Any], name: str) -> tuple[Measured, ...]:
    if not said['required']:
        raise UserError(f'nobody had to be warned of, so {name} cannot be told. Give more --runs.')
    detail = f'{said["required"]} required warns; seed {seed()}'
    extra = {'seed': float(seed()), 'samples': float(said['required'])}
    recall, lead = 100.0 * said['recall'], said['lead_s']
    if lead['p50'] is None:
        return Measured(recall, detail, extra=extra), Measured(0.0, 'none'), Measured(0.0, 'none')
    early = said['early']['share']
    return (Measured(recall, detail, extra={**extra, 'early_share': early}), Measured(lead['p50']),
            Measured(lead['p5'], f'{100.0 * early:.1f} % of at least 2.5 s'))


def _lacks(sense: str, words: str) -> Figure:
    def run(say: Say) -> tuple[Measured, ...]:
        trials = played(Set('near', _DEGRADED, without=sense), say)
        told = rates(trials)
        first, *rest = _leads(told['plain'], words)
        others = told['weaker_or_faster']
        extra = {**first.extra, **_beside(told), 'weaker_or_faster': float(others['required'])}
        if others['recall'] is not None:
            extra['weaker_or_faster_recall'] = others['recall']
        return (Measured(first.value, first.detail, extra=extra), *rest)

    return Figure((f'recall, {words}', f'lead, {words}', f'lead of 19 in 20, {words}'), ('%', 's, median', 's, p5'),
                  (None,) * 3, '>=', run, about='cars, trucks and buses at 3..20 m/s', group='score')


def _class(kind: str) -> Figure:
    def run(say: Say) -> tuple[Measured, ...]:
        told = by_class(played(Set('near'), say))
        if kind not in told:
            raise UserError(f'no {kind} was drawn among {count()} runs. Give more --runs.')
        return _leads(told[kind], kind)

    return Figure((f'recall, {kind}', f'lead, {kind}', f'lead of 19 in 20, {kind}'), ('%', 's, median', 's, p5'),
                  (None,) * 3, '>=', run, about='at every closing speed, every sense there', group='score')


FIGURES = (*(_limit(one) for one in LIMITS), *(_class(kind) for kind in _CLASSES),
           *(_lacks(sense, words) for sense, words in _LEFT_OUT.items()))
