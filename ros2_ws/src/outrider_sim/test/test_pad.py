"""The fake pad against the kernel's documents, byte by byte: nothing of the driver is imported here."""

from __future__ import annotations

import json
import os
import signal
import struct

import pytest

from outrider_sim.devices import pad_wire
from outrider_sim.devices.pad import FakePad
from outrider_sim.devices.pad_layout import GENERIC
from outrider_sim.devices.pad_player import obey
from waiting import wait_until

MS = 1_000_000


def opened(path) -> int:
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def read(fd: int) -> bytes:
    try:
        return os.read(fd, 1 << 16)
    except BlockingIOError:
        return b''


def controls(data: bytes) -> list[tuple[int, int, int]]:
    """(value, type, number) of each record."""
    return [record[1:] for record in struct.iter_unpack('<IhBB', data)]


def stamps(data: bytes) -> list[int]:
    """The pad's own time (us) of each report."""
    events = list(struct.iter_unpack('<qqHHi', data))
    return [value & 0xFFFFFFFF for _, _, kind, code, value in events if (kind, code) == (4, 5)]


class Played:
    def __init__(self, folder, **options) -> None:
        self.now = 1000 * MS
        self.pad = FakePad(folder / 'js', folder / 'motion', self.now, **options)
        self.js, self.motion = opened(folder / 'js'), opened(folder / 'motion')
        self.run(4)

    def run(self, ms: int) -> None:
        for _ in range(0, ms, 4):
            self.now += 4 * MS
            self.pad.step(self.now)

    def quiet(self) -> None:
        """Read what there is and forget it."""
        read(self.js), read(self.motion)


@pytest.fixture
def played(tmp_path):
    made = Played(tmp_path)
    yield made
    os.close(made.js)
    os.close(made.motion)
    made.pad.lose()


def test_an_opening_reader_first_gets_the_state_of_all_controls(played):
    records = controls(read(played.js))
    assert len(records) == 21
    assert all(kind & 0x80 for _, kind, _ in records)
    assert (-32767, 0x82, 2) in records
    assert (-32767, 0x82, 5) in records
    assert (0, 0x81, 5) in records


def test_buttons_and_arrows_are_the_kernels_records(played):
    read(played.js)
    for word in ('press r1', 'press r1', 'press up', 'release up', 'press right', 'release r1', 'release r1'):
        assert obey(played.pad, word) == ''
    assert controls(read(played.js)) == [(1, 1, 5), (-32767, 2, 7), (0, 2, 7), (32767, 2, 6), (0, 1, 5)]


def test_motion_reports_come_250_a_second_with_the_pads_own_time(played):
    played.quiet()
    played.run(1000)
    times = stamps(read(played.motion))
    assert len(times) == 250
    assert {b - a for a, b in zip(times, times[1:], strict=False)} == {4000}


def test_the_pads_clock_may_drift_and_wraps_at_32_bits(tmp_path):
    played = Played(tmp_path, device_us=2**32 - 8000, drift_ppm=500.0)
    played.run(100)
    times = stamps(read(played.motion))
    assert times[0] > 2**32 - 8001
    assert 94_000 < times[-1] < 100_000
    os.close(played.js)
    os.close(played.motion)


def test_a_stall_keeps_back_and_then_delivers_at_once_with_the_old_times(played):
    played.quiet()
    played.pad.stall()
    played.pad.stall()
    played.run(1000)
    played.pad.press('cross')
    assert (read(played.js), read(played.motion)) == (b'', b'')
    played.pad.resume()
    times = stamps(read(played.motion))
    assert times[-1] - times[0] > 900_000
    assert controls(read(played.js)) == [(1, 1, 0)]


def test_a_backlog_larger_than_the_pipe_is_delivered_as_it_is_read(played):
    played.quiet()
    played.pad.stall()
    played.run(5000)
    played.pad.resume()
    got = b''
    while data := read(played.motion):
        got += data  # a pipe that fills up cuts records, which no kernel does
        played.pad.motion.pump()
    assert len(stamps(got)) == 1250


def test_reports_lost_in_a_stall_show_only_where_the_controls_are_now(played):
    played.quiet()
    played.pad.stall()
    for name in ('cross', 'r1', 'up'):
        played.pad.press(name)
    played.pad.release('cross')
    played.run(400)
    played.pad.resume(deliver=False)
    assert controls(read(played.js)) == [(1, 1, 5), (-32767, 2, 7)]
    assert stamps(read(played.motion)) == []


def test_who_opens_during_a_stall_gets_what_the_kernel_knew_before_it(played):
    played.pad.press('r1')
    played.pad.stall()
    played.pad.press('cross')
    os.close(played.js)
    played.run(8)
    played.js = opened(played.pad.js.path)
    played.run(4)
    records = controls(read(played.js))
    assert (1, 0x81, 5) in records
    assert (0, 0x81, 0) in records


def test_frozen_buttons_are_lost_while_motion_flows(played):
    played.quiet()
    obey(played.pad, 'freeze')
    played.pad.press('cross')
    played.run(40)
    assert read(played.js) == b''
    assert len(stamps(read(played.motion))) == 10
    obey(played.pad, 'thaw')
    obey(played.pad, 'overflow')
    assert (1, 0x81, 0) in controls(read(played.js))


def test_motion_may_be_silent_while_buttons_work(played):
    played.quiet()
    obey(played.pad, 'still')
    played.run(40)
    played.pad.press('cross')
    assert read(played.motion) == b''
    assert controls(read(played.js)) == [(1, 1, 0)]
    obey(played.pad, 'stir')
    played.run(4)
    assert len(stamps(read(played.motion))) == 1


def test_a_lost_pad_ends_both_files_and_comes_back_under_another_name(played, tmp_path):
    played.quiet()
    played.pad.lose()
    played.pad.lose()
    played.pad.press('r1')
    played.run(40)
    assert not (tmp_path / 'js').exists()
    assert os.read(played.js, 8) == os.read(played.motion, 8) == b''
    played.pad.reconnect(tmp_path / 'js1', tmp_path / 'motion1')
    again = opened(tmp_path / 'js1')
    played.run(4)
    assert (1, 0x81, 5) in controls(read(again))
    os.close(again)


def test_a_pad_without_motion_sensors_has_one_file(tmp_path):
    pad = FakePad(tmp_path / 'js', None, 0)
    pad.step(100 * MS)
    pad.lose()
    pad.reconnect()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['js', 'js.told']


@pytest.mark.parametrize('line', ['', 'jump', 'press', 'press r9', 'move lx', 'move lx 40000', 'move wheel 1',
                                  'move lx ten', 'stall 1'])
def test_a_wrong_control_line_is_answered_in_one_sentence(played, line):
    assert obey(played.pad, line).startswith('fake_pad: ')


def test_moves_and_stalls_by_control_lines(played):
    played.quiet()
    for line in ('move ly -20000', 'stall', 'press cross', 'drop', 'stall', 'press r1', 'resume', 'lose', 'reconnect'):
        assert obey(played.pad, line) == ''
    assert controls(read(played.js)) == [(-20000, 2, 1), (1, 1, 0), (1, 1, 5)]


def test_bytes_of_a_motion_report():
    data = pad_wire.motion(3_000_007, 0xFFFFFFFF)
    assert len(data) == 5 * 24
    assert data[72:96] == struct.pack('<qqHHi', 3, 7, 4, 5, -1)
    assert data[96:] == struct.pack('<qqHHi', 3, 7, 0, 0, 0)


def test_another_drivers_order_is_told_beside_the_fifo_and_kept(tmp_path):
    played = Played(tmp_path, layout=GENERIC)
    assert len(controls(read(played.js))) == 22
    told = json.loads((tmp_path / 'js.told').read_text())
    assert (told['name'], told['driver'], len(told['buttons'])) == ('Wireless Controller', 'hid-generic', 14)
    played.pad.press('square')
    played.pad.move('ry', 5)
    assert controls(read(played.js)) == [(1, 1, 0), (5, 2, 5)]
    played.pad.lose()
    assert not (tmp_path / 'js.told').exists()
    os.close(played.js)
    os.close(played.motion)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_the_process_obeys_its_control_fifo_and_leaves_nothing(spawn, tmp_path, number):
    process = spawn('--dir', tmp_path, '--control', tmp_path / 'control', '--journal', tmp_path / 'journal',
                    '--ros-args', '-r', '__node:=pad', module='outrider_sim.devices.pad_player')
    wait_until(lambda: (tmp_path / 'control').exists() and (tmp_path / 'pad_js').exists(), 'the FIFOs')
    js = opened(tmp_path / 'pad_js')
    got = bytearray()
    wait_until(lambda: got.extend(read(js)) or len(got) >= 21 * 8, 'the first state')
    control = os.open(tmp_path / 'control', os.O_WRONLY)
    os.write(control, b'press r1\nnonsense\n')
    wait_until(lambda: got.extend(read(js)) or len(got) >= 22 * 8, 'the press')
    assert controls(bytes(got[-8:])) == [(1, 1, 5)]
    process.says("'nonsense' is no control line")
    line, = (tmp_path / 'journal').read_text().splitlines()
    assert json.loads(line)['line'] == 'press r1'
    process.signal(number)
    assert process.wait() == 0
    assert not list(tmp_path.glob('pad_*'))
    assert 'Traceback' not in process.output
    os.close(js)
    os.close(control)


def test_a_control_file_that_is_no_fifo_is_refused(spawn, tmp_path):
    (tmp_path / 'plain').touch()
    process = spawn('--dir', tmp_path, '--control', tmp_path / 'plain', module='outrider_sim.devices.pad_player')
    assert process.wait() == 2
    assert 'is no FIFO' in process.output


def test_a_pad_that_is_off_waits_for_the_next_word(played):
    obey(played.pad, 'lose')
    assert played.pad.due_ns > played.now
    obey(played.pad, 'reconnect')
    assert played.pad.due_ns <= played.now
