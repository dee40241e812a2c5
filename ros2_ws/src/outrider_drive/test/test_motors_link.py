"""What the link sends, and how it stops: the fake pair on a real pty. Time is the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from motor_bench import MS, Bench, driving, setters
from outrider_drive.motors.judge import Latch, Limits
from outrider_drive.motors.setup import Setup
from outrider_drive.words import Mode, Motor
from outrider_sim.devices import vesc_wire as wire
from outrider_sim.devices.vesc_model import World
from outrider_sim.devices.vesc_pair import UUID, Frame

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


def test_a_pair_is_found_proved_and_driven(make: MakeBench) -> None:
    bench = make()
    bench.drive(1.0)
    assert bench.link.problem == ''
    assert bench.link.uuid == UUID.hex()
    motors = bench.link.motors(bench.now)
    assert motors.left.present
    assert motors.right.present
    assert (motors.left.controller_id, motors.right.controller_id) == (0, 1)
    assert motors.left.erpm == pytest.approx(3342, rel=0.1)
    assert bench.now - motors.boottime_ns < 150 * MS
    assert motors.link_epoch == bench.link.epoch


def test_set_points_go_to_each_50_times_a_second_and_each_is_polled_20_times_or_more(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    frames = bench.run(1.0, Mode.DRIVE, 1.0)
    for which in (0, 1):
        assert len(setters(frames, which)) == 50
        assert sum(frame.payload == bytes((wire.GET_VALUES,)) for frame in frames if frame.which == which) >= 20
    assert not any(frame.payload[:1] == bytes((wire.ALIVE,)) for frame in bench.pair.frames)


def test_a_change_goes_out_at_once_and_a_repetition_does_not(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    mark = bench.link.port.written  # type: ignore[union-attr]
    bench.now -= 15 * MS  # 5 ms after the newest set-point
    bench.link.want(bench.command(Mode.DRIVE, 1.0), bench.now)
    bench.link.step(bench.now)
    assert bench.link.port.written == mark  # type: ignore[union-attr]
    bench.link.want(bench.command(Mode.DRIVE, 1.2), bench.now)
    bench.link.step(bench.now)
    assert bench.link.port.written - mark == 22  # type: ignore[union-attr]


def test_missed_periods_are_not_caught_up(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    bench.now += 70 * MS
    bench.tick(bench.command(Mode.DRIVE, 1.0))
    assert len(setters(bench.run(0.1, Mode.DRIVE, 1.0), 0)) == 5


def test_a_stop_is_equal_on_both_full_within_200_ms_and_ends_in_the_handbrake(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    begin = bench.now
    frames = bench.run(2.0, Mode.BRAKE)
    assert driving(frames) == []
    assert hexes(frames, 0) == hexes(frames, 1)
    full = next(frame for frame in setters(frames, 1) if wire.setting(frame.payload) == (7, 15.0))
    assert full.at_ns - begin <= 200 * MS
    assert wire.setting(frames[-2].payload) in ((wire.SET_HANDBRAKE, 15.0), None)
    assert bench.link.holds
    assert bench.pair.ramp.speed_mps == 0.0


def test_off_releases_and_the_next_stop_begins_with_its_ramp(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    assert set(hexes(bench.run(0.2, Mode.OFF), 0)) == {'0600000000'}
    assert wire.setting(setters(bench.run(0.04, Mode.BRAKE), 0)[0].payload) == (7, 1.875)


def test_a_speed_below_the_controllable_minimum_is_a_stop_never_set_rpm_0(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    assert driving(bench.run(0.2, Mode.DRIVE, 0.2)) == []


def test_on_a_slope_of_3_percent_the_stopped_ramp_stays(make: MakeBench) -> None:
    bench = make(world=World(0.03))
    bench.drive()
    bench.until(lambda: bench.pair.ramp.speed_mps == 0.0, Mode.BRAKE)
    place = bench.pair.ramp.travelled_m
    bench.run(5.0, Mode.HOLD)
    assert abs(bench.pair.ramp.travelled_m - place) < 0.1


def test_a_cut_can_wire_stops_both_and_the_port_stays(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    bench.pair.can_cut, begin = True, bench.now
    frames = driving(bench.run(1.0, Mode.DRIVE, 1.0))
    assert max(frame.at_ns for frame in frames) - begin <= 250 * MS
    assert bench.link.judge.latch is Latch.SILENT
    assert bench.link.port is not None
    assert bench.link.motors(bench.now).left.present
    assert not bench.link.motors(bench.now).right.present
    bench.pair.can_cut = False
    assert driving(bench.run(1.0, Mode.DRIVE, 1.0)) == []
    bench.run(0.1, Mode.BRAKE)
    assert driving(bench.run(0.1, Mode.DRIVE, 1.0))


@pytest.mark.parametrize('which', [0, 1])
def test_a_fault_of_either_stops_both_within_100_ms(make: MakeBench, which: int) -> None:
    bench = make()
    bench.drive()
    bench.pair.control(f'fault {which} 3', bench.now)
    begin = bench.now
    assert max(frame.at_ns for frame in driving(bench.run(1.0, Mode.DRIVE, 1.0))) - begin <= 100 * MS
    assert bench.link.judge.latch is Latch.FAULT


@pytest.mark.parametrize(('change', 'latch', 'within_ms'), [
    ({'slip': 0.5}, Latch.UNEQUAL, 700), ({'reversed': True}, Latch.WRONG_SIGN, 500),
    ({'slip': 2.0}, Latch.OVER_SPEED, 300),
])
def test_a_motor_that_does_otherwise_stops_both(make: MakeBench, change: dict[str, Any], latch: Latch,
                                                within_ms: int) -> None:
    bench = make(Setup(limits=Limits(max_erpm=3500)))
    bench.drive()
    for name, value in change.items():
        setattr(bench.pair.ramp.controllers[1], name, value)
    begin = bench.now
    assert max(frame.at_ns for frame in driving(bench.run(1.5, Mode.DRIVE, 1.0))) - begin <= within_ms * MS
    assert bench.link.judge.latch is latch


def test_a_blocked_ramp_is_let_go_after_a_second(make: MakeBench) -> None:
    bench = make()
    bench.ready()
    for one in bench.pair.ramp.controllers:
        one.blocked = True
    bench.run(1.5, Mode.DRIVE, 1.0)
    assert bench.link.judge.latch is Latch.STANDING


def test_one_vesc_alone_is_a_rig_too(make: MakeBench) -> None:
    bench = make(Setup(can_id=None, local_is_left=False), controllers=1)
    bench.drive()
    assert bench.link.motors(bench.now).right.present
    assert bench.link.motors(bench.now).left == Motor()
