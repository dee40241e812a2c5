"""What the drivers would publish: all of it, at its time, from where the rig's file says, and with its faults."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from outrider_bringup.score.dump import _told
from outrider_bringup.score.readings import (
    BoxesReading,
    ClustersReading,
    GyroReading,
    RadarReading,
    SpeedReading,
)
from outrider_bringup.score.sense import sense, without, world_of
from outrider_sim.world import places, scenario
from outrider_sim.world.stress import Stress

ALL = (RadarReading, GyroReading, SpeedReading, BoxesReading, ClustersReading)


def scene(more: str = '', *, duration_s: float = 4.0, rig: str = 'speed_mps: 5, sway_deg: 2') -> scenario.Scenario:
    return scenario.parse(f'duration_s: {duration_s}\nseed: 5\nrig: {{{rig}}}\n'
                          f'actors: [{{id: a, class: car, at: [-18, 2.0], speed_mps: 9}}]\n{more}')


def readings(more: str = '', kind: type | None = None, stress: Stress | None = None, **about):
    return [one for one in sense(world_of(scene(more, **about)), stress) if kind in (None, type(one))]


@pytest.fixture(scope='module')
def plain():
    return readings()


def test_every_sense_speaks_at_its_rate_and_all_come_in_order(plain):
    counts = {kind: sum(type(one) is kind for one in plain) for kind in ALL}
    assert counts[RadarReading] == pytest.approx(80, abs=2)
    assert counts[GyroReading] == pytest.approx(200, abs=3)
    assert counts[SpeedReading] == pytest.approx(39, abs=2)
    assert counts[BoxesReading] == pytest.approx(39, abs=2)  # 10 of the 15 images a second
    assert counts[ClustersReading] == pytest.approx(59, abs=2)
    arrivals = [one.arrival_s for one in plain]
    assert arrivals == sorted(arrivals)
    assert all(one.stamp_s <= one.arrival_s <= 4.0 for one in plain)


def test_equal_scenarios_are_sensed_equal_to_the_last_bit(plain):
    assert [_told(one) for one in readings()] == [_told(one) for one in plain]
    other = sense(world_of(replace(scene(), seed=6)))
    assert [_told(one) for one in other] != [_told(one) for one in plain]


def test_the_stack_is_told_the_places_of_the_rigs_file(plain):
    rig = scene().rig
    told = {type(one): one.mount for one in plain if hasattr(one, 'mount')}
    assert told[RadarReading] == places.nominal(rig, 'radar')
    assert told[BoxesReading] == told[ClustersReading] == places.nominal(rig, 'camera')


def test_the_radar_sees_the_car_where_it_is_as_the_driver_reads_it(plain):
    found = []
    for one in (one for one in plain if type(one) is RadarReading):
        front = 18.0 - 2.25 - 0.9 - 4.0 * one.stamp_s
        distance = np.hypot(one.xyz_m[:, 0], one.xyz_m[:, 1])
        found.append(bool((np.abs(distance - front) < 1.5).any() & (one.range_rate_mps < -2.0).any()))
        assert one.velocity_max_mps == pytest.approx(18.7, abs=0.1)
        assert one.velocity_step_mps == pytest.approx(0.58, abs=0.01)
        assert one.transmitters == 2
        steps = one.range_rate_mps / one.velocity_step_mps
        assert steps == pytest.approx(np.rint(steps), abs=1e-4)
    assert np.mean(found[:50]) > 0.7


def test_gyro_and_speed_are_those_of_the_rider(plain):
    world = world_of(scene())
    for kind, unit, off in ((GyroReading, 'yaw_rate_radps', 0.06), (SpeedReading, 'mps', 0.15)):
        rows = [one for one in plain if type(one) is kind]
        truth = world.poses(np.array([one.stamp_s for one in rows]))
        told = np.array([getattr(one, unit) for one in rows])
        is_so = truth.yaw_rate if kind is GyroReading else truth.speed
        assert np.sqrt(np.mean((told - is_so) ** 2)) < off
    rolls = np.array([[one.stamp_s, one.roll_rad] for one in plain if type(one) is GyroReading])[100:]  # settled
    off = np.degrees(rolls[:, 1] - world.poses(rolls[:, 0]).roll)
    assert np.std(off) < 0.7  # of 2 degrees of sway
    assert abs(np.mean(off)) < 3.0


def test_a_ramp_has_wheels_too_and_they_are_signed():
    rows = readings(kind=SpeedReading, rig='kind: ramp, facing: front, speed_mps: 1.0')
    wheels = [one for one in rows if one.source == 'wheels']
    assert len(wheels) == pytest.approx(200, abs=1)
    assert np.mean([one.mps for one in wheels]) == pytest.approx(1.0, abs=0.08)


def times(rows) -> list[float]:
    return [one.stamp_s for one in rows]


@pytest.mark.parametrize(('sensor', 'kind'), [('radar', RadarReading), ('camera', BoxesReading),
                                              ('depth', ClustersReading), ('gps', SpeedReading),
                                              ('imu', GyroReading)])
@pytest.mark.parametrize('do', ['drop', 'die'])
def test_what_drops_out_is_silent_meanwhile(sensor, kind, do):
    stamps = times(readings(f'faults: [{{at_s: 1.0, sensor: {sensor}, do: {do}, for_s: 1.0}}]', kind))
    assert not [t_s for t_s in stamps if 1.25 < t_s < 1.95]
    assert [t_s for t_s in stamps if t_s < 1.0]
    assert [t_s for t_s in stamps if t_s > 3.2]


def test_what_freezes_says_the_same_at_new_times():
    rows = readings('faults: [{at_s: 1.0, sensor: radar, do: freeze, for_s: 1.0}]', RadarReading)
    frozen = [one for one in rows if 1.1 < one.stamp_s < 1.95]
    assert len({one.stamp_s for one in frozen}) == len(frozen) > 10
    assert all(np.array_equal(one.xyz_m, frozen[0].xyz_m) for one in frozen)


def test_a_covered_camera_finds_nobody_and_says_that_it_is_dark():
    rows = readings('faults: [{at_s: 1.0, sensor: camera, do: noise}]', BoxesReading)
    late = [one for one in rows if one.stamp_s > 1.1]
    assert all(one.dark and not one.kinds for one in late)
    assert any(one.kinds for one in rows if one.stamp_s < 1.0)
    assert not any(one.dark for one in rows if one.stamp_s < 1.0)


def test_stamps_that_are_too_late_show_what_was_before():
    honest, late = (readings(more, RadarReading) for more in ('', 'faults: [{at_s: 0, sensor: radar, do: offset, '
                                                                  'by_s: 0.5}]'))

    def nearest(rows, t_s):
        one = min(rows, key=lambda one: abs(one.stamp_s - t_s))
        moving = one.range_rate_mps < -2.0
        return np.hypot(one.xyz_m[moving, 0], one.xyz_m[moving, 1]).min(initial=np.inf)

    offs = [nearest(late, t_s) - nearest(honest, t_s) for t_s in np.arange(1.0, 2.5, 0.1)]
    assert np.median([one for one in offs if np.isfinite(one)]) == pytest.approx(4.0 * 0.5, abs=1.1)


@pytest.mark.parametrize(('sensor', 'kind'), [('camera', BoxesReading), ('depth', ClustersReading),
                                              ('gps', SpeedReading), ('imu', GyroReading), ('radar', RadarReading)])
def test_a_rig_without_a_sensor_is_silent_about_it(sensor, kind):
    found = {type(one) for one in sense(world_of(without(scene(duration_s=1.0), [sensor])))}
    assert found == set(ALL) - {kind}


def test_without_camera_and_depth_no_image_is_looked_at():
    found = {type(one) for one in sense(world_of(without(scene(duration_s=1.0), ['camera', 'depth'])))}
    assert found == {RadarReading, GyroReading, SpeedReading}


def test_depth_inside_a_box_is_that_of_its_body(plain):
    offs = []
    for one in (one for one in plain if type(one) is BoxesReading):
        front = 18.0 - 2.25 - 0.9 - 4.0 * one.stamp_s
        offs += [depth - front for depth in one.depth_m.tolist() if math.isfinite(depth)]
    assert len(offs) > 10
    assert np.median(offs) == pytest.approx(0.0, abs=0.4)


def test_stress_worsens_angles_misses_clutter_and_latency(plain):
    worse = readings(stress=Stress.of(2.0))
    lags = [np.mean([one.arrival_s - 0.05 * number for number, one in enumerate(
        one for one in rows if type(one) is RadarReading)]) for rows in (plain, worse)]
    assert lags[1] == pytest.approx(2.0 * lags[0], abs=0.01)
    radar = [one for one in worse if type(one) is RadarReading]
    far = np.concatenate([one.xyz_m for one in radar])
    far = far[np.hypot(far[:, 0], far[:, 1]) > 3.0]
    sines = far[:, 1] / np.hypot(far[:, 0], far[:, 1])
    off_grid = np.abs(sines * 32 - np.rint(sines * 32))
    assert np.mean(off_grid) > 0.1  # of bearings that were on the chip's lines
    assert max(len(one.xyz_m) for one in radar) <= 100


def test_a_driven_ramp_does_what_its_hands_do():
    one = scenario.parse('duration_s: 8\nrig: {kind: ramp, facing: front, drive: pad}\n'
                         'things: [{kind: wall, from: [4, -3], to: [4, 3]}]\n'
                         'pad: [{at_s: 1.0, hold: [R1], axis: {left_y: 0.7}}]')
    poses = world_of(one).poses(np.array([0.9, 3.0, 8.0]))
    assert poses.x[0] == 0.0
    assert poses.speed[1] == pytest.approx(0.7 * 1.4, abs=0.02)
    assert poses.x[2] == pytest.approx(4.0 - 0.6, abs=0.02)  # the wall holds it
    let_go = replace(one, pad=(*one.pad, replace(one.pad[0], at_s=2.0, hold=(), axis=())))
    assert world_of(let_go).poses(np.array([4.0])).speed[0] == 0.0
    assert world_of(replace(one, rig=replace(one.rig, drive='follow'))).poses(np.array([8.0])).x[0] == 0.0
