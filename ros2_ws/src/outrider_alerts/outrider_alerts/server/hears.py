"""What the page hears: the newest of each topic into the hub. What only a view needs is heard while one is open."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TwistWithCovarianceStamped
from outrider_interfaces.msg import (
    AlertArray,
    DriveState,
    HazardArray,
    MotorState,
    RecorderState,
    RelayState,
    TrackArray,
)
from rclpy.node import Node
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CompressedImage, NavSatFix, NavSatStatus

from outrider_alerts.server import words
from outrider_node import boottime_ns, qos

MOTION_S, VIEW_S, STATE_S = 0.5, 0.1, 0.1
MOVING_MPS = 0.8  # walking pace; GPS at rest wanders with 0.3
LARGEST_PICTURE = 1 << 20  # bytes


class Hears:
    """In the thread of ROS."""

    def __init__(self, node: Node, put: Callable[[str, Any], None], now_ns: Callable[[], int]) -> None:
        """`put` is the hub's."""
        self._node, self._put, self._now_ns = node, put, now_ns
        self._devices = words.Devices()
        self._due_s: dict[str, float] = {}
        self._hazards: HazardArray | None = None
        self._open: dict[str, list[Any]] = {}
        self._own_speed_s = -math.inf  # when fusion last knew it
        for kind, topic, profile, take in (
                (AlertArray, 'alerts', qos.STATE, lambda told: put('alerts', words.alerts(told))),
                (RecorderState, 'recorder/state', qos.STATE, lambda told: put('recorder', words.recorder(told))),
                (DriveState, 'drive/state', qos.STATE, self._take_drive),
                (RelayState, 'relays/state', qos.STATE, self._take_relays),
                (DiagnosticArray, '/diagnostics', qos.EVENT, self._take_diagnostics)):
            node.create_subscription(kind, topic, take, profile)
        for topic, seldom in (('motors/state', self._take_motors), ('tracks', self._take_tracks),
                              ('gps/velocity', self._take_velocity), ('gps/fix', self._take_fix)):
            node.create_subscription(_KINDS[topic], topic, seldom, qos.VIEW, raw=True)

    def watch(self, name: str, on: bool) -> None:
        """Begin or end to hear what only a view needs."""
        if on and name not in self._open:
            kind, topic, take = {
                'video': (CompressedImage, 'camera/color/compressed', self._take_picture),
                'view': (HazardArray, 'hazards', self._take_hazards)}[name]
            self._open[name] = [self._node.create_subscription(kind, topic, take, qos.VIEW)]
        elif not on and name in self._open:
            self._node.destroy_subscription(self._open.pop(name)[0])
            self._put(name, None)

    def look(self) -> None:
        """Tell of devices that have fallen silent; once a second."""
        self._put('devices', self._devices.told(self._now_ns()))

    def _take_drive(self, told: DriveState) -> None:
        section = words.drive(told)
        self._put('drive', section)
        speed = section['speed_mps']
        moving = section['state'] == 'moving' or abs(speed or 0.0) > MOVING_MPS
        self._put('motion', {'speed_mps': speed, 'moving': moving, 'stamp_ns': section['stamp_ns']})

    def _take_relays(self, told: RelayState) -> None:
        if self._is_due('relays', STATE_S):
            self._put('relays', words.relays(told))

    def _take_diagnostics(self, told: DiagnosticArray) -> None:
        self._devices.hear(told, self._now_ns())
        self._put('devices', self._devices.told(self._now_ns()))

    def _take_motors(self, data: bytes) -> None:
        if self._is_due('motors', STATE_S) and (told := _read(data, MotorState)) is not None:
            self._put('motors', words.motors(told))

    def _take_tracks(self, data: bytes) -> None:
        if not self._is_due('tracks', VIEW_S if 'view' in self._open else MOTION_S):
            return
        told = _read(data, TrackArray)
        if told is None:
            return
        if 'view' in self._open:
            self._put('view', words.view(told, self._hazards))
        if told.ego_velocity_valid:
            self._own_speed_s = boottime_ns() / 1e9
            self._moves(math.hypot(told.ego_velocity.x, told.ego_velocity.y), words.ns(told.header.stamp))

    def _take_velocity(self, data: bytes) -> None:
        if not self._is_due('velocity', MOTION_S) or boottime_ns() / 1e9 - self._own_speed_s < 2.0 * MOTION_S:
            return
        told = _read(data, TwistWithCovarianceStamped)
        if told is not None:
            linear = told.twist.twist.linear
            self._moves(math.hypot(linear.x, linear.y), words.ns(told.header.stamp))

    def _take_fix(self, data: bytes) -> None:
        if not self._is_due('fix', MOTION_S):
            return
        told = _read(data, NavSatFix)
        if told is not None and told.status.status >= NavSatStatus.STATUS_FIX:
            # Stays in this process: no section of that name is sent to anybody.
            self._put('place', {'lat': told.latitude, 'lon': told.longitude, 'stamp_ns': words.ns(told.header.stamp)})

    def _take_hazards(self, told: HazardArray) -> None:
        self._hazards = told

    def _take_picture(self, told: CompressedImage) -> None:
        if 'video' in self._open and len(told.data) <= LARGEST_PICTURE and 'jpeg' in told.format:
            self._put('video', told.data.tobytes())

    def _moves(self, speed_mps: float, stamp_ns: int) -> None:
        self._put('motion', {'speed_mps': words.number(speed_mps), 'moving': speed_mps > MOVING_MPS,
                             'stamp_ns': stamp_ns})

    def _is_due(self, name: str, every_s: float) -> bool:
        now_s = boottime_ns() / 1e9
        if now_s < self._due_s.get(name, 0.0):
            return False
        self._due_s[name] = now_s + every_s
        return True


_KINDS = {'motors/state': MotorState, 'tracks': TrackArray, 'gps/velocity': TwistWithCovarianceStamped,
          'gps/fix': NavSatFix}


def _read(data: bytes, kind: Any) -> Any:
    """Return the message, None where it cannot be read."""
    try:
        return deserialize_message(data, kind)
    except Exception:  # the middleware's own errors have no common base on all releases
        return None
