"""Our tracker beside Stone Soup's, on the same points: how well bodies are followed, and how fast."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.bench import peer_run, peer_scans, peer_speed, subjects
from outrider_bringup.bench.figure import Figure, Measured
from outrider_perception.config import load
from outrider_sim.world.gospa import CUT_M, POWER, gospa

NAME = 'Stone Soup 1.9.1'
SETS = tuple((noise, gate) for noise in (0.5, 2.0, 8.0) for gate in (9.0, 16.0, 25.0))
# Where its GOSPA is least on other draws (seed 901; 3 to 12 looks, 0.1 to 0.6 s were tried).
LOOKS, SILENT_S = 8, 0.1
SEED, RUNS, SCANS, PAIRS = 61, 12, 40, 400
MIDDLE, SETTLED = SETS[4], 15  # of the sets; scans until tracks stand
TIMES_AS_FAST, SAME_M = 100.0, 1e-9
FEWEST_RUNS, RUN_S = 2, 15.0  # a run lasts about so long


def same_distance(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """The judge's GOSPA against Stone Soup's, on drawn sets of places; not both empty: it refuses those."""
    peer_run.prepare()
    say('GOSPA')
    given = pairs(PAIRS, SEED)
    answer = peer_run.ask('gospa', given | {'cut_m': CUT_M, 'power': POWER})['gospa']
    return (Measured(float(np.abs(ours(given) - answer).max()), f'{PAIRS} pairs of 0 to 12 places',
                     extra={'samples': PAIRS, 'mean_m': float(answer.mean())}),)


def pairs(count: int, seed: int) -> dict[str, NDArray[Any]]:
    """Return `count` pairs of sets: `left`, `right` (n, 2) places, `lefts`, `rights` how many of each."""
    draw = np.random.default_rng(seed)
    lefts, rights = draw.integers(0, 13, count), draw.integers(0, 13, count)
    rights[(lefts == 0) & (rights == 0)] = 1
    return {'lefts': lefts, 'rights': rights, 'left': draw.uniform(-8.0, 8.0, (lefts.sum(), 2)),
            'right': draw.uniform(-8.0, 8.0, (rights.sum(), 2))}


def ours(given: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
    """Return the judge's GOSPA of pairs of sets."""
    lefts = np.split(given['left'], np.cumsum(given['lefts'])[:-1])
    rights = np.split(given['right'], np.cumsum(given['rights'])[:-1])
    return np.array([gospa(left, right).gospa_m for left, right in zip(lefts, rights, strict=True)])


def speed(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """The update of 20 tracks with 40 detections, by the processor: alone, and with births and deaths in a scene."""
    peer_run.prepare()
    say('update of 20 tracks with 40 detections')
    given = peer_speed.scene(SCANS)
    spent, paired = peer_speed.ours_ms(given)
    theirs = peer_run.ask('time', given | _first() | {'period_s': peer_speed.PERIOD_S})['ms']
    alone = _ratio(spent, theirs, f'{paired} pairs; no births and deaths')
    say('the same with births and deaths')
    given = peer_speed.scene(SCANS, moves=True)
    spent, told = peer_speed.ours_in_turn(given)
    answer = peer_run.ask('track', peer_speed.for_the_other(given) | _first() | {'sets': np.array([MIDDLE])})
    others = int((answer['rows_0'][:, 0] == SCANS - 1).sum())
    return alone, _ratio(spent[SETTLED:], answer['ms_0'][SETTLED:], f'{told} bodies told, {others} by the other')


def _ratio(ours_ms: NDArray[np.float64], theirs_ms: NDArray[np.float64], about: str) -> Measured:
    mine, other = float(np.median(ours_ms)), float(np.median(theirs_ms))
    return Measured(other / mine, f'{mine:.3f} ms ours, median of {len(ours_ms)} scans; {about}', f'{NAME}, ms', other,
                    extra={'ours_ms': mine, 'samples': len(ours_ms)})


def follow(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Drawn traffic: GOSPA of ours over the least of nine sets; and what an update costs there, births included."""
    peer_run.prepare()
    told = float(os.environ.get(subjects.SECONDS, RUNS * RUN_S))
    count = max(FEWEST_RUNS, round(told / RUN_S / 2) * 2)
    runs = []
    for number in range(count):
        say(f'run {number + 1} of {count}')
        runs.append(peer_scans.run(number // 2, SEED, ('near', 'far')[number % 2]))
    mine = peer_scans.mean([one.ours() for one in runs])
    say('Stone Soup, nine sets')
    answer = peer_run.ask('track', peer_scans.for_the_other(runs) | _first() | {'sets': np.array(SETS)})
    table: dict[tuple[float, float], float] = {}
    extra: dict[str, float] = {'ours_missed': mine.missed, 'ours_false': mine.false,
                               'ours_rmse_m': mine.position_rmse_m, 'ours_id_switches': mine.id_switches}
    for number, (noise, gate) in enumerate(SETS):
        one = peer_scans.mean(peer_scans.theirs(runs, answer[f'rows_{number}'], answer[f'names_{number}']))
        table[noise, gate] = one.gospa_m
        name = f'noise {noise:g} gate {gate:g}'
        extra |= {f'{name}: gospa_m': one.gospa_m, f'{name}: missed': one.missed, f'{name}: false': one.false,
                  f'{name}: rmse_m': one.position_rmse_m, f'{name}: id_switches': one.id_switches,
                  f'{name}: ms': float(np.median(answer[f'ms_{number}']))}
    best = min(table, key=lambda one: table[one])
    extra['samples'] = len(runs)
    spent = float(np.median([ms for one in runs for ms in one.ms]))
    other = float(np.median([extra[f'noise {noise:g} gate {gate:g}: ms'] for noise, gate in SETS]))
    what = ', '.join(f'{noise:g}/{gate:g}: {table[noise, gate]:.2f}' for noise, gate in SETS)
    return (Measured(mine.gospa_m / table[best], f'{mine.gospa_m:.3f} m ours, {count} runs; of the other by noise/gate '
                     f'{what}', f'{NAME}, m', table[best], extra=extra),
            Measured(other / spent, f'{spent:.3f} ms ours, few bodies a scan', f'{NAME}, ms', other))


def _first() -> dict[str, float]:
    """Return what the other tracker is told beside noise and gate: ours' own first guess of a velocity."""
    tracks = load().tracks
    return {'looks': LOOKS, 'silent_s': SILENT_S, 'along_mps': tracks.start_along_sigma_mps,
            'across_mps': tracks.start_across_sigma_mps}


FIGURES = (
    Figure(('GOSPA of the judge and of Stone Soup',), ('m apart, at most',), (SAME_M,), '<=', same_distance,
           about='the same pairs of sets to both', group='peer'),
    Figure(('update of 20 tracks, 40 detections', 'the same, with births and deaths'), ('times as fast',) * 2,
           (TIMES_AS_FAST,) * 2, '>=', speed, about='the same detections to ours and to Stone Soup', group='peer'),
    Figure(('GOSPA on drawn traffic', 'update on drawn traffic'), ('of the best set', 'times as fast'), (1.0, None),
           '<=', follow, about='same clusters and noise to ours and to nine sets of Stone Soup; first use: a download',
           group='peer'),
)
