"""The fake VESCs behave as the facts about the firmware say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outrider_sim.devices import vesc_wire as wire
from outrider_sim.devices.vesc_model import FAULT_OVER_VOLTAGE, MS, Controller, Ramp, World

BRAKE, HANDBRAKE, RPM, CURRENT, DUTY = (wire.SET_CURRENT_BRAKE, wire.SET_HANDBRAKE, wire.SET_RPM, wire.SET_CURRENT,
                                        wire.SET_DUTY)


def ramp(*, slope: float = 0.0, volts: float = 40.0, timeout_ms: int = 200, brake_a: float = 10.0,
         speed_mps: float = 0.0) -> Ramp:
    made = Ramp((Controller(timeout_ms, brake_a), Controller(timeout_ms, brake_a)), World(slope, volts))
    made.advance(0)
    made.speed_mps = speed_mps
    return made


def feed(made: Ramp, seconds: float, command: tuple[int, float], begin_ms: int = 0) -> int:
    """Feed both every 20 ms; return the time after, ms."""
    end_ms = begin_ms + round(seconds * 1000)
    for ms in range(begin_ms, end_ms, 20):
        for one in made.controllers:
            one.feed(command, ms * MS)
        made.advance((ms + 20) * MS)
    return end_ms


def test_it_drives_at_its_set_point_and_the_battery_sags() -> None:
    made = ramp()
    feed(made, 0.5, (RPM, 3300.0))
    assert made.telemetry(0, 500 * MS).voltage_v < 40.0
    assert made.telemetry(0, 500 * MS).motor_c > 25.0
    feed(made, 3.0, (RPM, 3300.0), 500)
    assert made.telemetry(0, 3500 * MS).erpm == pytest.approx(3300, rel=0.05)


@pytest.mark.parametrize('command', [(RPM, 0.0), (RPM, 899.0), (CURRENT, 0.0)])
def test_set_rpm_below_900_is_no_brake(command: tuple[int, float]) -> None:
    made = ramp(slope=0.05, speed_mps=1.4)
    feed(made, 5.0, command)
    assert made.speed_mps == pytest.approx(2.9, abs=0.1)


def test_it_coasts_after_the_default_timeout_and_brakes_after_a_set_one() -> None:
    coasting, braking = ramp(timeout_ms=1000, brake_a=0.0, speed_mps=1.4), ramp(speed_mps=1.4)
    for made in (coasting, braking):
        made.controllers[0].feed((RPM, 4679.0), 0)
        made.controllers[1].feed((RPM, 4679.0), 0)
        made.advance(190 * MS)
    assert not braking.controllers[0].timed_out(200 * MS)
    assert braking.telemetry(0, 201 * MS).timeout_active
    for made in (coasting, braking):
        made.advance(1800 * MS)
    assert coasting.speed_mps > 1.0
    assert braking.speed_mps < 0.1


def test_the_timeout_is_not_latched_and_alive_keeps_the_last_command() -> None:
    one = Controller()
    assert one.timed_out(0)
    one.feed((RPM, 3300.0), 0)
    assert one.acting(201 * MS) == (BRAKE, 10.0)
    one.keep_alive(202 * MS)
    assert one.acting(300 * MS) == (RPM, 3300.0)


def test_a_brake_current_slows_and_creeps_on_a_slope_and_the_handbrake_holds() -> None:
    made = ramp(slope=0.05, speed_mps=1.4)
    end_ms = feed(made, 3.0, (BRAKE, 15.0))
    assert 0.0 < made.speed_mps < 0.05
    feed(made, 1.0, (HANDBRAKE, 15.0), end_ms)
    assert made.speed_mps == 0.0


def test_a_tiny_brake_current_is_none() -> None:
    made = ramp(slope=0.05, speed_mps=1.4)
    feed(made, 1.0, (BRAKE, 0.01))
    assert made.speed_mps > 1.5


def test_braking_into_a_full_pack_releases_both_for_500_ms() -> None:
    made = ramp(volts=42.4, speed_mps=3.0)
    feed(made, 0.1, (BRAKE, 20.0))
    assert made.telemetry(0, 100 * MS).fault == FAULT_OVER_VOLTAGE
    speed_mps = made.speed_mps
    feed(made, 0.3, (BRAKE, 20.0), 100)
    assert made.speed_mps == pytest.approx(speed_mps, rel=0.05)


def test_after_a_fault_nothing_is_obeyed_for_500_ms() -> None:
    one = Controller()
    one.trip(3, 0)
    one.feed((RPM, 3300.0), 499 * MS)
    assert one.acting(499 * MS) == (CURRENT, 0.0)
    assert one.fault == 3
    one.feed((RPM, 3300.0), 500 * MS)
    assert one.acting(500 * MS) == (RPM, 3300.0)
    assert one.fault == 0


def test_a_current_pushes_a_duty_turns_and_a_blocked_motor_stands() -> None:
    pushed, turned, blocked = ramp(), ramp(), ramp()
    for one in blocked.controllers:
        one.blocked = True
    feed(pushed, 1.0, (CURRENT, -5.0))
    feed(turned, 3.0, (DUTY, 0.1))
    feed(blocked, 1.0, (RPM, 3300.0))
    assert pushed.speed_mps < -0.1
    assert turned.telemetry(1, 0).duty == pytest.approx(0.1, abs=0.01)
    assert blocked.telemetry(0, 0).erpm == blocked.speed_mps == 0.0
    assert blocked.telemetry(0, 0).current_motor_a == 30.0


def test_after_a_long_sleep_the_world_goes_on_where_it_was() -> None:
    made = ramp(speed_mps=1.0)
    made.advance(3_600_000 * MS)
    assert made.speed_mps == 1.0


def test_the_wires_golden_frames() -> None:
    data = Path(__file__).parents[2] / 'outrider_drive' / 'test' / 'data'
    golden = json.loads((data / 'vesc_golden.json').read_text())
    for frame in golden['frames'].values():
        whole = bytes.fromhex(frame)
        (payload,) = wire.Deframer().push(b'\x00\x02\x00' + whole)
        assert wire.framed(payload) == whole


def test_what_is_no_frame_is_skipped_byte_by_byte() -> None:
    deframer, good = wire.Deframer(), wire.framed(b'\x04')
    assert deframer.push(b'\x03\xff\xff' + good[:3]) == []
    assert deframer.push(good[3:-1] + b'\x00' + good) == [b'\x04']
    assert wire.setting(b'\x08\0') is None
