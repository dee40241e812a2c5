"""Arming, e-stop, release and the age of the person."""

from __future__ import annotations

import pytest
from ramp_scene import Scene

from outrider_drive.governor.operator_age import OperatorTrack
from outrider_drive.governor.state import Drive, State
from outrider_drive.governor.times import MS, S
from outrider_drive.words import Mode, Operator, Request


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
