"""A long body beside the rig: many echoes, each with a range rate of its own, and boxes of its parts are one body."""

from __future__ import annotations

import math

import numpy as np
import pytest

from outrider_perception import associate, extent, facing
from outrider_perception.bank import Bank
from outrider_perception.classes import NAMES
from outrider_perception.cluster import cluster
from outrider_perception.config import load
from outrider_perception.detections import from_clusters, from_image
from outrider_perception.measurements import Boxes, PolarScan, Speed, upright_pose
from outrider_perception.points import flatten
from outrider_perception.tracker import Tracker

CONFIG = load()
RADAR, CAMERA = upright_pose(-0.9, 0.0, 0.8, math.pi), upright_pose(-0.9, 0.0, 0.86, math.pi)
FOCAL, CENTRE, SIZE = (424.0, 424.0), (423.5, 239.5), (848, 480)
RIG_MPS, CAR_MPS, Y_M = 4.3, 13.7, 5.4
SPOTS = np.array([[2.25, -0.9], [0.0, -0.9], [-1.35, -0.9]])  # of a car: corner, middle of its flank, wheel house


def scan(t: float, x: float) -> PolarScan:
    """A radar's scan of posts by the way and of what it sees of a car at (`x`, Y_M)."""
    posts = np.array([(at, side) for at in (-6.0, -14.0, -25.0) for side in (-4.0, 9.0)])
    car = np.array([x, Y_M]) + SPOTS
    at = np.concatenate([posts, car]) - RADAR.translation_m[:2]
    speed = np.concatenate([np.full(len(posts), -RIG_MPS), np.full(len(car), CAR_MPS - RIG_MPS)])
    seen = np.arctan2(np.abs(at[:, 1]), -at[:, 0]) < 1.1
    at, speed = at[seen], speed[seen]
    reach = np.hypot(at[:, 0], at[:, 1])
    return PolarScan(t, RADAR, reach, np.arctan2(-at[:, 1], -at[:, 0]), np.zeros(len(at)), speed * at[:, 0] / reach,
                     np.full(len(at), 20.0))


def image(t: float, *boxes: tuple[float, float, float, float], depth_m: float) -> Boxes:
    n = len(boxes)
    return Boxes(t, CAMERA, FOCAL, CENTRE, SIZE, np.array(boxes).reshape(-1, 4), np.full(n, NAMES.index('car')),
                 np.full(n, 0.8), np.full(n, depth_m), False)


def of_car(x: float) -> tuple[float, float, float, float]:
    """The box of a car in the image: its corners from bumper to roof."""
    corners = np.array([x, Y_M]) + np.array([[a, b] for a in (2.25, -2.25) for b in (0.9, -0.9)])
    ahead, right = -(corners[:, 0] + 0.9), corners[:, 1]
    ahead = np.maximum(ahead, 0.5)
    u = CENTRE[0] + FOCAL[0] * right / ahead
    v = CENTRE[1] + FOCAL[1] * np.concatenate([0.86 / ahead, (0.86 - 1.5) / ahead])
    return (float(u.min()), float(max(v.min(), 0.0)), float(min(u.max(), 847.0)), float(min(v.max(), 479.0)))


def test_a_car_that_draws_level_is_one_body_whatever_its_parts_look_like() -> None:
    """A detector sees a motorcycle on its front for a third of a second, always at the same spot of the image."""
    tracker, steps = Tracker(*CONFIG.tracking), []
    for i in range(46):
        t, x = 0.05 * i, -28.0 + 0.05 * i * (CAR_MPS - RIG_MPS)
        tracker.step(Speed(t, RIG_MPS, 0.05, 'gps'))
        steps.append(tracker.step(scan(t, x)))
        if x < -4.0:
            parts = [(708.0, 220.0, 779.0, 281.0)] if -11.0 < x < -7.5 else []
            depth_m = -(x + 2.25 + 0.9)
            steps.append(tracker.step(image(t + 0.01, of_car(x), *parts, depth_m=max(depth_m, 1.0))))
    assert [step.counts['tentative'] + len(step.tracks) for step in steps] == [1] * len(steps)


def bank(*rows: tuple[float, float, float, float]) -> Bank:
    """Tracks of cars, the first one confirmed."""
    made = Bank.newborn(np.arange(len(rows)), np.array(rows), np.tile(np.eye(4) * 0.04, (len(rows), 1, 1)), 0.0, 0.0,
                        'radar', np.zeros(len(rows)), CONFIG.tracks.bodies)
    made.box_m[:] = 4.5, 1.8, 1.5
    made.confirmed[0] = True
    return made


@pytest.mark.parametrize(('x', 'y', 'lies'), [(-9.0, 5.0, True), (-7.0, 4.5, True), (-7.0, 3.2, False),
                                              (-12.0, 5.4, False)])
def test_no_body_begins_within_another_and_beside_it_one_may(x: float, y: float, lies: bool) -> None:
    two = bank((-7.0, 5.4, 9.4, 0.0), (x, y, 6.5, -3.5))
    assert extent.within(two, CONFIG.tracks).tolist() == [[False, False], [lies, False]]


def test_what_lies_within_a_body_is_not_told_by_the_echoes_of_that() -> None:
    """Whatever it takes for its own: they are of the other's flank."""
    one = scan(0.0, -7.0)
    points = flatten(one, CONFIG.tracks)
    mover = points.range_rate_mps < 0.0
    echoes = from_clusters(cluster(points.take(mover), mover[mover], CONFIG.tracks), one, CONFIG.tracks)
    tracks = bank((-7.0, 5.4, 9.4, 0.0), (-8.0, 5.0, 9.0, -0.5))
    matched = associate.match(tracks, echoes, np.zeros(2, dtype=np.bool_), CONFIG.tracks)
    assert matched.track.tolist() == [0]


@pytest.mark.parametrize(('box', 'starts'), [((708.0, 220.0, 779.0, 281.0), False),
                                             ((300.0, 220.0, 330.0, 281.0), True)])
def test_a_box_over_any_part_of_a_known_body_starts_nothing(box: tuple[float, float, float, float],
                                                            starts: bool) -> None:
    tracks = bank((-10.6, 5.4, 9.4, 0.0))
    seen, _ = from_image(image(0.0, box, depth_m=7.4), CONFIG.tracks.bodies.classes, CONFIG.sight)
    nobody = associate.match(bank((-60.0, 0.0, 0.0, 0.0)), seen, np.zeros(1, dtype=np.bool_), CONFIG.tracks)
    assert associate.unexplained(tracks, seen, nobody, CONFIG.tracks).tolist() == [starts]


def test_corners_and_near_side_are_what_a_footprint_reaches_over() -> None:
    right, left, near_m, far_m = (float(one[0]) for one in facing.outlook(
        np.array([[-10.0, 5.0]]), np.array([[4.0, 2.0, 1.5]]), np.zeros(1), np.zeros(2)))
    assert (right, left) == pytest.approx((math.atan2(6.0, -8.0), math.atan2(4.0, -12.0)))
    assert (near_m, far_m) == pytest.approx((math.hypot(8.0, 4.0), math.hypot(12.0, 6.0)))
