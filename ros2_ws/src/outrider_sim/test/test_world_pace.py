"""Without rendering, the world with all its sensors has to run 20 times faster than time, in one process."""

import math
import time
from pathlib import Path

import numpy as np
import pytest

from outrider_sim.world import places, scenario
from outrider_sim.world.gps import Gps
from outrider_sim.world.imu import Imu
from outrider_sim.world.radar.chirp import read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.radar.scatterers import road_of
from outrider_sim.world.world import World

ROOT = Path(__file__).resolve().parents[4]


def play(name: str) -> float:
    """Play one file: radar 20 Hz, pictures' geometry 15 Hz, IMU 400 Hz, GPS 10 Hz. Return its seconds a CPU second."""
    begin = time.process_time()
    one = scenario.load(ROOT / 'config' / 'scenarios' / f'{name}.yaml')
    world = World(one)
    radar = Radar(read_cfg(places.radar_file(one.radar).read_text()), one.seed,
                  places.truth(one.rig, 'radar', one.seed).mount, road_of(world))
    imu, gps = Imu(one.seed), Gps(one.seed)
    for frame in range(math.floor(one.duration_s * 20)):
        radar.scan(world.at(frame / 20))
    for frame in range(math.floor(one.duration_s * 15)):
        assert world.at(frame / 15).bodies is not None
    imu.samples(world.poses, 0.0, one.duration_s)
    gps.fixes(world.poses, np.arange(0.0, one.duration_s, 0.1).tolist())
    return one.duration_s / (time.process_time() - begin)


@pytest.mark.parametrize('name', ['platoon_three_cars', 'oncoming_stream', 'parked_cars_quiet', 'guard_rail_ghosts'])
def test_the_world_runs_20_times_faster_than_time(name):
    play(name)  # the first one loads
    assert play(name) >= 20.0
