"""The own motion, its honesty, and Doppler unfolding, on drawn rides. Some minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from multiprocessing import get_context
from os import sched_getaffinity

import numpy as np

from outrider_bringup.bench.drawn import count, seed
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.own_ride import NARROW_MPS, Told, drawn, ridden
from outrider_bringup.errors import UserError

Say = Callable[[str], None]

SHARE = 0.2              # of the runs: 100 rides of 500
UNTIL_S = {'near': 12.0, 'far': 12.0, 'quiet': 40.0}
CROWDED = 0.4            # share of movers among a scan's points
LEAST_TRACKS, LEAST_SCANS = 200, 100
MOST = 20                # times as many rides, to find so many tracks

_ridden: dict[tuple[tuple[str, ...], bool], list[Told]] = {}  # of this process: more rides go on where fewer ended


def _ride(number: int, seed_: int, kind: str, narrow_span: bool) -> Told:
    return ridden(drawn(number, seed_, kind, UNTIL_S[kind]), narrow_span=narrow_span)


def _rides(kinds: tuple[str, ...], narrow_span: bool, how_many: int) -> list[Told]:
    """Return the first `how_many` rides, each played once."""
    known = _ridden.setdefault((kinds, narrow_span), [])
    asked = [(number // len(kinds), seed(), kinds[number % len(kinds)], narrow_span)
             for number in range(len(known), how_many)]
    processes = min(len(sched_getaffinity(0)), len(asked))
    if processes <= 1:
        known += [_ride(*one) for one in asked]
    else:
        with get_context('spawn').Pool(processes) as pool:
            known += pool.starmap(_ride, asked, chunksize=1)
    return known[:how_many]


def nees_band(rides: int) -> tuple[float, float]:
    """Return the 95 % band of a mean of normalised squared errors, one independent error a ride (Wilson, Hilferty)."""
    spread = 2.0 / (9.0 * rides)
    low, high = ((1.0 - spread + side * 1.96 * spread ** 0.5) ** 3 for side in (-1.0, 1.0))
    return low, high


def motion(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Error of the own speed among movers, in all scans, and the mean of its normalised square."""
    many = count(SHARE)
    say(f'own motion, {many} rides of seed {seed()}')
    runs = [one.own for one in _rides(('near', 'quiet'), False, many) if len(one.own)]
    everything = np.concatenate(runs)
    crowded = everything[everything[:, 4] >= CROWDED]
    if len(crowded) < LEAST_SCANS:
        raise UserError(f'only {len(crowded)} scans have 40 % movers, expected {LEAST_SCANS}. Give more --runs.')
    ahead, left = (float(np.mean([np.mean(run[:, at] ** 2 / run[:, at + 1]) for run in runs])) for at in (0, 2))
    low, high = nees_band(len(runs))
    told = f'{len(runs)} rides, {len(everything)} scans; seed {seed()}'
    extra = {'seed': float(seed()), 'samples': float(len(crowded)), 'yaw_rmse_radps': _rms(everything[:, 5]),
             'left_rmse_mps': _rms(everything[:, 2]), 'nees_left': left}
    return (Measured(_rms(crowded[:, 0]), f'{len(crowded)} scans of {told}', extra=extra),
            Measured(_rms(everything[:, 0]), told),
            Measured(ahead / high, f'NEES {ahead:.2f}, band {low:.2f} to {high:.2f}; to the left {left:.2f}',
                     extra={'nees': ahead, 'band_low': low, 'band_high': high}),
            Measured(low / ahead, "the band's lower end over it"))


def unfolding(narrow_span: bool) -> Callable[[Say], tuple[Measured, ...]]:
    """Return what measures tracks of one span."""
    def run(say: Say) -> tuple[Measured, ...]:
        rides: list[Told] = []
        tracks: list[bool] = []
        first = count(SHARE)
        while len(tracks) < LEAST_TRACKS and len(rides) < MOST * first:
            # As many more as the tracks of those so far ask for, and a tenth; at most as many again.
            wanted = len(rides) * (1.1 * LEAST_TRACKS / max(len(tracks), 1) - 1.0)
            more = min(max(1, round(wanted)), len(rides)) if rides else first
            say(f'unfolding, {len(rides)} rides of seed {seed()}, {len(tracks)} tracks')
            rides = _rides(('near', 'far'), narrow_span, min(len(rides) + more, MOST * first))
            tracks = [good for one in rides for good in one.unfolded]
        if len(tracks) < LEAST_TRACKS:
            raise UserError(f'only {len(tracks)} tracks lived for half a second in {len(rides)} rides, expected '
                            f'{LEAST_TRACKS}. Give more --runs.')
        later = [share for one in rides for share in one.later]
        bin_mps = max(one.bin_mps for one in rides)
        return (Measured(100.0 * float(np.mean(tracks)),
                         f'{len(tracks)} tracks of {len(rides)} rides, bin {bin_mps:.2f} m/s; in all later scans '
                         f'{100.0 * float(np.mean(later)):.1f} %; seed {seed()}',
                         extra={'seed': float(seed()), 'samples': float(len(tracks)), 'bin_mps': bin_mps,
                                'later_share': float(np.mean(later))}),)
    return run


def _rms(values: Iterable[float]) -> float:
    return float(np.sqrt(np.mean(np.square(np.asarray(values)))))


FIGURES = (
    Figure(('own speed among 40 % movers, RMSE', 'own speed, RMSE', 'NEES over the upper end of its 95 % band',
            'lower end of the band over NEES'), ('m/s', 'm/s', '', ''), (0.10, 0.10, 1.0, 1.0), '<=', motion,
           about='radar, GPS and gyroscope fused, on approaches and in quiet traffic', group='own'),
    Figure((f'true multiple 0.5 s after confirmation, limit {NARROW_MPS:g} m/s',), ('%',), (99.0,), '>=',
           unfolding(True), about='radial speed within one Doppler bin, tracks of bodies', group='own'),
    Figure(('true multiple 0.5 s after confirmation, road.cfg',), ('%',), (99.0,), '>=', unfolding(False),
           about='the same', group='own'),
)
