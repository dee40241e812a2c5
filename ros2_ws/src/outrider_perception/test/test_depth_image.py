"""Depth images of the painted world: what stands near is found where it is, the road is not, and it is cheap."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from camera_scene import actor, eye, noise_of, wall, world
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from outrider_perception.box_depth import box_depth
from outrider_perception.config import load
from outrider_perception.depth_image import Pinhole, find_clusters
from outrider_perception.measurements import DepthClusters, upright_pose
from outrider_sim.world.camera import DepthPainter, pinhole
from outrider_sim.world.model import Thing

CONFIG = load()

FULL, EVERY = pinhole(848, 480, 87.0), 4
CAMERA = Pinhole(FULL.fx / EVERY, FULL.fy / EVERY, FULL.ppx / EVERY, FULL.ppy / EVERY)
POSE = upright_pose(0.0, 0.0, 1.0)


def image(one, at=None):
    """A depth image of 212 x 120: every fourth pixel of the sensor's."""
    seen = DepthPainter(one, FULL, 3).depth(one.at(0.0), at or eye())
    return np.ascontiguousarray(seen[::EVERY, ::EVERY])


def found(one, at=None, roll_deg=0.0, pitch_deg=0.0) -> DepthClusters:
    return find_clusters(image(one, at), CAMERA, POSE, 0.0, CONFIG.depth, math.radians(roll_deg),
                         math.radians(pitch_deg))


@pytest.mark.parametrize(('kind', 'size', 'x'), [
    ('person', (0.5, 0.5), 2.0), ('person', (0.5, 0.5), 6.0), ('person', (0.5, 0.5), 11.0),
    ('motorcycle', (2.2, 0.8), 5.0), ('car', (4.5, 1.8), 7.0), ('dog', (0.8, 0.3), 3.0)])
def test_body_is_one_cluster_at_its_front(kind: str, size: tuple[float, float], x: float) -> None:
    seen = found(world(actor(kind, (x, 0.5))))
    assert len(seen.xy_m) == 1
    front = x - size[0] / 2
    assert front - 0.25 < seen.xy_m[0, 0] < x + 0.1
    assert seen.xy_m[0, 1] == pytest.approx(0.5, abs=0.35)
    assert seen.extent_m[0, 1] < size[1] + 0.3 + 0.5 * (kind == 'car')  # a car's flank is seen too
    assert seen.sigma_m[0] == pytest.approx(0.0016 * float(np.hypot(*seen.xy_m[0])) ** 2)


def test_person_is_as_tall_as_he_is() -> None:
    assert found(world(actor('person', (4.0, 0.0)))).extent_m[0, 2] == pytest.approx(1.7, abs=0.1)


@pytest.mark.parametrize(('roll_deg', 'pitch_deg', 'told'), [
    (0.0, 0.0, True), (10.0, 0.0, True), (0.0, 3.0, True), (0.0, -3.0, True), (0.0, 1.0, False), (0.0, -1.0, False),
    (2.0, 0.0, False)])
def test_empty_road_shows_nothing_whether_or_not_a_small_lean_is_known(roll_deg: float, pitch_deg: float,
                                                                     told: bool) -> None:
    lean = {'roll_deg': roll_deg, 'pitch_deg': pitch_deg} if told else {}
    for weather in ('clear', 'rain'):
        assert len(found(world(weather=weather), eye(roll_deg, pitch_deg), **lean).xy_m) == 0


def test_lean_that_is_known_leaves_a_body_where_it_is() -> None:
    seen = found(world(actor('person', (4.0, 0.5))), eye(12.0), roll_deg=12.0)
    assert seen.xy_m == pytest.approx(np.array([[3.9, 0.5]]), abs=0.12)


def test_nothing_beyond_the_reach() -> None:
    assert len(found(world(actor('car', (18.0, 0.0)))).xy_m) == 0


def test_person_before_a_wall_is_told_from_it() -> None:
    seen = found(world(actor('person', (4.0, 0.0)), things=[wall(6.0, 3.0)]))
    assert seen.xy_m[:, 0] == pytest.approx([3.9, 6.0], abs=0.12)
    assert seen.extent_m[:, 1] == pytest.approx([0.45, 6.0], abs=0.3)


def test_what_the_image_cuts_is_marked() -> None:
    assert not found(world(actor('person', (4.0, 0.0)))).cut.any()
    rail = found(world(things=[Thing('guard_rail', (0.0, 3.0), (40.0, 3.0), 4.0)]))
    assert rail.cut.tolist() == [[False, True, False]]
    far = found(world(things=[Thing('wall', (6.0, 2.0), (40.0, 2.0), 4.0)]))
    assert far.cut.tolist() == [[False, False, True]], 'the end of the reach'
    truck = found(world(actor('truck', (4.5, -3.0))))
    assert truck.cut.tolist() == [[True, False, False]]
    right, left = truck.slopes
    assert right == pytest.approx(-left, abs=0.02)
    assert left == pytest.approx(CAMERA.cx / CAMERA.fx, abs=0.02)


def test_persons_apart_are_two() -> None:
    seen = found(world(actor('person', (4.0, -0.8)), actor('person', (4.0, 0.8), name='b')))
    assert sorted(seen.xy_m[:, 1].tolist()) == pytest.approx([-0.8, 0.8], abs=0.1)


def test_night_is_seen_as_far_as_the_cameras_own_light() -> None:
    assert len(found(world(actor('person', (3.0, 0.0)), light='night')).xy_m) == 1


def test_image_of_noise_is_not_full_of_bodies() -> None:
    assert len(found(world(faults=[noise_of('depth')])).xy_m) <= 3


def test_cheap() -> None:
    walls = [Thing('wall', (0.0, y), (40.0, y), 4.0) for y in (-3.0, 3.0)]
    busy = image(world(actor('person', (3.0, 0.3)), actor('car', (9.0, -0.5), name='b'), things=walls))
    took = []
    for _ in range(30):
        begun = time.thread_time()
        find_clusters(busy, CAMERA, POSE, 0.0, CONFIG.depth)
        took.append(time.thread_time() - begun)
    assert np.median(took) < 3e-3


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(np.uint16, (24, 40), elements=st.integers(0, 65535)), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_any_image_gives_finite_clusters(depth: np.ndarray, roll_rad: float, pitch_rad: float) -> None:
    seen = find_clusters(depth, Pinhole(20.0, 20.0, 20.0, 12.0), POSE, 0.0, CONFIG.depth, roll_rad,
                         pitch_rad)
    for column in (seen.xy_m, seen.extent_m, seen.sigma_m):
        assert np.isfinite(column).all()
    assert (seen.extent_m >= 0.0).all()


def test_box_is_as_far_as_the_near_surface_of_its_body() -> None:
    depth = image(world(actor('person', (4.0, 0.0)), things=[wall(9.0)]))
    height = 0.5 * depth.shape[0]
    u, v = CAMERA.cx, CAMERA.cy
    body = [u - 8.0, v - 20.0, u + 8.0, v + height / 2]
    assert box_depth(depth, np.array([body]), CONFIG.depth) == pytest.approx([3.85], abs=0.15)


def test_box_without_depth_or_outside_the_image_has_none() -> None:
    depth = np.zeros((120, 212), dtype=np.uint16)
    edges = np.array([[10.0, 10.0, 60.0, 60.0], [-90.0, -90.0, -50.0, -50.0], [np.nan, 0.0, 9.0, 9.0]])
    assert np.isnan(box_depth(depth, edges, CONFIG.depth)).all()
    depth[:] = 5000
    assert box_depth(depth, edges, CONFIG.depth) == pytest.approx([5.0, np.nan, np.nan], nan_ok=True)
    tiny = np.array([[100.0, 50.0, 100.6, 50.6]])
    assert box_depth(depth, tiny, CONFIG.depth) == pytest.approx([5.0]), 'a tiny box has pixels too'


def test_far_body_is_read_through_the_background_beside_it() -> None:
    depth = np.full((120, 212), 20000, dtype=np.uint16)
    depth[40:80, 100:108] = 9000
    assert box_depth(depth, np.array([[97.0, 36.0, 111.0, 84.0]]), CONFIG.depth) == pytest.approx([9.0])
