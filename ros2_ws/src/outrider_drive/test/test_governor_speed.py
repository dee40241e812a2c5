"""How fast: set-point, caps, battery, steering, programs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ramp_scene import GOOD_MOTOR, Scene

from outrider_drive.governor import ramp
from outrider_drive.governor.battery import Battery
from outrider_drive.governor.limits import Limits
from outrider_drive.governor.seen import Tracks, look
from outrider_drive.governor.times import MS, S
from outrider_drive.governor.wish import NOTHING
from outrider_drive.words import Mode, Source

V_MIN = Limits().v_min_mps


def test_acceleration_and_braking() -> None:
    s = Scene().ready()
    s.run(S, deadman=True, speed_mps=9.0)
    assert s.log[-1].drive.speed_mps == pytest.approx(V_MIN + 0.7 * 0.98)
    s.run(S, deadman=True, speed_mps=9.0)
    assert s.log[-1].drive.speed_mps == 1.4
    s.run(200 * MS, deadman=True, speed_mps=0.5)
    assert s.log[-1].drive.speed_mps == pytest.approx(1.4 - 1.5 * 0.2)
    s.run(S, deadman=True, speed_mps=0.5)
    assert s.log[-1].drive.speed_mps == 0.5
    assert s.step(deadman=True, speed_mps=V_MIN - 0.01).drive.speed_mps == pytest.approx(0.47)
    s.run(S, deadman=True, speed_mps=V_MIN - 0.01)
    assert s.log[-1].drive.mode is Mode.HOLD


def test_the_set_point_is_zero_or_controllable_and_never_beyond_the_cap() -> None:
    limits = Limits()
    assert ramp.next_setpoint(0.0, V_MIN, 1.4, 0.02, True, limits) == V_MIN
    assert ramp.next_setpoint(0.0, -V_MIN, 1.4, 0.02, True, limits) == -V_MIN
    assert ramp.next_setpoint(0.0, 1.0, 1.4, 0.02, False, limits) == 0.0
    assert ramp.next_setpoint(0.0, 1.0, V_MIN - 0.01, 0.02, True, limits) == 0.0
    assert ramp.next_setpoint(1.39, 2.0, 1.4, 0.1, True, limits) == 1.4
    assert ramp.next_setpoint(-1.39, -2.0, 1.4, 0.1, True, limits) == -1.4
    assert ramp.next_setpoint(1.0, -1.0, 1.4, 0.1, True, limits) == pytest.approx(0.85)
    assert ramp.next_setpoint(0.3, -1.0, 1.4, 0.1, True, limits) == 0.0


def test_steering_while_driving_up_to_its_limit() -> None:
    s = Scene(v_max_mps=3.0, max_erpm=20000).ready().drive(2.0, 4 * S)
    assert s.log[-1].drive.speed_mps == 2.0
    assert s.step(deadman=True, speed_mps=2.0, steer=1).relays.steer == 0
    assert s.run(S).relays.steer == 1
    assert s.log[-1].drive.speed_mps == 1.4
    s.erpm = 1.51 * s.rig.limits.erpm_per_mps
    assert s.step().relays.steer == 0
    s.erpm = 1.49 * s.rig.limits.erpm_per_mps
    assert s.step().relays.steer == 1
    s.erpm = -1.51 * s.rig.limits.erpm_per_mps
    assert s.step().relays.steer == 0
    assert s.log[-1].report.speed_mps == pytest.approx(-1.51)
    assert s.step(speed_mps=1.0, steer=1).relays.steer == 0


def test_steering_waits_for_the_set_point_too() -> None:
    s = Scene(v_max_mps=3.0, max_erpm=20000).ready().drive(2.0, 4 * S)
    s.erpm = 0.0
    assert s.step(deadman=True, speed_mps=2.0, steer=-1).relays.steer == 0
    assert s.run(S).relays.steer == -1


def test_a_person_at_the_jack_shuts_the_program_out() -> None:
    s = Scene().ready()
    s.program = {'speed_mps': 0.5}
    s.request = {'deadman': True, 'jack': 1}
    done = s.run(2 * S)
    assert (done.drive.mode, done.relays.jack) == (Mode.HOLD, 1)


@pytest.mark.parametrize(('limits', 'change', 'cap'), [
    ({'no_sign_of_life_mps': 0.6}, {'source': Source.NONE}, 0.6),
    ({'no_sign_of_life_mps': 0.6}, {}, 1.4),
    ({'timeout_unproved_mps': 0.7}, {'timeout_proved': False}, 0.7),
    ({'timeout_unproved_mps': 0.7}, {}, 1.4),
])
def test_what_is_not_proved_drives_slowly_by_parameter(limits: dict[str, float], change: dict[str, object],
                                                       cap: float) -> None:
    s = Scene(**limits)
    (s.inputs if 'timeout_proved' in change else s.operator).update(change)
    s.ready().drive(2.0, 4 * S)
    assert s.log[-1].drive.speed_mps == cap


def test_a_cap_below_the_controllable_minimum_refuses() -> None:
    s = Scene(timeout_unproved_mps=0.2)
    s.inputs = {'timeout_proved': False}
    s.ready()
    assert s.step(deadman=True, speed_mps=1.0).drive.mode is Mode.HOLD
    assert 'SPEED_TOO_LOW' in s.refusals


def test_battery_limits_the_speed_before_it_stops() -> None:
    limits = Limits()
    assert Battery(34.5, 0).cap_mps(limits) == pytest.approx(1.4)
    assert Battery(50.0, 0).cap_mps(limits) == 1.4
    assert Battery(33.75, 0).cap_mps(limits) == pytest.approx((1.4 + V_MIN) / 2)
    assert Battery(20.0, 0).cap_mps(limits) == V_MIN
    s = Scene().ready().drive(1.4)
    s.right = replace(GOOD_MOTOR, voltage_v=32.0)  # the lower one counts
    s.run(S)
    assert s.log[-1].drive.mode is Mode.DRIVE, 'a short sag is no empty battery'
    s.run(S)
    assert 33.5 < s.log[-1].report.battery_v < 34.5
    assert 0.5 < s.log[-1].drive.speed_mps < 1.3
    s.run(3 * S)
    assert 'LOW_BATTERY' in s.refusals
    assert s.log[-1].drive.mode is Mode.HOLD


def test_battery_filter_and_recovery() -> None:
    limits = Limits()
    battery = Battery().after(33.0, 0, limits)
    assert battery == Battery(33.0, 0, False)
    assert Battery().after(32.99, 0, limits).low
    assert battery.after(43.0, 2 * S, limits).volts == pytest.approx(33.0 + 10.0 * (1 - 2.718281828 ** -1))
    assert battery.after(43.0, -2 * S, limits).volts == 33.0
    low = Battery(33.99, 0, True)
    assert low.after(33.99, 1, limits).low
    assert not Battery(34.0, 0, True).after(34.0, 1, limits).low


def test_the_persons_speed_shuts_the_program_out() -> None:
    s = Scene().ready()
    s.program = {'speed_mps': 0.5}
    s.drive(-1.0)
    assert s.log[-1].drive.speed_mps == -1.0


def test_what_a_program_says_without_sense_is_no_wish_at_all() -> None:
    s = Scene()
    s.program = {'speed_mps': float('nan')}
    assert look(Tracks(), s.values(), s.now, s.rig, driving=False).wish == NOTHING
