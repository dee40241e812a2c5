"""Listens to a running rig for its status line."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import DriveState, HazardArray, RecorderState, RelayState, TrackArray
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import PointCloud2

from outrider_bringup.up.status import Source, Status, Threat
from outrider_node import qos
from outrider_node.run import executor_named

RADAR = 'radar'
DRIVE_DEVICES = ('pad', 'motors', 'relays')  # what is wrong with them is said in full, once


class Watch:
    """A node that fills a Status; spin() does the work."""

    def __init__(self, status: Status, say: Callable[[str, str], None]) -> None:
        """Join the ROS domain of the environment; signals stay with the caller. `say` gets a device and its news."""
        self._status, self._say = status, say
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._node = rclpy.create_node('outrider_up', start_parameter_services=False)
        self._executor = executor_named('auto')
        self._executor.add_node(self._node)
        for kind, topic, profile, call in (
                (PointCloud2, 'radar/points', qos.SENSOR, self._points),
                (TrackArray, 'tracks', qos.SENSOR, lambda message: _note(status.tracks, len(message.tracks))),
                (HazardArray, 'hazards', qos.SENSOR, self._hazards),
                (RecorderState, 'recorder/state', qos.STATE, self._recorder),
                (DriveState, 'drive/state', qos.STATE, self._drive),
                (RelayState, 'relays/state', qos.STATE, self._relays),
                (DiagnosticArray, '/diagnostics', qos.EVENT, self._diagnostics)):
            self._node.create_subscription(kind, topic, call, profile)

    def spin(self, seconds: float) -> None:
        """Take what arrives within `seconds`."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=left_s)

    def close(self) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown()

    def _points(self, message: Any) -> None:
        _note(self._status.radar, message.width * message.height)

    def _hazards(self, message: Any) -> None:
        if RADAR not in message.degraded or message.hazards:  # images alone cannot say that nothing comes
            _note(self._status.hazards, len(message.hazards))
        worst = max(message.hazards, key=lambda hazard: hazard.level, default=None)
        self._status.threat = None if worst is None else Threat(
            worst.level, worst.class_id, worst.side, worst.distance_m, worst.closing_speed_mps,
            worst.time_to_collision_s)

    def _drive(self, message: Any) -> None:
        refusal = message.refusal_texts[0] if message.refusal_texts else ''
        self._status.drive.heard(time.monotonic(), message.state, refusal, message.speed_mps, message.battery_v,
                                 message.operator_age_ms)

    def _relays(self, message: Any) -> None:
        self._status.drive.switched(message.jack, message.steer, message.present)

    def _diagnostics(self, message: Any) -> None:
        for one in message.status:
            device = one.name.removeprefix('outrider/')
            self._status.others.heard(time.monotonic(), device, {pair.key: pair.value for pair in one.values})
            if device in DRIVE_DEVICES and self._status.drive.is_news(device, one.level != one.OK, one.message):
                self._say(device, one.message)

    def _recorder(self, message: Any) -> None:
        self._status.recorder_known = True
        self._status.recording = message.recording
        self._status.recorder_waits = message.waiting
        self._status.bytes_written = message.bytes_written
        self._status.alarm = message.alarm


def _note(source: Source, count: int) -> None:
    source.arrived(time.monotonic(), count)
