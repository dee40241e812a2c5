"""The radar of one run as its driver publishes it: through the device's bytes and the driver's parser."""

from __future__ import annotations

import math

import numpy as np

from outrider_bringup.score.readings import Floats, RadarReading
from outrider_sensors.radar.frames import FrameParser
from outrider_sim.devices import ti_frames
from outrider_sim.devices.world_clock import Arrivals
from outrider_sim.devices.world_faults import Faults
from outrider_sim.devices.world_ride import PathRide
from outrider_sim.world import places
from outrider_sim.world.radar.chirp import Chirp, read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.radar.scatterers import road_of
from outrider_sim.world.stress import Stress

_BACK_S = 1.0  # after power-up it is found, configured and streaming again
_CLUTTER_DB = 6.0, 10.0  # as published: half of the power's dB
_CLUTTER_SINE, _NEAREST_CLUTTER_M = 0.75, 1.5
_POINTS = 100  # that a frame can carry


def radar_readings(ride: PathRide, stress: Stress) -> list[RadarReading]:
    """Return every frame of the run, empty ones too."""
    scenario = ride.world.scenario
    nominal = places.nominal(scenario.rig, 'radar')
    truth = stress.truth(places.truth(scenario.rig, 'radar', scenario.seed), nominal)
    chirp = read_cfg(places.radar_file(scenario.radar).read_text(encoding='utf-8'))
    radar = Radar(chirp, scenario.seed, truth.mount, road_of(ride.world))
    faults, arrivals = Faults(scenario, 'radar'), Arrivals(truth, scenario.seed, 'radar')
    worse = _Worse(chirp, stress, scenario.seed)
    parser = FrameParser(chirp.velocity_step_mps, chirp.range_bins, chirp.loops)
    found = []
    back_s = 0.0
    for frame in range(math.ceil(scenario.duration_s / chirp.period_s - 1e-9)):
        told_s = frame * chirp.period_s
        if faults.dead(told_s):
            back_s = told_s + _BACK_S
        points = radar.scan(ride.snapshot(faults.measured_s(told_s), told_s))
        if points is None or told_s < back_s:
            continue
        packet = ti_frames.scan(frame, points, chirp.xyz_q)
        heard = parser.feed(packet, 0)[0].points.astype(np.float64)
        xyz, rate, snr = worse.make(heard[:, :3], heard[:, 3], heard[:, 4])
        arrival_s = arrivals.at(told_s)
        found.append(RadarReading(arrival_s, arrival_s, nominal, xyz, rate, snr,
                                  0.5 * chirp.loops * chirp.velocity_step_mps, chirp.velocity_step_mps,
                                  chirp.transmitters if chirp.second_slot else 1, chirp.range_bin_m))
    return found


class _Worse:
    """What stress makes of a frame. At 1 frames stay as they are."""

    def __init__(self, chirp: Chirp, stress: Stress, seed: int) -> None:
        self._chirp, self._stress = chirp, stress
        self._random = np.random.default_rng([seed, 0x737472])

    def make(self, xyz: Floats, rate: Floats, snr: Floats) -> tuple[Floats, Floats, Floats]:
        stress, random = self._stress, self._random
        if stress.lost_share > 0.0:
            kept = random.random(len(xyz)) >= stress.lost_share
            xyz, rate, snr = xyz[kept], rate[kept], snr[kept]
        if stress.azimuth_sigma_rad > 0.0:
            turn = stress.azimuth_sigma_rad * random.standard_normal(len(xyz))
            c, s = np.cos(turn), np.sin(turn)
            xyz = np.stack([c * xyz[:, 0] - s * xyz[:, 1], s * xyz[:, 0] + c * xyz[:, 1], xyz[:, 2]], axis=1)
        if stress.clutter_a_scan > 0.0:
            more = self._clutter(int(random.poisson(stress.clutter_a_scan)))
            xyz, rate, snr = (np.asarray(np.concatenate([new, old])[:_POINTS], dtype=float)
                              for new, old in zip(more, (xyz, rate, snr), strict=True))
        return xyz, rate, snr

    def _clutter(self, count: int) -> tuple[Floats, Floats, Floats]:
        chirp, random = self._chirp, self._random
        distance = random.uniform(_NEAREST_CLUTTER_M, chirp.range_max_m, count)
        sine = random.uniform(-_CLUTTER_SINE, _CLUTTER_SINE, count)
        rate = random.integers(-chirp.loops // 2, chirp.loops // 2, count) * chirp.velocity_step_mps
        xyz = np.stack([distance * np.sqrt(1.0 - sine ** 2), distance * sine, np.zeros(count)], axis=1)
        return xyz, np.asarray(rate, dtype=float), random.uniform(*_CLUTTER_DB, count)
