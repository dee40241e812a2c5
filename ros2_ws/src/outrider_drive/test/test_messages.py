"""Nothing is lost or swapped between words and messages, and what a word cannot hold becomes the safest of its kind."""

from __future__ import annotations

import math
from dataclasses import replace

from outrider_interfaces.msg import DriveCommand as DriveCommandMsg
from outrider_interfaces.msg import OperatorState, RelayState

from outrider_drive import messages
from outrider_drive.governor.refusals import Refusal
from outrider_drive.governor.state import Drive, Report
from outrider_drive.words import DriveCommand, Mode, Motor, Motors, Operator, RelayCommand, Relays, Request, Source

OPERATOR = Operator(11, 12, 13, Source.MOTION, True, False, 'pad', 'aa:bb')


def test_an_operator_comes_back_as_it_went() -> None:
    for operator in (OPERATOR, Operator(1, 2, 3), replace(OPERATOR, source=Source.BUTTONS, neutral_required=True)):
        assert messages.operator_of(messages.operator_to_msg(operator)) == operator


def test_an_operator_who_was_never_heard_has_the_largest_age_and_an_unknown_source_is_none() -> None:
    assert messages.operator_to_msg(replace(OPERATOR, age_ns=2**70)).age_ns == 2**63 - 1
    assert messages.operator_of(OperatorState(source=9)).source is Source.NONE


def test_a_request_comes_back_as_it_went() -> None:
    first = Request(1, 2, OPERATOR, 'keys', True, 0.5, -1, 1, True, False, True, False)
    second = Request(1, 2, OPERATOR, 'cmd_vel', False, -0.5, 1, -1, False, True, False, True)
    for request in (first, second):
        assert messages.request_of(messages.request_to_msg(request)) == request


def test_commands_come_back_as_they_went() -> None:
    drive = DriveCommand(1, 2, 3, 4, OPERATOR, Mode.DRIVE, 0.5, 0.25)
    relays = RelayCommand(1, 2, 3, 4, OPERATOR, 1, -1, True, False)
    assert messages.drive_command_of(messages.drive_command_to_msg(drive)) == drive
    assert messages.relay_command_of(messages.relay_command_to_msg(relays)) == relays
    for mode in Mode:
        assert messages.drive_command_of(messages.drive_command_to_msg(replace(drive, mode=mode))).mode is mode


def test_a_mode_that_nobody_knows_brakes() -> None:
    assert messages.drive_command_of(DriveCommandMsg(mode=77)).mode is Mode.BRAKE


def test_a_nan_is_handed_on_for_the_judge_to_see() -> None:
    assert math.isnan(messages.drive_command_of(DriveCommandMsg(speed_mps=math.nan)).speed_mps)


def test_both_motors_come_back_as_they_went() -> None:
    left = Motor(True, 1.0, 2.0, 3.0, 0.5, 40.0, 30.0, 31.0, 4, True, 5)
    right = Motor(False, -1.0, -2.0, -3.0, -0.5, 41.0, 32.0, 33.0, 6, False, 7)
    motors = Motors(8, 9, left, right)
    assert messages.motors_of(messages.motors_to_msg(motors)) == motors


def test_every_input_of_the_relay_controller_is_read_from_its_own_place() -> None:
    message = RelayState(boottime_ns=1, link_epoch=2, present=True, jack=1, steer=-1, master=True,
                         jack_limit_open=[True, False], jack_limit_fitted=[False, True], estop_open=True,
                         faults_latched=3, faults_active=4)
    assert messages.relays_of(message) == Relays(1, 2, True, 1, -1, True, True, False, False, True, True, 3, 4)


def test_a_report_is_told_with_its_texts() -> None:
    report = Report(7, Drive.ESTOPPED, (Refusal.RESTARTED, Refusal.NOT_ARMED), 0.5, 0.25, 38.0, 12.0, 99)
    message = messages.report_to_msg(report)
    assert (message.governor_id, message.state, message.limits_hash) == (7, 4, 99)
    assert list(message.refusals) == [40, 710]
    assert message.refusal_texts == [Refusal.RESTARTED.text, Refusal.NOT_ARMED.text]
    assert (message.speed_mps, message.speed_wanted_mps, message.battery_v, message.operator_age_ms) == (
        0.5, 0.25, 38.0, 12.0)
