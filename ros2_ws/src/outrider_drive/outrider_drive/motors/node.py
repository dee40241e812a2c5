"""The motors' node: commands in, the newest of both controllers out. The link and its judge decide everything."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from typing import Any

from outrider_interfaces.msg import DriveCommand as DriveCommandMsg
from outrider_interfaces.msg import MotorState

from outrider_drive import by_id, messages, urgency
from outrider_drive.motors.duty import Moment, MotorsDuty
from outrider_drive.motors.judge import Limits
from outrider_drive.motors.link import VescLink
from outrider_drive.motors.setup import Setup
from outrider_drive.motors.units import Drivetrain
from outrider_drive.words import DriveCommand
from outrider_drive.writer import Writer
from outrider_node import Diagnosis, NodeError, OutriderNode, Param, boottime_ns, qos, run_node

HUNG_NS = 500_000_000
_LIMITS, _WHEELS = Limits(), Drivetrain()


class MotorsNode(OutriderNode):
    """One or two VESCs on one port. A thread of its own speaks with them and publishes what they say."""

    PARAMETERS = (
        Param('port', 'auto', '', 'serial port: a path, or auto to ask what is plugged in'),
        Param('uuid', '', '', 'of the VESC on the port, 24 hexadecimal digits; empty takes the first, then no other'),
        Param('can_id', 1, '', 'controller id of the second VESC, behind the first; -1: there is one', -1, 253),
        Param('local_is_left', True, '', 'the VESC on the port drives the left wheel'),
        Param('max_erpm', _LIMITS.max_erpm, '1/min', 'highest set-point, whatever the governor says', 1, 100_000),
        Param('min_erpm', _LIMITS.min_erpm, '1/min', 's_pid_min_erpm of the VESCs: no torque below', 1, 100_000),
        Param('stop_current_a', _LIMITS.stop_current_a, 'A', 'most that a stop brakes with, each motor', 0.1, 200.0),
        Param('motor_current_a', _LIMITS.motor_current_a, 'A', 'limit of each motor, as in VESC Tool', 0.1, 200.0),
        Param('pole_pairs', _WHEELS.pole_pairs, '', 'of a motor; the same in the governor', 1, 50),
        Param('gear_ratio', _WHEELS.gear, '', 'turns of the motor per turn of the wheel; likewise', 0.1, 100.0),
        Param('wheel_diameter_m', _WHEELS.wheel_m, 'm', 'under load; likewise', 0.02, 1.0),
        Param('unproved_erpm', 0, '1/min', 'highest set-point where the timeout is not proved; 0 refuses', 0, 100_000),
    )

    def __init__(self, claim: Callable[[], urgency.Priority], **kwargs: Any) -> None:
        """Judge the parameters, begin to look for the VESC. Raises NodeError."""
        super().__init__('motors', **kwargs)
        try:
            setup = self._setup()
        except NodeError:
            self.destroy_node()
            raise
        self._link = VescLink(by_id.candidates(self.value('port'), by_id.MOTORS), setup, secrets.randbits(31),
                              boottime_ns)
        self._states = self.create_publisher(MotorState, 'motors/state', qos.STATE)
        self._duty = MotorsDuty(self._link, self._publish)
        self._erpm_per_mps = setup.drivetrain.erpm_per_mps
        self.diagnose('motors', self._diagnosis)
        self._writer: Writer[DriveCommand] = Writer('motors writer', self._duty, boottime_ns)
        self.create_subscription(DriveCommandMsg, 'drive/command', self._hear, qos.COMMAND)
        self._priority = claim()  # for the threads made by now and all that they make

    def _setup(self) -> Setup:
        if self.value('use_sim_time'):
            raise NodeError('motors: use_sim_time is true, and a machine is never driven by a replayed clock. Leave '
                            'it out.')
        can_id, value = self.value('can_id'), self.value
        try:
            return Setup(
                None if can_id < 0 else can_id, value('uuid'), value('local_is_left'),
                Limits(value('max_erpm'), value('min_erpm'), value('stop_current_a'), value('motor_current_a')),
                Drivetrain(value('pole_pairs'), value('gear_ratio'), value('wheel_diameter_m')),
                value('unproved_erpm'))
        except ValueError as error:
            raise NodeError(str(error)) from None

    def _hear(self, message: DriveCommandMsg) -> None:
        command = messages.drive_command_of(message)
        self._writer.put(command, (command.mode, command.speed_mps, command.brake_current_a, command.governor_id,
                                   command.link_epoch))

    def _publish(self, moment: Moment) -> None:
        """Called on the writer's thread."""
        message = messages.motors_to_msg(moment.motors)
        stamp_ns = self.get_clock().now().nanoseconds - (moment.now - moment.motors.boottime_ns)
        if moment.motors.boottime_ns:
            message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
        message.timeout_proved, message.latch, message.problem = moment.proved, moment.latch, moment.problem
        message.commands_dropped, message.erpm_per_mps = moment.dropped, self._erpm_per_mps
        self._states.publish(message)

    def _diagnosis(self) -> Diagnosis:
        writer, link = self._writer, self._link
        if writer.failure is not None:
            raise writer.failure
        silent_ns = boottime_ns() - writer.served_ns
        if silent_ns > HUNG_NS:
            level, said = 'error', f'motors: the writer has not come round for {silent_ns / 1e9:.1f} s; stop the node.'
        elif link.problem:
            level, said = 'error', link.problem
        else:
            why = link.judge.why
            level = 'ok' if why is None else 'warn'
            said = 'driving is possible.' if why is None else f'nothing drives before a fresh start: {why.text}.'
        return Diagnosis(level, said, {
            'priority': self._priority.sentence,
            'port': '' if link.port is None else link.port.port,
            'uuid': link.uuid,
            'timeout_proved': link.proved,
            'epoch': link.epoch,
            'latch': '' if link.judge.why is None else link.judge.why.name,
            **{f'dropped {drop.name.lower()}': count for drop, count in dict(
                link.judge.dropped).items()},
            'frames without room': link.not_written,
            **self._duty.figures(),
        })

    def close(self) -> None:
        """Brake, hold, close the port."""
        self._writer.close()


def main() -> None:
    """Entry point `ros2 run outrider_drive motors`."""
    sys.exit(run_node(lambda: MotorsNode(urgency.claim)))


if __name__ == '__main__':
    main()
