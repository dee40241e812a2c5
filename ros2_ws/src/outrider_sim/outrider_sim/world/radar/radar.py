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
from outrider_sim.world.radar import physics
from outrider_sim.world.radar.chirp import Chirp
from outrider_sim.world.radar.scatterers import Scene
from outrider_sim.world.snapshot import Snapshot

Floats = NDArray[np.float64]

MAX_POINTS = 100
_ANGLE_BINS = 64
_SECOND_PEAK = 0.5      # multiObjBeamForming 1 0.5: a second angle at half the power of the first is a point too
_LEAKAGE_SD_DB = 0.5    # from radar to radar
# Leakage from transmitter to receiver as the recording has it in every frame: range in m; sine and dB of each angle.
_LEAKAGE = ((0.041, ((-0.97, 30.8),)), (0.082, ((-0.94, 32.0), (-0.37, 30.2))), (0.123, ((-0.97, 30.3), (-0.41, 29.1))),
            (0.163, ((-0.91, 25.5),)))
_NOISE_POINTS = 40      # of the fault `noise`
_STILL_MPS = 0.2
_FULL_DB = 10.0 * math.log10(65535)  # the peak value has 16 bits

POINT = np.dtype([('range_bin', 'i4'), ('doppler_bin', 'i4'), ('azimuth_bin', 'i4'), ('snr_db', 'f8'), ('x', 'f8'),
                  ('y', 'f8'), ('z', 'f8')])


class Radar:
    """One radar on one run. Scan it in order: fading goes on from scan to scan. Equal seeds, equal points."""

    def __init__(self, chirp: Chirp, seed: int, mount: Mount, road: Floats) -> None:
        """Take the true mount, and the road (scatterers.road_of) beside which clutter is spread."""
        self.chirp = chirp
        self._mount, self._road = mount, road
        self._random = np.random.default_rng([seed, 77])
        self._scene: Scene | None = None
        self._last = np.zeros(0, POINT)
        self._leakage = self._random.normal(0.0, _LEAKAGE_SD_DB, (len(_LEAKAGE), 2))

    def scan(self, snapshot: Snapshot) -> NDArray[np.void] | None:
        """Return the points (n <= 100) of POINT in the sensor's axes, x ahead, y left; None: no frame at all."""
        if self._scene is None:
            self._scene = Scene(snapshot, self._road, self._random)
            self._fading = physics.Fading(self._random, self._scene.count)
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
        distance, rate, sight, factors = distance[seen], rate[seen], sight[seen], factors[seen]
        amplitude = 10.0 ** (strength[seen] / 20.0) * factors

        cells, signals = self._cells(distance, rate, sight[:, 1] / distance, amplitude)
        return self._points(cells, signals)

    def _cells(self, distance: Floats, rate: Floats, sine: Floats, amplitude: physics.Complex
               ) -> tuple[NDArray[np.int64], physics.Complex]:
        """Return cells (c, 2) of range and Doppler with the signals (c, 8) of their antennas, noise included."""
        chirp = self.chirp
        far = np.rint(distance / chirp.range_bin_m).astype(np.int64)
        doppler = np.rint(rate / chirp.velocity_step_mps).astype(np.int64)
        half = chirp.loops // 2
        folded = (doppler + half) % chirp.loops - half
        # Phase by which the second transmitter is wrong: for each fold a turn, shared by all chirps of a loop.
        wrong = 2.0 * math.pi * ((doppler - folded) // chirp.loops) * chirp.second_slot / chirp.transmitters
        antenna = np.arange(chirp.antennas)
        phase = math.pi * sine[:, None] * antenna + wrong[:, None] * (antenna >= 4)
        waves = amplitude[:, None] / math.sqrt(chirp.antennas) * np.exp(1j * phase)
        cells, index = np.unique(np.stack([far, folded], axis=1), axis=0, return_inverse=True)
        signals = np.zeros((len(cells), chirp.antennas), dtype=complex)
        np.add.at(signals, index.reshape(-1), waves)
        noise = self._random.normal(0.0, math.sqrt(0.5), (2, *signals.shape))
        return cells, signals + noise[0] + 1j * noise[1]

    def _points(self, cells: NDArray[np.int64], signals: physics.Complex) -> NDArray[np.void]:
        spectrum = np.abs(np.fft.fft(signals, _ANGLE_BINS, axis=1)) ** 2 / self.chirp.antennas
        power = spectrum.max(axis=1)
        keep = (power >= 10.0 ** (physics.CFAR_DB / 10.0)) & self._strongest(cells, power)
        kept = spectrum[keep]
        peaks = np.where((kept >= np.roll(kept, 1, axis=1)) & (kept > np.roll(kept, -1, axis=1)), kept, 0.0)
        rows = self._leak()
        best_two = np.argsort(-peaks, axis=1, kind='stable')[:, :2]
        heights = np.take_along_axis(peaks, best_two, axis=1)
        signed = (best_two + _ANGLE_BINS // 2) % _ANGLE_BINS - _ANGLE_BINS // 2
        for (far, doppler), angle, height in zip(cells[keep].tolist(), signed.tolist(), heights.tolist(), strict=True):
            rows.append((far, doppler, angle[0], height[0]))
            if height[1] >= _SECOND_PEAK * height[0]:
                rows.append((far, doppler, angle[1], height[1]))
        points = np.zeros(min(len(rows), MAX_POINTS), POINT)
        for place, (far, doppler, azimuth, strength) in enumerate(rows[:MAX_POINTS]):
            points[place] = self._point(far, doppler, azimuth, min(10.0 * math.log10(strength), _FULL_DB))
        return points

    def _strongest(self, cells: NDArray[np.int64], power: Floats) -> NDArray[np.bool_]:
        """Tell which cells have no stronger neighbour, where the file asks for peak grouping."""
        steps = [(dr, dd) for dr in ((-1, 0, 1) if self.chirp.group_range else (0,))
                 for dd in ((-1, 0, 1) if self.chirp.group_doppler else (0,)) if (dr, dd) != (0, 0)]
        of = {(far, doppler): strength for (far, doppler), strength in zip(cells.tolist(), power.tolist(), strict=True)}
        return np.array([all(of.get((far + dr, doppler + dd), 0.0) <= of[far, doppler] for dr, dd in steps)
                         for far, doppler in cells.tolist()], dtype=bool)

    def _leak(self) -> list[tuple[int, int, int, float]]:
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
