"""Cells of range and Doppler: how the windows spread a reflection over them, and which of them CFAR takes for bodies.

TI's demo of the xWR14xx (mmWave SDK 1/2) has windows of Blackman and of Hann, here the first over the samples of a
chirp and the second over the chirps of a frame. The recording fits: what stands at 70.35 bins is in bins 69, 70 and 71
as strong as Blackman's main lobe is there.

CFAR runs over range, within one velocity: the mean logarithm of `window` cells on either side beyond `guard` cells is
the noise (M. Richards, "Fundamentals of Radar Signal Processing", chapter 6: CA, GO and SO-CFAR). What stands in those
cells, clutter or another body, raises it and hides the weak: that is masking.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.radar.chirp import Chirp

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
Ints = NDArray[np.int64]

_LEAST_POWER = 1.0      # of the noise: weaker skirts are left out
_BLACKMAN, _HANN = (0.42, 0.25, 0.04), (0.5, 0.25)  # of each pair of lines of their spectra


@dataclass(frozen=True)
class Cells:
    """c cells: range bin and folded Doppler bin (c,), what each antenna has there (c, antennas), noise power 1."""

    far: Ints
    doppler: Ints
    signals: Complex


def response(lines: tuple[float, ...], off: Floats) -> Floats:
    """Return the amplitude of a cosine-sum window `off` bins beside a tone, 1 on it, 0 beyond its main lobe."""
    total = lines[0] * np.sinc(off)
    for place, line in enumerate(lines[1:], 1):
        total = total + line * (np.sinc(off - place) + np.sinc(off + place))
    return np.where(np.abs(off) < len(lines), total / lines[0], 0.0)


def _table(lines: tuple[float, ...]) -> Floats:
    return response(lines, np.arange(0, (len(lines) + 2) * _TABLE_A_BIN) / _TABLE_A_BIN)


def _look_up(table: Floats, off: Floats) -> Floats:
    found: Floats = table[np.minimum((np.abs(off) * _TABLE_A_BIN + 0.5).astype(np.int64), len(table) - 1)]
    return found


_TABLE_A_BIN = 512
_ALONG, _ACROSS = _table(_BLACKMAN), _table(_HANN)


def spread(chirp: Chirp, distance: Floats, rate: Floats, sine: Floats, amplitude: Complex) -> Cells:
    """Return the cells that reflections (n,) reach, without noise.

    The strongest cell of a reflection has its full strength: straddling is among the losses of the radar equation.
    The firmware makes good for the phase that the second transmitter gains by the *cell's* velocity: of a body that
    aliased, half a turn too little or too much stays.
    """
    at, doppler = distance / chirp.range_bin_m, rate / chirp.velocity_step_mps
    near, tone = np.rint(at), np.rint(doppler)
    if chirp.without_still:  # the mean over the chirps of a frame is taken out: all that keeps its phase
        amplitude = amplitude * (1.0 - np.abs(np.sinc(doppler)))
    padding = chirp.range_bins / chirp.samples
    reach = math.ceil(len(_BLACKMAN) * padding)
    steps, turns = np.arange(-reach, reach + 1), np.arange(-1, 2)
    along = _look_up(_ALONG, (near[:, None] + steps - at[:, None]) / padding)
    along /= along[:, [reach]]
    across = _look_up(_ACROSS, tone[:, None] + turns - doppler[:, None])
    across /= across[:, [1]]
    weight = along[:, :, None] * across[:, None, :]
    inside = (near[:, None] + steps >= 0) & (near[:, None] + steps < chirp.range_bins)
    which, step, turn = np.nonzero((weight ** 2 * (np.abs(amplitude) ** 2)[:, None, None] > _LEAST_POWER)
                                   & inside[:, :, None])
    far = near[which].astype(np.int64) + steps[step]
    half = chirp.loops // 2
    folded = (tone[which].astype(np.int64) + turns[turn] + half) % chirp.loops - half
    wrong = 2.0 * math.pi * (doppler[which] - folded) / chirp.loops * chirp.second_slot / max(chirp.transmitters, 1)

    antenna = np.arange(chirp.antennas)
    wave = (amplitude[:, None] / math.sqrt(chirp.antennas) * np.exp(1j * math.pi * sine[:, None] * antenna))[which]
    wave *= weight[which, step, turn][:, None]
    wave[:, 4:] *= np.exp(1j * wrong)[:, None]
    key = far * chirp.loops + folded + half
    order = np.argsort(key, kind='stable')
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    signals = np.add.reduceat(wave[order], first, axis=0) if len(first) else wave
    return Cells(key[first] // chirp.loops, key[first] % chirp.loops - half, signals)


def noise_db(chirp: Chirp, cells: Cells, power: Floats, more: list[tuple[int, float]]) -> Floats:
    """Return what CFAR takes for noise at each cell (c,), in dB above thermal noise; `power` (c,) over all antennas.

    `more`: range bin and dB of what else stands in the row of zero velocity. At the ends, where one side's cells are
    not all there, the other side's count alone.
    """
    # Thermal noise spreads over all directions, what reflects comes from one: that much of it counts.
    of = np.zeros((chirp.range_bins + 1, chirp.loops))
    column = cells.doppler + chirp.loops // 2
    of[cells.far + 1, column] = 10.0 * np.log10(np.maximum(power - (chirp.antennas - 1), 1.0))
    for far, strength in more:
        of[far + 1, chirp.loops // 2] = max(of[far + 1, chirp.loops // 2], strength)
    until = of.cumsum(axis=0)
    window, guard = chirp.cfar.window, chirp.cfar.guard
    sides = []
    for begin in (-guard - window, guard + 1):
        low, high = cells.far + begin, cells.far + begin + window
        whole = (low >= 0) & (high <= chirp.range_bins)
        low, high = np.where(whole, low, 0), np.where(whole, high, 0)
        sides.append(np.where(whole, (until[high, column] - until[low, column]) / window, np.nan))
    least, most = np.fmin(*sides), np.fmax(*sides)
    both = {0: 0.5 * (least + most), 1: most, 2: least}[chirp.cfar.mode]
    noise: Floats = np.where(np.isnan(both), 0.0, both)
    return noise


def strongest(chirp: Chirp, cells: Cells, power: Floats) -> NDArray[np.bool_]:
    """Tell which cells (c,) have no stronger neighbour, where the file asks for peak grouping."""
    of = np.zeros((chirp.range_bins + 2, chirp.loops))
    column = cells.doppler + chirp.loops // 2
    of[cells.far + 1, column] = power
    best = np.ones(len(power), dtype=bool)
    for step in ((-1, 0, 1) if chirp.group_range else (0,)):
        for turn in ((-1, 0, 1) if chirp.group_doppler else (0,)):
            best &= of[cells.far + 1 + step, (column + turn) % chirp.loops] <= power
    return best
