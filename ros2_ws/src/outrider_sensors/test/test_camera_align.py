"""Depth seen by the colour camera: compared with plain geometry, point by point, and with rs.align on whole images."""

import numpy as np
import pytest

from outrider_sensors.camera.align import Aligner
from outrider_sensors.camera.pinhole import Pinhole

UNIT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
MOVE = (-0.059, 0.0, 0.0)
DEPTH = Pinhole(424, 240, 212.0, 212.0, 211.5, 119.5)
COLOUR = Pinhole(424, 240, 215.0, 214.0, 209.0, 121.0)
ZOOMED = Pinhole(424, 240, 310.0, 310.0, 210.0, 118.0)  # as a D435's colour camera
BENT = Pinhole(424, 240, 215.0, 214.0, 209.0, 121.0, (-0.055, 0.065, 0.0003, -0.0005, -0.02))  # as a D455's


@pytest.fixture
def make():
    made = []

    def aligner(*args):
        made.append(Aligner(*args))
        return made[-1]
    yield aligner
    for one in made:
        one.close()


def scene():
    """Return a wall at 4 m with a post at 1.5 m and a hole without depth."""
    depth = np.full((240, 424), 4000, np.uint16)
    depth[60:220, 180:240] = 1500
    depth[10:40, 300:340] = 0
    return depth


def projected(depth, inner, outer, move_m):
    """Return columns, rows, depths in mm of every depth pixel's centre in the other image."""
    rows, columns = np.nonzero(depth)
    z = depth[rows, columns] * 1e-3
    points = np.stack([(columns - inner.ppx) / inner.fx * z, (rows - inner.ppy) / inner.fy * z, z]) + np.array(
        move_m)[:, None]
    x, y = points[0] / points[2], points[1] / points[2]
    k1, k2, p1, p2, k3 = outer.distortion
    r2 = x * x + y * y
    bend = 1 + k1 * r2 + k2 * r2**2 + k3 * r2**3
    x, y = (x * bend + 2 * p1 * x * y + p2 * (r2 + 2 * x * x), y * bend + 2 * p2 * x * y + p1 * (r2 + 2 * y * y))
    return x * outer.fx + outer.ppx, y * outer.fy + outer.ppy, points[2] * 1e3


@pytest.mark.parametrize('colour', [COLOUR, ZOOMED, BENT])
@pytest.mark.parametrize('every', [1, 2, 3])
def test_every_depth_pixel_lies_where_geometry_puts_it(make, colour, every):
    aligner = make(DEPTH, colour, UNIT, MOVE, 0.001, every)
    seen = aligner.align(scene()).astype(int)
    small = colour.decimated(every)
    assert seen.shape == (small.height, small.width)
    u, v, z = projected(scene()[::every, ::every], DEPTH.decimated(every), small, MOVE)
    u, v = np.round(u).astype(int), np.round(v).astype(int)
    inside = (u >= 0) & (u < small.width) & (v >= 0) & (v < small.height)
    here = seen[v[inside], u[inside]]
    # What lies there is this point, or one before it.
    assert np.mean(here == np.round(z[inside])) > 0.93
    assert np.mean((here > 0) & (here <= z[inside] + 1)) > 0.999


@pytest.mark.parametrize('colour', [COLOUR, ZOOMED, BENT])
@pytest.mark.parametrize('every', [1, 2, 3])
def test_a_wall_has_no_seams_though_the_colour_camera_magnifies(make, colour, every):
    aligner = make(DEPTH, colour, UNIT, MOVE, 0.001, every)
    seen = aligner.align(np.full((240, 424), 3000, np.uint16))
    height, width = seen.shape
    middle = seen[height // 8:-height // 8, width // 8:-width // 8]
    assert np.all(middle == 3000)


def test_the_nearer_body_hides_the_farther(make):
    seen = make(DEPTH, COLOUR, UNIT, MOVE, 0.001, 2).align(scene())
    u, v, z = projected(scene()[::2, ::2], DEPTH.decimated(2), COLOUR.decimated(2), MOVE)
    post = z < 2000
    here = seen[np.round(v[post]).astype(int), np.round(u[post]).astype(int)]
    assert np.all(here == 1500)


def test_decimating_first_agrees_with_decimating_last(make):
    whole = make(DEPTH, COLOUR, UNIT, MOVE, 0.001, 1).align(scene())[::2, ::2].astype(int)
    small = make(DEPTH, COLOUR, UNIT, MOVE, 0.001, 2).align(scene()).astype(int)
    assert np.mean(np.abs(whole - small) <= 1) > 0.97  # all but a pixel along the edges


def test_a_unit_of_half_a_millimetre_moves_nothing_but_the_numbers(make):
    fine = make(DEPTH, COLOUR, UNIT, MOVE, 0.0005, 2).align(scene() * 2)
    coarse = make(DEPTH, COLOUR, UNIT, MOVE, 0.001, 2).align(scene())
    assert np.mean(np.abs(fine.astype(int) - 2 * coarse) <= 2) > 0.999


def test_a_turned_camera_is_turned_the_right_way(make):
    angle = 0.05  # about down: a point ahead moves to the right in the image
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    depth = np.zeros((240, 424), np.uint16)
    depth[118:122, 210:214] = 2000
    seen = make(DEPTH, DEPTH, tuple(turn.T.reshape(-1)), (0.0, 0.0, 0.0), 0.001, 1).align(depth)
    assert np.mean(np.nonzero(seen)[1]) == pytest.approx(211.5 + 212 * np.tan(angle), abs=1.0)
