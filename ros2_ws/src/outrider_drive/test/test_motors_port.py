"""How the link holds its port: stalled, full, unplugged, renamed, taken, closed. Real pty, time of the test."""

from __future__ import annotations

import os
import pty
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from motor_bench import MS, Bench, driving, setters, waiting
from outrider_drive.gate import Drop
from outrider_drive.motors import link as link_module
from outrider_drive.motors.setup import Setup
from outrider_drive.port import OwnedPort
from outrider_drive.words import Mode, Motor
from outrider_sim.devices.vesc_pair import Frame
from waiting import wait_until

MakeBench = Callable[..., Bench]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeBench]:
    made: list[Bench] = []

    def one(setup: Setup | None = None, **pair: Any) -> Bench:
        made.append(Bench(tmp_path, setup, **pair))
        return made[-1]

    yield one
    for bench in made:
        bench.close()


def hexes(frames: list[Frame], which: int) -> list[str]:
    return [frame.payload.hex() for frame in setters(frames, which)]


def test_a_stalled_reader_gets_few_driving_frames_and_a_fresh_port(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    epoch, begin = bench.link.epoch, bench.now
    bench.pair.stall(begin + 3000 * MS)
    late = bench.run(2.9, Mode.DRIVE, 1.0)
    assert late == []
    assert bench.link.epoch > epoch
    backlog = bench.run(0.2, Mode.DRIVE, 1.0)
    assert len(driving(backlog)) <= 6  # three for each: what left before 30 ms without any answer were over
    assert not setters(backlog, 0)[-1].drives
    bench.until(lambda: bench.link.refusal is None, Mode.DRIVE, 1.0)
    assert driving(bench.run(0.5, Mode.DRIVE, 1.0)) == []


def test_a_port_without_room_is_dropped_after_40_ms(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    port = bench.link.port
    assert port is not None
    while port.write_now(b'\0' * 64):  # somebody filled it to the brim
        pass
    while port.write_now(b'\0'):
        pass
    begin = bench.now
    bench.pair.stall(begin + 10_000 * MS)
    while bench.link.port is port:
        while port.write_now(b'\0'):  # the kernel moves what it holds on by itself, and makes room
            pass
        bench.link.want(bench.command(Mode.DRIVE, 1.0), bench.now)
        bench.link.step(bench.now)
        bench.now += 20 * MS
    assert bench.now - begin <= 100 * MS
    assert 'takes no bytes for 40 ms' in bench.link.problem
    assert bench.link.not_written


def test_half_a_frame_drops_the_port(make: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make()
    bench.drive()
    whole = OwnedPort.write_now
    monkeypatch.setattr(OwnedPort, 'write_now', lambda port, data: whole(port, data[:7]))
    bench.tick(bench.command(Mode.DRIVE, 1.0))
    assert bench.link.port is None
    assert 'took 7 of' in bench.link.problem


def test_an_unplugged_pair_is_found_under_another_name_and_does_not_move_again(make: MakeBench, tmp_path: Path) -> None:
    bench = make()
    bench.drive()
    bench.pair.unplug()
    other = tmp_path / 'ttyACM7'
    bench.ports = (str(bench.path), str(other))
    bench.run(0.3, Mode.DRIVE, 1.0)
    assert bench.link.port is None
    assert bench.link.motors(bench.now).left == Motor()
    bench.pair.plug(other)
    bench.sent_anew()
    bench.until(lambda: bench.link.refusal is None, Mode.DRIVE, 1.0)
    assert bench.link.port is not None
    assert bench.link.port.port == str(other)
    mark = len(bench.pair.frames)
    bench.run(0.5, Mode.DRIVE, 1.0)
    assert driving(bench.pair.frames[mark:]) == []
    bench.run(0.1, Mode.BRAKE)
    assert driving(bench.run(0.1, Mode.DRIVE, 1.0))


def test_commands_of_before_the_loss_are_dropped(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    bench.epoch = bench.link.epoch
    bench.pair.stall(bench.now + 800 * MS)
    bench.run(3.0, Mode.DRIVE, 1.0)
    assert bench.link.judge.dropped[Drop.EPOCH] > 50


def test_garbage_costs_nothing_but_itself(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    for number in range(40):
        bench.pair.garbage = bytes((2, 3, 7, number, 0x7E)) * 3 + b'\x03\x01\xf0'
        bench.run(0.1, Mode.DRIVE, 1.0)
    assert bench.link.port is not None
    assert bench.link.motors(bench.now).left.present


def test_the_end_before_anybody_spoke_sends_nothing(make: MakeBench) -> None:
    bench = make()
    bench.pair.mute(bench.now + 1000 * MS)
    bench.run(0.02)
    bench.link.close()
    bench.run(0.02)
    assert {frame.payload for frame in bench.pair.frames} == {b'\0'}


def test_the_end_is_a_stop_and_the_port_is_free(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    mark, port = len(bench.pair.frames), bench.link.port
    wait_until(lambda: waiting(bench.pair.fd or -1) == 0, 'an empty pty', every_s=0)
    bench.link.close()
    wait_until(lambda: waiting(bench.pair.fd or -1) == 22, 'the last frames', every_s=0)
    bench.pair.serve(bench.now)
    assert hexes(bench.pair.frames[mark:], 0) == hexes(bench.pair.frames[mark:], 1) == ['0700003a98']
    assert port is not None
    assert not port.is_open
    assert bench.link.port is None
    bench.link.close()


def test_no_port_and_a_wrong_port_are_one_sentence_each_and_tried_again(make: MakeBench, tmp_path: Path) -> None:
    bench = make()
    bench.ports = ()
    bench.link.step(bench.now)
    assert bench.link.problem == 'motors: there is no port. Plug the VESC in.'
    bench.ports = (str(tmp_path / 'none'), str(bench.path))
    bench.link.step(bench.now + link_module.REOPEN_NS - 1)
    assert 'there is no port' in bench.link.problem
    bench.link.step(bench.now + link_module.REOPEN_NS)
    assert 'cannot open' in bench.link.problem
    bench.link.step(bench.now + 2 * link_module.REOPEN_NS)
    assert bench.link.port is not None


def test_a_write_to_a_port_that_is_gone_drops_it(make: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make()
    bench.drive()

    def fails(port: OwnedPort, data: bytes) -> int:
        port.failure = 'Input/output error'
        return 0

    monkeypatch.setattr(OwnedPort, 'write_now', fails)
    bench.tick(bench.command(Mode.DRIVE, 1.0))
    assert 'cannot be written (Input/output error)' in bench.link.problem


def test_write_now_says_what_went_wrong(tmp_path: Path) -> None:
    near, far = pty.openpty()
    tty.setraw(far)
    port = OwnedPort(os.ttyname(far), 'motors', 'the VESC')
    port.own()
    assert port.write_now(b'abc') == 3
    os.close(far)
    os.close(near)
    assert port.write_now(b'abc') == 0
    assert port.failure == 'Input/output error'
    with pytest.raises(OSError, match='Input/output error'):
        port.read_now(10)
    port.release()
