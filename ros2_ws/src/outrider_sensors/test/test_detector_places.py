"""Places: by depth where it can be believed, else by size; how sure each is."""

import math

import numpy as np
import pytest

from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.detector.found import NOTHING, Found
from outrider_sensors.detector.places import Depth, nearest, places
from outrider_sensors.detector.sizes import load_sizes

CAMERA = Pinhole(848, 480, 424.0, 424.0, 424.0, 240.0)
SEEN = CAMERA.decimated(2)
SIZES = load_sizes()


def found(*rows):
    return Found(np.array([row[1:] for row in rows], dtype=float), tuple(row[0] for row in rows), np.ones(len(rows)))


def box(kind, z, x=0.0, y=0.0, height_m=None):
    """Return the box of a body at (x, y, z) m, as high as its class and half as wide."""
    high = CAMERA.fy * (height_m or SIZES[kind].height_m) / z
    u, v = CAMERA.ppx + CAMERA.fx * x / z, CAMERA.ppy + CAMERA.fy * y / z
    return (kind, u - high / 4, v - high / 2, u + high / 4, v + high / 2)


def depth(mm, stamp_s=1.0):
    image = np.full((240, 424), 20000, np.uint16)
    image[...] = mm
    return Depth(stamp_s, image, SEEN)


def one(body, given=None, stamp_s=1.0):
    return places(found(body), CAMERA, SIZES, stamp_s, given)


@pytest.mark.parametrize('kind', ['car', 'person', 'bus', 'dog'])
@pytest.mark.parametrize('z', [3.0, 8.0, 25.0])
def test_a_body_of_its_class_s_height_is_placed_right_by_its_size(kind, z):
    where = one(box(kind, z, x=0.3 * z, y=0.02 * z) if z > 4 or kind != 'bus' else box(kind, 4.0))
    z = z if z > 4 or kind != 'bus' else 4.0
    assert where.sources == ('size',)
    assert where.xyz_m[0, 2] == pytest.approx(z)
    assert where.size_m[0, 1] == pytest.approx(SIZES[kind].height_m)
    sigma = math.sqrt(where.covariance_m2[0, 2, 2])
    assert SIZES[kind].height_sigma_m / SIZES[kind].height_m * z <= sigma < 0.45 * z
    assert math.isnan(where.depth_age_s)


def test_depth_in_the_inner_half_tells_the_place_and_is_surer():
    image = np.full((240, 424), 20000, np.uint16)
    where = one(box('car', 9.0, x=2.0), depth(image))
    assert where.sources == ('depth',)  # a wall 20 m away: a car would be 3.4 m high there, still believed
    body = box('car', 9.0, x=2.0)
    left, top, right, bottom = (round(edge / 2) for edge in body[1:])
    image[top:bottom, left:right] = 8500
    where = one(body, depth(image))
    assert where.sources == ('depth',)
    assert where.xyz_m[0] == pytest.approx((8.5 * 2 / 9, 0.0, 8.5), abs=0.01)
    assert math.sqrt(where.covariance_m2[0, 2, 2]) == pytest.approx(math.hypot(0.0016 * 8.5**2, 0.25), rel=1e-6)
    assert (where.valid[0], where.depth_age_s) == (1.0, 0.0)


def test_wrong_pixels_and_background_between_the_spokes_do_not_move_it():
    body = box('bicycle', 6.0)
    left, top, right, bottom = (round(edge / 2) for edge in body[1:])
    rng = np.random.default_rng(3)
    image = np.full((240, 424), 15000, np.uint16)
    mixed = rng.random((bottom - top, right - left))
    image[top:bottom, left:right] = np.where(mixed < 0.5, 5900, np.where(mixed < 0.55, 700, 15000))
    image[top:bottom, left:right][mixed > 0.9] = 0
    where = one(body, depth(image))
    assert where.sources == ('depth',)
    assert where.xyz_m[0, 2] == pytest.approx(5.9)
    assert where.valid[0] == pytest.approx(0.9, abs=0.04)


@pytest.mark.parametrize('mm', [
    0,       # nothing known
    600,     # a strap before the lens: a person 0.1 m high
    29000,   # the wall behind: a person 8 m high
    40000,   # beyond what a stereo camera knows
])
def test_a_depth_that_cannot_be_the_body_s_is_not_believed(mm):
    where = one(box('person', 6.0), depth(mm))
    assert where.sources == ('size',)
    assert where.xyz_m[0, 2] == pytest.approx(6.0)


def test_few_speckles_are_no_depth():
    image = np.zeros((240, 424), np.uint16)
    image[118:120, 210:212] = 6000
    where = one(box('car', 6.0), depth(image))
    assert where.sources == ('size',)
    assert 0.0 < where.valid[0] < 0.1


def test_a_box_cut_by_the_edge_is_placed_by_what_is_whole():
    tall = ('truck', 300.0, 0.0, 480.0, 480.0)  # cut above and below: 180 px wide
    where = one(tall)
    assert where.xyz_m[0, 2] == pytest.approx(424.0 * SIZES['truck'].width_m / 180.0)
    everything = one(('bus', 0.0, 0.0, 848.0, 480.0))
    assert math.sqrt(everything.covariance_m2[0, 2, 2]) >= 0.5 * everything.xyz_m[0, 2]
    near = one(('car', 0.0, 100.0, 300.0, 480.0), depth(1200))
    assert near.sources == ('depth',)  # its lower half is out of the picture: no reason to doubt


def test_the_age_of_a_depth_image_is_told_and_makes_it_less_sure():
    fresh, old = (one(box('car', 9.0), depth(9000, 1.0 - age)) for age in (0.0, 0.1))
    assert old.depth_age_s == pytest.approx(0.1)
    assert old.covariance_m2[0, 2, 2] == pytest.approx(fresh.covariance_m2[0, 2, 2] + 1.0)


def test_the_nearest_depth_image_is_taken_and_none_that_is_too_far_off():
    images = [depth(1000 * number, stamp) for number, stamp in enumerate((0.9, 0.966, 1.033), 1)]
    assert nearest(images, 1.0) is images[2]
    assert nearest(images, 0.95) is images[1]
    assert nearest(images, 1.3) is None
    assert nearest([], 1.0) is None


def test_the_error_across_is_that_of_the_edges_and_that_along_follows_the_line_of_sight():
    where = one(box('car', 10.0, x=8.0))
    covariance = where.covariance_m2[0]
    ray = where.xyz_m[0] / np.linalg.norm(where.xyz_m[0])
    assert ray @ covariance @ ray > 0.8 * np.trace(covariance)
    assert (np.linalg.eigvalsh(covariance) > 0.0).all()


def test_boxes_outside_of_the_depth_image_or_of_no_size_do_no_harm():
    rows = [('car', 840.0, 470.0, 848.0, 480.0), ('dog', 100.0, 100.0, 100.0, 100.0), ('car', 0.0, 0.0, 1.0, 1.0)]
    where = places(found(*rows), CAMERA, SIZES, 1.0, Depth(1.0, np.full((10, 10), 5000, np.uint16), SEEN))
    assert np.isfinite(where.xyz_m).all()
    assert np.isfinite(where.covariance_m2).all()


def test_nobody_is_nowhere():
    where = places(NOTHING, CAMERA, SIZES, 1.0, depth(5000))
    assert (where.xyz_m.shape, where.covariance_m2.shape, where.size_m.shape) == ((0, 3), (0, 3, 3), (0, 2))
