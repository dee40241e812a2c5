"""The fake as a process, spoken to by plain reads and writes on its ptys: no driver in here."""

import json
import os
import select
import signal
import time
from itertools import pairwise

import pytest

from outrider_sim.devices import radhar, ti_frames
from outrider_sim.devices.ti_cli import PROMPT
from outrider_sim.devices.ti_device import damage

CONFIGURATION = """\
sensorStop
flushCfg
dfeDataOutputMode 1
channelCfg 15 7 0
adcCfg 2 1
adcbufCfg 0 1 0 1
profileCfg 0 77 7 7 57.14 0 0 70 1 240 4884 0 0 30
chirpCfg 0 0 0 0 0 0 0 1
frameCfg 0 2 16 0 33.333 1 0
guiMonitor 1 0 0 0 0 0
cfarCfg 0 2 8 4 3 0 1280
sensorStart
""".splitlines()


class Wire:
    """Both ptys of a running fake."""

    def __init__(self, folder):
        self.cli = os.open(folder / 'radar_cli', os.O_RDWR | os.O_NOCTTY)
        self.data = os.open(folder / 'radar_data', os.O_RDONLY | os.O_NOCTTY)

    def ask(self, line):
        os.write(self.cli, line.encode() + b'\n')
        heard = ''
        while PROMPT not in heard:
            assert select.select([self.cli], [], [], 5.0)[0], heard
            heard += os.read(self.cli, 4096).decode()
        return heard

    def start(self):
        for line in CONFIGURATION:
            assert 'Done' in self.ask(line)

    def read(self, count, timeout_s=5.0):
        got = b''
        while len(got) < count:
            assert select.select([self.data], [], [], timeout_s)[0], f'{len(got)} of {count} bytes'
            got += os.read(self.data, min(4096, count - len(got)))
        return got

    def quiet(self, for_s):
        return not select.select([self.data], [], [], for_s)[0]

    def close(self):
        os.close(self.cli)
        os.close(self.data)


@pytest.fixture
def fake(spawn, tmp_path):
    def start(*options):
        process = spawn('--link-dir', tmp_path, '--journal', tmp_path / 'journal', '--control', tmp_path / 'control',
                        *options, module='outrider_sim.devices.ti_radar')
        process.says('fake radar on')
        return process, Wire(tmp_path)
    return start


def control(tmp_path, line):
    with (tmp_path / 'control').open('w') as fifo:
        fifo.write(line + '\n')


def journal(tmp_path):
    lines = (tmp_path / 'journal').read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith('\n')]  # the last may be half written


def test_nothing_streams_before_a_valid_start_and_after_a_stop(fake):
    _, wire = fake()
    assert 'Error' in wire.ask('sensorStart')
    assert wire.quiet(0.15)
    wire.start()
    assert wire.read(64).startswith(ti_frames.MAGIC)
    assert 'Done' in wire.ask('sensorStop')
    while not wire.quiet(0.15):
        os.read(wire.data, 65536)


def test_recording_is_played_byte_for_byte(fake, tmp_path):
    expected = b''.join(ti_frames.sdk1(number, points) for number, points in enumerate(radhar.load()[:100], 1))
    _, wire = fake('--rate', '20')
    wire.start()
    assert wire.read(len(expected)) == expected
    lines = journal(tmp_path)[:99]  # the hundredth line may still be on its way
    assert [line['frame'] for line in lines] == list(range(1, 100))
    assert [line['points'] for line in lines] == [len(points) for points in radhar.load()[:99]]


def test_recording_waits_for_the_hold_file_to_go_and_then_begins_at_its_first_frame(fake, tmp_path):
    (tmp_path / 'hold').touch()
    _, wire = fake('--rate', '5', '--hold', tmp_path / 'hold')
    wire.start()
    assert wire.quiet(0.2)
    (tmp_path / 'hold').unlink()
    first = ti_frames.sdk1(1, radhar.load()[0])
    assert wire.read(len(first)) == first


def test_pace_is_even_on_absolute_deadlines(fake, tmp_path):
    _, wire = fake('--rate', '2')
    wire.start()
    wire.read(40 * 300)
    stamps = [line['written_ns'] for line in journal(tmp_path)]
    elapsed_s = (stamps[30] - stamps[0]) * 1e-9
    assert elapsed_s == pytest.approx(30 / 60, abs=0.1)
    assert all(later > earlier for earlier, later in pairwise(stamps))


def test_unread_bytes_are_dropped_and_the_commands_still_answered(fake, tmp_path):
    _, wire = fake('--rate', '50')
    wire.start()
    end = time.monotonic() + 10
    while len(journal(tmp_path)) < 400:  # far more than a pty holds
        assert time.monotonic() < end
        assert PROMPT in wire.ask('')
    assert 'Done' in wire.ask('sensorStop')


def test_end_of_the_recording_is_silence_and_loop_starts_again(fake, tmp_path):
    process, wire = fake('--rate', '100')
    wire.start()
    end = time.monotonic() + 20
    while len(journal(tmp_path)) < 603:
        assert time.monotonic() < end
        if not wire.quiet(0.01):
            os.read(wire.data, 65536)
    while not wire.quiet(0.2):
        os.read(wire.data, 65536)
    assert len(journal(tmp_path)) == 603
    assert process.popen.poll() is None


def test_loop_goes_on_with_the_first_frame(fake, tmp_path):
    _, wire = fake('--rate', '100', '--loop')
    wire.start()
    end = time.monotonic() + 20
    while len(journal(tmp_path)) < 610:
        assert time.monotonic() < end
        if not wire.quiet(0.01):
            os.read(wire.data, 65536)
    lines = journal(tmp_path)
    assert lines[603]['points'] == lines[0]['points']
    assert lines[603]['frame'] == 604


def test_unplugged_device_vanishes_and_comes_back_as_after_power_up(fake, tmp_path):
    _, wire = fake()
    wire.start()
    wire.read(64)
    control(tmp_path, 'unplug 0.3')
    poll = select.poll()
    poll.register(wire.data, select.POLLHUP)
    assert poll.poll(5000)
    assert not (tmp_path / 'radar_cli').is_symlink()
    assert not (tmp_path / 'radar_data').is_symlink()
    wire.close()
    end = time.monotonic() + 5
    while not (tmp_path / 'radar_data').exists():
        assert time.monotonic() < end
    again = Wire(tmp_path)
    assert 'Error' in again.ask('sensorStart')
    again.start()
    assert again.read(64).startswith(ti_frames.MAGIC)


def test_hang_on_demand(fake, tmp_path):
    _, wire = fake()
    control(tmp_path, 'hang sensorStart')
    for line in CONFIGURATION[:-1]:
        wire.ask(line)
    os.write(wire.cli, b'sensorStart\n')
    heard = b''
    while select.select([wire.cli], [], [], 0.3)[0]:
        heard += os.read(wire.cli, 4096)
    assert heard == b'sensorStart\r\n'


@pytest.mark.parametrize(('kind', 'length'), [('drop', -10), ('flip', 0), ('double', 10)])
def test_damage_changes_the_middle_of_one_packet(kind, length):
    packet = ti_frames.sdk1(1, radhar.load()[0])
    broken = damage(kind, 10, packet)
    assert len(broken) - len(packet) == length
    assert broken != packet
    assert broken[:50] == packet[:50]
    assert broken[-50:] == packet[-50:]


def test_unknown_control_line_is_told_and_survived(fake, tmp_path):
    process, wire = fake()
    control(tmp_path, 'explode')
    process.says("control line 'explode' is not known")
    control(tmp_path, 'drop many')
    process.says("control line 'drop many' has no number")
    assert PROMPT in wire.ask('')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_and_takes_the_links_away(fake, tmp_path, number):
    process, _ = fake()
    process.signal(number)
    assert process.wait(3.0) == 0
    assert not (tmp_path / 'radar_cli').is_symlink()


def test_start_over_the_links_of_a_killed_fake(fake, tmp_path):
    process, _ = fake()
    process.kill()
    assert (tmp_path / 'radar_cli').is_symlink()
    _, wire = fake()
    assert PROMPT in wire.ask('')


def test_ros_arguments_are_ignored(fake):
    process, _ = fake('--ros-args', '-r', '__node:=fake', '--params-file', '/none')
    assert process.popen.poll() is None


def test_second_fake_in_the_same_folder_is_refused_with_one_sentence(fake, spawn, tmp_path):
    process, wire = fake()
    second = spawn('--link-dir', tmp_path, module='outrider_sim.devices.ti_radar')
    assert second.wait() == 2
    assert 'is used by another fake radar' in second.output
    assert PROMPT in wire.ask('')


@pytest.mark.parametrize('options', [('--rate', '0'), ('--play', '/none'), ('--what',), ('--control', '/etc/passwd')])
def test_wrong_arguments_end_with_code_2(spawn, tmp_path, options):
    process = spawn('--link-dir', tmp_path, *options, module='outrider_sim.devices.ti_radar')
    assert process.wait() == 2


def test_driver_of_another_chirp_is_warned(fake):
    process, wire = fake()
    for line in CONFIGURATION:
        wire.ask(line.replace('profileCfg 0 77 7 7 57.14', 'profileCfg 0 77 7 7 60'))
    process.says('Send radhar.cfg')
