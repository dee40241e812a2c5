"""`doctor drive --spin`, as a person has it: a terminal, a word, the real link, the fake pair."""

import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

from outrider_bringup.doctor import fall, machine
from outrider_bringup.doctor.fall import Look
from outrider_bringup.doctor.vesc_talk import Settings
from outrider_drive.port import OwnedPort

MS = 1_000_000
COMMAND = [sys.executable, '-m', 'outrider_bringup', 'doctor', 'drive', '--spin']


class Terminal:
    """The command on a pseudo-terminal; what it says, and keys for it."""

    def __init__(self, env):
        self.near, far = pty.openpty()
        self.text = ''
        self.popen = subprocess.Popen(COMMAND, stdin=far, stdout=far, stderr=far, env={**os.environ, **env},
                                      start_new_session=True)
        os.close(far)

    def read(self, timeout_s=0.05):
        if select.select([self.near], [], [], timeout_s)[0]:
            try:
                self.text += os.read(self.near, 4096).decode(errors='replace')
            except OSError:  # the other side has gone
                return False
        return True

    def says(self, words, timeout_s=30.0):
        end = time.monotonic() + timeout_s
        while words not in self.text:
            alive = self.read()
            assert alive, f'ended without {words!r}:\n{self.text}'
            assert time.monotonic() < end, f'no {words!r} in:\n{self.text}'

    def keys(self, text):
        os.write(self.near, text.encode())

    def ends(self, timeout_s=30.0):
        end = time.monotonic() + timeout_s
        while self.popen.poll() is None:
            self.read()
            assert time.monotonic() < end, self.text
        while self.read(0.0) and select.select([self.near], [], [], 0)[0]:
            pass
        return self.popen.returncode

    def close(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        os.close(self.near)


@pytest.fixture
def bench(spawn, tmp_path):
    """Start the fake pair and the command at a terminal; locks lie in the test's own folder."""
    started = []

    def start(*words):
        fake = spawn('--link', tmp_path / 'vesc', '--control', tmp_path / 'control', '--journal',
                     tmp_path / 'journal', *words, module='outrider_sim.devices.vesc_pair')
        fake.says('fake VESC pair on')
        started.append(Terminal({machine.PORT: str(tmp_path / 'vesc'), 'TMPDIR': str(tmp_path)}))
        return started[-1]

    yield start
    for one in started:
        one.close()


def spun(bench, *words):
    one = bench(*words)
    one.says("Type 'turn'")
    one.keys('turn\n')
    code = one.ends()
    return code, one.text


@pytest.mark.parametrize('timeout_ms', [100, 160, 250])
def test_a_timeout_is_seen_beside_what_is_configured(bench, timeout_ms):
    code, said = spun(bench, '--timeout-ms', str(timeout_ms), '--timeout-brake-a', '8')
    assert code == 0, said
    for where in ('on the port', 'by CAN'):
        line = next(line for line in said.splitlines() if f'VESC {where}: let go' in line)
        assert '[ok]' in line
        assert f'configured {timeout_ms} ms, 8 A' in line
        seen_ms = float(line.split('let go ')[1].split()[0])
        assert timeout_ms - 5 <= seen_ms <= timeout_ms + 60
        assert 6.0 < float(line.split('up to ')[1].split()[0]) < 10.0


def test_one_that_coasts_is_found_out_by_what_it_does(bench):
    code, said = spun(bench, '--timeout-ms', '200', '--timeout-brake-a', '0')
    assert code == 1
    assert 'VESC on the port: let go ' in said
    assert ': it coasts' in said
    assert 'configured 200 ms, 0 A' in said


def test_one_that_drives_on_for_a_second_is_found_out_and_braked_afterwards(bench, tmp_path):
    code, said = spun(bench, '--timeout-ms', '2000')
    assert code == 1
    assert 'still driven 1' in said
    last = (tmp_path / 'journal').read_text().splitlines()[-1]
    assert '"drives": false' in last


def test_after_the_last_driving_frame_nothing_but_questions_goes_out_until_it_rests(bench, tmp_path):
    import json

    code, said = spun(bench, '--timeout-ms', '200')
    assert code == 0, said
    frames = [json.loads(line) for line in (tmp_path / 'journal').read_text().splitlines()]
    last = max(index for index, frame in enumerate(frames) if frame['drives'])
    silent = [frame for frame in frames[last + 1:] if frame['ns'] < frames[last]['ns'] + 250 * MS]
    assert len(silent) > 10
    assert {frame['hex'] for frame in silent} == {'04'}
    assert len([frame for frame in frames if frame['drives'] and frame['vesc'] == 1]) > 40


@pytest.mark.parametrize('answer', ['yes\n', '\n', '\x04'])
def test_another_word_turns_nothing(bench, tmp_path, answer):
    one = bench()
    one.says("Type 'turn'")
    one.keys(answer)
    assert one.ends() == 2
    assert 'nothing was turned' in one.text
    assert (tmp_path / 'journal').read_text() == ''


def test_without_a_terminal_it_refuses():
    done = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert '--spin turns the wheels and asks a person first, at a terminal' in done.stderr


def test_it_belongs_to_the_drive_alone():
    done = subprocess.run([*COMMAND[:4], 'relays', '--spin'], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode == 2
    assert './outrider doctor drive --spin' in done.stderr


def test_it_refuses_a_port_that_belongs_to_a_running_rig(bench, tmp_path, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    one = bench()
    held = OwnedPort(str(tmp_path / 'vesc'), 'motors', 'the VESC')
    held.own()
    one.says("Type 'turn'")
    one.keys('turn\n')
    assert one.ends() == 2
    held.release()
    assert f'belongs to process {os.getpid()}' in one.text
    assert '"drives": true' not in (tmp_path / 'journal').read_text()


def test_it_refuses_a_rig_that_has_a_master(bench, tmp_path, monkeypatch):
    from outrider_drive import rig_lock

    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    lock = rig_lock.RigLock(rig_lock.path_of('ramp'), 'ramp')
    one = bench()
    one.says("Type 'turn'")
    one.keys('turn\n')
    assert one.ends() == 2
    lock.release()
    assert f'the rig ramp belongs to process {os.getpid()}' in one.text


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_it_turns_brakes(bench, tmp_path, number):
    one = bench('--timeout-ms', '250', '--timeout-brake-a', '0')
    one.says("Type 'turn'")
    one.keys('turn\n')
    one.says('turning at')
    one.popen.send_signal(number)
    assert one.ends() == 130
    last = (tmp_path / 'journal').read_text().splitlines()[-1]
    assert '"drives": false' in last
    assert '"hex": "07' in last or '"hex": "0a' in last


def looks(*rows):
    """Rows of (ms, erpm, current, bit)."""
    return [Look(ms * MS, erpm, current, bit) for ms, erpm, current, bit in rows]


def test_a_firmware_without_the_timeout_bit_is_judged_by_its_speed():
    seen = fall.seen(looks((0, -1000, -1.0, None), (150, -1000, -1.0, None), (210, -850, 6.0, None),
                           (300, -30, 0.0, None)), 0)
    assert (seen.timeout_ms, seen.brake_a, seen.rest_ms) == (210.0, 6.0, 300.0)
    assert fall.judged(seen, None).status == 'ok'
    assert 'its configuration is not known' in fall.judged(seen, None).seen


def test_a_timeout_far_from_the_configured_one_is_worth_a_look():
    seen = fall.seen(looks((0, 1000, 1.0, False), (190, 1000, 1.0, False), (230, 900, -8.0, True),
                           (330, 0, 0.0, True)), 0)
    assert fall.judged(seen, Settings(0, 200, 10.0)).status == 'ok'
    assert fall.judged(seen, Settings(0, 120, 10.0)).status == 'warn'
    assert fall.judged(seen, Settings(0, 200, 4.0)).status == 'fail'


def test_a_timeout_below_what_frames_every_20_ms_can_feed_is_a_failure():
    seen = fall.seen(looks((0, 1000, 1.0, False), (20, 1000, 1.0, False), (40, 900, -8.0, True), (90, 0, 0.0, True)), 0)
    assert fall.judged(seen, Settings(0, 40, 10.0)).status == 'fail'
