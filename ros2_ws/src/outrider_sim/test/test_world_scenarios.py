"""The scenario files of the project: all load, cover what was asked for, and expect what is true."""

import re
from pathlib import Path

import pytest

from outrider_sim.world import scenario
from outrider_sim.world.allowed import Verdict, allowed
from outrider_sim.world.model import Scenario
from outrider_sim.world.truth import approaches
from outrider_sim.world.words import CLASSES
from outrider_sim.world.world import World

FOLDER = Path(__file__).resolve().parents[4] / 'config' / 'scenarios'
FILES = sorted(FOLDER.glob('*.yaml'))


@pytest.fixture(scope='module')
def all_scenarios() -> dict[str, Scenario]:
    return {path.stem: scenario.load(path) for path in FILES}


def test_there_are_enough(all_scenarios):
    assert len(all_scenarios) >= 40


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_a_file_loads_and_expects_what_is_true(path):
    one = scenario.load(path)
    assert one.name == path.stem
    assert len(one.about) > 20
    if one.rig.drive != 'path':
        return
    expected = one.expect
    warned = {warn.actor: warn for warn in expected.warn}
    for truth in approaches(World(one)):
        verdicts = allowed(truth, one.rig, expected)
        assert (verdicts['warn'] is Verdict.REQUIRED) == (truth.actor in warned), truth
        if truth.actor in warned:
            assert verdicts[warned[truth.actor].level] is not Verdict.FALSE
            assert truth.t_ca_s > warned[truth.actor].lead_s + 2.0  # it can be seen before
        listed = truth.actor in {one_pass.actor for one_pass in expected.close_pass}
        assert listed == (truth.close_pass and truth.t_ca_s is not None), truth


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_about_tells_the_clearance_in_truth(path):
    """Of a single pass: the distance in metres that `about` names."""
    one = scenario.load(path)
    told = re.findall(r'(\d+(?:\.\d+)?) m(?: from| away|:|$| beside|,)', one.about)
    truths = [truth for truth in approaches(World(one)) if truth.t_ca_s is not None] if one.rig.drive == 'path' else []
    if len(truths) == 1 and told and 'standing' not in one.about:
        assert any(abs(truths[0].clearance_m - float(number)) <= 0.6 * 10 ** -len(number.partition('.')[2])
                   for number in told), (one.about, truths[0])


def test_seeds_differ(all_scenarios):
    assert len({one.seed for one in all_scenarios.values()}) == len(all_scenarios)


def test_what_was_asked_for_is_there(all_scenarios):
    bicycle = [one for one in all_scenarios.values() if one.rig.kind == 'bicycle']
    assert {actor.kind for one in all_scenarios.values() for actor in one.actors} == set(CLASSES)
    speeds = [actor.speed_mps * 3.6 for one in bicycle for actor in one.actors if 'approach_car' in one.name]
    assert min(speeds) <= 20.1
    assert max(speeds) >= 99.9
    clearances = [truth.clearance_m for one in bicycle if 'approach_' in one.name for truth in approaches(World(one))]
    assert min(clearances) <= 0.41
    assert max(clearances) >= 3.0
    kinds = {thing.kind for one in all_scenarios.values() for thing in one.things}
    assert {'guard_rail', 'parked_cars', 'wall', 'trees', 'signs', 'bridge', 'tunnel'} == kinds
    assert {one.light for one in bicycle} == {'day', 'dusk', 'night'}
    assert {one.weather for one in bicycle} == {'clear', 'rain', 'fog'}
    faults = {(fault.sensor, fault.do) for one in bicycle for fault in one.faults}
    assert {('radar', 'drop'), ('camera', 'noise'), ('camera', 'offset'), ('gps', 'die')} <= faults
    for word in ('overtake', 'platoon', 'follower', 'oncoming', 'crossing', 'right_hook', 'own_turn', 'stop_at_light',
                 'ramp_person', 'ramp_dog', 'ramp_wall', 'ramp_follow', 'contact'):
        assert any(word in name for name in all_scenarios), word
    assert any(one.expect.quiet for one in bicycle)
    assert {one.rig.drive for one in all_scenarios.values()} == {'path', 'pad', 'follow'}
