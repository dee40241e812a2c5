"""The radar equation and what the road, the antenna and fading make of it. Figures: the scenario contract.

Detection in half of the scans, by these numbers with road.cfg: car 84 m, motorcycle 56 m, person 34 m.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.radar.chirp import Chirp

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]

POWER_DBW = 12.0 - 30.0     # 12 dBm
ANTENNA_DBI = 9.0           # transmitter and receiver each
NOISE_FIGURE_DB = 16.0
LOSSES_DB = 4.0
WINDOW_LOSS_DB = 1.8        # Hann over Doppler
CFAR_DB = 12.0
_KT_DBW = 10.0 * math.log10(1.380649e-23 * 290.0)

RCS_DBSM = {'truck': 15.0, 'bus': 15.0, 'car': 10.0, 'motorcycle': 3.0, 'scooter': 0.0, 'bicycle': -2.0,
            'person': -6.0, 'dog': -10.0}
WEAK_CAR_DBSM = 5.0         # every other car: small, low, seen from behind

# Asphalt at grazing angles around 77 GHz reflects a third to a half of the field (Schneider, Didascalou, Wiesbeck,
# "Impact of road surfaces on millimeter-wave propagation", IEEE Trans. Veh. Technol. 49, 2000).
ROAD_REFLECTION = -0.4
RAIN_DB_PER_M = 0.02        # both ways, 25 mm/h (ITU-R P.838)
_SIDE_LOBES_DB = -40.0      # both ways
FADE_SCANS = 4.0            # correlation of a moving body's strength
_STILL_SCANS = 1e5          # of what stands before a standing radar: the recording, 0.4 dB in 20 s


def snr_db(chirp: Chirp, rcs_dbsm: Floats, range_m: Floats) -> Floats:
    """Return the mean signal-to-noise ratio of a cell (n,) after both FFTs and all antennas."""
    gain = (POWER_DBW + 2 * ANTENNA_DBI + 20.0 * math.log10(chirp.wavelength_m) - 30.0 * math.log10(4.0 * math.pi)
            + 10.0 * math.log10(chirp.integration_s * chirp.antennas) - _KT_DBW - NOISE_FIGURE_DB - LOSSES_DB
            - WINDOW_LOSS_DB)
    return gain + rcs_dbsm - 40.0 * np.log10(np.maximum(range_m, 0.3))


def two_ray_db(chirp: Chirp, range_m: Floats, radar_height_m: float, height_m: Floats) -> Floats:
    """Return what the way over the road adds to the strength (n,): up to 5.8 dB, or takes: down to 8.9 dB."""
    phase = 4.0 * math.pi * radar_height_m * height_m / (chirp.wavelength_m * np.maximum(range_m, 1.0))
    added: Floats = 40.0 * np.log10(np.abs(1.0 + ROAD_REFLECTION * np.exp(1j * phase)))
    return added


def pattern_db(azimuth_rad: Floats, elevation_rad: Floats) -> Floats:
    """Return the loss of the patch antennas off their axis, both ways: 6 dB at 45 degrees, nothing behind."""
    across = np.maximum(np.cos(azimuth_rad), 1e-3)
    # Patches in a column: 20 degrees of elevation halve the power, one way; their side lobes end the fall.
    return 40.0 * np.log10(across) + np.maximum(-6.0 * (np.degrees(elevation_rad) / 20.0) ** 2, _SIDE_LOBES_DB)


class Fading:
    """Swerling 3: strength as chi-square of four degrees, correlated from scan to scan. One state a scatterer."""

    def __init__(self, random: np.random.Generator, count: int, steady: int = 0) -> None:
        """Begin anywhere in the distribution; the last `steady` ones have their mean strength always."""
        self._random = random
        self._state = self._fresh(count)
        self._steady = slice(count - steady, count)

    def step(self, moving: NDArray[np.bool_]) -> Complex:
        """Return complex factors (n,) of mean power 1 for the next scan."""
        keep = np.where(moving, math.exp(-1.0 / FADE_SCANS), math.exp(-1.0 / _STILL_SCANS))[:, None]
        self._state = keep * self._state + np.sqrt(1.0 - keep ** 2) * self._fresh(len(moving))
        power = 0.5 * (np.abs(self._state) ** 2).sum(axis=1)
        power[self._steady] = 1.0
        factors: Complex = np.sqrt(power) * np.exp(1j * np.angle(self._state[:, 0]))
        return factors

    def _fresh(self, count: int) -> Complex:
        parts = self._random.normal(0.0, math.sqrt(0.5), (2, count, 2))
        fresh: Complex = parts[0] + 1j * parts[1]
        return fresh
