"""A course, its stops and what the commands carry."""

from __future__ import annotations

from dataclasses import replace

from ramp_scene import GOOD_MOTOR, Scene

from outrider_drive.governor.inputs import Parts
from outrider_drive.governor.limits import Limits
from outrider_drive.governor.state import Drive
from outrider_drive.governor.stop import Stop
from outrider_drive.governor.times import MS, S
from outrider_drive.words import Mode

NAN = float('nan')
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


def test_the_first_step_ramps_nothing() -> None:
    s = Scene().ready().drive(1.0)
    s.state = replace(s.state, tracks=replace(s.state.tracks, now=None))
    assert s.step(deadman=True, speed_mps=1.4).drive.speed_mps == 1.0


def test_an_undeclared_part_is_not_missed() -> None:
    s = Scene(Parts(right_motor=False, relays=False))
    s.right = replace(GOOD_MOTOR, present=False, fault=5, voltage_v=NAN)
    s.inputs = {'relays': None}
    s.ready().drive()
    assert s.step(deadman=True, jack=1, steer=1).relays.steer == 0
    assert s.run(3 * S, deadman=True, jack=1).relays.jack == 0
    s = Scene(Parts(left_motor=False, relays=False))
    s.left = replace(GOOD_MOTOR, present=False)
    s.relays = {'estop_open': True, 'link_epoch': 1}
    s.ready().drive()
    s.relays['link_epoch'] = 2
    assert s.step().drive.mode is Mode.DRIVE
