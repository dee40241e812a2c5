"""Each failure of the original ramp that concerns this wire, by name: impossible here. Real pty, real link."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import outrider_drive.motors
from motor_bench import MS, Bench, driving, setters
from outrider_drive.motors.judge import Latch
from outrider_drive.words import Mode
from outrider_sim.devices import vesc_wire as wire


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_1_deadman_released_no_worker_keeps_driving(bench: Bench) -> None:
    bench.drive()
    assert driving(bench.run(1.5, Mode.BRAKE)) == []
    assert bench.pair.ramp.speed_mps == 0.0


def test_2_gamepad_lost_while_the_governor_goes_on_asking_to_drive(bench: Bench) -> None:
    bench.drive()
    last = replace(bench.command(Mode.DRIVE).operator, boottime_ns=bench.now)
    begin = bench.now
    frames = driving(bench.run(1.0, Mode.DRIVE, 1.0, operator=last))
    assert max(frame.at_ns for frame in frames) - begin <= 204 * MS
    assert bench.link.judge.latch is Latch.OPERATOR


def test_2_governor_dead_or_frozen_the_lease_ends(bench: Bench) -> None:
    bench.drive()
    newest = bench.now - 20 * MS
    frames = bench.run(1.0)
    assert max(frame.at_ns for frame in driving(frames)) - newest <= 170 * MS
    assert driving(bench.run(1.0, Mode.DRIVE, 1.0, link_epoch=1)) == []  # resumed, with the button held


def test_3_twenty_commands_queued_by_a_slow_link_are_not_executed(bench: Bench) -> None:
    bench.drive()
    queued = [bench.command(Mode.DRIVE, 1.0) for _ in range(20)]
    bench.run(0.2)
    bench.run(0.2, Mode.BRAKE)
    mark = len(bench.pair.frames)
    for command in queued:
        bench.tick(command)
    assert driving(bench.pair.frames[mark:]) == []


def test_6_the_last_frame_is_a_stop_and_never_alive(bench: Bench) -> None:
    bench.drive()
    bench.link.close()
    bench.run(0.1)
    for which in (0, 1):
        assert setters(bench.pair.frames, which)[-1].stops
    assert not any(frame.payload[0] == wire.ALIVE for frame in bench.pair.frames)


def test_7_nothing_in_the_room_knows_alive_or_pyvescs_own_class_or_a_port() -> None:
    for file in Path(outrider_drive.motors.__file__).parent.glob('*.py'):
        tree = ast.parse(file.read_text())
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        texts = [str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        assert not names & {'VESC', 'Alive', 'ALIVE'}, file
        assert not any('/dev/' in text for text in texts), file


def test_8_a_set_point_is_clamped_and_a_reverse_is_a_reverse(bench: Bench) -> None:
    bench.ready()
    frames = driving(bench.run(0.1, Mode.DRIVE, -99.0))
    assert {wire.setting(frame.payload) for frame in frames} == {(wire.SET_RPM, -10027.0)}


def test_a_host_frozen_and_resumed_sends_no_driving_frame_and_does_not_move_again(bench: Bench) -> None:
    bench.drive()
    for _ in range(50):
        bench.tick(host=False)
    assert bench.pair.ramp.controllers[0].timed_out(bench.now)
    assert bench.pair.ramp.speed_mps < 0.2  # each VESC braked by itself
    assert driving(bench.run(1.0, Mode.DRIVE, 1.0)) == []
    assert bench.link.judge.latch is not None
    bench.run(0.1, Mode.BRAKE)
    assert driving(bench.run(0.1, Mode.DRIVE, 1.0))


def test_with_the_can_wire_cut_the_far_vesc_lets_go_by_its_own_timeout(bench: Bench) -> None:
    bench.drive()
    bench.pair.can_cut, begin = True, bench.now
    far = bench.pair.ramp.controllers[1]
    bench.until(lambda: far.timed_out(bench.now), Mode.DRIVE, 1.0)
    assert bench.now - begin <= 240 * MS


def test_two_governors_stop_the_ramp(bench: Bench) -> None:
    bench.drive()
    bench.tick(bench.command(Mode.DRIVE, 1.0, governor_id=8))
    assert driving(bench.run(0.5, Mode.DRIVE, 1.0)) == []
    assert bench.link.judge.latch is Latch.TWO_GOVERNORS
