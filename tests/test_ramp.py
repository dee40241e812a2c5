"""`./outrider up ramp --sim` and `up bench --sim` as a user has them: every process real, a person at the fake pad."""

import os
import re
import signal
import time

import pytest

from ramp_person import (
    ARMED,
    DISARMED,
    ESTOPPED,
    NO_DEADMAN,
    NOT_RELEASED,
    RAMP_DOWN,
    RESTARTED,
    STOPPING,
    WAITS,
    Person,
)
from rig_up import Up, topics_of
from waiting import wait_until

MS = 1_000_000
STOP_S = 4.0  # up to 1.5 s of braking, and the ride's end
NODES = {'pilot', 'governor', 'motors', 'relays'}
FAKES = {'fake_vesc_pair', 'fake_relay_board', 'fake_pad'}
BRAKE, HANDBRAKE = '07', '0a'


@pytest.fixture
def up(tmp_path):
    started = []

    def start(*words, rig='ramp', folder='one', **more):
        (tmp_path / folder).mkdir(exist_ok=True)
        # Locks of this test's machine lie in its own folder: another test's ramp is another machine.
        env = {'TMPDIR': str(tmp_path), **more.pop('env', {})}
        started.append(Up(tmp_path / folder, rig, *words, env=env, **more))
        return started[-1]

    yield start
    for one in started:
        one.close()


def set_points(frames, vesc):
    return [frame for frame in frames if frame['vesc'] == vesc and len(frame['hex']) == 10]


def driving(frames, since_ns=0, vesc=None):
    return [frame for frame in frames if frame['drives'] and frame['ns'] > since_ns and vesc in (None, frame['vesc'])]


def test_a_person_arms_lifts_drives_lets_go_and_the_ride_holds_it(up, ros):
    from outrider_interfaces.msg import MotorState, RelayState

    from outrider_node import qos

    one = up('--sim', '--no-live', terminal=True)
    motors = ros.collect(MotorState, 'motors/state', qos.STATE)
    relays = ros.collect(RelayState, 'relays/state', qos.STATE)
    person = Person(one, ros)
    one.says('E-STOPPED   Just started: let go, then press arm', 30.0)
    person.arm()
    one.says(r'armed   RAMP DOWN: lift it first   0\.0 m/s   40\.0 V   pad .*\d+ ms   relays -')

    person.hold_r1()
    person.do('press cross')
    person.sees(lambda state: state.refusal_texts[0].startswith('RAMP DOWN'), 'RAMP DOWN')
    person.let_go()
    assert driving(one.journal('vesc')) == []

    person.lift()
    wait_until(lambda: {'jack U on', 'jack U off'} <= {edge['what'] for edge in one.journal('relays')},
               'the jack switched on and off again')
    said = [edge['what'] for edge in one.journal('relays')]
    assert 'jack D on' not in said
    assert any(message.jack == 1 for message in relays)

    person.drive()
    one.says(r'MOVING .* \+0\.\d m/s')
    assert any(min(message.erpm) > 1500 for message in motors)
    person.let_go()
    person.sees(lambda state: state.state == STOPPING, 'stopping')
    person.sees(lambda state: state.state == ARMED and abs(state.speed_mps) < 0.05, 'standstill')
    wait_until(lambda: {set_points(one.journal('vesc'), vesc)[-1]['hex'][:2] for vesc in (0, 1)} == {HANDBRAKE},
               'the handbrake')
    frames, let_go_ns = one.journal('vesc'), person.when('release r1')
    for vesc in (0, 1):
        assert len(driving(frames, vesc=vesc)) > 20
        assert driving(frames, let_go_ns + 100 * MS, vesc) == []

    code, seconds = one.end()
    assert code == 0, one.output
    assert seconds < STOP_S
    assert one.anybody() == []
    ride = one.says(r'ride (\S+)   [\d.]+ MB   open it with: ./outrider view').group(1)
    assert not list((one.rides / ride).glob('*.part'))
    kept = topics_of(one.rides / ride)
    assert kept['/drive/state'] > 30
    assert {'/motors/state', '/relays/state', '/drive/command', '/joy', '/operator'} <= set(kept)
    assert 'radar' not in one.output  # this ramp carries no eyes


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_it_drives_brakes_first_and_closes_the_ride(up, ros, number):
    one = up('--sim', '--no-live')
    person = Person(one, ros)
    person.arm()
    person.lift()
    person.drive()
    stopped_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    code, seconds = one.end(number)
    assert code == 0, one.output
    assert seconds < STOP_S
    frames = one.journal('vesc')
    for vesc in (0, 1):
        assert set_points(frames, vesc)[-1]['hex'][:2] in (BRAKE, HANDBRAKE)
    assert driving(frames, stopped_ns + 500 * MS) == []
    assert frames[-1]['speed_mps'] < 0.05
    ride = next(one.rides.iterdir())
    assert not list(ride.glob('*.part'))
    assert topics_of(ride)['/drive/state'] > 20


def test_a_killed_governor_comes_back_latched_and_nothing_moves_again_by_itself(up, ros):
    from outrider_interfaces.msg import MotorState

    from outrider_node import qos

    one = up('--sim', '--no-live', '--no-record')
    motors = ros.collect(MotorState, 'motors/state', qos.STATE)
    person = Person(one, ros)
    person.arm()
    person.lift()
    person.drive()
    before = one.main('governor')
    person.states.clear()
    os.kill(before, signal.SIGKILL)
    killed_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    one.says('governor runs again')
    assert one.main('governor') != before
    person.sees(lambda state: state.state == ESTOPPED and RESTARTED in state.refusals, 'latched', 30.0)
    wait_until(lambda: one.journal('vesc')[-1]['speed_mps'] == 0.0, 'standstill')
    # R1 and cross are still held; so is the latch.
    person.press_options()
    person.sees(lambda state: state.state == ESTOPPED, 'still latched')
    assert driving(one.journal('vesc'), killed_ns + 200 * MS) == []
    person.let_go()
    # Two governors within a second are a fault to the motors; that is over before a person has looked.
    ros.until(lambda: motors[-1].latch == 0, 'the motors to believe the new governor')
    person.arm()
    person.drive()
    assert driving(one.journal('vesc'), killed_ns + 200 * MS)
    assert one.end()[0] == 0


def test_a_second_one_in_the_same_run_folder_is_refused_within_two_seconds_naming_the_first(up):
    one = up('--sim', '--no-live', '--no-record')
    one.says('is starting')
    began = time.monotonic()
    second = up('--sim', '--no-live', '--no-record')
    assert second.popen.wait(5) == 2
    assert time.monotonic() - began < 2.0
    assert f'ramp is up already, as process {one.popen.pid} since ' in second.output


@pytest.fixture
def vesc(spawn, tmp_path):
    """A VESC pair that somebody plugged in."""
    fake = spawn('--link', tmp_path / 'plugged', '--control', tmp_path / 'plugged_control', '--journal',
                 tmp_path / 'vesc_journal.jsonl', module='outrider_sim.devices.vesc_pair')
    fake.says('fake VESC pair on')
    return tmp_path / 'plugged'


def test_a_machine_has_one_master_whatever_the_run_folder(up, vesc):
    one = up('--sim', '--no-live', '--no-record', '--motor-port', vesc)
    one.says('E-STOPPED', 30.0)
    governor = one.main('governor')
    began = time.monotonic()
    second = up('--sim', '--no-live', '--no-record', '--motor-port', vesc, folder='two')
    assert second.popen.wait(5) == 2
    assert time.monotonic() - began < 2.0
    assert re.search(rf'the rig ramp belongs to process {governor}, and only one may move it', second.output)
    assert one.popen.poll() is None
    assert one.end()[0] == 0


def test_sim_stands_in_only_for_what_was_not_given(up, ros, vesc):
    one = up('--sim', '--no-live', '--no-record', '--motor-port', vesc)
    person = Person(one, ros)
    person.arm()
    assert set(one.processes()) & (NODES | FAKES) == NODES | FAKES - {'fake_vesc_pair'}
    assert one.journal('vesc') == []
    person.lift()
    person.drive()
    assert 'jack U on' in [edge['what'] for edge in one.journal('relays')]
    assert '"drives": true' in (vesc.parent / 'vesc_journal.jsonl').read_text()
    assert one.end()[0] == 0


def test_a_bench_with_one_motor_drives_without_relays(up, ros):
    one = up('--sim', '--no-live', '--no-record', rig='bench')
    person = Person(one, ros)
    person.arm()
    assert set(one.processes()) & (NODES | FAKES) == (NODES | FAKES) - {'relays', 'fake_relay_board'}
    person.drive(speed_mps=0.5)
    person.let_go()
    person.sees(lambda state: state.state == ARMED, 'standstill')
    frames = one.journal('vesc')
    assert driving(frames)
    assert {frame['vesc'] for frame in frames} == {0}
    assert one.end()[0] == 0


def test_the_keys_of_a_terminal_drive_the_simulated_ramp(up, ros):
    one = up('--sim', '--no-live', '--no-record', keys=True)
    person = Person(one, ros)

    def at_rest(state):
        return state.state == ARMED and NO_DEADMAN in state.refusals and NOT_RELEASED not in state.refusals

    def hold(key, true, what):
        """Give the key again and again, as a keyboard does, until `true` of the state; let go when told to."""
        def typed():
            if NOT_RELEASED not in person.state.refusals:
                one.keys(key)
            return true(person.state)
        ros.until(typed, what)

    person.sees(lambda state: RESTARTED in state.refusals and WAITS.issuperset(state.refusals), 'a fresh start', 30.0)
    one.keys('a')
    person.sees(lambda state: state.state == DISARMED and WAITS.issuperset(state.refusals), 'the e-stop to clear')
    one.keys('a')
    person.sees(lambda state: state.state == ARMED, 'armed')
    person.sees(at_rest, 'the key to be let go')
    hold('u', lambda state: RAMP_DOWN not in state.refusals, 'the jack to be up')
    person.sees(at_rest, 'the jack to rest')
    hold('\x1b[A', lambda state: state.speed_mps > 0.7, 'to drive')
    # No key comes any more, and that is letting go.
    person.sees(at_rest, 'standstill')
    hold('\x1b[B', lambda state: state.speed_mps < -0.2, 'to drive back')
    one.keys(' ')
    person.sees(lambda state: state.state == ESTOPPED, 'the e-stop')
    one.keys('\x03')
    assert one.popen.wait(10) == 0, one.output
