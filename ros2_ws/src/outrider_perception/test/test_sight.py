"""What camera and near depth say of bodies, and tracks that rest on them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from outrider_perception import facing, sight
from outrider_perception.bank import Bank
from outrider_perception.classes import NAMES
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity
from outrider_perception.measurements import Boxes, DepthClusters, PolarScan, Speed, upright_pose
from outrider_perception.moves import Listener, moves, refuted
from outrider_perception.near import near_edges
from outrider_perception.tracker import Step, Tracker

CONFIG = load()

FOCAL, CENTRE, SIZE = (424.0, 424.0), (423.5, 239.5), (848, 480)
REAR = upright_pose(-0.9, 0.0, 0.86, math.pi)
CAR, PERSON = NAMES.index('car'), NAMES.index('person')
S, TABLES = CONFIG.sight, CONFIG.tracks.bodies.classes


def edges(x: float, y: float, width: float, height: float, pose=REAR) -> list[float]:
    """The box of something flat that faces the camera, its middle at (x, y) of base_link, on the ground."""
    ahead, left = pose.rotation[:2, :2].T @ (np.array([x, y]) - pose.translation_m[:2])
    up = pose.translation_m[2]
    us = [CENTRE[0] - FOCAL[0] * (left + side * width / 2) / ahead for side in (1, -1)]
    vs = [CENTRE[1] - FOCAL[1] * (high - up) / ahead for high in (height, 0.0)]
    return [us[0], vs[0], us[1], vs[1]]


def image(t: float, *rows: list[float], kind: int = CAR, score: float = 0.8, depth: float = math.nan,
          dark: bool = False) -> Boxes:
    n = len(rows)
    return Boxes(t, REAR, FOCAL, CENTRE, SIZE, np.array(rows).reshape(-1, 4), np.full(n, kind), np.full(n, score),
                 np.full(n, depth), dark)


def clusters(t: float, *places: tuple[float, float], cut: bool = False) -> DepthClusters:
    """Clusters half a metre wide at places of base_link."""
    at = (np.array(places).reshape(-1, 2) - REAR.translation_m[:2]) @ REAR.rotation[:2, :2]
    n = len(at)
    return DepthClusters(t, REAR, at, np.tile([0.1, 0.5, 1.7], (n, 1)), np.full(n, 0.05), np.full((n, 3), cut))


def rolls(t: float, mps: float = 5.0) -> Speed:
    return Speed(t, mps, 0.05, 'gps')


@pytest.mark.parametrize(('x', 'y'), [(-8.0, 0.0), (-15.0, 2.0), (-30.0, -3.0), (-60.0, 1.0)])
def test_box_tells_bearing_and_range_within_its_own_sigma(x: float, y: float) -> None:
    seen = sight.sights(image(0.0, edges(x, y, 1.8, 1.5)), REAR, TABLES, S)
    truth = np.array([math.atan2(y, x + 0.9), 1.0 / math.hypot(x + 0.9, y)])
    off = np.abs(seen.z[0] - truth)
    off[0] = min(off[0], 2 * math.pi - off[0])
    assert off[0] < 0.003
    assert off[1] < 2.0 * seen.sigma[0, 1]
    assert seen.sigma[0, 1] < 0.5 * truth[1], 'a range that is worth having'


def test_depth_in_a_box_is_worth_more_than_its_size() -> None:
    at = edges(-8.9, 0.0, 1.8, 1.5)
    without, given = (sight.sights(image(0.0, at, depth=depth), REAR, TABLES, S) for depth in (math.nan, 8.0))
    assert given.sigma[0, 1] < 0.6 * without.sigma[0, 1]
    assert 1.0 / given.z[0, 1] == pytest.approx(8.0, abs=0.3)


def test_ground_tells_the_range_where_the_class_is_wrong() -> None:
    far = sight.sights(image(0.0, edges(-5.9, 0.0, 0.5, 1.7), kind=NAMES.index('dog')), REAR, TABLES, S)
    assert 1.0 / far.z[0, 1] == pytest.approx(5.0, rel=0.35)


def test_box_that_the_image_cuts_says_no_more_than_it_can() -> None:
    whole = sight.sights(image(0.0, [300.0, 100.0, 500.0, 400.0]), REAR, TABLES, S)
    for cut in ([0.0, 100.0, 200.0, 400.0], [300.0, 0.0, 500.0, 479.0]):
        seen = sight.sights(image(0.0, cut), REAR, TABLES, S)
        assert (seen.sigma[0] > 1.5 * whole.sigma[0]).any()
    full = sight.sights(image(0.0, [0.0, 0.0, 847.0, 479.0]), REAR, TABLES, S)
    assert np.isfinite(full.z).all()
    assert full.sigma[0, 1] >= 0.3


def test_lean_of_the_rig_turns_what_it_sees() -> None:
    from outrider_perception.lean import leaned
    roll = math.radians(15.0)
    pose = leaned(REAR, roll, 0.0)
    point = np.array([-10.0, 2.0, 0.75])
    ahead = pose.rotation.T @ (point - pose.translation_m)
    u, v = CENTRE[0] - FOCAL[0] * ahead[1] / ahead[0], CENTRE[1] - FOCAL[1] * ahead[2] / ahead[0]
    seen = sight.sights(image(0.0, [u - 20, v - 15, u + 20, v + 15]), pose, TABLES, S)
    at = point[:2] - pose.translation_m[:2]
    assert seen.z[0, 0] == pytest.approx(math.atan2(at[1], at[0]), abs=1e-6)


def test_damaged_boxes_are_left_out_and_counted() -> None:
    good = edges(-10.0, 0.0, 1.8, 1.5)
    rows = [good, [math.nan, 0.0, 1.0, 1.0], [50.0, 50.0, 50.0, 90.0], [9e9, 0.0, 9.1e9, 5.0], [60.0, 90.0, 50.0, 95.0]]
    step = Tracker(*CONFIG.tracking).step(image(0.0, *rows))
    assert step.counts['boxes'] == 5
    assert step.counts['boxes_left_out'] == 4


def test_jacobian_is_that_of_the_model() -> None:
    state = np.array([[-20.0, 3.0, 1.0, 0.5]])
    z, h = sight.prediction(state, REAR.translation_m[:2])
    for i in range(4):
        off = np.zeros((1, 4))
        off[0, i] = 1e-5
        high, low = (sight.prediction(state + sign * off, REAR.translation_m[:2])[0] for sign in (1, -1))
        assert (high - low)[0] / 2e-5 == pytest.approx(h[0, :, i], abs=1e-6)


def test_what_faces_the_sensor_is_where_a_box_sees_it() -> None:
    centre, box, heading, at = np.array([[-10.0, 0.0]]), np.array([[4.0, 2.0, 1.5]]), np.zeros(1), np.zeros(2)
    assert centre + facing.in_image(centre, box, heading, at) == pytest.approx(np.array([[-8.0, 0.0]]))


@pytest.mark.parametrize(('place', 'slopes', 'edges'), [
    ((-10.0, 0.0), (-1.0, 1.0), (8.0, -1.0, 1.0)),     # its front
    ((-10.0, 3.0), (-1.0, 1.0), (8.0, -4.0, -2.0)),    # front and flank
    ((-3.0, 3.0), (-1.0, 1.0), (2.0, -2.0, -2.0)),     # the front is beyond the image: the flank, from its edge on
    ((-3.0, -3.0), (-1.0, 1.0), (2.0, 2.0, 2.0)),
    ((-5.0, 3.0), (-1.0, 1.0), (3.0, -3.0, -2.0)),     # the image's edge goes through the front
    ((-0.5, 3.0), (-1.0, 1.0), (2.0, -2.0, -2.0)),     # the last of the flank
    ((4.0, 3.0), (-1.0, 1.0), (-6.0, -4.0, -2.0)),     # nothing in view: the whole body stands for it
    ((-1.0, 0.0), (-1.0, 1.0), (-1.0, -1.0, 1.0)),     # around the sensor
])
def test_depth_sees_the_edges_of_what_faces_it_within_the_image(place, slopes, edges) -> None:
    box, heading, at = np.array([[4.0, 2.0, 1.5]]), np.zeros(1), np.zeros(2)
    seen = facing.in_depth(np.array([place]), box, heading, at, np.array([-1.0, 0.0]), slopes)
    assert seen == pytest.approx(np.array([edges]))


def test_a_turned_body_shows_its_nearest_corner() -> None:
    box, at = np.array([[4.0, 2.0, 1.5]]), np.zeros(2)
    seen = facing.in_depth(np.array([[-10.0, 0.0]]), box, np.array([math.pi / 4]), at, np.array([-1.0, 0.0]),
                           (-1.0, 1.0))
    half = 3.0 / math.sqrt(2.0)
    assert seen == pytest.approx(np.array([[10.0 - half, -half, half]]))


def test_near_place_is_in_base_link_with_more_doubt_along_the_line_of_sight() -> None:
    near = near_edges(clusters(0.0, (-8.9, 0.0)), REAR, S)
    assert near.place_m == pytest.approx(np.array([[-8.9, 0.0]]))
    assert near.edges == pytest.approx(np.array([[7.95, -0.25, 0.25]]))
    assert near.index.tolist() == [0]
    wide = DepthClusters(0.0, REAR, np.array([[8.0, 0.0]]), np.array([[0.1, 0.4, 1.0]]), np.array([0.4]))
    doubt = near_edges(wide, REAR, S).spread_m2
    assert doubt[0, 0, 0] > 2 * doubt[0, 1, 1]
    assert (np.linalg.eigvalsh(near.spread_m2) > 0.0).all()


def test_the_side_turned_to_the_camera_is_known_best_and_an_end_at_the_images_edge_hardly() -> None:
    behind, left, right = (np.sqrt(np.diagonal(near_edges(clusters(0.0, at), REAR, S).noise[0]))
                           for at in ((-5.0, 0.0), (-5.0, -2.0), (-5.0, 2.0)))
    assert behind[1] == pytest.approx(behind[2])
    assert left[2] > 3 * left[1]   # camera and rig look apart: what is to the rig's right is to the camera's left
    assert right[1] > 3 * right[2]
    at, size = np.array([[3.0, 2.0]]), np.array([[2.0, 0.4, 1.5]])
    whole, cut = (np.sqrt(np.diagonal(near_edges(DepthClusters(0.0, REAR, at, size, np.full(1, 0.02), np.array([[
        False, goes_on, False]])), REAR, S).noise[0])) for goes_on in (False, True))
    assert cut[0] > 5 * whole[0], "its end may be the image's"
    assert cut[1] == pytest.approx(whole[1]), 'its flank is seen as before'


def approach(tracker: Tracker, kinds: str, seconds: float = 3.0, mps: float = 6.0, rig_mps: float = 5.0) -> Step:
    """A car comes from 40 m behind, seen by camera (c), depth (d), both at 15 Hz; GPS tells the rig's speed."""
    step = None
    for i in range(round(seconds * 15)):
        t = i / 15
        x = -40.0 + mps * t
        tracker.step(rolls(t, rig_mps))
        if 'c' in kinds:
            step = tracker.step(image(t, edges(x, 1.0, 1.8, 1.5)))
        if 'd' in kinds and x > -13.0:
            step = tracker.step(clusters(t, (x, 1.0)))
    assert step is not None
    return step


def test_camera_alone_tracks_a_car_with_its_class() -> None:
    step = approach(Tracker(*CONFIG.tracking), 'c')
    assert len(step.tracks) == 1
    assert step.tracks.class_id[0] == CAR
    assert step.tracks.class_probability[0] > 0.9
    assert step.tracks.sources(step.stamp_s).tolist() == [2]
    assert step.tracks.state[0, 2] == pytest.approx(6.0, abs=2.0)
    nearest = step.tracks.state[0, 0] + step.size_m[0, 0] / 2
    assert nearest == pytest.approx(-22.0, rel=0.15)
    assert 'radar' in step.degraded
    assert 'depth' in step.degraded
    assert 'camera' not in step.degraded


def test_depth_alone_tracks_what_comes_near() -> None:
    step = approach(Tracker(*CONFIG.tracking), 'd', seconds=6.0)
    assert len(step.tracks) == 1
    assert step.tracks.sources(step.stamp_s).tolist() == [4]
    assert step.tracks.state[0, 2:] == pytest.approx([6.0, 0.0], abs=0.8)


def test_parked_car_is_no_track() -> None:
    """It recedes as fast as the rig rolls, by boxes and by clusters."""
    tracker = Tracker(*CONFIG.tracking)
    for i in range(45):
        t = i / 15
        tracker.step(rolls(t))
        x = -3.0 - 5.0 * t
        step = tracker.step(image(t, edges(x, 2.5, 1.8, 1.5)))
        if x > -12.0:
            step = tracker.step(clusters(t, (x, 2.5)))
        assert len(step.tracks) == 0


def test_parked_van_of_unusual_size_is_no_track() -> None:
    """Its range is wrong by a third, and so is the speed with which it falls behind."""
    tracker = Tracker(*CONFIG.tracking)
    for i in range(60):
        t = i / 15
        tracker.step(rolls(t))
        step = tracker.step(image(t, edges(-4.0 - 5.0 * t, -2.5, 2.0, 2.2)))
        assert len(step.tracks) == 0


def test_wall_that_goes_on_beyond_the_image_starts_nothing() -> None:
    tracker = Tracker(*CONFIG.tracking)
    for i in range(30):
        tracker.step(rolls(i / 15))
        step = tracker.step(clusters(i / 15, (-6.0, 3.0), cut=True))
        assert len(step.tracks) == 0
        assert step.counts['tentative'] == 0


@pytest.mark.parametrize(('cut', 'alive'), [((False, False, False), True), ((True, False, False), False),
                                            ((False, False, True), False), ((True, True, True), False)])
def test_what_goes_on_beyond_the_image_keeps_no_track(cut: tuple[bool, ...], alive: bool) -> None:
    """A wall that goes along with the rig takes over no track of a body that was beside it."""
    tracker = Tracker(*CONFIG.tracking)
    for i in range(20):
        t = i * 0.05
        tracker.step(rolls(t, 6.0))
        tracker.step(heard(t, (-6.0, 2.0, 0.0)))
        step = tracker.step(clusters(t + 0.02, (-6.0, 2.0)))
    assert len(step.tracks) == 1
    for i in range(20, 50):
        found = clusters(i * 0.05, (-6.0, 2.0))
        step = tracker.step(replace(found, cut=np.array([cut])))
        tracker.step(rolls(i * 0.05, 6.0))
    assert (len(step.tracks) == 1) is alive


def test_boxes_and_radar_see_one_body() -> None:
    tracker = Tracker(*CONFIG.tracking)
    for i in range(60):
        t = i * 0.05
        x = -40.0 + 6.0 * t
        tracker.step(rolls(t))
        reach = math.hypot(x + 0.9, 1.0)
        radar = PolarScan(t, upright_pose(-0.9, 0.0, 0.8, math.pi), np.array([reach]),
                          np.array([math.atan2(-1.0, -x - 0.9)]), np.zeros(1), np.array([6.0 * (x + 0.9) / reach]),
                          np.array([20.0]))
        step = tracker.step(radar)
        if i % 4 in (0, 2):
            step = tracker.step(image(t + 0.01, edges(x + 0.06, 1.0, 1.8, 1.5)))
    assert len(step.tracks) == 1
    assert step.tracks.class_id.tolist() == [CAR]
    assert step.tracks.sources(step.stamp_s).tolist() == [3]
    assert step.counts['tentative'] == 0


def heard(t: float, *bodies: tuple[float, float, float]) -> PolarScan:
    """A radar's scan of posts, and of bodies at (x, y) of base_link with a range rate, from a rig at 6 m/s."""
    posts = [(x, y) for x in (-6.0, -14.0, -25.0) for y in (-5.0, 5.0)]
    at = np.array([(x + 0.9, y) for x, y, *_ in [*posts, *bodies]])
    reach = np.hypot(at[:, 0], at[:, 1])
    rate = -6.0 * at[:, 0] / reach
    rate[len(posts):] = [one[2] for one in bodies]
    return PolarScan(t, upright_pose(-0.9, 0.0, 0.8, math.pi), reach, np.arctan2(-at[:, 1], -at[:, 0]),
                     np.zeros(len(at)), rate, np.full(len(at), 20.0))


def convoy(tracker: Tracker, begin_s: float, seconds: float, radar: bool = True, echo: bool = False) -> list[int]:
    """Something at (-9, 2) that keeps up with a rig at 6 m/s, as images see it; how many are told after each look.

    `echo`: the radar hears it too.
    """
    told = []
    for i in range(round(seconds * 20)):
        t = begin_s + i * 0.05
        tracker.step(rolls(t, 6.0))
        if radar:
            told.append(len(tracker.step(heard(t, *([(-9.0, 2.0, 0.0)] if echo else []))).tracks))
        told.append(len(tracker.step(image(t + 0.01, edges(-9.0, 2.0, 1.8, 1.5), depth=8.1)).tracks))
    return told


def test_what_only_images_see_driving_where_a_radar_would_hear_it_is_not_told() -> None:
    """Parked cars in a row, one after the other, look like one that keeps up with the rig."""
    assert max(convoy(Tracker(*CONFIG.tracking), 0.0, 3.0)) == 0
    assert max(convoy(Tracker(*CONFIG.tracking), 0.0, 3.0, radar=False)) == 1, 'no radar: images are all there is'


def test_what_images_found_is_told_once_the_radar_hears_it() -> None:
    tracker = Tracker(*CONFIG.tracking)
    convoy(tracker, 0.0, 1.5)
    told = convoy(tracker, 1.5, 0.5, echo=True)
    assert told.index(1) <= 3
    assert told[-1] == 1


def test_track_that_a_radar_no_longer_hears_does_not_live_on_images() -> None:
    tracker = Tracker(*CONFIG.tracking)
    assert convoy(tracker, 0.0, 2.0, echo=True)[-1] == 1
    assert convoy(tracker, 2.0, 0.9)[-1] == 1, 'a fade'
    assert convoy(tracker, 2.9, 0.6)[-1] == 0


def test_images_keep_a_track_while_the_radar_drops_out() -> None:
    tracker = Tracker(*CONFIG.tracking)
    assert convoy(tracker, 0.0, 2.0, echo=True)[-1] == 1
    assert min(convoy(tracker, 2.0, 2.0, radar=False)) == 1


def unheard(along_mps: float, sigma_mps: float, heard_s: float) -> Bank:
    """A track at (-9, 0) that images see at 10 s and the radar heard last at `heard_s`; the rig rolls at 6 m/s."""
    covariance = np.diag([0.1, 0.1, sigma_mps ** 2, sigma_mps ** 2])[None]
    one = Bank.newborn(np.array([1]), np.array([[-9.0, 0.0, along_mps - 6.0, 0.0]]), covariance, 3.0, 10.0, 'depth',
                       np.zeros(1), CONFIG.tracks.bodies)
    one.heard_s[0, 0] = heard_s
    return one


OWN = EgoVelocity(np.array([6.0, 0.0]), np.eye(2) * 1e-3, True, 20)


def test_one_echo_long_ago_is_no_proof_of_motion_and_a_fresh_one_is() -> None:
    for heard_s, proved in ((9.5, True), (7.0, False), (-math.inf, False)):
        assert moves(unheard(2.0, 1.9, heard_s), OWN, REAR.translation_m[:2], CONFIG.tracks, S).tolist() == [proved]


def test_wall_of_whose_speed_little_is_known_does_not_walk_along() -> None:
    """Its middle travels with the rig; along it nothing is measured."""
    radar = Listener(REAR.translation_m[:2], np.array([-1.0, 0.0]), 30.0, 10.0)
    for along_mps, heard_s, gone in ((2.0, 7.0, True), (2.0, 9.5, False), (0.9, 7.0, False), (0.0, 7.0, False)):
        assert refuted(unheard(along_mps, 1.9, heard_s), OWN, radar, CONFIG.tracks, S).tolist() == [gone]


def test_short_chirp_refutes_nothing_beyond_its_reach() -> None:
    tracker = Tracker(*CONFIG.tracking)
    told = 0
    for i in range(60):
        t = i * 0.05
        tracker.step(rolls(t, 6.0))
        tracker.step(replace(heard(t), range_resolution_m=0.05))
        told = len(tracker.step(image(t + 0.01, edges(-9.0, 2.0, 1.8, 1.5), depth=8.1)).tracks)
    assert told == 1


def test_night_is_named_by_dark_images() -> None:
    tracker = Tracker(*CONFIG.tracking)
    assert 'night' in tracker.step(image(0.0, dark=True)).degraded
    assert 'night' not in tracker.step(image(0.1)).degraded


def test_silent_senses_are_named_and_come_back() -> None:
    tracker = Tracker(*CONFIG.tracking)
    tracker.step(rolls(0.0))
    tracker.step(image(0.0))
    step = tracker.step(clusters(0.0))
    assert step.degraded == ('radar', 'imu')
    assert tracker.step(clusters(1.2)).degraded == ('radar', 'camera', 'gps', 'imu')
    tracker.step(rolls(1.3))
    tracker.step(image(1.3))
    assert tracker.step(clusters(1.4)).degraded == ('radar', 'imu')
