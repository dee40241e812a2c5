"""What the ramp stands against, and which way that bars."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_sim.world import boxes, scenario
from outrider_sim.world.contact import Bumper, signed_gaps
from outrider_sim.world.snapshot import Pose
from outrider_sim.world.world import World

WALL = 'things: [{kind: wall, from: [4, -3], to: [4, 3]}]'


class Scene:
    """A ramp that is put somewhere in the world of a file."""

    def __init__(self, more: str) -> None:
        self.world = World(scenario.parse(f'duration_s: 10\nrig: {{kind: ramp, drive: pad}}\n{more}'))
        self.bumper = Bumper(self.world.scenario.rig.size_m, self.world.scenery)

    def at(self, x: float, y: float = 0.0, heading_deg: float = 0.0, t_s: float = 0.0) -> str:
        pose = Pose(t_s, x, y, 0.0, math.radians(heading_deg), *[0.0] * 9)
        return self.bumper.step(self.world.at(t_s, pose))


# The ramp is 1.2 m long and 0.6 m wide.
@pytest.mark.parametrize(('x', 'heading_deg', 'barred'), [
    (3.39, 0.0, 'free'), (3.42, 0.0, 'ahead'), (3.42, 180.0, 'behind'), (3.6, 45.0, 'ahead'), (4.58, 0.0, 'behind'),
    (4.61, 0.0, 'free')])
def test_a_wall_bars_the_way_into_it_and_no_other(x: float, heading_deg: float, barred: str) -> None:
    assert Scene(WALL).at(x, heading_deg=heading_deg) == barred


def test_a_barred_way_stays_so_until_nothing_touches_and_backing_away_frees_it() -> None:
    scene = Scene(WALL)
    assert [scene.at(x) for x in (3.3, 3.41, 3.43, 3.41, 3.39)] == ['free', 'ahead', 'ahead', 'ahead', 'free']


def test_a_post_that_a_corner_catches_bars_the_way_too_however_far_it_came_before_it_stood() -> None:
    scene = Scene('things: [{kind: wall, from: [4, 0.28], to: [4, 3]}]')
    assert [scene.at(x) for x in (3.405, 3.44, 3.39)] == ['ahead', 'ahead', 'free']


def test_a_wall_beside_it_lets_it_slide_along() -> None:
    scene = Scene('things: [{kind: wall, from: [-5, 0.29], to: [5, 0.29]}]')
    assert scene.at(0.0) == 'free'
    assert scene.at(0.0, heading_deg=20.0) == 'ahead'


def test_bodies_bar_where_they_stand_and_a_person_who_walks_on_frees_it() -> None:
    scene = Scene('actors: [{id: p1, class: person, at: [0.84, -1], heading_deg: 90, speed_mps: 1}]')
    assert [scene.at(0.0, t_s=t_s) for t_s in (0.0, 0.9, 1.0, 2.0)] == ['free', 'ahead', 'ahead', 'free']
    both = Scene('actors: [{id: p1, class: person, at: [0.84, 0]}, {id: p2, class: person, at: [-0.84, 0]}]')
    assert both.at(0.0) == 'both'
    assert both.bumper.barred == (True, True)


def test_a_parked_car_is_a_body_and_a_bridge_is_above() -> None:
    assert Scene('things: [{kind: parked_cars, from: [2.8, 0], to: [3, 0]}]').at(0.0) == 'ahead'
    assert Scene('things: [{kind: bridge, from: [4.59, -9], to: [4.59, 9]}]').at(0.0) == 'free'
    assert Scene('things: [{kind: guard_rail, from: [0.59, -9], to: [0.59, 9]}]').at(0.0) == 'ahead'
    assert Scene('').at(0.0) == 'free'


_BOX = st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(-4, 4), st.floats(0.2, 3), st.floats(0.2, 3))


@given(_BOX, _BOX)
def test_the_signed_gap_agrees_with_the_exact_distance_about_who_touches(
        a: tuple[float, ...], b: tuple[float, ...]) -> None:
    (one, other) = ((np.array([[x, y]]), np.array([heading]), np.array([[length, width]]))
                    for x, y, heading, length, width in (a, b))
    gap, distance = signed_gaps(one, other)[0], boxes.between(*one, *other)[0]
    assert gap <= distance + 1e-9
    assert (gap > 0.0) == (distance > 0.0) or abs(gap) < 1e-9
