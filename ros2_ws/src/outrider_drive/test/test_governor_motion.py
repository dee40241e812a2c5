"""Arming, speed, steering, stops, battery: what the healthy machine does and how fast."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ramp_scene import GOOD_MOTOR, Scene

from outrider_drive.governor import ramp
from outrider_drive.governor.battery import Battery
from outrider_drive.governor.limits import Limits
from outrider_drive.governor.operator_age import OperatorTrack
from outrider_drive.governor.seen import Tracks, look
from outrider_drive.governor.state import Drive, State
from outrider_drive.governor.stop import Stop
from outrider_drive.governor.times import MS, S
from outrider_drive.governor.wish import NOTHING
from outrider_drive.words import Mode, Operator, Request, Source

V_MIN = Limits().v_min_mps


def test_the_states_of_a_course() -> None:
    s = Scene()
    assert s.step().report.state is Drive.ESTOPPED
    s.let_go()
    s.press_arm()
    assert s.step().report.state is Drive.DISARMED
    assert s.press_arm().report.state is Drive.ARMED
    assert s.step(deadman=True).report.state is Drive.ARMED
    assert s.drive().log[-1].report.state is Drive.MOVING
    s.erpm = 800.0
    assert s.step(deadman=False).report.state is Drive.STOPPING
    s.erpm = 0.0
    assert s.step().report.state is Drive.ARMED
    assert s.step(deadman=True, steer=1).report.state is Drive.MOVING
    assert s.step(disarm=True).report.state is Drive.DISARMED
    assert s.step(estop=True).report.state is Drive.ESTOPPED


def test_every_command_carries_stamp_sequence_governor_and_epochs() -> None:
    s = Scene()
    s.relays = {'link_epoch': 9}
    s.motors_epoch = 4
    first, second = s.step(), s.step()
    assert second.drive.sequence == second.relays.sequence == first.drive.sequence + 1
    assert second.drive.boottime_ns == second.relays.boottime_ns == s.now
    assert (second.drive.governor_id, second.relays.governor_id, second.report.governor_id) == (7, 7, 7)
    assert (second.drive.link_epoch, second.relays.link_epoch) == (4, 9)
    assert second.drive.operator == second.relays.operator == s.values().request.operator  # type: ignore[union-attr]
    assert second.report.limits_hash == s.rig.limits.hash
    s.state = replace(s.state, sequence=0xFFFFFFFF)
    assert s.step().drive.sequence == 0


@pytest.mark.parametrize('with_arm', [{'deadman': True}, {'speed_mps': 0.5}, {'steer': 1}, {'jack': 1}, {'horn': True}])
def test_arm_is_pressed_alone(with_arm: dict[str, float]) -> None:
    s = Scene().ready()
    s.step(disarm=True)
    s.let_go()
    s.step(arm=True, **with_arm)
    s.step(arm=True)
    assert not s.state.armed, 'a press that began with another control became one by itself'
    s.let_go()
    assert s.press_arm().state.armed


def test_arm_held_since_connect_is_no_press() -> None:
    s = Scene()
    s.run(S, arm=True)
    assert s.state.latched
    s = Scene().ready()
    s.operator = {'connected': False}
    s.step()
    assert s.state.arm_held
    s.operator = {}
    s.run(S, arm=True)
    assert not s.state.armed
    s.let_go()
    assert s.press_arm().state.armed


def test_arm_held_through_a_fault_is_no_press_when_the_fault_goes() -> None:
    s = Scene().ready()
    s.inputs = {'is_master': False}
    s.step(arm=True)
    s.inputs = {}
    assert not s.run(S, arm=True).state.armed


def test_deadman_has_to_be_seen_released_since_connect() -> None:
    s = Scene().ready()
    s.operator = {'pad_id': 'other'}
    s.run(100 * MS, deadman=True)
    s.step(arm=True)
    assert not s.state.armed
    assert 'NOT_RELEASED' in s.refusals


def test_nothing_moves_while_arm_is_still_held() -> None:
    s = Scene().ready()
    s.step(disarm=True)
    s.let_go()
    s.step(arm=True)
    assert s.step(deadman=True, speed_mps=1.0).drive.mode is Mode.HOLD


def test_arm_expires_after_30_s_without_the_deadman() -> None:
    s = Scene().ready()
    s.request = {}
    s.run(20 * S)
    s.step(deadman=True)
    s.request = {}
    assert s.run(30 * S).state.armed
    assert not s.step().state.armed
    assert s.refusals == ['NOT_ARMED']
    s.run(S)
    s.run(S, arm=True)
    assert s.state.armed, 'the time before arming does not count'


def test_the_deadman_comes_first() -> None:
    s = Scene().ready()
    for held in ({'speed_mps': 1.0}, {'steer': 1}, {'jack': 1}):
        s.let_go()
        s.step(**held)
        done = s.run(2 * S, deadman=True, **held)
        assert (done.drive.mode, done.relays.jack, done.relays.steer) == (Mode.HOLD, 0, 0)
    s.let_go()
    assert s.step(deadman=True, speed_mps=1.0).drive.mode is Mode.DRIVE


def test_an_estop_needs_neutral_between_letting_go_and_the_press() -> None:
    s = Scene().ready()
    s.run(100 * MS, estop=True)
    s.step(arm=True)
    assert s.state.latched
    assert s.refusals[0] == 'ESTOP_BUTTON'
    s.let_go()
    s.step(arm=True, estop=True)
    assert s.state.latched
    s.let_go()
    s.step(arm=True)
    assert not s.state.latched


def test_an_estop_of_a_program_or_a_stale_pad_latches() -> None:
    s = Scene().ready()
    s.program = {'estop': True}
    assert s.step().report.state is Drive.ESTOPPED
    s = Scene().ready()
    s.operator = {'age_ns': 9 * S}
    assert s.step(estop=True).report.state is Drive.ESTOPPED


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


def test_reverse_waits_for_rest_under_brake() -> None:
    s = Scene().ready().drive(1.0)
    s.erpm = 2000.0
    done = s.run(S, deadman=True, speed_mps=-1.0)
    assert done.drive.mode is Mode.BRAKE
    s.erpm = -151.0
    assert s.step().drive.mode is Mode.BRAKE
    s.erpm = 150.0
    assert s.step().drive.mode is Mode.HOLD
    assert s.step().drive.speed_mps == -V_MIN


def test_one_turning_wheel_is_no_rest_and_hold_stays() -> None:
    s = Scene().ready().drive()
    s.erpm = 0.0
    s.right = replace(GOOD_MOTOR, erpm=-900.0)
    assert s.run(3 * S, deadman=False).drive.mode is Mode.BRAKE
    s.right = replace(GOOD_MOTOR, erpm=899.0)  # creeps under brake current: the handbrake has to come
    assert s.step().drive.mode is Mode.HOLD
    assert s.log[-1].drive.brake_current_a == s.rig.limits.hold_current_a
    s.right = replace(GOOD_MOTOR, erpm=2000.0)
    assert s.step().drive.mode is Mode.HOLD


def test_without_telemetry_the_handbrake_comes_after_a_second_and_a_half() -> None:
    s = Scene().ready().drive()
    s.frozen_motors_ns = s.now
    s.left = s.right = replace(GOOD_MOTOR, erpm=3000.0)
    s.step(deadman=False)
    began = s.now
    s.run(3 * S)
    held = [done.drive.boottime_ns for done in s.log if done.drive.mode is Mode.HOLD]
    assert next(at for at in held if at > began) - began == 1500 * MS
    assert s.log[-1].report.speed_mps == 0.0
    assert Stop(0).after(1500 * MS - 1, driving=False, at_rest=False, turning=False) == Stop(0, False)
    assert Stop(0, True).after(0, driving=True, at_rest=True, turning=False) == Stop()


def test_a_missing_motor_proves_no_rest() -> None:
    s = Scene()
    s.left = replace(GOOD_MOTOR, present=False)
    assert s.step().drive.mode is Mode.BRAKE
    s = Scene()
    s.frozen_motors_ns = s.now - 200 * MS
    assert s.step().drive.mode is Mode.BRAKE


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


def test_a_program_drives_only_under_the_deadman_and_ages() -> None:
    s = Scene().ready()
    s.program = {'speed_mps': 0.5, 'steer': 1, 'jack': 1, 'deadman': True, 'arm': True}
    assert s.step().drive.mode is Mode.HOLD
    done = s.run(S, deadman=True)
    assert (done.drive.speed_mps, done.relays.steer, done.relays.jack) == (0.5, 1, 0)
    assert s.step(deadman=True, steer=-1).relays.steer == -1
    s.program['boottime_ns'] = s.now - 180 * MS
    assert s.run(S, deadman=True, speed_mps=1.0).drive.speed_mps > 0.5
    s.program['boottime_ns'] = s.now - 180 * MS
    assert s.step(deadman=True).relays.steer == 1
    done = s.step()
    assert done.relays.steer == 0
    assert s.run(S).drive.mode is Mode.HOLD
    s.program = {'speed_mps': float('nan')}
    s.step(deadman=True)
    assert s.refusals[0] == 'BAD_REQUEST'


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


def test_horn_while_the_pad_is_trusted_even_in_an_estop() -> None:
    s = Scene()
    s.step()
    assert s.step(horn=True).relays.horn
    assert s.step(horn=True).report.state is Drive.ESTOPPED
    s.operator = {'age_ns': S}
    assert not s.step().relays.horn


def test_an_explicit_press_clears_the_relay_boards_faults_for_300_ms() -> None:
    s = Scene().ready()
    s.relays = {'faults_latched': 2}
    s.let_go()
    assert not s.log[-1].relays.clear_faults
    assert s.step(arm=True).relays.clear_faults
    s.request = {}
    assert s.run(280 * MS).relays.clear_faults
    assert not s.step().relays.clear_faults
    s.relays = {}
    s.step(arm=True)
    assert s.state.armed
    assert not s.log[-1].relays.clear_faults
    s.let_go()
    s.press_arm()
    s.let_go()
    s.step(arm=True)
    s.request = {}
    s.step()
    assert s.step(deadman=True, steer=1).relays.steer == 1
    assert not s.log[-1].relays.clear_faults, 'never together with motion'


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


def test_operator_age_counts_from_the_first_word_of_a_changed_counter() -> None:
    def said(at_ms: int, counter: int, age_ms: int) -> Request:
        return Request(at_ms * MS, 1, Operator(at_ms * MS, counter, age_ms * MS))
    track = OperatorTrack()
    assert track.age_ns(5) is None
    track = track.after(said(1000, 7, 10))
    assert track.age_ns(1050 * MS) == 60 * MS
    track = track.after(said(1100, 7, 0))  # younger by its own word, with the same counter
    assert track.age_ns(1100 * MS) == 110 * MS
    assert track.after(said(1100, 7, 300)).age_ns(1100 * MS) == 300 * MS
    assert track.after(said(1100, 8, 5)).age_ns(1110 * MS) == 15 * MS
    assert track.after(said(1000, 8, 5)).age_ns(1110 * MS) == 115 * MS, 'a message that waited is as old as it is'


def test_the_first_step_ramps_nothing() -> None:
    s = Scene().ready().drive(1.0)
    s.state = replace(s.state, tracks=replace(s.state.tracks, now=None))
    assert s.step(deadman=True, speed_mps=1.4).drive.speed_mps == 1.0


def test_a_governor_that_was_just_started_has_everything_against_it() -> None:
    fresh = State()
    assert (bool(fresh.latched), fresh.armed, fresh.released, fresh.arm_held) == (True, False, False, True)
    assert OperatorTrack().is_another(Request(0, 0, Operator(0, 0, 0), source=''))


def test_a_press_in_the_very_step_of_an_estop_clears_nothing() -> None:
    s = Scene()
    s.let_go()
    s.relays = {'estop_open': True}
    assert s.step(arm=True).report.state is Drive.ESTOPPED


def test_a_refused_steering_press_stays_refused() -> None:
    s = Scene().ready()
    s.inputs = {'collision': True}
    s.step(deadman=True, steer=1)
    s.inputs = {}
    assert s.run(S).relays.steer == 0
    s.let_go()
    assert s.step(deadman=True, steer=1).relays.steer == 1


def test_after_a_stop_every_control_has_to_be_let_go_the_horn_too() -> None:
    s = Scene().ready()
    s.run(S, deadman=True, speed_mps=1.0, horn=True)
    s.run(S, horn=True)
    assert s.step(deadman=True, speed_mps=1.0).drive.mode is Mode.HOLD
    s.let_go()
    assert s.step(deadman=True, speed_mps=1.0).drive.mode is Mode.DRIVE


def test_the_persons_speed_shuts_the_program_out() -> None:
    s = Scene().ready()
    s.program = {'speed_mps': 0.5}
    s.drive(-1.0)
    assert s.log[-1].drive.speed_mps == -1.0


def test_what_a_program_says_without_sense_is_no_wish_at_all() -> None:
    s = Scene()
    s.program = {'speed_mps': float('nan')}
    assert look(Tracks(), s.values(), s.now, s.rig, driving=False).wish == NOTHING
