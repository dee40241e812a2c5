"""Which return of a radar scan is the person that the camera saw at that time. Pure.

The radar says range and the sine of azimuth, a direction cosine along its antennas; it has no elevation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outrider_sensors.calibration.walker import Sightings

Floats = NDArray[np.float64]

GAP_S = 0.25           # between two sightings; across a longer one nobody is guessed
RANGE_GATE_M = 1.3     # one range bin of a far configuration, and half a person
LEAST_RANGE_M = 0.7    # nearer returns are the antennas' own leakage
MOVES_MPS = 0.1        # any Doppler bin but the one at zero
OFTEN = 0.2            # a cell that answers in more scans than this is part of the scenery
_CELL_M, _SINE_GRID = 0.1, 32.0


class Scan(NamedTuple):
    """One radar scan: time in s, returns (n, 5) of x, y, z, velocity, snr in radar_link."""

    t_s: float
    points: NDArray[np.float32]


class Returns(NamedTuple):
    """What may be a person, of all scans: time (n,), range (n,) m, sine of azimuth (n,), strength (n,) dB."""

    t_s: Floats
    range_m: Floats
    sine: Floats
    snr_db: Floats


def returns_of(scans: Sequence[Scan]) -> Returns:
    """Return what moves, and what stands where mostly nothing is: a person who stands, a reflector in his hand."""
    rows = np.concatenate([np.zeros((0, 6)), *(np.column_stack([np.full(len(scan.points), scan.t_s), scan.points])
                                               for scan in scans)])
    distance = np.sqrt((rows[:, 1:4]**2).sum(axis=1))
    rows, distance = rows[distance > LEAST_RANGE_M], distance[distance > LEAST_RANGE_M]
    sine = rows[:, 2] / distance
    cells = [(cell, angle) for cell, angle in zip((distance / _CELL_M).round().astype(int).tolist(),
                                                  (sine * _SINE_GRID).round().astype(int).tolist(), strict=True)]
    answers = Counter(cells)
    seldom = np.array([answers[cell] <= OFTEN * len(scans) for cell in cells], dtype=bool)
    keep = (np.abs(rows[:, 4]) > MOVES_MPS) | seldom
    return Returns(rows[keep, 0], distance[keep], sine[keep], rows[keep, 5])


class Track:
    """The seen person in the radar's nominal axes, at any time."""

    def __init__(self, sightings: Sightings) -> None:
        """Take sightings in base_link's axes, in order of time, less the radar's place."""
        self._t_s, self._xyz_m = sightings

    def known(self, t_s: Floats) -> NDArray[np.bool_]:
        """Tell at which times (n,) there are sightings on both sides."""
        place = np.searchsorted(self._t_s, t_s)
        inside = (place > 0) & (place < len(self._t_s))
        place = np.clip(place, 1, len(self._t_s) - 1)
        known: NDArray[np.bool_] = inside & (self._t_s[place] - self._t_s[place - 1] <= GAP_S)
        return known

    def at(self, t_s: Floats) -> Floats:
        """Return places (n, 3) at times (n,)."""
        return np.stack([np.interp(t_s, self._t_s, self._xyz_m[:, axis]) for axis in range(3)], axis=1)


def strongest(returns: Returns, expected_range_m: Floats, expected_sine: Floats, sine_gate: float) -> NDArray[np.int64]:
    """Return the index of the strongest return of each scan that lies in the gates; scans without one are left out."""
    fits = np.flatnonzero((np.abs(returns.range_m - expected_range_m) < RANGE_GATE_M)
                          & (np.abs(returns.sine - expected_sine) < sine_gate))
    order = fits[np.lexsort((-returns.snr_db[fits], returns.t_s[fits]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(returns.t_s[order]) > 0.0
    return order[first]
