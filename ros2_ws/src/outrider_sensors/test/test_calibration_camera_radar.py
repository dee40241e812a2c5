"""The radar's yaw against the camera: known truth, the simulated world's own camera and radar, refusals."""

from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np
import pytest

from outrider_node import frames
from outrider_sensors.calibration.camera_radar import compare
from outrider_sensors.calibration.errors import CalibrationError
from outrider_sensors.calibration.pairing import Scan, returns_of
from outrider_sensors.calibration.walker import DepthWalk, Lens, Sightings
from outrider_sim.world import places, scenario
from outrider_sim.world.camera import DepthPainter, pinhole
from outrider_sim.world.eye import eye_of
from outrider_sim.world.places import Mount
from outrider_sim.world.radar.chirp import read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.radar.scatterers import road_of
from outrider_sim.world.world import World

PLACE = np.array([-0.9, 0.0, 0.8])
AXES = frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg((0.0, 0.0, 180.0)))
OPTICAL = AXES @ frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg((-90.0, 0.0, -90.0)))
FILE = Path(__file__).resolve().parents[4] / 'config' / 'scenarios' / 'calibrate_walk.yaml'


def sights(seconds: float = 40.0, swing_m: float = 2.5, away_m: float = 2.0, hz: float = 15.0,
           late_s: float = 0.0) -> Sightings:
    """A person to and fro behind the bicycle, 5 m +- `away_m` from it, as the camera's true mount has him."""
    t_s = np.arange(0.0, seconds, 1.0 / hz)
    across = swing_m * np.sin(2.0 * math.pi * t_s / 9.0)
    behind = -5.9 - away_m * np.sin(2.0 * math.pi * t_s / 37.0)
    return Sightings(t_s + late_s, np.stack([behind, across, np.full(len(t_s), 0.85)], axis=1))


def scans(yaw_deg: float = 0.0, left_m: float = 0.0, seconds: float = 40.0, grid: bool = True, **walk) -> list[Scan]:
    """What a radar says of the same person that is turned and shifted so against its mount; a post stands there too."""
    axes = frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg((0.0, 0.0, 180.0 + yaw_deg)))
    random = np.random.default_rng(2)
    seen = sights(seconds, hz=20.0, **walk)
    post = np.array([4.0, 1.0, 0.0])
    got = []
    for t_s, place in zip(seen.t_s, seen.xyz_m, strict=True):
        point = (place - PLACE) @ axes - [0.0, left_m, 0.0]
        rows = []
        for body, snr, speed in ((point + random.normal(0.0, 0.05, 3), 20.0, 0.5), (post, 35.0, 0.0)):
            distance = float(np.linalg.norm(body))
            sine = body[1] / distance
            sine = round(32.0 * sine) / 32.0 if grid else sine
            rows.append((distance * math.sqrt(1.0 - sine**2), distance * sine, 0.0, speed, snr))
        got.append(Scan(float(t_s), np.array(rows, np.float32)))
    return got


@pytest.mark.parametrize('yaw_deg', [-12.0, -3.0, 0.0, 5.0])
def test_yaw_is_found_through_the_grid_of_the_chip(yaw_deg):
    found = compare(sights(), scans(yaw_deg), PLACE, AXES)
    assert found.yaw_deg == pytest.approx(yaw_deg, abs=0.3)
    assert found.yaw_error_deg < 0.4
    assert found.pairs > 500
    assert found.residual_deg < 1.2
    assert found.bearings_deg[1] - found.bearings_deg[0] > 40.0


def test_delay_and_offset_are_told_apart_from_yaw():
    found = compare(sights(late_s=0.12), scans(2.0, left_m=0.06, grid=False), PLACE, AXES)
    assert found.delay_s == pytest.approx(0.12, abs=0.02)
    assert found.offset_m == pytest.approx(0.06, abs=0.02)
    assert found.yaw_deg == pytest.approx(2.0, abs=0.2)


def test_somebody_else_now_and_then_does_not_pull_it_away():
    random = np.random.default_rng(4)
    disturbed = []
    for scan in scans(4.0):
        other = np.array([[5.0, random.uniform(-3.0, 3.0), 0.0, 1.0, 40.0]], np.float32)
        there = random.random() < 0.15
        disturbed.append(Scan(scan.t_s, np.concatenate([scan.points, other]) if there else scan.points))
    assert compare(sights(), disturbed, PLACE, AXES).yaw_deg == pytest.approx(4.0, abs=0.4)


def test_a_reflector_that_stands_at_several_places_is_enough():
    t_s = np.arange(0.0, 80.0, 0.05)
    spots = np.array([(-3.9 - (k % 2) * 3.0, y) for k, y in enumerate(np.linspace(-2.3, 2.3, 16))])
    spot = spots[(t_s / 5.0).astype(int)]
    seen = Sightings(t_s, np.column_stack([spot, np.full(len(t_s), 0.8)]))
    axes = frames.rotation_from_quaternion(frames.quaternion_from_rpy_deg((0.0, 0.0, 183.0)))
    got = []
    for at_s, place in zip(t_s, seen.xyz_m, strict=True):
        body = (place - PLACE) @ axes
        distance = float(np.linalg.norm(body))
        sine = round(32.0 * body[1] / distance) / 32.0
        got.append(Scan(float(at_s), np.array([[distance * math.sqrt(1.0 - sine**2), distance * sine, 0.0, 0.0, 30.0]],
                                              np.float32)))
    assert compare(seen, got, PLACE, AXES).yaw_deg == pytest.approx(3.0, abs=0.6)


def test_what_always_answers_is_scenery_and_what_is_at_the_antenna_leakage():
    still = np.array([[4.0, 1.0, 0.0, 0.0, 30.0], [0.1, 0.0, 0.0, 0.7, 30.0]], np.float32)
    assert len(returns_of([Scan(0.05 * step, still) for step in range(50)]).t_s) == 0
    assert len(returns_of([]).t_s) == 0


@functools.cache
def the_world(seed: int) -> tuple[World, Mount, Sightings]:
    """The walk behind the bicycle as a camera sees it whose place is a little off; 212 x 120, 10 a second."""
    world = World(scenario.load(FILE))
    random = np.random.default_rng([seed, 1])
    camera = Mount((-0.9, float(random.normal(0.0, 0.02)), 0.8),
                   (0.0, float(random.normal(0.0, 0.009)), math.pi + float(random.normal(0.0, 0.009))))
    view = pinhole(212, 120)
    painter, walk = DepthPainter(world, view, seed), DepthWalk(Lens(view.fx, view.fy, view.ppx, view.ppy))
    for t_s in np.arange(0.0, 60.0, 0.1).tolist():
        snapshot = world.at(t_s)
        walk.add(t_s + 0.06, painter.depth(snapshot, eye_of(snapshot.rider, camera)))
    seen = walk.sightings()
    assert len(seen.t_s) > 300
    return world, camera, Sightings(seen.t_s, seen.xyz_m @ OPTICAL.T + PLACE)


@pytest.mark.parametrize(('seed', 'chirp', 'wrong_deg'), [
    (1, 'near', 3.0), (1, 'near', -5.0), (1, 'road', 4.0), (2, 'near', -2.0), (2, 'road', 5.0), (2, 'road', -3.0)])
def test_a_mount_of_the_world_that_is_wrong_is_found_within_1_degree(seed, chirp, wrong_deg):
    world, camera, seen = the_world(seed)
    figures = read_cfg(places.radar_file(chirp).read_text())
    random = np.random.default_rng([seed, 2])
    mount = Mount((-0.9, float(random.normal(0.0, 0.02)), 0.8),
                  (0.0, float(random.normal(0.0, 0.009)), math.pi + math.radians(wrong_deg)))
    radar = Radar(figures, seed, mount, road_of(world))
    got = []
    for step in range(round(60.0 / figures.period_s)):
        points = radar.scan(world.at(step * figures.period_s))
        columns = [points['x'], points['y'], points['z'], points['doppler_bin'] * figures.velocity_step_mps,
                   points['snr_db']]
        late_s = 0.03 + abs(float(random.normal(0.0, 0.01)))
        got.append(Scan(step * figures.period_s + late_s, np.stack(columns, axis=1).astype(np.float32)))
    found = compare(seen, got, PLACE, AXES)
    truth_deg = wrong_deg - math.degrees(camera.rpy_rad[2] - math.pi)
    assert found.yaw_deg == pytest.approx(truth_deg, abs=1.0)
    assert abs(found.yaw_deg - truth_deg) < 4.0 * found.yaw_error_deg


@pytest.mark.parametrize(('seen', 'got', 'sentence'), [
    (sights(2.0), scans(), 'the camera saw a person in 30 pictures, expected at least 40'),
    (sights(), scans()[:50], '49 radar scans hold the person whom the camera saw (600 pictures), expected 60'),
    (sights(), [], '0 radar scans hold the person'),
    (sights(), scans(30.0), 'the mounts differ by more than 15 degrees'),
    (sights(swing_m=0.5), scans(swing_m=0.5), 'degrees only, expected at least 20. Walk from one side'),
    (sights(8.0, 1.2, 0.0), scans(seconds=8.0, swing_m=1.2, away_m=0.0), 'the yaw is known to 0.6 degrees only'),
])
def test_too_little_is_refused(seen, got, sentence):
    with pytest.raises(CalibrationError) as refused:
        compare(seen, got, PLACE, AXES)
    assert sentence in str(refused.value)


def test_two_that_see_different_things_are_refused():
    random = np.random.default_rng(6)
    wild = []
    for scan in scans():
        turn = math.radians(random.uniform(-14.0, 14.0))
        x, y = scan.points[0, 0], scan.points[0, 1]
        points = scan.points[:1].copy()
        points[0, 0], points[0, 1] = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        wild.append(Scan(scan.t_s, points))
    with pytest.raises(CalibrationError):
        compare(sights(), wild, PLACE, AXES)
