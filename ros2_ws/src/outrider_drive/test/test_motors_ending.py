"""How the motors' process ends, and when its thread has to come back. The fake pair on a real pty, time of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from motor_bench import MS, Bench, driving, setters
from outrider_drive.motors.duty import END_NS, QUIET_NS, Moment, MotorsDuty
from outrider_drive.motors.judge import Latch
from outrider_drive.motors.link import VescLink
from outrider_drive.motors.setup import Setup
from outrider_drive.words import Mode
from outrider_sim.devices import vesc_wire as wire
from outrider_sim.devices.vesc_pair import Frame

MakeBench = Callable[..., Bench]
TICK = 20 * MS


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeBench]:
    made: list[Bench] = []

    def one(setup: Setup | None = None, **pair: Any) -> Bench:
        made.append(Bench(tmp_path, setup, **pair))
        return made[-1]

    yield one
    for bench in made:
        bench.close()


def kinds(frames: list[Frame]) -> set[int]:
    return {setting[0] for frame in frames for setting in [wire.setting(frame.payload)] if setting is not None}


def test_a_process_that_ends_brakes_whatever_is_commanded_until_the_motors_are_held(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    bench.link.end()
    assert bench.link.judge.why is Latch.ENDING
    assert not bench.link.ended
    frames = bench.run(0.2, Mode.DRIVE, 1.0) + bench.run(0.1, Mode.BRAKE) + bench.run(0.1, Mode.DRIVE, 1.0)
    assert kinds(frames) == {wire.SET_CURRENT_BRAKE}
    frames = bench.run(0.4, Mode.OFF)
    assert wire.SET_CURRENT not in kinds(frames)
    bench.until(lambda: bench.link.ended, Mode.DRIVE, 1.0)
    assert bench.pair.ramp.speed_mps == pytest.approx(0.0, abs=0.02)
    mark = len(bench.pair.frames)
    bench.link.close()
    bench.tick(host=False)
    assert kinds(bench.pair.frames[mark:]) == {wire.SET_HANDBRAKE}


def test_a_machine_that_still_turns_is_left_braking(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    bench.link.end()
    bench.run(0.1)
    mark = len(bench.pair.frames)
    bench.link.close()
    bench.tick(host=False)
    assert kinds(bench.pair.frames[mark:]) == {wire.SET_CURRENT_BRAKE}


def test_an_end_in_the_middle_of_the_proof_brakes_all_the_same(make: MakeBench) -> None:
    bench = make()
    bench.until(lambda: any(wire.setting(frame.payload) == (wire.SET_CURRENT, 0.0) for frame in bench.pair.frames))
    assert setters(bench.run(0.04), 0) == []  # the silence that proves
    bench.link.end()
    assert kinds(bench.run(0.1)) == {wire.SET_CURRENT_BRAKE}
    bench.until(lambda: bench.link.ended)
    assert not bench.link.proved
    assert wire.SET_CURRENT not in kinds(bench.run(0.5))


def test_with_nobody_on_the_port_there_is_nothing_to_stop(make: MakeBench) -> None:
    bench = make()
    assert bench.link.ended
    bench.link.step(bench.now)
    assert bench.link.port is not None
    assert bench.link.ended


def test_the_thread_comes_back_at_every_set_point_and_right_after_a_command_may_not_be_obeyed_any_more(
        make: MakeBench) -> None:
    bench = make()
    bench.drive()
    bench.tick(bench.command(Mode.DRIVE, 1.0))
    then = bench.now - TICK
    assert bench.link.due_ns(then) == then + TICK
    bench.link.want(bench.command(Mode.DRIVE, 1.0, boottime_ns=bench.now - 90 * MS), bench.now)
    bench.link.step(bench.now)
    bench.now += 10 * MS
    bench.link.want(bench.command(Mode.DRIVE, 1.0, boottime_ns=bench.now - 95 * MS), bench.now)
    lease_end = bench.now + 55 * MS
    bench.now += 50 * MS
    bench.link.step(bench.now)
    assert bench.link.due_ns(bench.now) == lease_end + 1
    bench.run(0.1, Mode.BRAKE)
    bench.link.want(bench.command(Mode.BRAKE, boottime_ns=bench.now - 90 * MS), bench.now)
    assert bench.link.due_ns(bench.now - TICK) == bench.now  # the end of a stop's lease changes nothing


def test_while_nothing_is_there_it_comes_back_to_look_and_never_at_once(make: MakeBench) -> None:
    bench = make()
    bench.ports = ()
    assert bench.link.due_ns(bench.now) == bench.now + MS
    bench.link.step(bench.now)
    assert bench.link.due_ns(bench.now) == bench.now + 500 * MS
    bench.ports = (str(bench.path),)
    bench.now += 500 * MS
    bench.link.step(bench.now)
    assert bench.link.due_ns(bench.now) == bench.now + 50 * MS  # FW_VERSION again


def test_while_it_proves_it_comes_back_to_ask_and_not_to_write(make: MakeBench) -> None:
    bench = make()
    bench.until(lambda: any(wire.setting(frame.payload) == (wire.SET_CURRENT, 0.0) for frame in bench.pair.frames))
    bench.tick()
    then = bench.now - TICK
    assert then < bench.link.due_ns(then) <= then + 24 * MS


class Told:
    """A duty around the bench's link, stepped by the bench."""

    def __init__(self, bench: Bench) -> None:
        self.moments: list[Moment] = []
        self.duty = MotorsDuty(bench.link, self.moments.append)


def test_what_changed_is_told_at_once_and_the_same_again_after_25_ms(make: MakeBench) -> None:
    bench = make()
    told = Told(bench)
    assert told.duty.fd() is None
    now = bench.now
    told.duty.serve(now)
    assert len(told.moments) == 1
    assert told.duty.fd() is not None
    told.duty.serve(now + MS)
    assert len(told.moments) == 1
    assert told.duty.serve(now + QUIET_NS) > now + QUIET_NS
    assert len(told.moments) == 2
    bench.link.judge.see(Latch.FAULT)
    told.duty.serve(now + QUIET_NS + MS)
    assert told.moments[-1].latch == Latch.FAULT
    assert told.moments[-1].motors.link_epoch == bench.link.epoch


def test_its_end_lasts_until_the_motors_are_held_or_a_second_and_a_half(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    told = Told(bench)
    assert not told.duty.ended(bench.now)
    told.duty.end(bench.now)
    assert not told.duty.ended(bench.now + END_NS - 1)
    assert told.duty.ended(bench.now + END_NS)
    bench.until(lambda: bench.link.holds)
    assert told.duty.ended(bench.now)
    told.duty.close()
    assert bench.link.port is None


def test_its_figures_are_the_periods_of_the_set_points(make: MakeBench) -> None:
    bench = make()
    told = Told(bench)
    assert told.duty.figures() == {}
    bench.ready()
    for _ in range(10):
        bench.run(0.02, Mode.BRAKE)
        told.duty.serve(bench.now)
        bench.now += MS
    assert set(told.duty.figures()) == {'period_p50_ms', 'period_p99_ms', 'period_max_ms'}


def test_a_host_that_was_held_up_after_it_woke_is_judged_by_the_time_of_its_frame(make: MakeBench) -> None:
    bench = make()
    late_ns = 0
    bench.link = VescLink(lambda: bench.ports, Setup(), clock_ns=lambda: bench.now + late_ns)
    bench.drive()
    assert driving(bench.run(0.04, Mode.DRIVE, 1.0))
    late_ns = 85 * MS  # 105 after the frame before
    assert driving(bench.run(0.02, Mode.DRIVE, 1.0)) == []
    assert bench.link.judge.latch is Latch.GAP


def test_no_frame_of_an_ending_process_drives(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    mark = len(bench.pair.frames)
    bench.link.end()
    bench.link.end()  # twice is once
    bench.run(1.0, Mode.DRIVE, -1.0)
    assert driving(bench.pair.frames[mark:]) == []
