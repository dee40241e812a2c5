"""The pilot's node: the pad, or another node's Joy, in; joy, operator and requests out. The rules are in the cores."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geometry_msgs.msg import TwistStamped
from outrider_interfaces.msg import DriveRequest, DriveState, OperatorState
from rclpy.clock import Clock, ClockType
from rclpy.time import Time
from sensor_msgs.msg import Joy

from outrider_drive import messages, urgency
from outrider_drive.pilot import find, mapping, shown
from outrider_drive.pilot.feedback import Feedback
from outrider_drive.pilot.joy import to_joy
from outrider_drive.pilot.joy_link import JoyLink
from outrider_drive.pilot.link import PadLink
from outrider_drive.pilot.pace import PERIOD_NS, Pace
from outrider_drive.pilot.stamps import aged, to_boottime_ns
from outrider_drive.pilot.teleop import Teleop
from outrider_drive.pilot.words import Files, PadError, Sample
from outrider_drive.words import Request
from outrider_node import Diagnosis, NodeError, OutriderNode, Param, boottime_ns, qos, run_node

LIGHT_PERIOD_S = 0.25
LAST_WORDS = 3


class PilotNode(OutriderNode):
    """One pad. A thread sleeps on its files and publishes; the executor hears cmd_vel and the machine's state."""

    PARAMETERS = (
        Param('pad_file', '', '', 'absolute path of a file of config/pads: what the controls of this kind of pad do'),
        Param('input', 'pad', '', 'pad, or joy: another node reads the pad, so that nothing proves it in reach',
              choices=('pad', 'joy')),
        Param('gamepad', 'auto', '', 'joystick device: a path, or auto to find it by name and driver'),
        Param('gamepad_alive', 'auto', '', "event device of the pad's motion sensors: a path, auto, or empty for none"),
        Param('gamepad_id', '', '', 'unique id (Bluetooth address) of the one pad that drives; empty takes the first'),
    )

    def __init__(self, claim: Callable[[], urgency.Priority], roots: find.Roots | None = None, **kwargs: Any) -> None:
        """Read the pad's file and start to look for the pad. Raises NodeError."""
        super().__init__('pilot', **kwargs)
        try:
            self._link = self._made_link(roots)
        except NodeError:
            self.destroy_node()
            raise
        self._pace, self._refused = Pace(), shown.Refused()
        self._feedback: tuple[Files, Feedback] | None = None
        self._state: tuple[int, int] | None = None  # of the governor, and when it was heard
        self._newest: Sample | None = None
        self._lock = threading.Lock()  # of the teleop: both threads ask it
        self._counts = {'requests': 0, 'cmd_vel': 0, 'cmd_vel unused': 0}
        self._told = (boottime_ns(), 0)  # time and reports at the last diagnosis
        self._failure: BaseException | None = None
        self._ending = False
        self._joy = self.create_publisher(Joy, 'joy', qos.COMMAND) if isinstance(self._link, PadLink) else None
        self._operator = self.create_publisher(OperatorState, 'operator', qos.COMMAND)
        self._request = self.create_publisher(DriveRequest, 'drive/request', qos.COMMAND)
        self._program = self.create_publisher(DriveRequest, 'drive/program', qos.COMMAND)
        if isinstance(self._link, JoyLink):
            self.create_subscription(Joy, 'joy', self._take_joy, qos.COMMAND)
        self.create_subscription(TwistStamped, 'cmd_vel', self._take_cmd_vel, qos.COMMAND)
        self.create_subscription(DriveState, 'drive/state', self._take_state, qos.STATE)
        self.create_timer(LIGHT_PERIOD_S, self._light, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self.diagnose('pad', self._diagnosis)
        self._worker = threading.Thread(target=self._work, name='pilot', daemon=True)
        self._worker.start()
        self._priority = claim()  # for the threads made by now and all that they make

    def _made_link(self, roots: find.Roots | None) -> PadLink | JoyLink:
        if self.value('use_sim_time'):
            raise NodeError('pilot: use_sim_time is true, and nobody drives by a replayed clock. Leave it out.')
        path = self.value('pad_file')
        if not path:
            raise NodeError("pilot: parameter 'pad_file' is empty, expected the path of a file of config/pads. Give "
                            'it, for example config/pads/ps4.yaml.')
        try:
            controls = mapping.load(Path(path))
            self._teleop = Teleop(controls)
            if self.value('input') == 'joy':
                return JoyLink(controls, boottime_ns)
            chosen = find.chosen(self.value('gamepad'), self.value('gamepad_alive'), controls,
                                 self.value('gamepad_id'), roots)
            return PadLink(chosen, controls, boottime_ns)
        except PadError as error:
            raise NodeError(f'pilot: {str(error).removeprefix("pad: ")}') from None

    def _work(self) -> None:
        try:
            while not self._ending:
                self._pass_on(self._link.step(self._pace.wait_s(boottime_ns())))
        except Exception as failure:  # a dead thread must not look like a quiet pad: the diagnosis raises it
            self._failure = failure

    def _pass_on(self, samples: list[Sample]) -> None:
        for sample in samples:
            with self._lock:
                request, self._newest = self._teleop.take(sample), sample
            self._refused.pressed(request, request.boottime_ns)
            if self._pace.passes(sample, request, boottime_ns(), newest=sample is samples[-1]):
                self._publish(sample, request)

    def _publish(self, sample: Sample, request: Request) -> None:
        """The request first: it is what moves."""
        message = messages.request_to_msg(request)
        self._request.publish(message)
        self._operator.publish(message.operator_state)
        if self._joy is not None:
            axes, buttons = to_joy(sample.pad)
            joy = Joy(axes=axes, buttons=buttons)
            joy.header.stamp = self.get_clock().now().to_msg()
            self._joy.publish(joy)
        self._counts['requests'] += 1

    def _take_joy(self, message: Joy) -> None:
        assert isinstance(self._link, JoyLink)
        age_ns = self.get_clock().now().nanoseconds - Time.from_msg(message.header.stamp).nanoseconds
        self._link.take(message.axes, message.buttons, age_ns, self.count_publishers('joy'))

    def _take_cmd_vel(self, message: TwistStamped) -> None:
        if self._newest is None:
            return
        stamp_ns = Time.from_msg(message.header.stamp).nanoseconds
        with self._lock:
            ros_now_ns, now = self.get_clock().now().nanoseconds, boottime_ns()
            request = self._teleop.cmd_vel(aged(self._newest.operator, now), message.twist.linear.x,
                                           message.twist.angular.z, to_boottime_ns(stamp_ns, ros_now_ns, now))
        self._program.publish(messages.request_to_msg(request))
        self._counts['cmd_vel'] += 1
        self._counts['cmd_vel unused'] += not request.speed_mps and bool(message.twist.linear.x)

    def _take_state(self, message: DriveState) -> None:
        now = boottime_ns()
        self._state = (message.state, now)
        self._light()
        if self._refused.told(message.refusals, now) and self._feedback is not None:
            self._feedback[1].rumble()

    def _light(self) -> None:
        """Show the state on the pad in use; a pad that returned is another one."""
        files = self._link.files
        if self._feedback is not None and self._feedback[0] is not files:
            self._feedback[1].close()
            self._feedback = None
        if files is None or files.sysfs is None:  # a stand-in has no light
            return
        if self._feedback is None:
            self._feedback = (files, Feedback(files, self.get_logger().info))
        state, heard_ns = self._state or (0, None)
        self._feedback[1].light(*shown.colour(state, None if heard_ns is None else boottime_ns() - heard_ns))

    def _diagnosis(self) -> Diagnosis:
        if self._failure is not None:
            raise self._failure
        link, sample, now = self._link, self._newest, boottime_ns()
        then, reports_then = self._told
        reports = link.life.counter
        self._told = (now, reports)
        operator = None if sample is None else sample.operator
        connected = operator is not None and operator.connected
        name = f'{operator.pad_name} {operator.pad_id}'.strip() if operator is not None else ''
        level = 'error' if not connected else 'warn' if link.problem else 'ok'
        return Diagnosis(level, link.problem or f'{name} is alive.', {
            'priority': self._priority.sentence,
            'input': self.value('input'),
            'pad': name,
            'source': '' if operator is None else operator.source.name.lower(),
            'reports/s': f'{(reports - reports_then) / max(1e-3, (now - then) * 1e-9):.0f}',
            'losses': link.losses,
            'rereads': link.rereads,
            **self._counts,
        })

    def close(self) -> None:
        """End the thread; the last word is that nobody is there."""
        self._ending = True
        self._worker.join()
        last = self._link.close()
        for _ in range(LAST_WORDS):  # what a writer said just before it went may be lost with it
            self._publish(last, self._teleop.take(last))
            time.sleep(PERIOD_NS * 1e-9)
        if self._feedback is not None:
            self._feedback[1].close()


def main() -> None:
    """Entry point `ros2 run outrider_drive pilot`."""
    sys.exit(run_node(lambda: PilotNode(urgency.claim)))


if __name__ == '__main__':
    main()
