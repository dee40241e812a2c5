"""Words of pilot, governor, motors and relays <-> messages: the one place where both are known.

A message may hold what a word may not (a mode that nobody knows, a NaN): such a mode becomes the safest one, numbers
are handed on as they are, for the cores judge them.
"""

from __future__ import annotations

from outrider_interfaces.msg import DriveCommand as DriveCommandMsg
from outrider_interfaces.msg import DriveRequest, DriveState, MotorState, OperatorState, RelayState
from outrider_interfaces.msg import RelayCommand as RelayCommandMsg

from outrider_drive.governor.state import Report
from outrider_drive.words import (
    DriveCommand,
    Mode,
    Motor,
    Motors,
    Operator,
    RelayCommand,
    Relays,
    Request,
    Source,
)

_U32, _U64 = 0xFFFFFFFF, (1 << 63) - 1


def operator_to_msg(operator: Operator) -> OperatorState:
    """Return the message of an operator; an age beyond the message's range becomes its largest."""
    return OperatorState(
        boottime_ns=operator.boottime_ns, report_counter=operator.report_counter & _U32,
        age_ns=min(operator.age_ns, _U64), source=int(operator.source), connected=operator.connected,
        neutral_required=operator.neutral_required, pad_name=operator.pad_name, pad_id=operator.pad_id)


def operator_of(message: OperatorState) -> Operator:
    """Return the operator of a message; an unknown source is none."""
    return Operator(message.boottime_ns, message.report_counter, message.age_ns, _known(Source, message.source),
                    message.connected, message.neutral_required, message.pad_name, message.pad_id)


def request_to_msg(request: Request) -> DriveRequest:
    """Return the message of a request."""
    return DriveRequest(
        boottime_ns=request.boottime_ns, sequence=request.sequence & _U32, source=request.source,
        operator_state=operator_to_msg(request.operator), deadman=request.deadman, speed_mps=request.speed_mps,
        steer=request.steer, jack=request.jack, arm=request.arm, disarm=request.disarm, estop=request.estop,
        horn=request.horn)


def request_of(message: DriveRequest) -> Request:
    """Return the request of a message."""
    return Request(message.boottime_ns, message.sequence, operator_of(message.operator_state), message.source,
                   message.deadman, message.speed_mps, message.steer, message.jack, message.arm, message.disarm,
                   message.estop, message.horn)


def drive_command_to_msg(command: DriveCommand) -> DriveCommandMsg:
    """Return the message of a command to the motors."""
    return DriveCommandMsg(
        boottime_ns=command.boottime_ns, sequence=command.sequence, governor_id=command.governor_id,
        link_epoch=command.link_epoch, mode=int(command.mode), speed_mps=command.speed_mps,
        brake_current_a=command.brake_current_a, operator_state=operator_to_msg(command.operator))


def drive_command_of(message: DriveCommandMsg) -> DriveCommand:
    """Return the command of a message; a mode that nobody knows brakes."""
    mode = Mode(message.mode) if message.mode in tuple(Mode) else Mode.BRAKE
    return DriveCommand(message.boottime_ns, message.sequence, message.governor_id, message.link_epoch,
                        operator_of(message.operator_state), mode, message.speed_mps, message.brake_current_a)


def relay_command_to_msg(command: RelayCommand) -> RelayCommandMsg:
    """Return the message of a command to the relays."""
    return RelayCommandMsg(
        boottime_ns=command.boottime_ns, sequence=command.sequence, governor_id=command.governor_id,
        link_epoch=command.link_epoch, jack=command.jack, steer=command.steer, horn=command.horn,
        clear_faults=command.clear_faults, operator_state=operator_to_msg(command.operator))


def relay_command_of(message: RelayCommandMsg) -> RelayCommand:
    """Return the command of a message."""
    return RelayCommand(message.boottime_ns, message.sequence, message.governor_id, message.link_epoch,
                        operator_of(message.operator_state), message.jack, message.steer, message.horn,
                        message.clear_faults)


def motors_to_msg(motors: Motors) -> MotorState:
    """Return the message of both controllers; header, timeout_proved, latch, problem and drops are the node's."""
    pair = (motors.left, motors.right)
    return MotorState(
        boottime_ns=motors.boottime_ns, link_epoch=motors.link_epoch & _U32,
        present=[motor.present for motor in pair], erpm=[motor.erpm for motor in pair],
        current_motor_a=[motor.current_motor_a for motor in pair],
        current_input_a=[motor.current_input_a for motor in pair], duty=[motor.duty for motor in pair],
        voltage_v=[motor.voltage_v for motor in pair],
        temperature_fet_c=[motor.temperature_fet_c for motor in pair],
        temperature_motor_c=[motor.temperature_motor_c for motor in pair], fault=[motor.fault for motor in pair],
        timeout_active=[motor.timeout_active for motor in pair],
        controller_id=[motor.controller_id for motor in pair])


def motors_of(message: MotorState) -> Motors:
    """Return both controllers of a message."""
    left, right = (
        Motor(bool(message.present[i]), float(message.erpm[i]), float(message.current_motor_a[i]),
              float(message.current_input_a[i]), float(message.duty[i]), float(message.voltage_v[i]),
              float(message.temperature_fet_c[i]), float(message.temperature_motor_c[i]), int(message.fault[i]),
              bool(message.timeout_active[i]), int(message.controller_id[i])) for i in (0, 1))
    return Motors(message.boottime_ns, message.link_epoch, left, right)


def relays_of(message: RelayState) -> Relays:
    """Return what the relay controller reported."""
    upper_open, lower_open = (bool(is_open) for is_open in message.jack_limit_open)
    upper_fitted, lower_fitted = (bool(fitted) for fitted in message.jack_limit_fitted)
    return Relays(message.boottime_ns, message.link_epoch, message.present, message.jack, message.steer,
                  message.master, upper_open, lower_open, upper_fitted, lower_fitted, message.estop_open,
                  message.faults_latched, message.faults_active)


def report_to_msg(report: Report) -> DriveState:
    """Return the message of the governor's report; the header is the node's."""
    return DriveState(
        governor_id=report.governor_id, state=int(report.state), refusals=[int(one) for one in report.refusals],
        refusal_texts=list(report.refusal_texts), speed_mps=report.speed_mps,
        speed_wanted_mps=report.speed_wanted_mps, battery_v=report.battery_v,
        operator_age_ms=report.operator_age_ms, limits_hash=report.limits_hash)


def _known(kind: type[Source], value: int) -> Source:
    return kind(value) if value in tuple(kind) else kind.NONE
