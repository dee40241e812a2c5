"""What the doctor says of the drive: the real link, and the fake VESC pair on a pseudo-terminal."""

import os
from pathlib import Path

import pytest

from outrider_bringup.doctor import drive, machine
from outrider_bringup.errors import UserError
from outrider_drive.port import OwnedPort


@pytest.fixture
def vesc(spawn, tmp_path, monkeypatch):
    """Start the fake pair with these words; the doctor looks at its port."""
    def start(*words, rig='ramp'):
        process = spawn('--link', tmp_path / 'vesc', '--control', tmp_path / 'control', *words,
                        module='outrider_sim.devices.vesc_pair')
        process.says('fake VESC pair on')
        process.tell = lambda line: _tell(tmp_path / 'control', line)
        monkeypatch.setenv(machine.PORT, str(tmp_path / 'vesc'))
        monkeypatch.setenv(machine.RIG, rig)
        drive.conversation.cache_clear()
        return process
    yield start
    drive.conversation.cache_clear()


def _tell(control, line):
    with control.open('w') as fifo:
        fifo.write(f'{line}\n')


def test_a_pair_that_is_well_is_known_read_and_proved(vesc):
    vesc('--timeout-ms', '150', '--timeout-brake-a', '12')
    assert drive.plugged().status == 'ok'
    who = drive.answers()
    assert who.status == 'ok', who
    assert 'VESC 60, firmware 7.01, UUID 101112131415161718191a1b; controllers 0, 1 answer' in who.seen
    timeout = drive.timeouts()
    assert timeout.status == 'ok', timeout
    assert timeout.seen == 'VESC 0: 150 ms, 12 A, VESC 1: 150 ms, 12 A; proved by behaviour'
    health = drive.health()
    assert health.status == 'ok'
    assert health.seen.startswith('40.0 V; VESC 0: 25 C, motor 25 C; VESC 1:')


@pytest.mark.parametrize(('timeout_ms', 'brake_a'), [('1000', '10'), ('50', '10'), ('200', '0')])
def test_a_timeout_that_does_not_stop_in_time_is_a_failure_with_both_figures(vesc, timeout_ms, brake_a):
    vesc('--timeout-ms', timeout_ms, '--timeout-brake-a', brake_a)
    result = drive.timeouts()
    assert result.status == 'fail'
    assert f'VESC 0: {timeout_ms} ms, {brake_a} A' in result.seen
    assert result.expected == '100 to 250 ms with at least 5 A, on each'
    assert 'hardware/vesc_settings.md' in result.action


def test_a_low_battery_is_told_in_cells(vesc):
    process = vesc()
    process.tell('voltage 32.5')
    assert drive.health().status == 'fail'
    assert '33 V of 10 cells' in drive.health().expected


def test_the_second_controller_missing_is_named_and_the_one_found_still_described(vesc):
    vesc('--single')
    who = drive.answers()
    assert who.status == 'fail'
    assert 'UUID 101112131415161718191a1b; controller 1 does not answer over CAN' in who.seen
    assert 'OUTRIDER_RIG=bench' in who.action


def test_the_bench_misses_no_second_controller(vesc):
    vesc('--single', rig='bench')
    assert drive.answers().status == 'ok'
    assert drive.timeouts().seen == 'VESC 0: 200 ms, 10 A; proved by behaviour'


def test_looking_drives_nothing(vesc, tmp_path):
    vesc('--journal', tmp_path / 'journal')
    assert drive.answers().status == 'ok'
    frames = (tmp_path / 'journal').read_text()
    assert frames
    assert '"drives": true' not in frames


def test_a_port_in_use_names_its_holder(vesc, tmp_path):
    vesc()
    held = OwnedPort(str(tmp_path / 'vesc'), 'motors', 'the VESC')
    held.own()
    result = drive.answers()
    held.release()
    assert result.status == 'warn'
    assert f'belongs to process {os.getpid()}' in result.seen


def test_no_port_and_a_wrong_one_are_one_sentence_each(tmp_path, monkeypatch):
    monkeypatch.setenv(machine.PORT, str(tmp_path / 'nothing'))
    drive.conversation.cache_clear()
    assert drive.plugged().seen == f'{tmp_path}/nothing is not there'
    result = drive.answers()
    assert result.status == 'warn'
    assert 'cannot open' in result.seen
    drive.conversation.cache_clear()


def test_something_that_is_no_vesc_says_so(monkeypatch):
    near, far = os.openpty()
    monkeypatch.setenv(machine.PORT, os.ttyname(far))
    drive.conversation.cache_clear()
    result = drive.answers()
    assert result.status == 'fail'
    assert 'did not say that it is a VESC within 1 s' in result.seen
    assert drive.timeouts().status == drive.health().status == 'warn'
    drive.conversation.cache_clear()
    os.close(near)
    os.close(far)


def test_an_unknown_rig_names_the_nearest(monkeypatch):
    monkeypatch.setenv(machine.RIG, 'rampe')
    with pytest.raises(UserError, match=r"OUTRIDER_RIG is 'rampe'.* Did you mean 'ramp'\?"):
        machine.chosen()


def test_priority_is_what_a_process_of_its_own_was_granted(monkeypatch):
    monkeypatch.setenv('OUTRIDER_PRIORITY', 'default')
    result = drive.priority()
    assert result.status == 'warn'
    assert result.seen.startswith('default priority')
    assert result.action.startswith('sudo ')
    assert Path(result.action.split()[1]).is_file()


def test_without_any_rights_the_lines_to_get_them_are_given(monkeypatch):
    """As another user sees it: no limit raised, no capability."""
    drop = ('import os, resource; [resource.setrlimit(kind, (0, 0)) for kind in (resource.RLIMIT_RTPRIO, '
            'resource.RLIMIT_NICE, resource.RLIMIT_MEMLOCK)]; os.geteuid() or os.setuid(65534); ')
    monkeypatch.setattr(drive, 'CLAIM', drive.CLAIM.replace('granted =', f'{drop}granted =', 1))
    result = drive.priority()
    assert result.status == 'warn', result
    assert result.seen.startswith('default priority, memory not locked')
    assert result.action.endswith('tools/allow_priority   # then log in again')
