"""tools/install_service: a unit that systemd takes, a name for the network, and nothing half written."""

import getpass
import os
import shutil
import signal
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from outrider_alerts.door.pairings import Pairings

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / 'tools' / 'install_service'


def run(*words, **env):
    return subprocess.run([TOOL, *map(str, words)], env={**os.environ, **env}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=20, check=False)


def unit_of(prefix):
    lines = (prefix / 'etc/systemd/system/outrider.service').read_text().splitlines()
    return dict(line.split('=', 1) for line in lines if '=' in line and not line.startswith('#'))


@pytest.mark.parametrize('rig', ['bicycle', 'ramp'])
def test_the_unit_starts_the_rig_as_its_user_open_to_paired_phones_and_stops_it_in_order(tmp_path, rig):
    me = getpass.getuser()
    done = run(rig, '--prefix', tmp_path, '--user', me)
    assert done.returncode == 0, done.stderr
    unit = unit_of(tmp_path)
    assert unit['ExecStart'] == f'{ROOT}/outrider up {rig} --lan --no-live'
    assert (unit['User'], unit['KillSignal'], unit['KillMode']) == (me, 'SIGINT', 'mixed')
    assert 'network-online' not in unit['After']
    assert '@' not in ''.join(unit.values())
    assert f'{rig} starts as {me} at every power-on' in done.stdout


def test_systemd_finds_nothing_to_complain_about(tmp_path):
    assert run('bicycle', '--prefix', tmp_path).returncode == 0
    path = tmp_path / 'etc/systemd/system/outrider.service'
    sections = [line for line in path.read_text().splitlines() if line.startswith('[')]
    assert sections == ['[Unit]', '[Service]', '[Install]']
    if judge := shutil.which('systemd-analyze'):  # where systemd is not there is nobody to start it either
        done = subprocess.run([judge, 'verify', '--man=no', path], capture_output=True, text=True, timeout=60,
                              check=False)
        assert [line for line in (done.stdout + done.stderr).splitlines() if 'outrider' in line] == []


def test_its_command_comes_up_in_the_empty_environment_that_systemd_gives(tmp_path, spawn):
    assert run('bicycle', '--prefix', tmp_path).returncode == 0
    door = Pairings(tmp_path / 'state')
    assert door.pair(door.new_token(), 'phone')
    env = {'HOME': str(tmp_path), 'PATH': '/usr/local/bin:/usr/bin:/bin', 'ROS_DOMAIN_ID': os.environ['ROS_DOMAIN_ID'],
           'OUTRIDER_STATE': str(tmp_path / 'state'), 'OUTRIDER_RUN': str(tmp_path / 'run'),
           'OUTRIDER_RIDES': str(tmp_path / 'rides')}
    command = unit_of(tmp_path)['ExecStart'].split()
    rig = spawn('env', '-i', *(f'{name}={value}' for name, value in env.items()), *command, '--sim', 'web_port:=0')
    rig.says('page: answers at http://0.0.0.0:', 60.0)  # open, for a phone was paired
    rig.signal(signal.SIGINT)
    assert rig.wait() == 0, rig.output


def test_the_name_service_is_well_formed_and_names_the_port_of_the_page(tmp_path):
    assert run('bicycle', '--prefix', tmp_path).returncode == 0
    service = ET.parse(tmp_path / 'etc/avahi/services/outrider.service').getroot().find('service')
    assert (service.findtext('type'), service.findtext('port')) == ('_http._tcp', '8000')


def test_it_may_be_run_again_and_taken_away(tmp_path):
    assert run('bicycle', '--prefix', tmp_path).returncode == 0
    assert run('ramp', '--prefix', tmp_path).returncode == 0
    assert ' ramp ' in unit_of(tmp_path)['ExecStart']
    assert len(os.listdir(tmp_path / 'etc/systemd/system')) == 1
    assert run('--remove', '--prefix', tmp_path).returncode == 0
    assert os.listdir(tmp_path / 'etc/systemd/system') == os.listdir(tmp_path / 'etc/avahi/services') == []


@pytest.mark.parametrize(('words', 'says'), [
    ((), 'which rig starts at power-on?'), (('bench',), "'bench' is not known"),
    (('bicycle', '--user'), '--user stands without its word'),
    (('bicycle', '--user', 'no-such-user-here'), "there is no user 'no-such-user-here'"),
])
def test_what_cannot_be_is_one_sentence_and_writes_nothing(tmp_path, words, says):
    done = run('--prefix', tmp_path, *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
