"""The rig's own turn: what goes straight, what follows the bend, and how tracks look from a rig that turns."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from outrider_perception import kalman
from outrider_perception.approach import foresee
from outrider_perception.bank import Bank
from outrider_perception.config import load
from outrider_perception.ego import EgoVelocity
from outrider_perception.lane import Lanes
from outrider_perception.road import Road, Way
from outrider_perception.steps import Step
from outrider_perception.turning import Foreseen, Turning, bends, turn_left_s

CONFIG = load()


def ego(speed: float, turn: float, road: Road | None = None) -> EgoVelocity:
    return EgoVelocity(np.array([speed, 0.0]), np.eye(2) * 0.01, True, 9, turn, turn, road or Road())


def no_lanes(relative: np.ndarray, own: EgoVelocity) -> Lanes:
    """Return lanes that nobody is drawn to: as of walkers."""
    return Lanes.of(np.zeros((len(relative), 2)), relative, own, 1e3, 1.0)


def foreseen(place: np.ndarray, relative: np.ndarray, heading: np.ndarray, own: EgoVelocity, times: np.ndarray,
             lasts_s: float, left_s: float = math.inf) -> Foreseen:
    return Turning(place, relative, heading, own, no_lanes(relative, own), lasts_s, 3.5, left_s).at(times)


def bend(radius_m: float) -> Road:
    return Road(np.linspace(-80.0, 0.0, 161), np.full(161, 1.0 / radius_m))


def test_straight_rig_and_body_meet_in_a_straight_line() -> None:
    own, relative = ego(5.0, 0.0), np.array([[10.0, -0.5]])
    then = foreseen(np.array([[-30.0, 2.0]]), relative, np.zeros(1), own, np.array([[0.0, 1.0, 3.0]]), 4.0)
    assert then.place_m[0] == pytest.approx(np.array([[-30.0, 2.0], [-20.0, 1.5], [0.0, 0.5]]))
    assert then.heading_rad == pytest.approx(np.zeros((1, 1))), 'nobody turns: one for all instants'


def test_who_shares_the_bend_keeps_the_distance_from_the_rig_s_way() -> None:
    radius, own, speed = 60.0, 5.5, 12.5
    # On the circle 2.5 m inside the rig's, 20 m of arc behind it.
    angle = -20.0 / radius
    inside = radius - 2.5
    place = np.array([[inside * math.sin(angle), radius - inside * math.cos(angle)]])
    velocity = speed * np.array([[math.cos(angle), math.sin(angle)]])
    road = ego(own, own / radius, Road(np.linspace(-80.0, 0.0, 161), np.full(161, 1.0 / inside)))
    level_s = 20.0 / radius / (speed / inside - own / radius)
    relative = velocity - [[own, 0.0]]
    then = foreseen(place, relative, np.full(1, angle), road, np.array([[level_s]]), 9.0)
    assert then.place_m[0, 0] == pytest.approx([0.0, 2.5], abs=0.02)
    assert then.heading_rad[0, 0] == pytest.approx(0.0, abs=0.01)


def test_who_goes_straight_on_beside_one_who_takes_the_bend_goes_as_far_as_alone() -> None:
    place, relative = np.array([[-20.0, 2.0], [-20.0, -2.0]]), np.array([[3.0, 0.0], [-13.0, 0.0]])
    own, times = ego(5.0, 0.0, bend(60.0)), np.array([[0.0, 1.0, 3.0]])
    both = foreseen(place, relative, np.zeros(2), own, times, 4.0)
    alone = foreseen(place[1:], relative[1:], np.zeros(1), own, times, 4.0)
    assert abs(both.heading_rad[0, -1]) > 0.1, 'one takes the bend'
    assert both.place_m[1] == pytest.approx(alone.place_m[0])


def test_who_is_too_fast_for_a_turn_off_or_comes_towards_goes_straight_on() -> None:
    velocity = np.array([[13.9, 0.0], [-13.9, 0.0], [5.0, 0.0]])
    found = bends(velocity, ego(5.0, -0.5), np.full(3, -0.1), 3.5)
    assert found == pytest.approx([0.0, 0.0, -0.5])


def test_car_that_goes_on_past_a_junction_stays_far_from_the_rig_that_turns_off() -> None:
    times = np.linspace(0.0, 4.0, 41)[None, :]
    own, relative = ego(5.0, -0.5, bend(-10.0)), np.array([[8.9, 0.0]])
    then = foreseen(np.array([[-20.0, 3.2]]), relative, np.zeros(1), own, times, 4.0)
    assert np.hypot(*then.place_m[0].T).min() > 6.0, 'a straight rig would be passed at 3.2 m'


def corner(radius_m: float, gone_m: float) -> Road:
    """A straight road, and a corner to the left in whose `gone_m` first metres the rig is."""
    place = np.linspace(-80.0, 0.0, 161)
    return Road(place, np.where(place > -gone_m, 1.0 / radius_m, 0.0))


def test_turn_into_another_road_ends_at_a_right_angle() -> None:
    for gone_rad, left_rad in ((0.0, 1.5), (0.5, 1.0), (1.4, 0.1), (1.6, 0.0)):
        assert turn_left_s(ego(5.0, 0.5, corner(10.0, 10.0 * gone_rad)), 20.0, 1.5) == pytest.approx(
            left_rad / 0.5, abs=0.12)
    assert turn_left_s(ego(5.0, 0.0, corner(10.0, 10.0)), 20.0, 1.5) == math.inf
    assert turn_left_s(ego(5.0, -0.5, corner(10.0, 10.0)), 20.0, 1.5) == pytest.approx(3.0), 'the other way again'
    assert turn_left_s(ego(5.0, 0.05, bend(100.0)), 20.0, 1.5) > 20.0, 'a bend of the road goes on'


def test_rig_that_has_turned_off_does_not_come_back_to_those_who_went_straight_on() -> None:
    own = ego(5.0, 0.7, corner(7.1, 7.1))  # one radian into the corner
    heading = -1.0
    velocity = 11.0 * np.array([[math.cos(heading), math.sin(heading)]])
    place = np.array([[-3.3, 6.0]]) - 2.0 * velocity  # on its old road
    relative, times = velocity - [[5.0, 0.0]], np.linspace(0.0, 6.0, 61)[None, :]
    nearest = [np.hypot(*foreseen(place, relative, np.full(1, heading), own, times, 4.0, left_s).place_m[0].T).min()
               for left_s in (turn_left_s(own, 20.0, 1.57), math.inf)]
    assert nearest[0] > 6.0
    assert nearest[1] < nearest[0] - 1.0, 'a rig that turned and turned would meet it'


def test_judge_foresees_no_rig_that_turns_and_turns() -> None:
    found = []
    for road in (corner(7.1, 11.0), corner(7.1, 0.0)):
        own = ego(5.0, 0.7, road)
        state = np.array([[-3.3, 6.0, 11.0 * math.cos(1.0) - 5.0, -11.0 * math.sin(1.0)]])
        state[0, :2] -= 2.5 * (state[0, 2:] + [5.0, 0.0])
        tracks = replace(Bank.newborn(np.array([1]), state, np.eye(4)[None], 4.0, 0.0, 'radar', np.zeros(1),
                                      CONFIG.tracks.bodies), heading_rad=np.array([-1.0]))
        step = Step(0.0, tracks, np.array([[4.5, 1.8, 1.5]]), state[:, :2].copy(), own, True, {})
        found.append(float(foresee(step, CONFIG.hazards).clearance_m[0]))
    assert found[0] > 8.0
    assert found[1] < found[0] - 1.5, 'at the beginning of a turn it has most of it to come'


def test_corner_too_sharp_for_a_car_is_not_made_mild_by_the_straight_road_before_it() -> None:
    own, velocity = ego(4.3, 0.47, corner(9.1, 5.0)), np.array([[11.5, 0.0], [4.0, 0.0]])
    place = np.array([[-48.0, 3.0], [-48.0, 3.0]])
    assert float(own.road.until_here(place[:1, 0])[0]) * 11.5 ** 2 < 3.5
    relative = velocity - [[4.3, 0.0]]
    then = foreseen(place, relative, np.zeros(2), own, np.full((2, 1), 3.0), 4.0)
    turned = 0.47 * 3.0
    assert then.heading_rad[0, 0] == pytest.approx(-turned), 'straight on, seen from a rig that turns'
    assert then.heading_rad[1, 0] > -turned + 0.05, 'who is slow can take it'


def test_way_knows_its_sharpest_place_and_how_far_it_has_turned() -> None:
    road = corner(10.0, 6.0)
    assert road.sharpest(np.array([-30.0, -3.0, 4.0])) == pytest.approx([0.1, 0.1, 0.1])
    assert Road(np.array([-20.0, -10.0, -5.0]), np.array([0.0, -0.2, 0.0])).sharpest(
        np.array([-15.0, -7.0])) == pytest.approx([0.2, 0.0]), 'only what lies between'
    assert road.turned(20.0) == pytest.approx(0.6, abs=0.06)
    assert road.turned(3.0) == pytest.approx(0.3, abs=0.06)
    assert Road().turned(20.0) == 0.0


def test_tracks_of_a_turning_rig_turn_the_other_way_and_keep_their_speed_over_ground() -> None:
    state = np.array([[-20.0, 0.0, 5.0, 0.0]])
    own = np.array([5.0, 0.0])
    covariance = np.diag([4.0, 1.0, 0.5, 0.1])[None]
    after, spread = kalman.turned(state, covariance, math.pi / 2, own)
    assert after[0] == pytest.approx([0.0, 20.0, -5.0, -10.0])
    assert np.hypot(*(after[0, 2:] + own)) == pytest.approx(10.0)
    assert np.diag(spread[0]) == pytest.approx([1.0, 4.0, 0.1, 0.5])


def test_way_remembers_where_the_road_bent() -> None:
    way, road = Way(), Road()
    for number in range(200):  # 5 m/s: 25 m straight, then left with 20 m radius for another 25 m
        road = way.go(0.05, 5.0, 0.25 if number >= 100 else 0.0, 0.0)
    assert road.at(np.array([-40.0, -10.0, 5.0])) == pytest.approx([0.0, 0.05, 0.05])
    assert road.until_here(np.array([-12.5, -50.0])) == pytest.approx([0.05, 0.025], abs=0.002)


def test_rig_that_stands_has_no_bend() -> None:
    road = Way().go(0.05, 0.0, 0.5, 0.6)
    assert road.at(np.array([-5.0])).tolist() == [0.0]
    assert bends(np.array([[8.0, 0.0]]), ego(0.0, 0.5), np.array([0.1]), 3.5).tolist() == [0.0]
