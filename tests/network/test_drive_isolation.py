"""Nobody on the network hears or commands a ramp: from a second network namespace, joined by a cable, nothing is seen.

Needs root and iproute2 for the namespace, so it is no part of `make test`: `make isolation`. Where the namespace cannot
be made these tests fail and say so: a network that was not tried keeps nobody out.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from drive_stranger import HEARD, STRANGER
from ramp_person import Person
from rig_up import Up

STRANGER_FILE = Path(__file__).parents[1] / 'support' / 'drive_stranger.py'
LOOK_S = 6.0
SECOND_GOVERNOR = 10
TOPICS = {f'/{topic}' for topic, _, _ in HEARD}
# As the project sets it, and as any other machine with ROS 2 is set out of the box.
OURS = {}
ANYBODYS = {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'SUBNET', 'ROS_LOCALHOST_ONLY': '0', 'FASTDDS_DEFAULT_PROFILES_FILE': '',
            'FASTRTPS_DEFAULT_PROFILES_FILE': ''}


@pytest.fixture
def ramp(tmp_path, ros):
    """A ramp that is armed, and what it says."""
    one = Up(tmp_path, 'ramp', '--sim', '--no-live', '--no-record', env={'TMPDIR': str(tmp_path)})
    try:
        person = Person(one, ros)
        person.arm()
        yield person
    finally:
        one.end()
        one.close()


def stranger(*words, where=(), env=OURS):
    """Send somebody into the domain; returns a process that prints what he saw."""
    kept = {name: value for name, value in {**os.environ, **env}.items() if value}
    return subprocess.Popen([*where, sys.executable, str(STRANGER_FILE), str(LOOK_S), *words], env=kept,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(process, ros):
    """Listen while he is there; return what he saw."""
    ros.until(lambda: process.poll() is not None, 'the stranger to leave', LOOK_S + 30.0)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


@pytest.mark.parametrize('env', [OURS, ANYBODYS], ids=['our settings', 'settings out of the box'])
def test_from_the_network_no_topic_is_seen_and_no_command_heard_or_obeyed(ramp, ros, cable, env):
    from outrider_interfaces.msg import DriveCommand, RelayCommand

    from outrider_node import qos

    commands = [ros.collect(DriveCommand, 'drive/command', qos.COMMAND),
                ros.collect(RelayCommand, 'relays/command', qos.COMMAND)]
    ramp.states.clear()
    ramp.requests.clear()
    outside, inside = stranger('--speak', where=cable, env=env), stranger()
    seen, beside = told(outside, ros), told(inside, ros)

    assert seen['sent'] > 100
    assert not TOPICS & set(seen['topics'])
    assert set(seen['heard'].values()) == {0}
    assert not seen['estop_found']
    # Whoever listens on the machine at the same time hears everything, and of the stranger nothing.
    assert set(beside['topics']) >= TOPICS
    assert min(beside['heard'].values()) > 30
    assert beside['estop_found']
    assert ramp.states
    assert all(SECOND_GOVERNOR not in state.refusals for state in ramp.states)
    assert all(request.source != 'stranger' for request in ramp.requests)
    assert all(commands)
    assert STRANGER not in {command.governor_id for heard in commands for command in heard}


def test_the_same_stranger_on_the_machine_is_heard_and_latches_the_governor(ramp, ros):
    """So what was not heard over the cable would have been heard."""
    speaker = stranger('--speak')
    ramp.sees(lambda state: SECOND_GOVERNOR in state.refusals, 'the second governor to be noticed')
    ros.until(lambda: any(request.source == 'stranger' for request in ramp.requests), 'his request')
    assert told(speaker, ros)['sent'] > 100


def test_the_cable_carries_ros_for_those_who_want_it(cable, ros):
    """Two strangers with settings out of the box, one at each end, find each other: the cable is no wall."""
    domain = {'ROS_DOMAIN_ID': str((int(os.environ['ROS_DOMAIN_ID']) + 10) % 100)}
    speaker = stranger('--speak', where=cable, env={**ANYBODYS, **domain})
    listener = stranger(env={**ANYBODYS, **domain})
    assert set(told(listener, ros)['topics']) >= {'/drive/command', '/relays/command', '/drive/request', '/cmd_vel'}
    told(speaker, ros)
