"""What mounts are off by: learnt from the ground, and from bodies that radar and camera see together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_perception.aim import Aim, Together
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity, Evidence
from outrider_perception.measurements import Boxes, Gyro, PolarScan, upright_pose
from outrider_perception.tracker import Tracker

CONFIG = load()
TOLD = upright_pose(-0.9, 0.0, 0.8, np.pi)
POSTS = [(float(x), side * (3.0 + x * 7 % 5)) for x in range(-80, 90, 4) for side in (-1.0, 1.0)]


def turned_scans(road: Any, left_rad: float, duration_s: float, rig_mps: float = 5.5,
                 bodies: tuple[Any, ...] = ()) -> list[PolarScan]:
    """What a rear radar sees that looks `left_rad` beside where it is told to."""
    scene = road(rig_mps=rig_mps, posts=POSTS, bodies=list(bodies), pose=upright_pose(-0.9, 0.0, 0.8, np.pi + left_rad))
    return [replace(scan, pose=TOLD) for scan in scene.scans(duration_s)]


@pytest.mark.parametrize('left_rad', [-0.015, 0.0, 0.012])
def test_a_radar_that_looks_aside_is_found_by_the_ground_that_moves_by(road: Any, left_rad: float) -> None:
    tracker = Tracker(*CONFIG.tracking)
    for scan in turned_scans(road, left_rad, 10.0):
        tracker.step(scan)
    found = tracker.aims.radar
    assert found.left_rad == pytest.approx(left_rad, abs=0.004)
    assert abs(found.left_rad - left_rad) < 3.0 * np.sqrt(found.variance)
    assert found.variance < 0.5 * CONFIG.motion.aim_sigma_rad ** 2


def test_the_place_of_a_body_is_no_longer_beside_it(road: Any, body: Any) -> None:
    """At 40 m a mount that is off by 0.015 rad puts a car 0.6 m beside its place."""
    car = body(lambda t: (-160.0 + 15.5 * t, 2.15), detection=1.0)
    off = []
    for learns in (True, False):
        motion = CONFIG.motion if learns else replace(CONFIG.motion, aim_gate=0.0)
        tracker, scene = Tracker(CONFIG.tracks, motion, CONFIG.sight), road()
        for scan in turned_scans(road, 0.015, 12.5, bodies=(car,)):
            step = tracker.step(scan)
            x, y, _, _ = scene.relative(car, scan.stamp_s - 100.0)
            places = step.tracks.state[:, :2] - [x, y] if len(step.tracks) else np.zeros((0, 2))
            near = places[np.abs(places[:, 0]) < 4.0]
            if 30.0 < -x < 50.0 and len(near):
                off.append((learns, near[np.abs(near).sum(axis=1).argmin(), 1]))
    mean = {which: abs(np.mean([y for learns, y in off if learns is which])) for which in (True, False)}
    assert mean[False] > 0.35
    assert mean[True] < 0.5 * mean[False]


def test_a_rig_that_stands_learns_nothing(road: Any) -> None:
    tracker = Tracker(*CONFIG.tracking)
    for scan in turned_scans(road, 0.012, 3.0, rig_mps=0.0):
        tracker.step(scan)
    assert tracker.aims.radar.variance == CONFIG.motion.aim_sigma_rad ** 2


def test_a_sway_that_the_gyroscope_tells_is_no_aim() -> None:
    aim = Aim(CONFIG.motion)
    for number in range(200):
        sway = 0.02 * np.sin(2.0 * np.pi * 0.8 * 0.05 * number)
        # The rig goes along its way: across its own axes, to the right where it points to the left.
        seen = Evidence(np.diag([50.0, 10.0]), np.array([50.0 * 5.5, 10.0 * -5.5 * np.sin(sway)]))
        aim.by_ground(seen, EgoVelocity(np.array([5.5, 0.0]), np.eye(2) * 1e-3, True, 20, sway_rad=float(sway)),
                      np.zeros(2))
    assert abs(aim.left_rad) < 1e-6


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-3.2, 3.2), st.floats(1e-8, 10.0)), max_size=30))
def test_what_is_learnt_stays_within_a_mounts_error_and_only_grows_surer(looks: list[tuple[float, float]]) -> None:
    aim = Aim(CONFIG.motion)
    before = aim.variance
    for off, variance in looks:
        aim.learn(off, variance)
        assert 0.0 < aim.variance <= before
        before = aim.variance
        assert np.isfinite(aim.left_rad)


def test_what_no_mount_can_be_off_by_is_left_out() -> None:
    aim = Aim(CONFIG.motion)
    aim.learn(0.5, 1e-4)
    assert aim.left_rad == 0.0
    assert aim.variance == CONFIG.motion.aim_sigma_rad ** 2


def test_a_camera_is_held_against_the_radar_once_a_look() -> None:
    together, aim = Together(CONFIG.motion), Aim(CONFIG.motion)
    who, spread = np.array([7]), np.array([4e-4])
    for number in range(300):
        together.radar(0.05 * number, who, np.array([0.002]), spread)
        together.camera(aim, 0.05 * number - 0.1, who, np.array([0.002 - (0.01 - aim.left_rad)]), spread)
        once = aim.variance
        together.camera(aim, 0.05 * number - 0.1, who, np.array([0.002]), spread)
        assert aim.variance == once
    assert aim.left_rad == pytest.approx(0.01, abs=0.001)


def test_what_radar_and_camera_saw_at_different_times_tells_nothing() -> None:
    together, aim = Together(CONFIG.motion), Aim(CONFIG.motion)
    together.radar(1.0, np.array([7]), np.array([0.0]), np.array([1e-6]))
    together.camera(aim, 1.0 - 2.0 * CONFIG.motion.aim_together_s, np.array([7]), np.array([0.01]), np.array([1e-6]))
    assert aim.left_rad == 0.0


def test_of_a_camera_that_looks_aside_bearings_are_corrected(road: Any, body: Any) -> None:
    """A follower seen by both: the camera, 0.015 rad to the left of its mount, sees him to the right."""
    tracker, scene = Tracker(*CONFIG.tracking), road()
    car = body(lambda t: (-30.0 + 7.0 * t, 0.5), detection=1.0)
    for number, scan in enumerate(turned_scans(road, 0.0, 12.0, bodies=(car,))):
        tracker.step(scan)
        if number % 2 == 0:
            x, y, _, _ = scene.relative(car, scan.stamp_s - 100.0)
            tracker.step(image_of(scan.stamp_s, x + 2.25, y, aside_rad=0.015))
    assert tracker.aims.camera.left_rad == pytest.approx(0.015, abs=0.006)


def image_of(stamp_s: float, x: float, y: float, aside_rad: float) -> Boxes:
    """One box about a car's end at (x, y), as a camera on the rear rack sees it that looks `aside_rad` to the left."""
    focal, (cx, cy), up = 424.0, (424.0, 240.0), 0.8
    reach = -0.9 - x
    middle = cx - focal * np.tan(np.arctan2(-y, reach) - aside_rad)
    half = 0.5 * focal * 1.8 / reach
    edges = np.array([[middle - half, cy + focal * (up - 1.5) / reach, middle + half, cy + focal * up / reach]])
    return Boxes(stamp_s, TOLD, (focal, focal), (cx, cy), (848, 480), edges, np.array([1]), np.array([0.8]))


def test_a_gyroscope_alone_moves_no_aim() -> None:
    tracker = Tracker(*CONFIG.tracking)
    for number in range(100):
        tracker.step(Gyro(0.02 * number, 0.3))
    assert tracker.aims.radar.left_rad == 0.0
