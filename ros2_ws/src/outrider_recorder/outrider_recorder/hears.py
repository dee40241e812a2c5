"""The few messages that the recorder reads for itself, from the same bytes that it writes.

| topic | read | for |
|---|---|---|
| `tracks`, `gps/velocity`, `motors/state` | at most 4 a second | movement: own speed of fusion, GPS, wheels |
| `gps/time_reference` | once a second, once a minute when the date is known | the date |
| `hazards`, `alerts`, `close_passes` | all | marks |
| `joy` | all, where a button is given | marks, start and stop |
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from geometry_msgs.msg import TwistWithCovarianceStamped
from outrider_interfaces.msg import Alert, AlertArray, ClosePass, Hazard, HazardArray, MotorState, TrackArray
from rclpy.node import Node
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Joy, TimeReference

from outrider_recorder import button, marks
from outrider_recorder.clock import RideClock
from outrider_recorder.movement import Movement
from outrider_recorder.segment import Message

SPEED_S, TIME_S, TIME_KNOWN_S = 0.25, 1.0, 60.0

Mark = Callable[[str, str, int | None], None]


class Hears:
    """Takes every message that was heard; most are none of its business."""

    def __init__(self, node: Node, clock: RideClock, movement: Movement, mark_button: int, mark: Mark,
                 toggle: Callable[[], None]) -> None:
        """`mark(kind, note, track_id)` and `toggle()` are called from here; `mark_button` < 0: no pad is heard."""
        self._clock, self._movement, self._mark, self._toggle = clock, movement, mark, toggle
        self._auto, self._button, self._index = marks.AutoMarks(), button.Button(), mark_button
        self._due_s: dict[str, float] = {}
        handlers: dict[str, tuple[Any, Callable[[Any, float], None], float]] = {
            'tracks': (TrackArray, self._tracks, SPEED_S),
            'gps/velocity': (TwistWithCovarianceStamped, self._velocity, SPEED_S),
            'motors/state': (MotorState, self._wheels, SPEED_S),
            'gps/time_reference': (TimeReference, self._time, TIME_S),
            'hazards': (HazardArray, self._hazards, 0.0),
            'alerts': (AlertArray, self._alerts, 0.0),
            'close_passes': (ClosePass, self._passed, 0.0),
        }
        if mark_button >= 0:
            handlers['joy'] = (Joy, self._joy, 0.0)
        self._handlers = {node.resolve_topic_name(name): handler for name, handler in handlers.items()}

    def take(self, message: Message, now_s: float) -> None:
        """Read `message` where it is due; one that cannot be read is no word."""
        known = self._handlers.get(message.topic.name)
        if known is None:
            return
        kind, handle, every_s = known
        if every_s and now_s < self._due_s.get(message.topic.name, 0.0):
            return
        self._due_s[message.topic.name] = now_s + every_s
        try:
            told = deserialize_message(message.data, kind)
        except Exception:  # the middleware's own errors have no common base on all releases
            return
        handle(told, now_s)

    def _tracks(self, told: TrackArray, now_s: float) -> None:
        if told.ego_velocity_valid:
            self._movement.hear('fusion', math.hypot(told.ego_velocity.x, told.ego_velocity.y), now_s)

    def _velocity(self, told: TwistWithCovarianceStamped, now_s: float) -> None:
        linear = told.twist.twist.linear
        self._movement.hear('gps', math.hypot(linear.x, linear.y), now_s)

    def _wheels(self, told: MotorState, now_s: float) -> None:
        turning = [abs(erpm) for erpm, present in zip(told.erpm, told.present, strict=True) if present]
        if turning and told.erpm_per_mps > 0.0:
            self._movement.hear('wheels', max(turning) / told.erpm_per_mps, now_s)

    def _time(self, told: TimeReference, now_s: float) -> None:
        stamp, utc = told.header.stamp, told.time_ref
        self._clock.hear_gps(utc.sec * 1_000_000_000 + utc.nanosec, stamp.sec * 1_000_000_000 + stamp.nanosec)
        if self._clock.known:
            self._due_s.update({name: now_s + TIME_KNOWN_S for name, handler in self._handlers.items()
                                if handler[0] is TimeReference})

    def _hazards(self, told: HazardArray, now_s: float) -> None:
        urgent = {one.track_id: one for one in told.hazards if one.level == Hazard.LEVEL_URGENT}
        track_id = self._auto.hazards(urgent, now_s)
        if track_id is not None:
            one = urgent[track_id]
            self._mark(marks.URGENT, f'urgent: {one.distance_m:.1f} m, closing {one.closing_speed_mps:.1f} m/s',
                       track_id)

    def _alerts(self, told: AlertArray, now_s: float) -> None:
        urgent = {one.name: one for one in told.alerts if one.level == Alert.LEVEL_URGENT}
        name = self._auto.alerts(urgent, now_s)
        if name is not None:
            self._mark(marks.URGENT, f'urgent: {urgent[name].text}', None)

    def _passed(self, told: ClosePass, now_s: float) -> None:
        if self._auto.passed(now_s):
            self._mark(marks.CLOSE_PASS, f'passed at {told.clearance_m:.2f} m with {told.speed_mps:.1f} m/s',
                       told.track_id)

    def _joy(self, told: Joy, now_s: float) -> None:
        if self._index >= len(told.buttons):
            return
        asked = self._button.hear(bool(told.buttons[self._index]), now_s)
        if asked == button.MARK:
            self._mark(marks.PAD, '', None)
        elif asked == button.TOGGLE:
            self._toggle()
