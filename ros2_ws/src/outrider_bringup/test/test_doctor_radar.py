"""What the doctor says of the radar, with and without one."""

import os
import shutil

import pytest

from outrider_bringup.doctor import radar


@pytest.fixture
def run(tmp_path, monkeypatch):
    folder = tmp_path / 'run'
    folder.mkdir()
    monkeypatch.setenv('OUTRIDER_RUN', str(folder))
    return folder


@pytest.fixture
def fake(run, spawn):
    def start(*options):
        process = spawn('--link-dir', run, '--loop', *options, module='outrider_sim.devices.ti_radar')
        process.says('fake radar on')
        return process
    return start


def test_no_radar_is_a_warning_with_the_way_to_go_on_without(run, monkeypatch):
    monkeypatch.setattr(radar.ports, 'find', _nothing)
    for check in (radar.plugged, radar.frames):
        result = check()
        assert result.status == 'warn'
        assert result.action.startswith('./outrider up bicycle --sim')


def _nothing(*_):
    raise radar.ports.PortsNotFoundError('no TI radar among 0 serial ports')


def test_free_radar_is_started_listened_to_and_stopped(fake, run):
    fake()
    assert radar.plugged().status == 'ok'
    assert radar.permission().status == 'ok'
    result = radar.frames()
    assert result.status == 'ok', result
    assert 'frames/s' in result.seen
    assert 'radhar.cfg' in result.seen


def test_links_of_a_killed_fake_are_not_believed(fake, run, monkeypatch):
    fake().kill()
    assert (run / 'radar_cli').is_symlink()
    assert radar._names() == ('auto', 'auto')


def test_hanging_radar_is_told(fake, run, tmp_path):
    control = tmp_path / 'control'
    os.mkfifo(control)
    held = os.open(control, os.O_RDWR)
    os.write(held, b'hang\n')
    fake('--control', control)
    result = radar.frames()
    os.close(held)
    assert result.status == 'fail'
    assert 'does not answer' in result.seen
    assert result.action.startswith('power the radar off and on')


def test_running_driver_is_asked_instead_of_disturbed(fake, run, spawn, pytestconfig, monkeypatch):
    fake()
    root = pytestconfig.rootpath
    parameters = [f'cli_port:={run}/radar_cli', f'data_port:={run}/radar_data',
                  f'config_file:={root}/config/radar/radhar.cfg']
    node = spawn('--ros-args', *(part for parameter in parameters for part in ('-p', parameter)),
                 module='outrider_sensors.radar.node')
    node.says('streaming')
    result = radar.frames()
    assert result.status == 'ok', result
    assert 'streaming from' in result.seen
    assert node.output.count('streaming from') == 1


def test_permission_missing_on_a_port_is_a_failure_with_the_command(fake, run, monkeypatch):
    fake()
    monkeypatch.setattr(radar.os, 'access', lambda path, mode: False)
    result = radar.permission()
    assert result.status == 'fail'
    assert result.action.startswith('sudo usermod -aG dialout')


def test_modem_manager_is_warned_of(tmp_path):
    assert radar.modem_manager(tmp_path).status == 'ok'
    (tmp_path / '77').mkdir()
    (tmp_path / '77' / 'comm').write_text('ModemManager\n')
    result = radar.modem_manager(tmp_path)
    assert result.status == 'warn'
    assert 'disable --now ModemManager' in result.action


def test_configurations_tell_what_road_reaches():
    result = radar.configurations()
    assert result.status == 'ok'
    assert 'road.cfg (xwr14xx): range 83.3 m' in result.seen


def test_configuration_with_a_bad_token_fails_with_its_line(tmp_path, pytestconfig):
    shutil.copy(pytestconfig.rootpath / 'config' / 'radar' / 'road.cfg', tmp_path / 'mine.cfg')
    text = (tmp_path / 'mine.cfg').read_text()
    (tmp_path / 'mine.cfg').write_text(text.replace('clutterRemoval 0', 'clutterRemoval 0a'))
    result = radar.configurations(tmp_path)
    assert result.status == 'fail'
    assert "argument 1 is '0a', expected a number" in result.seen
    (tmp_path / 'mine.cfg').write_text(text.replace('clutterRemoval 0', 'clutterRemoval 1'))
    assert radar.configurations(tmp_path).status == 'warn'


def test_folder_without_configurations_fails(tmp_path):
    assert radar.configurations(tmp_path).status == 'fail'
