"""Where things are in the camera's pictures, and what hides what."""

import math
from pathlib import Path

import numpy as np
import pytest
from camera_scene import VIEW, actor, boxes, depth_m, eye, picture, pixel, wall, world

from outrider_sim.world import places, scenario, words
from outrider_sim.world.camera import DepthPainter, Painter, pinhole, riders, vehicles
from outrider_sim.world.camera.shapes import fitted
from outrider_sim.world.eye import eye_of
from outrider_sim.world.model import Thing
from outrider_sim.world.world import World

SCENARIOS = sorted((places.config_folder() / 'scenarios').glob('*.yaml'))


@pytest.mark.parametrize('turned', [{}, {'roll_deg': 8.0}, {'pitch_deg': -5.0, 'yaw_deg': 6.0}])
def test_known_corners_land_on_their_pixels(turned):
    at = eye(**turned)
    one = world(actor('truck', (16.0, 0.6), heading_deg=0.0))  # its box seen from behind: an exact face, 12 m away
    (found,) = boxes(one, at)
    corners = np.array([pixel((12.0, 0.6 + side * 1.25, high), at) for side in (1, -1) for high in (1.05, 3.2)])
    assert found.left == pytest.approx(corners[:, 0].min(), abs=1.0)
    assert found.right - 1 == pytest.approx(corners[:, 0].max(), abs=1.0)
    assert found.top == pytest.approx(corners[:, 1].min(), abs=1.0)


def test_picture_of_any_size_shows_the_same_place():
    one, small = world(actor('bus', (20.0, 0.0))), pinhole(416, 256, 70.0)
    assert picture(one, view=small).shape == (256, 416, 3)
    (found,) = boxes(one, view=small)
    left, _ = pixel((14.0, 1.275, 1.0), eye(), small)
    assert found.left == pytest.approx(left, abs=1.5)


def test_horizon_leans_with_the_rider():
    sky = depth_m(world(), eye(roll_deg=10.0)) == 0.0  # the ground far away has no depth either
    blue = picture(world(), eye(roll_deg=10.0))
    assert sky.any()
    ends = [int(np.argmax(blue[:, column, 2] < 0.8 * blue[0, column, 2])) for column in (40, 384)]
    slope = (ends[0] - ends[1]) / 344
    assert abs(slope) == pytest.approx(math.tan(math.radians(10.0)), abs=0.03)
    # Leaning right, the camera sees the horizon rise to its right.
    assert slope > 0.0


def test_what_is_nearer_hides_what_is_behind():
    near, far = actor('truck', (10.0, 0.0), name='near'), actor('car', (25.0, 0.0), name='far')
    assert [one.id for one in boxes(world(near, far))] == ['near']
    assert [one.id for one in boxes(world(far, near))] == ['near']
    aside = actor('car', (25.0, 5.6), name='far')
    found = {one.id: one for one in boxes(world(near, aside))}
    assert found['near'].share == pytest.approx(1.0)
    assert 0.05 < found['far'].share < 0.95


def test_walls_hide_and_are_hidden():
    person = actor('person', (6.0, 0.0))
    assert boxes(world(person, things=[wall(4.0)])) == []
    (found,) = boxes(world(person, things=[wall(9.0)]))
    assert found.share == pytest.approx(1.0)


def test_share_counts_what_the_pictures_edge_cuts_off():
    (found,) = boxes(world(actor('car', (9.0, 7.6), heading_deg=90.0)))
    assert found.left == 0
    assert 0.2 < found.share < 0.8


def test_parked_cars_are_found_as_cars():
    found = boxes(world(things=[Thing('parked_cars', (8.0, -3.0), (30.0, -3.0), 7.0)]))
    assert len(found) >= 2
    assert {(one.actor, one.kind) for one in found} == {(-1, 'car')}


@pytest.mark.parametrize('kind', words.CLASSES)
def test_bodies_stay_in_their_boxes(kind):
    size = 1.3 * np.array(words.SIZES_M[kind])
    styles = vehicles.CARS if kind == 'car' else ('',)
    for far in (False, True):
        made = [getattr(vehicles, kind)(style, far) for style in styles] if hasattr(vehicles, kind) else \
            [getattr(riders, kind)(phase / riders.PHASES, far) for phase in range(riders.PHASES)]
        for parts in made:
            corners = np.concatenate([part.corners for part in fitted(parts, words.SIZES_M[kind], tuple(size))])
            assert (np.abs(corners[:, :2]) <= 0.5 * size[:2] + 1e-9).all()
            assert corners[:, 2].max() <= size[2] + 1e-9
            assert corners[:, 2].min() >= -0.05
            assert np.ptp(corners[:, 2]) >= 0.9 * size[2]


def test_every_class_is_seen_and_told_apart_at_10_m():
    empty = picture(world())
    outlines = {}
    for kind in words.CLASSES:
        one = world(actor(kind, (10.0 + 0.5 * words.SIZES_M[kind][0], 0.0)))
        (found,) = boxes(one)
        width, height = found.right - found.left, found.bottom - found.top
        part = np.s_[found.top:found.bottom, found.left:found.right]
        assert np.abs(picture(one)[part] - empty[part]).mean() > 12.0
        outlines[kind] = (width, height, found.pixels / (width * height))
    expected = {kind: (212 * size[1] / 10.0, 212 * size[2] / 10.0) for kind, size in words.SIZES_M.items()}
    for kind, (width, height, _) in outlines.items():
        assert width <= expected[kind][0] + 2.0
        assert 0.75 * expected[kind][1] <= height <= expected[kind][1] + 2.0
    # Those of one width differ in what they fill of it: seen from the side they differ most.
    sides = {kind: boxes(world(actor(kind, (10.0, 0.0), heading_deg=90.0)))[0] for kind in words.CLASSES}
    marks = {kind: np.log([one.right - one.left, one.bottom - one.top, one.pixels]) for kind, one in sides.items()}
    for kind, mark in marks.items():
        nearest = min(float(np.abs(mark - other).max()) for name, other in marks.items() if name != kind)
        assert nearest > 0.2, kind


def test_walker_swings_its_legs():
    one = World(scenario.load(Path(SCENARIOS[[file.stem for file in SCENARIOS].index('crossing_pedestrian')])))
    painter = Painter(one, VIEW, 1)
    widths = set()
    for t_s in np.arange(0.0, 1.0, 0.1):
        snapshot = one.at(float(t_s))
        at = eye(place=(snapshot.xy[0, 0] - 3.0, snapshot.xy[0, 1], 1.0))
        (found,) = painter.boxes(snapshot, at)
        widths.add(found.right - found.left)
    assert max(widths) - min(widths) >= 8


def test_equal_seed_and_time_equal_pictures():
    one = world(actor('car', (12.0, 1.0)), light='night', weather='rain', things=[wall(30.0)])
    first, depths = Painter(one, VIEW, 7), DepthPainter(one, VIEW, 7)
    image, far = first.colour(one.at(1.0), eye()), depths.depth(one.at(1.0), eye())
    first.colour(one.at(2.0), eye(roll_deg=3.0))  # what was painted before does not count
    depths.depth(one.at(2.0), eye())
    assert np.array_equal(first.colour(one.at(1.0), eye()), image)
    assert np.array_equal(depths.depth(one.at(1.0), eye()), far)
    assert np.array_equal(Painter(one, VIEW, 7).colour(one.at(1.0), eye()), image)
    assert np.array_equal(DepthPainter(one, VIEW, 7).depth(one.at(1.0), eye()), far)
    assert not np.array_equal(Painter(one, VIEW, 8).colour(one.at(1.0), eye()), image)
    assert not np.array_equal(DepthPainter(one, VIEW, 8).depth(one.at(1.0), eye()), far)


@pytest.mark.parametrize('file', SCENARIOS, ids=lambda file: file.stem)
def test_every_shipped_scenario_is_rendered(file):
    one = scenario.load(file)
    played = World(one)
    small = pinhole(212, 120)
    mount = places.truth(one.rig, 'camera', one.seed).mount
    painter, depths = Painter(played, small, one.seed), DepthPainter(played, small, one.seed)
    for t_s in (0.0, 0.6 * one.duration_s):
        snapshot = played.at(t_s)
        image = painter.colour(snapshot, eye_of(snapshot.rider, mount))
        assert image.shape == (120, 212, 3)
        assert image.std() > 3.0
        far = depths.depth(snapshot, eye_of(snapshot.rider, mount))
        assert far.dtype == np.uint16
        assert 0.1 < (far > 0).mean() < 1.0


def test_camera_close_to_or_inside_a_body_goes_on():
    one = world(actor('bus', (0.0, 0.3)), things=[wall(0.1)])
    assert picture(one).shape == (240, 424, 3)
    assert depth_m(one).shape == (240, 424)
