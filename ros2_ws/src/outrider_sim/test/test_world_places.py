"""Where sensors sit: as the rig's file says, and as nobody tells the stack."""

import math

import numpy as np
import pytest

from outrider_sim.world import places
from outrider_sim.world.model import Rig
from outrider_sim.world.words import SENSORS


def test_the_radar_sits_where_the_rigs_file_has_it():
    bicycle, ramp = (places.nominal(Rig(kind=kind, facing=facing), 'radar') for kind, facing in (('bicycle', 'rear'),
                                                                                                 ('ramp', 'front')))
    assert bicycle.xyz_m == (-0.9, 0.0, 0.8)
    assert bicycle.rpy_rad == pytest.approx((0.0, 0.0, math.pi))
    assert (ramp.xyz_m, ramp.rpy_rad) == ((0.6, 0.0, 0.5), (0.0, 0.0, 0.0))


def test_facing_the_other_way_is_half_a_turn_about_base_link():
    front = places.nominal(Rig(kind='bicycle', facing='front'), 'radar')
    assert front.xyz_m == (0.9, 0.0, 0.8)
    assert math.cos(front.rpy_rad[2]) == pytest.approx(1.0)


def test_what_the_stack_is_not_told_has_the_spread_of_the_contract():
    rig = Rig()
    nominal = places.nominal(rig, 'radar')
    found = [places.truth(rig, 'radar', seed) for seed in range(400)]
    yaw, pitch = (np.degrees([one.mount.rpy_rad[axis] - nominal.rpy_rad[axis] for one in found]) for axis in (2, 1))
    lever = np.array([np.subtract(one.mount.xyz_m, nominal.xyz_m) for one in found])
    assert np.std(yaw) == pytest.approx(0.5, abs=0.07)
    assert np.std(pitch) == pytest.approx(0.5, abs=0.07)
    assert lever.std() == pytest.approx(0.02, abs=0.002)
    assert {one.jitter_sigma_s for one in found} == {0.010}
    assert all(0.0 < one.latency_s < 0.2 for one in found)


def test_it_is_the_same_for_the_same_seed_and_another_for_each_sensor():
    assert places.truth(Rig(), 'radar', 5) == places.truth(Rig(), 'radar', 5)
    assert len({places.truth(Rig(), sensor, 5).latency_s for sensor in SENSORS}) == len(SENSORS)


def test_a_chirp_has_its_file():
    assert places.radar_file('road').name == 'road.cfg'
    assert places.radar_file('/somewhere/own.cfg').as_posix() == '/somewhere/own.cfg'
    with pytest.raises(KeyError):
        places.radar_file('nowhere')
