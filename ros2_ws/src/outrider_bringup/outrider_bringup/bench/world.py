"""How much faster than time the world runs with all its sensors in one process, nothing rendered."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from outrider_bringup import paths
from outrider_bringup.bench.figure import Figure, Measured
from outrider_sim.world import places, scenario
from outrider_sim.world.gps import Gps
from outrider_sim.world.imu import Imu
from outrider_sim.world.radar.chirp import read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.radar.scatterers import road_of
from outrider_sim.world.world import World

SCENARIOS = ('platoon_three_cars', 'oncoming_stream', 'parked_cars_quiet', 'guard_rail_ghosts')  # the fullest ones
RADAR_HZ, PICTURES_HZ, GPS_HZ = 20, 15, 10
LEAST_TIMES = 20.0


def play(file: Path) -> float:
    """Play one file: radar, the pictures' geometry, IMU 400 Hz, GPS. Return its seconds a second of processor."""
    begin = time.process_time()
    one = scenario.load(file)
    world = World(one)
    radar = Radar(read_cfg(places.radar_file(one.radar).read_text()), one.seed,
                  places.truth(one.rig, 'radar', one.seed).mount, road_of(world))
    for frame in range(math.floor(one.duration_s * RADAR_HZ)):
        radar.scan(world.at(frame / RADAR_HZ))
    for frame in range(math.floor(one.duration_s * PICTURES_HZ)):
        world.at(frame / PICTURES_HZ)
    Imu(one.seed).samples(world.poses, 0.0, one.duration_s)
    Gps(one.seed).fixes(world.poses, np.arange(0.0, one.duration_s, 1 / GPS_HZ).tolist())
    return one.duration_s / (time.process_time() - begin)


def pace(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Play the fullest scenarios; the slowest is the figure."""
    folder = paths.checkout() / 'config' / 'scenarios'
    play(folder / f'{SCENARIOS[0]}.yaml')  # the first one loads modules
    seen = {}
    for name in SCENARIOS:
        say(name)
        seen[name] = play(folder / f'{name}.yaml')
    slowest = min(seen, key=lambda name: seen[name])
    return (Measured(seen[slowest], f'{slowest}, the slowest of {len(seen)}', extra=seen),)


FIGURES = (
    Figure(('world with all sensors, not rendered',), ('times real time',), (LEAST_TIMES,), '>=', pace,
           about='one process', group='world'),
)
