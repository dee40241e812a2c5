"""What a radar makes of a room with a walker, as figures; the same for a recording and for the world. Pure.

A frame is what the driver hands on: (n, 5) x, y, z in m, velocity in m/s, snr in dB. A point moves where its velocity
is not 0, the zero bin of Doppler.

| statistic | definition |
|---|---|
| points a frame | mean number of points |
| zero Doppler | share of all points that do not move |
| leakage | share of all points nearer than 0.25 m |
| strength sd | of each range cell beyond 0.25 m that has a still point in half of the frames or more: the standard |
| | deviation of its strongest still point's snr over those frames; the median over these cells (the walker |
| | himself stands in some of them at times), dB |
| angle spread | of each frame with two moving points or more: the standard deviation of their azimuth, |
| | arcsin(y / range), degrees; the median over these frames |
| frames without walker | share of frames without a moving point |
| gaps | number of runs of frames without a moving point |
| mean gap | their mean length, s |
| longest gap | longest run of frames without a moving point, s |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

LEAKAGE_M = 0.25
STILL_MPS = 1e-3
NAMES = ('points a frame', 'zero Doppler', 'leakage', 'strength sd', 'angle spread', 'frames without walker',
         'gaps', 'mean gap', 'longest gap')
UNITS = ('points', 'share', 'share', 'dB', 'deg', 'share', 'gaps', 's', 's')


def statistics(frames: Sequence[Floats], period_s: float, range_bin_m: float) -> dict[str, float]:
    """Return the statistics of `frames`, one every `period_s`, by NAMES; nan where none can be told."""
    points = np.concatenate(list(frames)).astype(float)
    number = np.repeat(np.arange(len(frames)), [len(frame) for frame in frames])
    distance = np.sqrt((points[:, :3] ** 2).sum(axis=1))
    moves = np.abs(points[:, 3]) > STILL_MPS
    gaps = _runs(np.bincount(number[moves], minlength=len(frames)) == 0)
    values = (
        len(points) / len(frames),
        float(np.mean(~moves)),
        float(np.mean(distance < LEAKAGE_M)),
        _strength_sd(number, np.rint(distance / range_bin_m), points[:, 4], ~moves & (distance >= LEAKAGE_M),
                     len(frames)),
        _angle_spread(number[moves], points[moves], distance[moves]),
        sum(gaps) / len(frames),
        float(len(gaps)),
        sum(gaps) / len(gaps) * period_s if gaps else 0.0,
        max(gaps, default=0) * period_s,
    )
    return dict(zip(NAMES, values, strict=True))


def _strength_sd(number: Floats, cell: Floats, snr_db: Floats, still: NDArray[np.bool_], frames: int) -> float:
    spreads = []
    for one in np.unique(cell[still]):
        here = still & (cell == one)
        strongest = np.full(frames, -np.inf)
        np.maximum.at(strongest, number[here], snr_db[here])
        seen = strongest[np.isfinite(strongest)]
        if len(seen) >= frames / 2:
            spreads.append(float(np.std(seen)))
    return float(np.median(spreads)) if spreads else float('nan')


def _angle_spread(number: Floats, points: Floats, distance: Floats) -> float:
    azimuth = np.degrees(np.arcsin(np.clip(points[:, 1] / distance, -1.0, 1.0)))
    frames, counts = np.unique(number, return_counts=True)
    spreads = [float(np.std(azimuth[number == frame])) for frame in frames[counts >= 2]]
    return float(np.median(spreads)) if spreads else float('nan')


def _runs(empty: NDArray[np.bool_]) -> list[int]:
    """Return the lengths of all runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], empty, [False]]).astype(int)))
    lengths: list[int] = np.diff(edges)[::2].tolist()
    return lengths
