"""The fake receiver as a process, spoken to by plain reads and writes on its pty: no driver in here."""

import json
import os
import select
import signal
import struct
import time

import pytest

from outrider_sim.devices import ubx


class Wire:
    """The pty of a running fake."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self.heard = b''

    def until(self, true, what, timeout_s=10.0):
        """Read until `true` of all that was heard answers."""
        end = time.monotonic() + timeout_s
        while not true(self.heard):
            assert select.select([self.fd], [], [], max(end - time.monotonic(), 0.0))[0], f'{what} in {self.heard!r}'
            self.heard += os.read(self.fd, 4096)
        return true(self.heard)

    def fixes(self, count):
        """Return the payloads of `count` NAV-PVT from now on."""
        self.heard = b''
        self.until(lambda heard: heard.count(b'\xb5b\x01\x07\x5c\x00') > count, f'{count} fixes')
        return [part[:92] for part in self.heard.split(b'\xb5b\x01\x07\x5c\x00')[1:count + 1]]


@pytest.fixture
def fake(spawn, tmp_path):
    def start(*options):
        process = spawn('--link', tmp_path / 'gps', '--journal', tmp_path / 'journal', '--control',
                        tmp_path / 'control', *options, module='outrider_sim.devices.ubx_player')
        process.says('fake GPS on')
        return process, Wire(tmp_path / 'gps')
    return start


def control(tmp_path, line):
    with (tmp_path / 'control').open('w') as fifo:
        fifo.write(line + '\n')


def journal(tmp_path):
    lines = (tmp_path / 'journal').read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith('\n')]  # the last may be half written


@pytest.mark.parametrize('rate', [10, 25])
def test_fixes_come_at_whole_multiples_of_the_period(fake, tmp_path, rate):
    _, wire = fake('--rate', str(rate))
    times = [struct.unpack_from('<I', fix)[0] for fix in wire.fixes(20)]
    assert [b - a for a, b in zip(times, times[1:], strict=False)] == [1000 // rate] * 19
    assert times[0] % (1000 // rate) == 0
    lines = journal(tmp_path)
    assert lines[10]['itow_ms'] - lines[0]['itow_ms'] == 10_000 // rate
    now_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    assert now_ns - 60 * 10**9 < lines[0]['ns'] < lines[-1]['ns'] < now_ns
    spread_ns = (lines[-1]['ns'] - lines[0]['ns']) / (len(lines) - 1)
    assert spread_ns == pytest.approx(1e9 / rate, rel=0.2)


def test_factory_receiver_sends_nmea_until_it_is_told(fake):
    _, wire = fake('--factory')
    wire.until(lambda heard: heard.count(b'$GNGGA') >= 2, 'two lines')
    assert b'\xb5b' not in wire.heard
    payload = bytes([0, 1, 0, 0])
    for key, value in ((ubx.RATE_MEAS, b'\x28\x00'), (ubx.NAV_PVT_USB, b'\x01'), (ubx.USB_NMEA, b'\x00')):
        payload += struct.pack('<I', key) + value
    os.write(wire.fd, ubx.ubx(0x06, 0x8A, payload))
    wire.until(lambda heard: ubx.acknowledge(0x06, 0x8A, True) in heard, 'the answer')
    times = [struct.unpack_from('<I', fix)[0] for fix in wire.fixes(10)]
    assert times[-1] - times[0] == 360
    assert b'$GN' not in wire.heard


def test_outage_takes_the_fix(fake, tmp_path):
    _, wire = fake()
    assert wire.fixes(1)[0][20] == 3
    control(tmp_path, 'outage 0.3')
    lost = wire.until(lambda heard: [part for part in heard.split(b'\xb5b\x01\x07\x5c\x00')[1:-1] if part[20] == 0],
                      'a fix that is none')
    assert lost[0][21] & 1 == 0
    wire.heard = b''
    wire.until(lambda heard: [part for part in heard.split(b'\xb5b\x01\x07\x5c\x00')[1:-1] if part[20] == 3], 'a fix')


def test_unplugged_receiver_vanishes_and_comes_back(fake, tmp_path):
    _, wire = fake()
    wire.fixes(2)
    control(tmp_path, 'unplug 0.3')
    poll = select.poll()
    poll.register(wire.fd, select.POLLHUP)
    assert poll.poll(5000)
    os.close(wire.fd)
    end = time.monotonic() + 5
    while not (tmp_path / 'gps').exists():
        assert time.monotonic() < end
    assert Wire(tmp_path / 'gps').fixes(2)


def test_what_nobody_reads_is_lost_and_counted(fake, tmp_path):
    _, wire = fake('--rate', '25')
    end = time.monotonic() + 30
    while not any(line['lost'] for line in journal(tmp_path)):
        assert time.monotonic() < end
        select.select([], [], [], 0.05)


def test_unknown_control_line_is_told_and_survived(fake, tmp_path):
    process, wire = fake()
    control(tmp_path, 'explode')
    process.says("fake_gps: line 'explode' is not known")
    assert wire.fixes(2)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_and_takes_the_link_away(fake, tmp_path, number):
    process, _ = fake('--ros-args', '-r', '__node:=fake')
    process.signal(number)
    assert process.wait(3.0) == 0
    assert not (tmp_path / 'gps').is_symlink()


@pytest.mark.parametrize(('options', 'words'), [
    (('--rate', '0'), 'expected 0.1 to 25'), (('--rate', '26'), 'expected 0.1 to 25'), (('--seed', '-1'), '--seed is'),
    (('--control', '/etc/passwd'), 'is no FIFO'), (('--what',), '--what'), (('--link', '/none/gps'), 'in no folder')])
def test_wrong_arguments_end_with_code_2(spawn, tmp_path, options, words):
    process = spawn('--link', tmp_path / 'gps', *options, module='outrider_sim.devices.ubx_player')
    assert process.wait() == 2
    assert words in process.output
