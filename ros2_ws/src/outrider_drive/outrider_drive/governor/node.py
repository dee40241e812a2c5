"""The governor's node: the newest of every topic in, commands and state out. Every rule is in the files beside this."""

from __future__ import annotations

import secrets
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from outrider_interfaces.msg import (
    DriveCommand,
    DriveRequest,
    DriveState,
    MotorState,
    RelayCommand,
    RelayState,
)
from outrider_interfaces.srv import EStop
from rclpy.clock import Clock, ClockType

from outrider_drive import messages, rig_lock, urgency
from outrider_drive.governor.governor import NOBODY, step
from outrider_drive.governor.inputs import Inputs, Parts, Rig
from outrider_drive.governor.limits import Limits, LimitsError
from outrider_drive.governor.state import Drive, Report, State
from outrider_drive.governor.urgent import is_urgent
from outrider_drive.words import Request
from outrider_node import Diagnosis, NodeError, OutriderNode, Param, boottime_ns, qos, run_node

PERIOD_S = 0.02
STATE_EVERY = 5  # ticks: 10 Hz
CLOCK_EVERY = 5
PARTS = ('left_motor', 'right_motor', 'relays')
_DEFAULTS = Limits()
PERIODS_KEPT = 500  # ten seconds
_STATES = {Drive.DISARMED: 'disarmed', Drive.ARMED: 'armed', Drive.MOVING: 'moving', Drive.STOPPING: 'stopping',
           Drive.ESTOPPED: 'e-stopped'}


class GovernorNode(OutriderNode):
    """The only way to an actuator. One thread: the executor's."""

    PARAMETERS = (
        Param('rig_name', 'ramp', '', 'of the machine; one governor a machine'),
        Param('lock_file', 'auto', '', "path of the machine's lock; auto: one for this computer"),
        Param('parts', list(PARTS), '', f'what is built in, of {", ".join(PARTS)}; declared and missing is a fault'),
        *(Param(row.name, getattr(_DEFAULTS, row.name), row.metadata['unit'], row.metadata['why'],
                row.metadata['low'], row.metadata['high']) for row in fields(Limits)),
    )

    def __init__(self, claim: Callable[[], urgency.Priority], **kwargs: Any) -> None:
        """Take the rig's lock and begin latched. Raises NodeError."""
        super().__init__('governor', **kwargs)
        try:
            self._rig = self._checked_rig()
            self._lock = self._locked()
        except NodeError:
            self.destroy_node()
            raise
        self._state, self._inputs, self._seen = State(), Inputs(), Inputs()
        self._report: Report | None = None
        self._estop_source = ''
        self._tick_count = self._urgent_count = 0
        self._ticked_ns: int | None = None
        self._periods_ms: deque[float] = deque(maxlen=PERIODS_KEPT)
        self._drive = self.create_publisher(DriveCommand, 'drive/command', qos.COMMAND)
        self._relays = self.create_publisher(RelayCommand, 'relays/command', qos.COMMAND)
        self._states = self.create_publisher(DriveState, 'drive/state', qos.STATE)
        for kind, topic, profile, take in (
                (DriveRequest, 'drive/request', qos.COMMAND, self._take_request),
                (DriveRequest, 'drive/program', qos.COMMAND, self._take_program),
                (MotorState, 'motors/state', qos.STATE, self._take_motors),
                (RelayState, 'relays/state', qos.STATE, self._take_relays),
                (DriveCommand, 'drive/command', qos.COMMAND, self._take_command)):
            self.create_subscription(kind, topic, take, profile)
        self.create_service(EStop, 'drive/estop', self._serve_estop)
        self.diagnose('governor', self._diagnosis)
        self.create_timer(PERIOD_S, self._tick, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._priority = claim()  # for the threads made by now and all that they make

    def _checked_rig(self) -> Rig:
        if self.value('use_sim_time'):
            raise NodeError('governor: use_sim_time is true, and a machine is never driven by a replayed clock. Leave '
                            'it out.')
        parts = self.value('parts')
        strange = next((part for part in parts if part not in PARTS), None)
        if strange is not None:
            raise NodeError(f"governor: parameter 'parts' has '{strange}', expected some of {', '.join(PARTS)}. "
                            'Correct it in the rig file.')
        try:
            limits = Limits.of({row.name: self.value(row.name) for row in fields(Limits)})
            return Rig(secrets.randbits(63), limits, Parts(*(part in parts for part in PARTS)))
        except LimitsError as error:
            raise NodeError(f'governor: {error}') from None

    def _locked(self) -> rig_lock.RigLock:
        name, path = self.value('rig_name'), self.value('lock_file')
        try:
            return rig_lock.RigLock(rig_lock.path_of(name) if path == 'auto' else Path(path), name)
        except rig_lock.RigLockError as error:
            raise NodeError(f'governor: {error}') from None

    def _take_request(self, message: DriveRequest) -> None:
        self._inputs = replace(self._inputs, request=messages.request_of(message))
        self._step_if_urgent()

    def _take_program(self, message: DriveRequest) -> None:
        self._inputs = replace(self._inputs, program=messages.request_of(message))
        self._step_if_urgent()

    def _take_motors(self, message: MotorState) -> None:
        self._inputs = replace(self._inputs, motors=messages.motors_of(message),
                               timeout_proved=message.timeout_proved, erpm_per_mps=message.erpm_per_mps,
                               motors_latched=message.latch != 0)
        self._step_if_urgent()

    def _take_relays(self, message: RelayState) -> None:
        self._inputs = replace(self._inputs, relays=messages.relays_of(message),
                               relays_latched=message.latch != 0)
        self._step_if_urgent()

    def _take_command(self, message: DriveCommand) -> None:
        if message.governor_id != self._rig.governor_id:
            self._inputs = replace(self._inputs, other_governor_ns=boottime_ns())
            self._step_if_urgent()

    def _serve_estop(self, request: EStop.Request, response: EStop.Response) -> EStop.Response:
        self._estop_source = request.source or 'program'
        self._step()
        response.latched = bool(self._state.latched)
        response.message = f'E-stop by {self._estop_source or "program"}. Let go, then press arm on the gamepad.'
        self._estop_source = ''
        return response

    def _tick(self) -> None:
        now = boottime_ns()
        if self._ticked_ns is not None:
            self._periods_ms.append((now - self._ticked_ns) / 1e6)
        self._ticked_ns = now
        self._tick_count += 1
        if self._tick_count % CLOCK_EVERY == 1:
            self._inputs = replace(self._inputs, sim_clock=self.count_publishers('/clock') > 0,
                                   is_master=self._lock.held)
        self._step(told=self._tick_count % STATE_EVERY == 0)

    def _step_if_urgent(self) -> None:
        if is_urgent(self._seen, self._inputs):
            self._urgent_count += 1
            self._step()

    def _step(self, told: bool = False) -> None:
        inputs = self._inputs
        now = boottime_ns()  # after the newest input came: none of them is of the future
        if self._estop_source:
            inputs = replace(inputs, program=Request(now, 0, NOBODY, self._estop_source, estop=True))
        decision = step(self._state, inputs, now, self._rig)
        self._state, self._seen = decision.state, inputs
        self._drive.publish(messages.drive_command_to_msg(decision.drive))
        self._relays.publish(messages.relay_command_to_msg(decision.relays))
        before, self._report = self._report, decision.report
        if told or before is None or (before.state, before.refusals) != (self._report.state, self._report.refusals):
            self._publish_state(self._report)

    def _publish_state(self, report: Report) -> None:
        message = messages.report_to_msg(report)
        message.header.stamp = self.get_clock().now().to_msg()
        self._states.publish(message)

    def _diagnosis(self) -> Diagnosis:
        report, periods = self._report, sorted(self._periods_ms)
        texts = report.refusal_texts if report is not None else ()
        message = f'{_STATES[report.state]}. {texts[0] if texts else "Nothing is refused"}.' if report else 'starting.'
        return Diagnosis('ok' if self._inputs.is_master else 'error', message, {
            'priority': self._priority.sentence,
            'period_p99_ms': f'{periods[int(0.99 * (len(periods) - 1))]:.2f}' if periods else '',
            'period_max_ms': f'{periods[-1]:.2f}' if periods else '',
            'steps on edges': self._urgent_count,
            'limits_hash': f'{self._rig.limits.hash:016x}',
        })

    def close(self) -> None:
        """Let the machine's lock go."""
        self._lock.release()


def main() -> None:
    """Entry point `ros2 run outrider_drive governor`."""
    sys.exit(run_node(lambda: GovernorNode(urgency.claim)))


if __name__ == '__main__':
    main()
