"""The relays' node: commands in, what the relay controller reports out. Link and judge decide everything."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from typing import Any

from outrider_interfaces.msg import RelayCommand as RelayCommandMsg
from outrider_interfaces.msg import RelayState

from outrider_drive import by_id, messages, urgency
from outrider_drive.relays.duty import Moment, RelaysDuty
from outrider_drive.relays.judge import RelayJudge
from outrider_drive.relays.link import RelayLink
from outrider_drive.relays.words import Flag, Limit, Status
from outrider_drive.words import RelayCommand
from outrider_drive.writer import Writer
from outrider_node import Diagnosis, NodeError, OutriderNode, Param, boottime_ns, qos, run_node

HUNG_NS = 500_000_000
_JACK = {'U': 1, '-': 0, 'D': -1}
_STEER = {'L': 1, '-': 0, 'R': -1}


class RelaysNode(OutriderNode):
    """One relay controller on one port. A thread of its own speaks with it and publishes what it says."""

    PARAMETERS = (
        Param('port', 'auto', '', 'serial port: a path, or auto to ask what is plugged in'),
    )

    def __init__(self, claim: Callable[[], urgency.Priority], **kwargs: Any) -> None:
        """Begin to look for the relay controller. Raises NodeError."""
        super().__init__('relays', **kwargs)
        if self.value('use_sim_time'):
            self.destroy_node()
            raise NodeError('relays: use_sim_time is true, and a machine is never driven by a replayed clock. Leave '
                            'it out.')
        self._link = RelayLink(by_id.candidates(self.value('port'), by_id.RELAYS))
        self._judge = RelayJudge(secrets.randbits(31))
        self._states = self.create_publisher(RelayState, 'relays/state', qos.STATE)
        self.diagnose('relays', self._diagnosis)
        self._writer: Writer[RelayCommand] = Writer(
            'relays writer', RelaysDuty(self._link, self._judge, self._publish), boottime_ns)
        self.create_subscription(RelayCommandMsg, 'relays/command', self._hear, qos.COMMAND)
        self._priority = claim()  # for the threads made by now and all that they make

    def _hear(self, message: RelayCommandMsg) -> None:
        command = messages.relay_command_of(message)
        self._writer.put(command, (command.jack, command.steer, command.horn, command.clear_faults,
                                   command.governor_id, command.link_epoch))

    def _publish(self, moment: Moment) -> None:
        """Called on the writer's thread."""
        message = RelayState(boottime_ns=moment.status_ns, link_epoch=moment.epoch & 0xFFFFFFFF, latch=moment.latch,
                             present=moment.present, problem=moment.problem, commands_dropped=moment.dropped)
        if moment.status is not None:
            stamp_ns = self.get_clock().now().nanoseconds - (moment.now - moment.status_ns)
            message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
            _fill(message, moment.status)
        self._states.publish(message)

    def _diagnosis(self) -> Diagnosis:
        writer, link, judge = self._writer, self._link, self._judge
        if writer.failure is not None:
            raise writer.failure
        silent_ns = boottime_ns() - writer.served_ns
        if silent_ns > HUNG_NS:
            level, said = 'error', f'relays: the writer has not come round for {silent_ns / 1e9:.1f} s; stop the node.'
        elif link.problem:
            level, said = 'error', link.problem
        else:
            level = 'ok' if judge.latch is None else 'warn'
            said = 'motion is possible.' if judge.latch is None \
                else f'nothing moves before a fresh start: {judge.latch.text}.'
        answer, status = link.answer, link.status
        return Diagnosis(level, said, {
            'priority': self._priority.sentence,
            'port': link.name if link.wire.is_open else '',
            'epoch': judge.epoch,
            'latch': '' if judge.latch is None else judge.latch.name,
            'firmware': '' if answer is None else f'{answer.firmware[0]}.{answer.firmware[1]}',
            'faults_latched': '' if status is None else f'0x{int(status.faults_latched):04x}',
            'damaged frames': link.wire.damaged,
            'unreadable frames': link.unreadable,
            **{f'dropped {drop.name.lower()}': count for drop, count in dict(judge.dropped).items()},
        })

    def close(self) -> None:
        """All off, close the port."""
        self._writer.close()


def _fill(message: RelayState, status: Status) -> None:
    """Put into `message` what the device says of itself."""
    raw, fitted = status.limits_raw, status.limits_fitted
    message.jack, message.steer = _JACK[status.jack], _STEER[status.steer]
    message.master = Flag.MASTER_ON in status.flags
    message.jack_limit_open = [Limit.JACK_UPPER in raw, Limit.JACK_LOWER in raw]
    message.jack_limit_fitted = [Limit.JACK_UPPER in fitted, Limit.JACK_LOWER in fitted]
    message.steer_limit_open = [Limit.STEER_LEFT in raw, Limit.STEER_RIGHT in raw]
    message.steer_limit_fitted = [Limit.STEER_LEFT in fitted, Limit.STEER_RIGHT in fitted]
    message.estop_open = Flag.ESTOP_OPEN in status.flags
    message.faults_latched, message.faults_active = int(status.faults_latched), int(status.faults_active)
    message.on_time_ms = [status.jack_on_ms, status.steer_on_ms]
    message.lease_ms = [status.jack_lease_ms, status.steer_lease_ms]
    message.uptime_ms, message.frames_rejected = status.uptime_ms, status.rejected
    message.reset_cause, message.longest_loop_us = int(status.reset_cause), status.longest_loop_us


def main() -> None:
    """Entry point `ros2 run outrider_drive relays`."""
    sys.exit(run_node(lambda: RelaysNode(urgency.claim)))


if __name__ == '__main__':
    main()
