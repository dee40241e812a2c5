"""Tracks against the truth: who counts, and how far off they are; visibility; stress."""

from __future__ import annotations

import math

import numpy as np
import pytest

from outrider_sim.world import places, scenario
from outrider_sim.world.stress import Stress
from outrider_sim.world.tracking import Tracks, bodies, followed, in_sight, visible_s
from outrider_sim.world.world import World


def world(*actors: str, rig: str = 'speed_mps: 5') -> World:
    return World(scenario.parse(f'duration_s: 10\nrig: {{{rig}}}\nactors: [{", ".join(actors)}]'))


CAR = '{id: a, class: car, at: [-40, 2], speed_mps: 9}'


def tracks(one: World, t_s: float, offs: dict[int, tuple[float, float]], ids: dict[int, int] | None = None,
           faster: float = 0.0) -> Tracks:
    xy, velocity = bodies(one.at(t_s))
    rows = np.array(list(offs), dtype=int)
    return Tracks(t_s, tuple((ids or {}).get(row, row) for row in offs),
                  xy[rows] + np.array(list(offs.values())).reshape(-1, 2), velocity[rows] + [faster, 0.0])


def mount(one: World):
    return places.nominal(one.scenario.rig, 'radar')


def test_bodies_are_told_in_the_riders_axes():
    one = world(CAR, rig='path: {radius_m: 20, side: left, from_s: 0, to_s: 6.2832}, speed_mps: 5')
    xy, velocity = bodies(one.at(2.0 * math.pi))  # turned by a quarter: at (20, 20), looking along y
    assert xy[0] == pytest.approx([2.0 - 20.0, 20.0 - (-40 + 9 * 2 * math.pi)], abs=0.01)
    assert velocity[0] == pytest.approx([-5.0, -9.0], abs=0.01)


def test_what_counts_is_within_56_degrees_and_80_m():
    place = mount(world(CAR))
    edge = [[-0.9 - 10 * math.cos(angle), 10 * math.sin(angle)] for angle in (0.97, 0.99)]  # 55.6, 56.7 degrees
    rows = np.array([[-10.9, 0.0], [-80.8, 0.0], [-81.2, 0.0], [5.0, 0.0], *edge])
    assert in_sight(place, rows).tolist() == [True, True, False, False, True, False]


def test_errors_are_those_that_were_put_in():
    one = world(CAR)
    said = [tracks(one, t_s, {0: (0.3, 0.4)}, faster=0.7) for t_s in (1.0, 2.0, 3.0)]
    found = followed(one, mount(one), said)
    assert (found.gospa_m, found.position_rmse_m) == (pytest.approx(0.5), pytest.approx(0.5))
    assert found.speed_rmse_mps == pytest.approx(0.7)
    assert (found.id_switches, found.missed, found.false) == (0, 0.0, 0.0)


def test_a_missed_body_and_a_false_track_cost_half_of_the_cut():
    one = world(CAR)
    assert followed(one, mount(one), [tracks(one, 1.0, {})]).gospa_m == pytest.approx(8 ** 0.5)
    doubled = followed(one, mount(one), [tracks(one, 1.0, {0: (0.0, 0.0)}), Tracks(
        1.0, (1, 2), np.array([bodies(one.at(1.0))[0][0], [-20.0, -9.0]]), np.zeros((2, 2)))])
    assert doubled.gospa_m == pytest.approx(0.5 * 8 ** 0.5)
    assert doubled.false == 0.5


def test_a_track_of_a_parked_car_is_no_false_one():
    rig = 'path: {points: [[0, 0, 0], [5, 0, 20], [10, 0, 40]]}'  # to the north: the axes are turned
    one = World(scenario.parse(f'duration_s: 10\nrig: {{{rig}}}\nactors: [{CAR}]\n'
                               'things: [{kind: parked_cars, from: [3, 0], to: [3, 0]}]'))
    car = np.array([-20.0, -3.0])  # at 5 s the rider is at (0, 20)
    for off, false in (((0.0, 0.0), 0), ((-0.5, -3.0), 0), ((0.0, 5.0), 1)):
        said = Tracks(5.0, (1,), (car + off).reshape(1, 2), np.zeros((1, 2)))
        assert followed(one, mount(one), [said]).false == false


def test_a_change_of_identity_is_counted_once_and_a_gap_is_none():
    one = world(CAR)
    said = [tracks(one, 1.0, {0: (0, 0)}, {0: 7}), tracks(one, 2.0, {}), tracks(one, 3.0, {0: (0, 0)}, {0: 7}),
            tracks(one, 4.0, {0: (0, 0)}, {0: 8}), tracks(one, 5.0, {0: (0, 0)}, {0: 8})]
    assert followed(one, mount(one), said).id_switches == 1


def called(one: World, t_s: float, name: str, identity: int = 7) -> Tracks:
    xy, velocity = bodies(one.at(t_s))
    return Tracks(t_s, (identity,), xy[:1], velocity[:1], (name,))


def test_a_class_counts_within_20_m_and_is_right_where_it_is_the_bodys():
    one = world(CAR)  # 40 m behind, closing with 4 m/s: within 20 m from 5.02 s on
    said = [called(one, t_s, name) for t_s, name in (
        (1.0, 'truck'), (5.1, 'unknown'), (6.0, 'car'), (7.0, 'car'), (8.0, 'truck'))]
    named = followed(one, mount(one), said).named
    assert named.said == {'car': {'unknown': 1, 'car': 2, 'truck': 1}}
    assert (named.instants, named.right) == (4, 2)


def test_a_track_has_the_right_class_where_it_has_it_most_of_the_time():
    one = world(CAR)
    said = [called(one, t_s, name, identity) for t_s, name, identity in (
        (5.5, 'truck', 1), (6.0, 'car', 1), (6.5, 'car', 1), (7.0, 'car', 2), (7.5, 'unknown', 2))]
    named = followed(one, mount(one), said).named
    assert (named.tracks, named.tracks_right) == (2, 1)  # half of the time is not most


def test_tracks_that_tell_no_class_are_unknown_and_not_right():
    one = world(CAR)
    named = followed(one, mount(one), [tracks(one, 7.0, {0: (0.0, 0.0)})]).named
    assert named.said == {'car': {'unknown': 1}}
    assert named.right == 0


def test_without_any_track_nothing_is_a_number():
    one = world(CAR)
    assert math.isnan(followed(one, mount(one), []).gospa_m)
    assert math.isnan(followed(one, mount(one), [tracks(one, 1.0, {})]).position_rmse_m)


def test_a_body_is_visible_while_no_other_stands_before_it():
    alone = world(CAR)
    shown = visible_s(alone, mount(alone), 0, 5.0)
    assert shown == pytest.approx(5.0, abs=0.06)
    hidden = world(CAR, '{id: b, class: truck, at: [-20, 1.2], speed_mps: 5}')
    assert visible_s(hidden, mount(hidden), 0, 2.0) == 0.0
    assert visible_s(hidden, mount(hidden), 1, 2.0) == pytest.approx(2.0, abs=0.06)


# Stress

def test_an_honest_sense_is_left_as_it_is():
    one = world(CAR)
    truth = places.truth(one.scenario.rig, 'radar', 3)
    stress = Stress()
    assert stress.truth(truth, mount(one)) is truth
    assert (stress.azimuth_sigma_rad, stress.lost_share, stress.clutter_a_scan) == (0.0, 0.0, 0.0)


def test_stress_scales_what_is_hidden_from_the_stack():
    one = world(CAR)
    truth, told = places.truth(one.scenario.rig, 'radar', 3), mount(one)
    worse = Stress.of(2.0).truth(truth, told)
    for name in ('xyz_m', 'rpy_rad'):
        off, twice = (np.array(getattr(each.mount, name)) - getattr(told, name) for each in (truth, worse))
        assert twice == pytest.approx(2.0 * off)
    assert (worse.latency_s, worse.jitter_sigma_s) == (2.0 * truth.latency_s, 2.0 * truth.jitter_sigma_s)
    # Added in squares to what the grid has anyway.
    assert Stress.of(2.0).azimuth_sigma_rad ** 2 == pytest.approx(3.0 * (1 / 32) ** 2 / 12)


@pytest.mark.parametrize('factor', [0.9, 5.1, math.nan])
def test_a_stress_that_means_nothing_is_refused(factor):
    with pytest.raises(ValueError, match='expected 1 to 5'):
        Stress.of(factor)
