"""Listens to a rig that runs in another terminal, for a while, with one line that says how it goes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import rclpy
from geometry_msgs.msg import TransformStamped
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from tf2_msgs.msg import TFMessage

from outrider_bringup.demo.columns import clip, is_terminal, width_of
from outrider_bringup.errors import UserError
from outrider_node import frames, qos

FIRST_S = 8.0     # until the first message: discovery takes up to 3 s on a busy machine
SILENT_S = 3.0    # of a topic that has spoken
REDRAW_S, LINE_S = 0.5, 5.0
_TURN_S = 0.1


@dataclass
class _Topic:
    name: str
    start: str         # what starts its publisher
    heard_s: float | None = None


class Hearing:
    """A node that subscribes; use it in a `with`. Nothing of it speaks to a device."""

    def __init__(self) -> None:
        """Join the ROS domain of the environment; Ctrl+C stays with Python."""
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._node = rclpy.create_node('outrider_calibrate', start_parameter_services=False)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._topics: list[_Topic] = []
        self.tree = frames.FrameTree()
        self._node.create_subscription(TFMessage, '/tf_static', self._learn, qos.STATIC_FRAMES)

    def __enter__(self) -> Hearing:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
                 ) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown()

    def hear(self, kind: Any, name: str, take: Callable[[Any], None], start: str) -> None:
        """Subscribe to a topic that must speak; `start` is the command that makes it."""
        topic = _Topic(name, start)
        self._topics.append(topic)

        def heard(message: Any) -> None:
            topic.heard_s = time.monotonic()
            take(message)

        # Deep, for the status line may take its time: half a second of an IMU, seconds of all others.
        self._node.create_subscription(kind, name, heard, qos.IMU)

    def listen(self, seconds: float, line: Callable[[], str], done: Callable[[], bool] = lambda: False) -> None:
        """Take what comes for `seconds` after everybody has spoken, or until `done`. Raises UserError for NO DATA."""
        begun_s = time.monotonic()
        end_s: float | None = None
        status = _Line()
        try:
            while (now_s := time.monotonic()) < (end_s or now_s + 1.0) and not done():
                self._missing(begun_s, now_s)
                if end_s is None and all(topic.heard_s is not None for topic in self._topics):
                    begun_s, end_s = now_s, now_s + seconds
                if end_s is not None:
                    status.say(f'{now_s - begun_s:3.0f}/{seconds:.0f} s   {line()}', now_s)
                turn_s = now_s + _TURN_S
                while (left_s := turn_s - time.monotonic()) > 0:
                    self._executor.spin_once(timeout_sec=left_s)
        finally:
            status.close()

    def place(self, source: str, target: str = frames.BASE) -> frames.Pose:
        """Return the pose of a frame. Raises UserError while nobody has said it."""
        found = self.tree.lookup(target, source)
        if found is None:
            raise UserError(f'/tf_static does not say where {source} sits in {target}, expected its driver to publish '
                            'it. See: ./outrider topics /tf_static')
        return found

    def _missing(self, begun_s: float, now_s: float) -> None:
        for topic in self._topics:
            if topic.heard_s is None and now_s - begun_s > FIRST_S:
                raise UserError(f'NO DATA on {topic.name} for {FIRST_S:g} s. Start it in another terminal: '
                                f'{topic.start}')
            if topic.heard_s is not None and now_s - topic.heard_s > SILENT_S:
                raise UserError(f'{topic.name} went silent for {SILENT_S:g} s. See: ./outrider doctor, then begin '
                                'anew.')

    def _learn(self, message: Any) -> None:
        sits: Sequence[TransformStamped] = message.transforms
        for one in sits:
            at, turn = one.transform.translation, one.transform.rotation
            self.tree.set(one.header.frame_id, one.child_frame_id, (at.x, at.y, at.z),
                          (turn.x, turn.y, turn.z, turn.w))


class _Line:
    """One line redrawn on a terminal; elsewhere a line now and then."""

    def __init__(self) -> None:
        self._terminal = is_terminal(sys.stdout)
        self._due_s = 0.0

    def say(self, text: str, now_s: float) -> None:
        if now_s < self._due_s:
            return
        self._due_s = now_s + (REDRAW_S if self._terminal else LINE_S)
        if self._terminal:
            print(f'\r\x1b[2K{clip(text, width_of(sys.stdout) - 1)}', end='', flush=True)
        else:
            print(text, flush=True)

    def close(self) -> None:
        if self._terminal:
            print('\r\x1b[2K', end='', flush=True)


def stamp_s(header: Any) -> float:
    """Return a header's stamp in seconds."""
    return float(header.stamp.sec) + 1e-9 * float(header.stamp.nanosec)
