"""What is expected of the machine's own motion."""

import pytest

from outrider_sim.world import scenario
from outrider_sim.world.driven import DrivenRider
from outrider_sim.world.own import unmet
from outrider_sim.world.world import World

STOPS_AT_5 = 'path: {points: [[0, 0, 0], [5, 5, 0], [12, 5, 0]]}'


def judged(expect: str, rig: str = STOPS_AT_5, more: str = '') -> list[str]:
    return unmet(World(scenario.parse(f'duration_s: 12\nrig: {{kind: ramp, {rig}}}\nexpect: {{{expect}}}\n{more}')))


def person(at: str, more: str = '') -> str:
    return f'actors: [{{id: p1, class: person, at: {at}{more}}}]'


def test_a_machine_that_runs_into_something_is_told_when():
    wall = 'things: [{kind: wall, from: [4, -3], to: [4, 3]}]'
    [said] = judged('no_contact: true', more=wall)
    assert said.startswith('a thing was touched at ')
    [said] = judged('no_contact: true', more=person('[4, 0]'))
    assert said.startswith('p1 was touched at ')


@pytest.mark.parametrize('begin_s', [0.0, 0.005, 0.013])
def test_a_contact_that_stops_it_at_once_is_told_though_it_stands_while_it_touches(begin_s):
    one = scenario.parse('duration_s: 4\nrig: {kind: ramp, drive: pad}\nexpect: {no_contact: true}\n'
                         'things: [{kind: wall, from: [2.6, -3], to: [2.6, 3]}]')
    rider = DrivenRider(one.rig)
    for step in range(400):
        t_s = begin_s + 0.01 * step
        way = min(t_s - begin_s, 2.004)  # its front is 0.6 m ahead
        rider.step(t_s, way, 1.0 if way < 2.004 else 0.0, 0.0, 1.0)
    [said] = unmet(World(one, rider.motion()))
    assert said.startswith('a thing was touched at 2.0')


def test_who_runs_into_a_machine_that_stands_does_that_himself():
    comes = person('[6, 0]', ', heading_deg: 180, speed_mps: 1')
    assert judged('no_contact: true', rig='speed_mps: 0', more=comes) == []


# Its front stops at 5.6 m; a person is 0.5 m deep.
@pytest.mark.parametrize(('x', 'holds'), [(6.4, True), (6.2, False)])
def test_it_stops_at_its_distance(x, holds):
    assert (judged('stop_before_m: 0.5', more=person(f'[{x}, 0]')) == []) == holds


def test_it_has_to_stand_at_the_end():
    [said] = judged('stop_before_m: 0.5', rig='speed_mps: 1')
    assert 'expected that it stands' in said


def test_a_bridge_is_in_nobodys_way():
    assert judged('no_contact: true', more='things: [{kind: bridge, from: [3, -9], to: [3, 9]}]') == []


def test_following_is_a_share_of_the_time():
    walks = person('[2.35, 0]', ', speed_mps: 1')  # 1.5 m ahead of the ramp's front
    rig = 'speed_mps: 1'
    follow = 'follow: {target: p1, within_m: [0.8, 1.8], share: 0.95}'
    assert judged(follow, rig, walks) == []
    [said] = judged(follow, 'path: {points: [[0, 0, 0], [6, 6, 0], [12, 6.1, 0]]}', walks)
    assert '% of the time, expected 95 %.' in said


def test_it_arrives_or_is_told_how_far_it_came():
    assert judged('arrive_m: 4.9') == []
    assert judged('arrive_m: 6') == ['it came 5.0 m far, expected 6 m.']
