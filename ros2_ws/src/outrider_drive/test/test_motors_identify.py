"""Who is on the port, and does it stop by itself? The real link and the fake pair on a real pty."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from motor_bench import MS, Bench, driving, setters
from outrider_drive.motors.guards import Sample
from outrider_drive.motors.judge import Latch
from outrider_drive.motors.link import VescLink
from outrider_drive.motors.pair import Pair
from outrider_drive.motors.setup import Refusal, Setup
from outrider_drive.port import lock_path
from outrider_drive.words import Mode, Motor
from outrider_sim.devices import vesc_wire as wire
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


def test_nothing_but_fw_version_goes_to_a_device_that_has_not_said_who_it_is(make: MakeBench) -> None:
    bench = make()
    bench.pair.mute(bench.now + 300 * MS)
    assert {frame.payload for frame in bench.run(0.3)} == {b'\0'}


def test_before_the_proof_only_stopping_frames_go_out(make: MakeBench) -> None:
    bench = make()
    bench.until(lambda: bench.link.refusal is None, Mode.DRIVE, 1.0)
    assert driving(bench.pair.frames) == []
    assert bench.link.judge.latch is not None


def test_another_vesc_is_refused_by_its_uuid(make: MakeBench, tmp_path: Path) -> None:
    bench = make(Setup(uuid='00' * 12))
    bench.run(0.2)
    assert bench.link.refusal is Refusal.WRONG_UUID
    assert UUID.hex() in bench.link.problem
    assert setters(bench.pair.frames, 0) == []


def test_the_relay_controller_is_refused_by_name(make: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make()
    status = bytes((0x7E, 0x25, 0xFF, 4, 1, 2, 3, 4, 0x55, 0x81))
    monkeypatch.setattr(bench.pair, '_say', lambda payload, now: None)
    for _ in range(3):
        bench.pair._pty.write(status)  # type: ignore[union-attr]
        bench.tick()
        bench.link.step(bench.now)
    bench.until(lambda: bench.link.refusal is Refusal.RELAY_CONTROLLER)
    assert 'is the relay controller, expected a VESC' in bench.link.problem
    assert setters(bench.pair.frames, 0) == []


def test_short_telemetry_is_refused_by_name(make: MakeBench) -> None:
    bench = make()
    bench.pair.values_bytes = 58
    bench.until(lambda: bench.link.refusal is Refusal.SHORT_TELEMETRY)
    assert 'telemetry has 58 bytes' in bench.link.problem
    assert driving(bench.pair.frames) == []


def test_a_version_without_uuid_is_refused_by_name(make: MakeBench) -> None:
    bench = make()
    bench.pair.version = b'\0\x02\x12old'
    bench.run(0.1)
    assert bench.link.refusal is Refusal.WRONG_FIRMWARE


def test_two_controllers_of_one_id_are_refused_by_name(make: MakeBench) -> None:
    bench = make()
    bench.pair.ids = [1, 1]
    bench.until(lambda: bench.link.refusal is Refusal.SAME_ID)
    assert driving(bench.pair.frames) == []


@pytest.mark.parametrize('payload', [wire.values_answer(wire.Telemetry(9999.0), which) for which in (0, 1)])
def test_an_answer_that_nobody_asked_for_counts_for_nothing(payload: bytes) -> None:
    pair = Pair(Setup(), '', '')
    pair.take(payload)
    pair.take(wire.version_answer(7, 1, '60', UUID))
    pair.take(wire.version_answer(7, 1, '60', UUID))
    pair.take(payload)
    pair.take(bytes((99,)))
    assert pair.samples == [Sample(), Sample()]
    assert pair.motors(0, 1).left == Motor()


def test_a_device_that_says_nothing_is_let_go_after_a_second(make: MakeBench) -> None:
    bench = make()
    bench.pair.mute(bench.now + 60_000 * MS)
    bench.run(1.1)
    assert bench.link.refusal is Refusal.NO_ANSWER
    assert 'did not say that it is a VESC within 1 s' in bench.link.problem


@pytest.mark.parametrize('pair', [{'timeout_ms': 1000}, {'timeout_brake_a': 0.0}])
def test_a_vesc_that_would_run_on_is_refused(make: MakeBench, pair: dict[str, Any]) -> None:
    bench = make(**pair)
    bench.until(lambda: bench.link.refusal is Refusal.VESC_TIMEOUT)
    assert 'VESC Tool' in bench.link.problem
    bench.run(0.5, Mode.BRAKE)
    assert driving(bench.run(0.5, Mode.DRIVE, 1.0)) == []
    assert bench.link.judge.why is Latch.VESC_TIMEOUT


def test_a_timeout_that_nobody_can_read_is_proved_by_behaviour(make: MakeBench) -> None:
    bench = make(timeout_ms=240)
    bench.pair.answers_settings = False
    bench.drive()
    assert [frame.payload.hex() for frame in setters(bench.pair.frames, 1) if frame.payload[0] == 6] == ['0600000000']


def test_a_timeout_that_does_not_show_is_refused_or_driven_slowly(make: MakeBench) -> None:
    bench = make(Setup(unproved_erpm=2000), timeout_ms=1000)
    bench.pair.answers_settings = False
    bench.until(lambda: 'did not show within 300 ms' in bench.link.problem)
    bench.run(0.2, Mode.BRAKE)
    frames = driving(bench.run(0.5, Mode.DRIVE, 1.0))
    assert {frame.payload for frame in frames} == {b'\x08\0\0\x07\xd0'}


def test_the_same_pair_is_proved_once(make: MakeBench) -> None:
    bench = make()
    bench.drive()
    bench.pair.unplug()
    bench.run(0.1, Mode.DRIVE, 1.0)
    bench.pair.plug(bench.path)
    bench.sent_anew()
    mark = len(bench.pair.frames)
    bench.until(lambda: bench.link.refusal is None, Mode.BRAKE)
    assert '0600000000' not in hexes(bench.pair.frames[mark:], 0)


def test_a_port_that_another_has_is_refused_in_one_sentence(make: MakeBench) -> None:
    bench = make()
    bench.run(0.1)
    second = VescLink(lambda: bench.ports, Setup())
    second.step(bench.now)
    assert second.refusal is Refusal.NO_PORT
    assert 'motors: ' in second.problem
    assert f'belongs to process {os.getpid()}' in second.problem
    assert lock_path(str(bench.path)).exists()


@pytest.mark.parametrize('changes', [{'can_id': 255}, {'can_id': -1}, {'unproved_erpm': -1}, {'unproved_erpm': 10_028}])
def test_a_setup_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match='Correct the rig file'):
        Setup(**changes)
