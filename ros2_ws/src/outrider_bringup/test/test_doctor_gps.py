"""What the doctor says of the GPS, with and without one."""

import pytest

from outrider_bringup.doctor import gps


@pytest.fixture
def run(tmp_path, monkeypatch):
    folder = tmp_path / 'run'
    folder.mkdir()
    monkeypatch.setenv('OUTRIDER_RUN', str(folder))
    return folder


@pytest.fixture
def fake(run, spawn):
    def start(*options):
        process = spawn('--link', run / 'gps', *options, module='outrider_sim.devices.ubx_player')
        process.says('fake GPS on')
        return process
    return start


def test_no_receiver_is_a_calm_warning(run, monkeypatch):
    monkeypatch.setattr(gps.ports, 'find', _nothing)
    for check in gps.CHECKS:
        result = check.run()
        assert result.status == 'warn'
        assert result.action.startswith('./outrider up bicycle --sim')


def _nothing(*_):
    raise gps.LostError('no u-blox receiver among 0 serial ports')


def test_free_receiver_is_asked_and_heard(fake, run):
    fake('--factory')
    assert gps.plugged().seen == f'{run}/gps'
    assert gps.permission().status == 'ok'
    result = gps.fixes()
    assert result.status == 'ok', result
    assert ' fixes/s, 14 satellites, place within 1.7 m' in result.seen
    assert 'UTC' in result.seen


@pytest.mark.parametrize(('line', 'status', 'words'), [('outage 100', 'warn', 'no fix'),
                                                       ('freeze 100', 'fail', 'nothing on'),
                                                       ('garbage 100', 'fail', 'bytes but no message')])
def test_sick_receiver_is_told_by_its_illness(fake, tmp_path, line, status, words):
    control = tmp_path / 'control'
    fake('--control', control)
    with control.open('w') as fifo:
        fifo.write(line + '\n')
    result = gps.fixes()
    assert result.status == status, result
    assert words in result.seen
    assert result.action


def test_running_driver_is_asked_instead_of_disturbed(fake, run, spawn):
    fake()
    node = spawn('--ros-args', '-p', f'port:={run}/gps', module='outrider_sensors.gps.node')
    node.says('streaming')
    result = gps.fixes()
    assert result.status == 'ok', result
    assert 'streaming from' in result.seen
    assert node.output.count('streaming from') == 1


def test_permission_missing_on_the_port_is_a_failure_with_the_command(fake, run, monkeypatch):
    fake()
    monkeypatch.setattr(gps.os, 'access', lambda path, mode: False)
    result = gps.permission()
    assert result.status == 'fail'
    assert result.action.startswith('sudo usermod -aG dialout')
