"""Depth as a stereo camera measures it."""

import numpy as np
import pytest
from camera_scene import VIEW, actor, boxes, depth_m, eye, noise_of, pixel, wall, world

from outrider_sim.world.camera import DepthPainter, View
from outrider_sim.world.camera.depth import STEREO_ERROR_PX

MIDDLE = np.s_[80:125, 120:300]   # of a wall across, above the ground
BASELINE_M = 0.095


def test_depth_of_a_wall_is_its_distance():
    for distance in (2.0, 4.0, 8.0):
        seen = depth_m(world(things=[wall(distance)]))[MIDDLE]
        assert np.median(seen[seen > 0]) == pytest.approx(distance, abs=0.04 + 0.002 * distance ** 2)


def test_depth_is_along_the_axis_not_along_the_ray():
    seen = depth_m(world(things=[wall(4.0)]))
    side = seen[85:115, 5:25]
    assert np.median(side[side > 0]) == pytest.approx(4.0, abs=0.08)


def test_depth_of_the_ground_is_that_of_the_plane():
    seen = depth_m(world())
    row = 200
    expected = 1.0 / ((row - VIEW.ppy) / VIEW.fy)  # a camera 1 m above it
    assert np.median(seen[row][seen[row] > 0]) == pytest.approx(expected, rel=0.02)


def test_noise_grows_with_the_square_of_the_distance():
    spreads = {}
    for distance in (3.0, 6.0, 12.0):
        seen = depth_m(world(things=[wall(distance)]))[90:118, 150:280]
        spreads[distance] = float(np.std(seen[seen > 0]))
        expected = distance ** 2 * STEREO_ERROR_PX / (VIEW.fx * BASELINE_M)
        assert spreads[distance] == pytest.approx(expected, rel=0.25)
    assert spreads[12.0] / spreads[3.0] == pytest.approx(16.0, rel=0.35)


def test_unit_and_baseline_are_those_asked_for():
    one = world(things=[wall(4.0)])
    fine = DepthPainter(one, VIEW, 4, unit_m=0.0005, baseline_m=0.19).depth(one.at(0.0), eye())[MIDDLE]
    assert np.median(fine[fine > 0]) * 0.0005 == pytest.approx(4.0, abs=0.05)
    assert np.std(fine[fine > 0] * 0.0005) < 0.7 * np.std(depth_m(one)[MIDDLE][depth_m(one)[MIDDLE] > 0])


def test_sky_has_no_depth():
    seen = depth_m(world())
    assert not seen[:100].any()


def test_too_near_is_unknown():
    view = View(848, 480, 425.0, 425.0, 423.5, 239.5)  # 126 px of disparity: nothing below 0.32 m
    assert not depth_m(world(things=[wall(0.28)]), view=view)[200:260, 300:600].any()
    assert (depth_m(world(things=[wall(0.5)]), view=view)[200:260, 300:600] > 0).mean() > 0.9


def test_background_is_hidden_left_of_what_is_near():
    one = world(actor('person', (2.0, 0.0), heading_deg=90.0), things=[wall(6.0)])
    (found,) = boxes(one)
    seen = depth_m(one)
    wide = VIEW.fx * BASELINE_M * (1 / 2.0 - 1 / 6.0)   # difference of disparity: the band that only one imager sees
    rows = slice(found.top + 20, found.top + 40)
    body = np.array([np.flatnonzero((row > 1.5) & (row < 2.5))[[0, -1]] for row in seen[rows]])
    holes_left = np.mean([(row[left - round(0.7 * wide):left] == 0).mean()
                          for row, (left, _) in zip(seen[rows], body, strict=True)])
    holes_right = np.mean([(row[right + 1:right + 1 + round(0.7 * wide)] == 0).mean()
                           for row, (_, right) in zip(seen[rows], body, strict=True)])
    assert holes_left > 0.9
    assert holes_right < 0.2


def test_holes_grow_beyond_twenty_metres():
    known = {distance: (depth_m(world(things=[wall(distance)]))[105:118, 150:280] > 0).mean()
             for distance in (10.0, 25.0, 40.0)}
    assert known[10.0] > 0.95
    assert 0.3 < known[25.0] < 0.85
    assert known[40.0] < 0.3


def test_glass_has_more_holes_than_paint():
    one = world(actor('car', (6.0, 0.0), heading_deg=90.0))
    seen = depth_m(one)

    def known(low_m, high_m):
        (left, top), (right, bottom) = pixel((5.15, 0.9, high_m), eye()), pixel((5.15, -0.5, low_m), eye())
        return (seen[round(top):round(bottom), round(left):round(right)] > 0).mean()

    assert known(0.45, 0.75) > 0.85
    assert known(1.02, 1.28) < 0.75


@pytest.mark.parametrize('what', [{'light': 'night'}, {'weather': 'fog'}, {'weather': 'rain'}])
def test_darkness_and_weather_shorten_the_reach(what):
    near = (depth_m(world(things=[wall(3.0)], **what))[MIDDLE] > 0).mean()
    far = (depth_m(world(things=[wall(18.0)], **what))[105:118, 150:280] > 0).mean()
    clear = (depth_m(world(things=[wall(18.0)]))[105:118, 150:280] > 0).mean()
    assert near > 0.9
    assert far < clear - 0.15


def test_noise_fault_spoils_depth_only():
    one = world(things=[wall(4.0)], faults=[noise_of('depth')])
    assert np.std(depth_m(one)[MIDDLE]) > 10 * np.std(depth_m(world(things=[wall(4.0)]))[MIDDLE])
    covered = world(things=[wall(4.0)], faults=[noise_of('camera')])
    assert np.array_equal(depth_m(covered), depth_m(world(things=[wall(4.0)])))
