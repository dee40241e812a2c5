"""A scan: scatterers into cells of range and Doppler, cells into angles on the chip's grid, angles into points.

Angles come out of the same FFT as on the chip: 8 antennas padded to 64, so the sine of azimuth lies on multiples of
1/32. Elevation is not looked at: z is 0. The second transmitter speaks one chirp later; the firmware makes good for the
phase of the *measured* velocity, so a body that aliased an odd number of times keeps half a turn too much and becomes
two peaks at +-0.19.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.eye import eye_of
from outrider_sim.world.places import Mount
from outrider_sim.world.radar import cells, physics
from outrider_sim.world.radar.cells import Cells
from outrider_sim.world.radar.chirp import Chirp
from outrider_sim.world.radar.scatterers import Scene
from outrider_sim.world.radar.shadow import behind
from outrider_sim.world.snapshot import Snapshot

Floats = NDArray[np.float64]

MAX_POINTS = 100
_ANGLE_BINS = 64
_DETECTED = 10.0 ** (physics.CFAR_DB / 10.0)  # asked of a second angle too; the chip does not, and noise gives it some
_LEAKAGE_SD_DB = 0.5    # from radar to radar
# Leakage from transmitter to receiver as the recording has it in every frame: range in m; sine and dB of each angle.
_LEAKAGE = ((0.041, ((-0.97, 61.5),)), (0.082, ((-0.94, 64.0), (-0.37, 60.4))), (0.123, ((-0.97, 60.5), (-0.41, 58.2))),
            (0.163, ((-0.91, 50.9),)))
_NOISE_POINTS = 40      # of the fault `noise`
_STILL_MPS = 0.2
_FULL_DB = 20.0 * math.log10(65535)  # the peak value has 16 bits

POINT = np.dtype([('range_bin', 'i4'), ('doppler_bin', 'i4'), ('azimuth_bin', 'i4'), ('snr_db', 'f8'), ('x', 'f8'),
                  ('y', 'f8'), ('z', 'f8')])


class Radar:
    """One radar on one run. Scan it in order: fading goes on from scan to scan. Equal seeds, equal points."""

    def __init__(self, chirp: Chirp, seed: int, mount: Mount, road: Floats, fixed: Floats | None = None) -> None:
        """Take the true mount, and the road (scatterers.road_of) beside which clutter is spread.

        `fixed` (k, 4): more that stands, x, y, z in the world and its strength in dBsm, told and not drawn.
        """
        self.chirp = chirp
        self._mount, self._road, self._fixed = mount, road, np.zeros((0, 4)) if fixed is None else fixed
        self._random = np.random.default_rng([seed, 77])
        self._scene: Scene | None = None
        self._last = np.zeros(0, POINT)
        self._leakage = self._random.normal(0.0, _LEAKAGE_SD_DB, (len(_LEAKAGE), 2))

    def scan(self, snapshot: Snapshot) -> NDArray[np.void] | None:
        """Return the points (n <= 100) of POINT in the sensor's axes, x ahead, y left; None: no frame at all."""
        if self._scene is None:
            self._scene = Scene(snapshot, self._road, self._random, self._fixed)
            self._fading = physics.Fading(self._random, self._scene.count, len(self._fixed))
        points = self._see(snapshot)  # always: what comes after a fault must not depend on it
        if snapshot.fault('radar', 'drop', 'die'):
            return None
        if snapshot.fault('radar', 'freeze'):
            return self._last
        if snapshot.fault('radar', 'noise'):
            points = np.concatenate([self._noise(), points])[:MAX_POINTS]
        self._last = points
        return points

    def _see(self, snapshot: Snapshot) -> NDArray[np.void]:
        assert self._scene is not None
        chirp, eye = self.chirp, eye_of(snapshot.rider, self._mount)
        all_of = self._scene.at(snapshot, eye.place)
        sight = (all_of.xyz - eye.place) @ eye.axes
        distance = np.maximum(np.sqrt((sight ** 2).sum(axis=1)), 1e-3)
        relative = all_of.velocity - eye.velocity
        line = (all_of.xyz - eye.place)[:, :2] / distance[:, None]
        rate = (line * relative).sum(axis=1)
        factors = self._fading.step(np.hypot(relative[:, 0], relative[:, 1]) > _STILL_MPS)

        strength = physics.snr_db(chirp, all_of.rcs_dbsm, distance)
        strength += physics.two_ray_db(chirp, distance, float(eye.place[2]), all_of.xyz[:, 2])
        strength += physics.pattern_db(np.arctan2(sight[:, 1], sight[:, 0]), np.arcsin(sight[:, 2] / distance))
        if snapshot.weather == 'rain':
            strength -= physics.RAIN_DB_PER_M * distance
        seen = (strength > 0.0) & (sight[:, 0] > 0.0) & (distance < chirp.range_max_m)
        strength = strength[seen] + behind(snapshot, chirp.wavelength_m, eye.place, all_of.xyz[seen],
                                           all_of.owner[seen])
        distance, rate, sight, factors = distance[seen], rate[seen], sight[seen], factors[seen]
        # The phase of the way there and back. From one scan to the next the places of a moving body come nearer by
        # different numbers of waves: in one cell they beat, faster than each of them fades.
        amplitude = 10.0 ** (strength / 20.0) * factors * np.exp(-4j * math.pi / chirp.wavelength_m * distance)

        return self._points(cells.spread(chirp, distance, rate, sight[:, 1] / distance, amplitude))

    def _points(self, found: Cells) -> NDArray[np.void]:
        chirp = self.chirp
        noise = self._random.normal(0.0, math.sqrt(0.5), (2, *found.signals.shape))
        signals = found.signals + noise[0] + 1j * noise[1]
        power = (np.abs(signals) ** 2).sum(axis=1)
        leakage = self._leak()
        noise_db = cells.noise_db(chirp, found, power, [(far, 10.0 * math.log10(high)) for far, _, _, high in leakage])
        least = 10.0 ** ((physics.CFAR_DB + noise_db) / 10.0)
        # No direction holds more than all of it: few cells are worth a look at their angles.
        keep = np.flatnonzero((power >= least) & cells.strongest(chirp, found, power))
        # The order of the chip: by velocity, those of zero first, then by range; second angles behind all of them.
        keep = keep[np.lexsort((found.far[keep], found.doppler[keep] % chirp.loops))]
        spectrum = np.abs(np.fft.fft(signals[keep], _ANGLE_BINS, axis=1)) ** 2 / chirp.antennas
        heights, places = _two_peaks(spectrum)
        signed = (places + _ANGLE_BINS // 2) % _ANGLE_BINS - _ANGLE_BINS // 2
        first = heights[:, 0] >= least[keep]
        second = first & (heights[:, 1] >= np.maximum(chirp.second_angle ** 2 * heights[:, 0], _DETECTED))
        rows = leakage
        for which, place in ((first, 0), (second, 1)):
            rows += zip(found.far[keep][which].tolist(), found.doppler[keep][which].tolist(),
                        signed[which, place].tolist(), heights[which, place].tolist(), strict=True)
        points = np.zeros(min(len(rows), chirp.most_points), POINT)
        for place, (far, doppler, azimuth, strength) in enumerate(rows[:chirp.most_points]):
            points[place] = self._point(far, doppler, azimuth, min(10.0 * math.log10(strength), _FULL_DB))
        return points

    def _leak(self) -> list[tuple[int, int, int, float]]:
        if self.chirp.without_still:
            return []
        cells: dict[int, list[tuple[int, int, int, float]]] = {}
        for (distance, angles), off in zip(_LEAKAGE, self._leakage.tolist(), strict=True):
            far = round(distance / self.chirp.range_bin_m)
            cells.setdefault(far, []).extend((far, 0, round(32 * sine), 10.0 ** ((strength + more) / 10.0))
                                             for (sine, strength), more in zip(angles, off, strict=False))
        # A cell has two angles at most.
        return [point for cell in cells.values() for point in sorted(cell, key=lambda one: -one[3])[:2]]

    def _point(self, far: int, doppler: int, azimuth: int, strength_db: float) -> tuple[float, ...]:
        distance, sine = far * self.chirp.range_bin_m, azimuth / (_ANGLE_BINS / 2)
        return (far, doppler, azimuth, strength_db, distance * math.sqrt(max(1.0 - sine ** 2, 0.0)), distance * sine,
                0.0)

    def _noise(self) -> NDArray[np.void]:
        points = np.zeros(_NOISE_POINTS, POINT)
        last = int(self.chirp.range_max_m / self.chirp.range_bin_m)
        for place in range(_NOISE_POINTS):
            points[place] = self._point(int(self._random.integers(1, last)),
                                        int(self._random.integers(-self.chirp.loops // 2, self.chirp.loops // 2)),
                                        int(self._random.integers(-24, 25)), float(self._random.uniform(12.0, 20.0)))
        return points


def _two_peaks(spectrum: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return height and place (n, 2) of the two highest peaks of rows that go round; height 0: there is but one."""
    rise = spectrum >= np.roll(spectrum, 1, axis=1)
    peaks = np.where(rise & ~np.roll(rise, -1, axis=1), spectrum, 0.0)
    rows = np.arange(len(peaks))
    places = np.empty((len(peaks), 2), dtype=np.int64)
    heights = np.empty((len(peaks), 2))
    for number in range(2):
        places[:, number] = peaks.argmax(axis=1)
        heights[:, number] = peaks[rows, places[:, number]]
        peaks[rows, places[:, number]] = 0.0
    return heights, places
