"""A person in depth images: found where he is, left out where he is not whole."""

from __future__ import annotations

import numpy as np
import pytest

from outrider_sensors.calibration.walker import DepthWalk, Lens

LENS = Lens(110.0, 110.0, 80.0, 45.0)
HEIGHT, WIDTH, UP_M = 90, 160, 0.8


def picture(people, random=None, wall_m: float = 9.0, blind: int = 0):
    """Depth of a road, a wall and upright people (right, ahead), 0.5 x 1.7 m, in mm; open sky above the wall."""
    down, right = np.mgrid[0:HEIGHT, 0:WIDTH]
    down, right = (down - LENS.ppy) / LENS.fy, (right - LENS.ppx) / LENS.fx
    depth = np.minimum(np.where(down > 0.0, UP_M / np.maximum(down, 1e-6), np.inf), wall_m)
    depth[down < -0.2] = 0.0
    for x, z in people:
        body = (np.abs(right * z - x) < 0.25) & (down * z < UP_M) & (down * z > UP_M - 1.7)
        depth[body & ((depth > z) | (depth == 0.0))] = z
    if random is not None:
        depth = depth + random.normal(0.0, 1.0, depth.shape) * 0.004 * depth**2
        depth[random.random(depth.shape) < 0.1] = 0.0
    depth[:, :blind] = 0.0
    return np.clip(1000.0 * depth, 0, 65535).astype(np.uint16)


def walk(places, every: float = 0.1, **scene):
    """A person at each of `places` (right, ahead), None: nobody."""
    found = DepthWalk(LENS)
    random = np.random.default_rng(5)
    for step, place in enumerate(places):
        found.add(step * every, picture([] if place is None else [place], random, **scene))
    return found


def test_a_person_who_crosses_is_seen_where_he_is():
    places = [(x, 5.0 + 0.3 * x) for x in np.linspace(-2.5, 2.5, 60)]
    seen = walk(places).sightings()
    assert len(seen.t_s) > 55
    truth = np.array(places)[np.rint(seen.t_s / 0.1).astype(int)]
    off = seen.xyz_m[:, [0, 2]] - truth
    assert np.abs(off).max() < 0.15
    assert np.abs(np.degrees(off[:, 0] / truth[:, 1])).mean() < 0.4


def test_a_person_who_stands_at_five_places_is_seen_too():
    places = [(x, 4.0) for x in (-2.0, -1.0, 0.0, 1.0, 2.0) for _ in range(20)]
    seen = walk(places).sightings()
    assert len(seen.t_s) == 100
    assert np.abs(seen.xyz_m[:, 0] - np.array(places)[:, 0]).max() < 0.1


def test_nobody_is_no_person_and_neither_is_he_who_never_moves():
    assert len(walk([None] * 30).sightings().t_s) == 0
    assert len(walk([(0.5, 4.0)] * 30).sightings().t_s) == 0
    assert DepthWalk(LENS).sightings().xyz_m.shape == (0, 3)
    assert DepthWalk(LENS).newest() is None


def test_who_is_cut_off_by_the_edge_or_by_a_blind_border_is_left_out():
    crossing = [(x, 4.0) for x in np.linspace(-3.4, 3.4, 60)]
    seen = walk(crossing).sightings()
    assert 2.4 < np.abs(seen.xyz_m[:, 0]).max() < 2.65  # the edge of the picture is at 2.9 m
    blind = walk(crossing, blind=20).sightings()
    assert -2.0 < blind.xyz_m[:, 0].min() < -1.6  # and here at -2.2 m


def test_far_away_and_at_the_lens_nobody_is_believed():
    assert len(walk([(x, 14.0) for x in np.linspace(-4.0, 4.0, 40)], wall_m=30.0).sightings().t_s) == 0
    assert len(walk([(x, 0.6) for x in np.linspace(-0.2, 0.2, 40)]).sightings().t_s) == 0


def test_the_newest_picture_tells_of_a_person_while_the_walk_goes_on():
    assert walk([None] * 20 + [(1.0, 5.0)]).newest() == pytest.approx([1.0, 0.0, 5.0], abs=0.3)
    assert walk([(1.0, 5.0)] + [None] * 20).newest() is None


def test_pictures_that_come_too_fast_are_left_out_and_large_ones_thinned():
    found = DepthWalk(Lens(440.0, 440.0, 320.0, 180.0))
    for step in range(60):
        place = (0.05 * step - 1.5, 5.0)
        found.add(step / 60.0, np.kron(picture([place]), np.ones((4, 4), np.uint16)))
    assert found.count == 15
    seen = found.sightings()
    assert np.abs(seen.xyz_m[:, 0] - (3.0 * seen.t_s - 1.5)).max() < 0.1
