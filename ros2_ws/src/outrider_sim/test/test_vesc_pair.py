"""The pair on its pty: what it answers, what it forwards, how it is broken; and as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outrider_sim.devices import vesc_wire as wire
from outrider_sim.devices.machine_state import StateReader
from outrider_sim.devices.vesc_model import MS
from outrider_sim.devices.vesc_pair import VescPair, main
from waiting import wait_until

DRIVE = struct.pack('>Bi', wire.SET_RPM, 3300)
AT_CAN = bytes((wire.FORWARD_CAN, 1))


class Host:
    """The driver's end of the port."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.heard = b''
        self.deframer = wire.Deframer()

    def say(self, *payloads: bytes) -> None:
        os.write(self.fd, b''.join(map(wire.framed, payloads)))

    def answers(self) -> list[bytes]:
        try:
            return self.deframer.push(os.read(self.fd, 4096))
        except BlockingIOError:
            return []


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[VescPair]:
    made = VescPair(tmp_path / 'vesc')
    yield made
    made.unplug()


@pytest.fixture
def host(pair: VescPair, tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path / 'vesc')
    yield made
    os.close(made.fd)


def read(pair: VescPair, count: int, now: int = 0) -> None:
    """Serve until `count` frames were read in all."""
    def there() -> bool:
        pair.serve(now)
        return len(pair.frames) >= count
    wait_until(there, f'{count} frames', every_s=0)


def test_each_controller_answers_for_itself_and_is_fed_by_itself(pair: VescPair, host: Host) -> None:
    host.say(b'\x04', AT_CAN + b'\x04', AT_CAN + b'\x11', AT_CAN + DRIVE)
    read(pair, 4)
    answers: list[bytes] = []
    wait_until(lambda: answers.extend(host.answers()) or len(answers) >= 3, 'three answers', every_s=0)
    assert [(answer[0], answer[58]) for answer in answers[:2]] == [(4, 0), (4, 1)]
    assert struct.unpack('>BIf', answers[2][5:14]) == (1, 200, 10.0)
    assert [(frame.which, frame.drives, frame.stops) for frame in pair.frames] == [
        (0, False, False), (1, False, False), (1, False, False), (1, True, False)]
    assert pair.ramp.controllers[0].timed_out(1)
    assert not pair.ramp.controllers[1].timed_out(1)


def test_255_is_everybody_but_the_one_on_the_port_and_a_cut_wire_forwards_nothing(pair: VescPair, host: Host) -> None:
    host.say(bytes((wire.FORWARD_CAN, 255)) + DRIVE, bytes((wire.ALIVE,)))
    read(pair, 2)
    assert [frame.which for frame in pair.frames] == [1, 0]
    assert pair.control('can cut', 0) == ''
    host.say(AT_CAN + DRIVE, b'\0')
    read(pair, 3)
    assert [frame.which for frame in pair.frames] == [1, 0, 0]
    assert pair.control('can mend', 0) == ''
    assert not pair.can_cut


def test_a_stall_delivers_everything_at_once(pair: VescPair, host: Host) -> None:
    assert pair.control('stall 1', 0) == ''
    host.say(*[DRIVE] * 5)
    pair.serve(999 * MS)
    assert pair.frames == []
    read(pair, 5, 1000 * MS)
    assert {frame.at_ns for frame in pair.frames} == {1000 * MS}


def test_muted_it_obeys_and_says_nothing(pair: VescPair, host: Host) -> None:
    assert pair.control('mute 1', 0) == ''
    host.say(b'\x04', DRIVE)
    read(pair, 2)
    assert pair.said_bytes == 0


def test_its_control_lines(pair: VescPair, tmp_path: Path) -> None:
    for line in ('fault 1 5', 'slope 0.03', 'voltage 42', 'garbage 0203', 'unplug'):
        assert pair.control(line, 0) == ''
    assert pair.ramp.controllers[1].fault == 5
    assert (pair.ramp.world.slope, pair.ramp.world.voltage_v, pair.garbage) == (0.03, 42.0, b'\x02\x03')
    assert pair.fd is None
    pair.serve(0)
    assert pair.control(f'plug {tmp_path / "other"}', 0) == ''
    assert (tmp_path / 'other').exists()
    assert 'is not known' in pair.control('fly', 0)
    assert 'no usable number' in pair.control('fault 9 5', 0)
    assert 'no usable number' in pair.control('slope steep', 0)


def test_a_wall_ahead_stops_it_for_as_long_as_it_is_told_and_it_may_back_away(pair: VescPair, host: Host) -> None:
    host.say(DRIVE, AT_CAN + DRIVE)
    read(pair, 2)
    pair.ramp.advance(150 * MS)
    assert pair.ramp.speed_mps > 0.2
    assert pair.control('hit ahead', 150 * MS) == ''
    way = pair.ramp.travelled_m
    pair.ramp.advance(190 * MS)
    assert (pair.ramp.speed_mps, pair.ramp.travelled_m) == (0.0, way)
    assert all(one.current_a > 0.0 for one in pair.ramp.controllers)  # it pushes on
    back = struct.pack('>Bi', wire.SET_RPM, -3300)
    host.say(back, AT_CAN + back)
    read(pair, 4, 190 * MS)
    pair.ramp.advance(300 * MS)
    assert pair.ramp.speed_mps < -0.1
    assert pair.control('hit both', 300 * MS) == ''
    pair.ramp.advance(310 * MS)
    assert pair.ramp.speed_mps == 0.0
    assert pair.control('hit free', 310 * MS) == ''
    pair.ramp.advance(360 * MS)
    assert pair.ramp.speed_mps < -0.05
    assert 'is not known' in pair.control('hit sideways', 0)


def test_its_way_is_the_integral_of_its_speed_at_the_instant_that_the_state_file_names(
        pair: VescPair, host: Host) -> None:
    host.say(DRIVE, AT_CAN + DRIVE)
    read(pair, 2)
    nodes = []
    for now in range(0, 200 * MS, 5 * MS):
        pair.serve(now)
        nodes.append((pair.ramp.now, pair.ramp.speed_mps, pair.ramp.travelled_m))
    for (t0, v0, s0), (t1, v1, s1) in zip(nodes[2:], nodes[3:], strict=False):
        assert (s1 - s0) / ((t1 - t0) * 1e-9) == pytest.approx(0.5 * (v0 + v1), abs=1e-3)
    assert nodes[-1][0] == 194 * MS  # whole steps of 2 ms


def test_as_a_process_it_serves_takes_lines_and_writes_its_journal(tmp_path: Path) -> None:
    link, journal = tmp_path / 'vesc', tmp_path / 'journal'
    process = subprocess.Popen([sys.executable, '-m', 'outrider_sim.devices.vesc_pair', '--link', str(link),
                                '--journal', str(journal)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        assert str(link) in process.stdout.readline()
        host = Host(link)
        host.say(DRIVE)
        wait_until(lambda: journal.read_text().endswith('\n'), 'a journal line')
        said = json.loads(journal.read_text().splitlines()[0])
        assert (said['vesc'], said['hex'], said['drives']) == (0, DRIVE.hex(), True)
        process.stdin.write('fault 0 3\nfly\n')
        process.stdin.flush()
        assert process.stdout.readline() == 'ok\n'
        assert 'is not known' in process.stdout.readline()
        os.close(host.fd)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert not link.is_symlink()
    finally:
        process.kill()
        process.communicate()


def test_a_state_in_no_folder_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(['--link', str(tmp_path / 'vesc'), '--state', str(tmp_path / 'none' / 'state')])
    assert ended.value.code == 2
    assert 'lies in no folder' in capsys.readouterr().err


def test_a_link_in_no_folder_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(['--link', str(tmp_path / 'none' / 'vesc'), '--ros-args'])
    assert ended.value.code == 2
    assert 'lies in no folder' in capsys.readouterr().err


def test_it_tells_a_world_how_its_wheels_turn(tmp_path: Path, spawn: Callable[..., Any]) -> None:
    link, state = tmp_path / 'vesc', tmp_path / 'state'
    process = spawn('--link', str(link), '--control', str(tmp_path / 'control'), '--state', str(state),
                    module='outrider_sim.devices.vesc_pair')
    process.says('fake VESC pair on')
    host, reader = Host(link), StateReader(state)

    def turns() -> bool:
        host.say(DRIVE, AT_CAN + DRIVE)
        wheels = reader.wheels()
        return wheels is not None and wheels.speed_mps > 0.1 and wheels.travelled_m > 0.0

    wait_until(turns, 'wheels that turn', every_s=0.02)
    os.close(host.fd)
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    assert not state.exists()


def test_with_a_fifo_it_takes_lines_there_and_lives_without_standard_input(
        tmp_path: Path, spawn: Callable[..., Any]) -> None:
    link, control = tmp_path / 'vesc', tmp_path / 'control'
    process = spawn('--link', str(link), '--control', str(control), '--ros-args',
                    module='outrider_sim.devices.vesc_pair')
    process.says('fake VESC pair on')
    for line in ('fly', 'unplug'):  # a writer after another
        control.write_text(f'{line}\n')
    process.says('is not known')
    wait_until(lambda: not link.is_symlink(), 'the port to vanish')
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
