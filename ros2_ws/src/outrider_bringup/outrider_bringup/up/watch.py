"""Listens to a running rig for its status line."""

from __future__ import annotations

import time
from typing import Any

import rclpy
from outrider_interfaces.msg import HazardArray, RecorderState, TrackArray
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import PointCloud2

from outrider_bringup.up.status import Source, Status, Threat
from outrider_node import qos
from outrider_node.run import executor_named


class Watch:
    """A node that fills a Status; spin() does the work."""

    def __init__(self, status: Status) -> None:
        """Join the ROS domain of the environment; signals stay with the caller."""
        self._status = status
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._node = rclpy.create_node('outrider_up', start_parameter_services=False)
        self._executor = executor_named('auto')
        self._executor.add_node(self._node)
        for kind, topic, profile, call in (
                (PointCloud2, 'radar/points', qos.SENSOR, self._points),
                (TrackArray, 'tracks', qos.SENSOR, lambda message: _note(status.tracks, len(message.tracks))),
                (HazardArray, 'hazards', qos.SENSOR, self._hazards),
                (RecorderState, 'recorder/state', qos.STATE, self._recorder)):
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
        _note(self._status.hazards, len(message.hazards))
        worst = max(message.hazards, key=lambda hazard: hazard.level, default=None)
        self._status.threat = None if worst is None else Threat(
            worst.level, worst.class_id, worst.side, worst.distance_m, worst.closing_speed_mps,
            worst.time_to_collision_s)

    def _recorder(self, message: Any) -> None:
        self._status.recorder_known = True
        self._status.recording = message.recording
        self._status.bytes_written = message.bytes_written
        self._status.alarm = message.alarm


def _note(source: Source, count: int) -> None:
    source.arrived(time.monotonic(), count)
