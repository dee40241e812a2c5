"""A person that walks and what a body hides: gait, the torso's glint, waves that bend round an edge."""

import math

import numpy as np
import pytest

from outrider_sim.world import scenario
from outrider_sim.world.radar import person
from outrider_sim.world.radar.chirp import LIGHT_MPS
from outrider_sim.world.radar.physics import RCS_DBSM
from outrider_sim.world.radar.scatterers import A_BODY, Scene
from outrider_sim.world.radar.shadow import GHOST, behind
from outrider_sim.world.world import World

WAVELENGTH_M = LIGHT_MPS / 77.5e9
EYE = np.array([0.0, 0.0, 0.8])


def world(*actors: str) -> World:
    return World(scenario.parse('duration_s: 20\nrig: {speed_mps: 0}\nactors: [' + ', '.join(actors) + ']'))


def scene(one: World) -> Scene:
    return Scene(one.at(0.0), np.zeros((0, 3)), np.random.default_rng(1), np.zeros((0, 4)))


def total_dbsm(one: World) -> float:
    return float(10 * np.log10((10 ** (scene(one).at(one.at(0.0), EYE).rcs_dbsm / 10)).sum()))


@pytest.mark.parametrize('heading', [0, 45, 180])
def test_a_persons_parts_together_are_as_strong_as_the_contract_says(heading):
    one = world(f'{{id: p, class: person, at: [9, 0], heading_deg: {heading}, speed_mps: 1}}')
    assert total_dbsm(one) == pytest.approx(RCS_DBSM['person'], abs=0.01)


def test_across_the_line_of_sight_the_torso_hides_the_far_arm():
    one = world('{id: p, class: person, at: [9, 0], heading_deg: 90, speed_mps: 1}')
    strength = scene(one).at(one.at(0.0), EYE).rcs_dbsm
    assert np.isneginf(strength[9]) != np.isneginf(strength[8])
    assert total_dbsm(one) == pytest.approx(RCS_DBSM['person'], abs=0.01)


def test_feet_stand_and_overtake_and_the_walk_has_the_cadence_of_a_person():
    gait = person.Gait(1, np.random.default_rng(1))
    rates = np.array([gait.at(t, np.array([1.4]))[1][0] for t in np.arange(0.0, 10.0, 0.01)])
    foot = 1.4 + rates[:, 10, 0]
    assert foot.min() == pytest.approx(0.0, abs=0.3)
    assert foot.max() == pytest.approx(2.8, abs=0.3)
    steps = 2 * np.count_nonzero(np.diff(np.sign(rates[:, 10, 0] - rates[:, 11, 0])) > 0) / 10
    assert 1.6 < steps < 2.2  # steps a second at 5 km/h
    assert np.abs(rates[:, 0]).max() < 0.5


def test_rates_are_those_of_the_places():
    gait = person.Gait(2, np.random.default_rng(2))
    speed = np.array([0.8, 1.5])
    before, middle, after = (gait.at(t, speed) for t in (1.0, 1.001, 1.002))
    assert (after[0] - before[0]) / 0.002 == pytest.approx(middle[1], abs=0.02)


@pytest.mark.parametrize('speed', [0.0, 12.0])
def test_who_stands_or_is_carried_does_not_swing(speed):
    _, rates = person.Gait(1, np.random.default_rng(1)).at(3.0, np.array([speed]))
    assert not rates.any()


def shadow_db(place: list[float], *actors: str, owner: int = -1) -> float:
    one = world(*actors)
    return float(behind(one.at(0.0), WAVELENGTH_M, EYE, np.array([place]), np.array([owner]))[0])


PERSON = '{id: p, class: person, at: [5, 0]}'


def test_at_the_edge_of_a_screen_a_quarter_of_the_power_is_left_there_and_back_a_sixteenth():
    truck = '{id: t, class: truck, at: [20, 1.25], size_m: [0.2, 2.5, 9]}'  # its edge lies in the line of sight
    assert shadow_db([40.0, 0.0, 0.8], truck) == pytest.approx(-12.0, abs=0.5)


def test_deep_behind_a_body_what_goes_round_it_is_left():
    assert shadow_db([60.0, 0.0, 0.8], '{id: t, class: truck, at: [10, 0]}') == pytest.approx(-18.0)


def test_beside_a_body_waves_ripple_and_far_from_it_they_do_not():
    beside = [shadow_db([10.0, y, 0.8], PERSON) for y in np.arange(0.6, 1.2, 0.01)]
    assert 0.3 < max(beside) < 3.3  # one edge: 1.37 times the power, there and back 2.7 dB; the other adds a little
    assert min(beside) < -0.3
    assert shadow_db([10.0, 4.0, 0.8], PERSON) == 0.0


def test_what_is_seen_over_a_persons_head_is_not_hidden():
    assert shadow_db([10.0, 0.0, 0.8], PERSON) < -15.0
    assert shadow_db([10.0, 0.0, 4.5], PERSON) > -1.0


def test_in_front_of_a_body_on_it_and_by_way_of_a_mirror_nothing_is_hidden():
    assert shadow_db([4.0, 0.0, 0.8], PERSON) == 0.0
    assert shadow_db([5.2, 0.0, 0.8], PERSON, owner=0) == 0.0
    assert shadow_db([10.0, 0.0, 0.8], PERSON, owner=GHOST) == 0.0


def test_places_of_bodies_know_whose_they_are():
    one = world(PERSON, '{id: q, class: car, at: [-20, 0]}')
    owner = scene(one).at(one.at(0.0), EYE).owner
    assert owner.tolist() == [0] * A_BODY + [1] * A_BODY


def test_a_turned_box_hides_as_wide_as_it_shows_itself():
    at_45 = '{id: t, class: truck, at: [20, 0], heading_deg: 45}'
    half = 0.5 * (8 + 2.5) * math.sqrt(0.5)
    assert shadow_db([40.0, 2 * (half - 0.5), 0.8], at_45) < -10.0
    assert shadow_db([40.0, 2 * (half + 0.7), 0.8], at_45) > -2.0
