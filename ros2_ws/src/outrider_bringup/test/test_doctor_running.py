"""The doctor beside a stack that runs: it asks, it takes nothing, and every red line has a deed."""

import pytest

from outrider_bringup.doctor.running import LOOK, NEXT, Spoken, judged, look, speakers


def results(nodes, said):
    return {check.name: (check.topic, check.run()) for check in judged(nodes, said)}


def node(name, state='running', restarts=0):
    return {'name': name, 'state': state, 'restarts': restarts}


def test_devices_are_told_in_their_own_words_and_what_is_well_needs_no_deed():
    got = results([node('radar')], {'radar': Spoken(0, 'Streaming.'), 'gps': Spoken(1, 'No fix.'),
                                    'camera': Spoken(2, 'Gone.'), 'imu': Spoken(3, 'Silent.')})
    assert [(name, topic, one.status, one.action) for name, (topic, one) in got.items()] == [
        ('camera', 'camera', 'fail', NEXT['camera']), ('gps', 'gps', 'warn', NEXT['gps']),
        ('imu', 'camera', 'fail', NEXT['imu']), ('radar', 'radar', 'ok', '')]
    assert got['gps'][1].seen == 'No fix.'


@pytest.mark.parametrize('state', ['starting', 'restarting', 'ended', 'refused', 'gave up'])
def test_a_process_that_does_not_run_is_red_with_what_to_do(state):
    topic, one = results([node('fusion', state)], {'radar': Spoken(0, 'x')})['process fusion']
    assert (topic, one.status, one.action) == ('stack', 'fail', 'start fusion again')
    assert state in one.seen


def test_a_process_that_came_back_is_named_and_unknown_ones_have_a_deed_too():
    got = results([node('fake_thing', restarts=3)], {'thing': Spoken(9, '?')})
    assert got['process fake_thing'][1].status == 'warn'
    assert got['thing'][1].status == 'fail'
    assert {one.action for _, one in got.values()} == {LOOK}


def test_a_device_whose_process_runs_and_says_nothing_is_red_with_what_to_do():
    nodes = [node('radar'), node('gps', 'restarting'), node('pilot'), node('fake_thing')]
    assert speakers(nodes) == {'radar', 'pad'}
    got = results(nodes, {'pad': Spoken(0, 'Held.')})
    assert got['radar'][0] == 'radar'
    assert (got['radar'][1].status, got['radar'][1].action) == ('fail', NEXT['radar'])
    assert got['radar'][1].seen == 'radar runs and says nothing'
    assert 'gps' not in got  # its process is told


def test_a_stack_of_another_domain_is_said_and_not_taken_for_well():
    assert results([node('radar')], {})['diagnostics'][1].status == 'fail'


def test_without_a_stack_the_doctor_asks_the_devices_itself(tmp_path):
    assert look(tmp_path) is None
    assert look(tmp_path / 'none') is None
