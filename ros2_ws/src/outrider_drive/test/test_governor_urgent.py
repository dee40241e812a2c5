"""Edges pass through the governor at once; what only repeats itself waits for the tick."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ramp_scene import GOOD_MOTOR, Scene

from outrider_drive.governor.inputs import Inputs
from outrider_drive.governor.urgent import is_urgent
from outrider_drive.words import Motor, Operator, Request, Source

CALM = Scene().values()


def _newer(inputs: Inputs, **operator: Any) -> Inputs:
    assert inputs.request is not None
    assert inputs.motors is not None
    assert inputs.relays is not None
    person = replace(inputs.request.operator, boottime_ns=9, report_counter=9, age_ns=9, **operator)
    return replace(inputs, request=replace(inputs.request, boottime_ns=9, sequence=9, operator=person),
                   motors=replace(inputs.motors, boottime_ns=9), relays=replace(inputs.relays, boottime_ns=9))


def test_newer_stamps_and_measurements_are_no_edge() -> None:
    assert CALM.motors is not None
    hotter = replace(GOOD_MOTOR, erpm=900.0, current_motor_a=3.0, duty=0.1, voltage_v=37.0, temperature_fet_c=40.0)
    newer = _newer(CALM)
    assert newer.motors is not None
    assert not is_urgent(CALM, newer)
    assert not is_urgent(CALM, replace(newer, motors=replace(newer.motors, left=hotter, right=hotter)))
    assert not is_urgent(Inputs(), Inputs())


@pytest.mark.parametrize(('name', 'value'), [
    ('deadman', True), ('speed_mps', 0.5), ('steer', 1), ('jack', -1), ('arm', True), ('disarm', True),
    ('estop', True), ('horn', True), ('source', 'keys')])
def test_every_control_of_the_person_and_of_a_program_is_an_edge(name: str, value: object) -> None:
    assert CALM.request is not None
    assert is_urgent(CALM, replace(CALM, request=replace(CALM.request, **{name: value})))
    program = replace(CALM, program=Request(0, 0, Operator(0, 0, 0), 'cmd_vel'))
    assert program.program is not None
    assert is_urgent(program, replace(program, program=replace(program.program, **{name: value})))


@pytest.mark.parametrize(('name', 'value'), [
    ('connected', False), ('neutral_required', True), ('source', Source.BUTTONS), ('pad_id', 'another')])
def test_a_change_of_the_pad_is_an_edge(name: str, value: object) -> None:
    assert is_urgent(CALM, _newer(CALM, **{name: value}))


@pytest.mark.parametrize('side', ['left', 'right'])
@pytest.mark.parametrize('motor', [replace(GOOD_MOTOR, fault=1), replace(GOOD_MOTOR, present=False), Motor()])
def test_a_motor_that_fails_is_an_edge(side: str, motor: Motor) -> None:
    assert CALM.motors is not None
    assert is_urgent(CALM, replace(CALM, motors=replace(CALM.motors, **{side: motor})))


@pytest.mark.parametrize(('name', 'value'), [
    ('present', False), ('link_epoch', 2), ('jack', 1), ('steer', 1), ('upper_open', False), ('estop_open', True),
    ('faults_latched', 1), ('faults_active', 1)])
def test_whatever_the_relay_board_reports_anew_is_an_edge(name: str, value: object) -> None:
    assert CALM.relays is not None
    assert is_urgent(CALM, replace(CALM, relays=replace(CALM.relays, **{name: value})))


@pytest.mark.parametrize('changed', [
    {'collision': True}, {'timeout_proved': False}, {'sim_clock': True}, {'is_master': False}, {'motors_latched': True},
    {'relays_latched': True},
    {'other_governor_ns': 5}, {'request': None}, {'motors': None}, {'relays': None},
    {'motors': replace(CALM.motors, link_epoch=2)}])  # type: ignore[type-var]
def test_what_appears_or_goes_is_an_edge(changed: dict[str, Any]) -> None:
    assert is_urgent(CALM, replace(CALM, **changed))
