"""A node is started again through `<run>/control.sock` while the rig is up: one that senses, and none that drives."""

import json
import os
import subprocess

import pytest

from outrider_bringup.up.control import ask
from ramp_person import ARMED, RESTARTED, WAITS, Person
from rig_up import ROOT, Up
from waiting import wait_until


@pytest.fixture
def up(tmp_path):
    started = []

    def start(rig, *words, **more):
        started.append(Up(tmp_path, rig, *words, **more))
        return started[-1]

    yield start
    for one in started:
        one.close()


def nodes(one):
    return {node['name']: (node['state'], node['restarts']) for node in ask(one.run, {'do': 'nodes'})['nodes']}


def restart(one, name):
    return ask(one.run, {'do': 'restart', 'node': name})


def test_fusion_is_started_again_and_hazards_go_on(up, ros):
    from outrider_interfaces.msg import HazardArray

    from outrider_node import qos

    one = up('bicycle', '--sim', '--no-live')
    hazards = ros.collect(HazardArray, 'hazards', qos.SENSOR)
    ros.until(lambda: len(hazards) > 10, 'hazards')
    before = one.main('fusion')
    assert restart(one, 'fusion') == {'ok': True, 'message': 'fusion is being started again'}
    one.says('fusion runs again')
    assert one.main('fusion') != before
    assert nodes(one)['fusion'] == ('running', 1)
    hazards.clear()
    ros.until(lambda: len(hazards) > 10, 'hazards of the new fusion', 30.0)
    assert not restart(one, 'fake_radar')['ok']
    code, seconds = one.end()
    assert (code, one.anybody()) == (0, [])
    assert not (one.run / 'control.sock').exists()
    assert 'was ended by' not in one.output


def test_an_armed_ramp_lets_nobody_restart_who_drives(up, ros):
    one = up('ramp', '--sim', '--no-live', '--no-record')
    person = Person(one, ros)
    person.sees(lambda state: RESTARTED in state.refusals and WAITS.issuperset(state.refusals), 'a fresh start', 40.0)
    first = person.state.governor_id
    wait_until(lambda: restart(one, 'governor')['ok'], 'leave to restart a governor at rest')
    person.sees(lambda state: state.governor_id != first, 'the new governor')
    assert nodes(one)['governor'] == ('running', 1)
    person.arm()  # a new governor is armed as any: everything let go, then pressed twice
    before = {name: one.main(name) for name in ('pilot', 'governor', 'motors', 'relays')}
    for name in before:
        wait_until(lambda name=name: 'while the drive is armed' in restart(one, name)['message'], 'the refusal')
    assert {name: one.main(name) for name in before} == before
    assert person.state.state == ARMED
    assert one.end()[0] == 0


def test_the_doctor_asks_the_stack_that_runs_and_takes_no_port(up):
    one = up('bicycle', '--sim', '--no-live')
    one.says(r'radar \d+/s')
    before = one.main('radar')
    doctor = subprocess.run([ROOT / 'outrider', 'doctor', 'radar', '--json', '-'], capture_output=True, text=True,
                            timeout=60, env={**os.environ, 'OUTRIDER_RUN': str(one.run)})
    assert doctor.stdout, doctor.stderr
    told = json.loads(doctor.stdout)
    assert told['running'] is True
    assert [(line['name'], line['status']) for line in told['checks']] == [('radar', 'ok')], told
    assert one.main('radar') == before
    one.says(r'radar \d+/s')
    assert 'was ended' not in one.output
    assert one.end()[0] == 0
