"""A node of the demo's own that watches the stack from outside, as any other process would."""

from __future__ import annotations

import gc
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import AlertArray, ClosePass, HazardArray, RecorderState, TrackArray
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from outrider_bringup.demo.drive_ears import DriveEars
from outrider_bringup.demo.recording import Follower, Points, Step
from outrider_bringup.demo.road import Alert
from outrider_bringup.up.eyes import Eyes
from outrider_node import frames, qos
from outrider_node.run import executor_named, without_generator

POINT_STEP = 20
RATE_WINDOW_S = 2.0


def stamp_ns(header: Any) -> int:
    """Return the stamp of a std_msgs/Header in ns."""
    return int(header.stamp.sec) * 1_000_000_000 + int(header.stamp.nanosec)


class Watcher:
    """Watches points, tracks, hazards, the recorder and the mounts in a thread of its own until close().

    The lists only grow, in the order of arrival; times of arrival are time.time_ns(), the clock of the journal.
    """

    def __init__(self, recording: Sequence[Points], domain: int) -> None:
        """Join ROS domain `domain`. `recording` is what the points are compared with, frame by frame."""
        self.steps: list[Step] = []
        self.clouds: list[tuple[int, int]] = []  # stamp, frame
        self.cloud_times_ns: deque[int] = deque(maxlen=256)
        self.tracks: list[tuple[int, list[tuple[int, float, float]]]] = []  # stamp, (id, x, y) of each
        self.hazards: list[tuple[int, int]] = []  # stamp, arrival
        self._spoke_ns: int | None = None
        self.alerts: list[Alert] = []
        self.passes: list[tuple[int, float]] = []  # stamp, clearance in m
        self.roads: list[int] = []  # stamps of the point messages after the recording
        self.named: list[tuple[int, list[tuple[int, float, float]]]] = []  # on a road: stamp, (class, x, y) of each
        self.points = 0  # of the newest message
        self.eyes = Eyes()
        self.last_tracks: Any = None
        self.last_alerts: Any = None
        self.choices: list[tuple[int, int]] = []  # heartbeat and stamp of each message of the alerter
        self.recorder: Any = None
        self.ride = ''
        self.first_frame_ns: int | None = None
        self.first_track_ns: int | None = None
        self.mounts = frames.FrameTree()
        self._follower: Follower | None = Follower(recording)
        without_generator()
        rclpy.init(domain_id=domain, signal_handler_options=SignalHandlerOptions.NO)
        self._node = rclpy.create_node('watcher', start_parameter_services=False)
        for kind, topic, profile, hear in (
            (HazardArray, 'hazards', qos.SENSOR, self._hear_hazards),
            (AlertArray, 'alerts', qos.STATE, self._hear_alerts),
            (TrackArray, 'tracks', qos.SENSOR, self._hear_tracks),
            (ClosePass, 'close_passes', qos.EVENT, self._hear_pass),
            (PointCloud2, 'radar/points', qos.SENSOR, self._hear_points),
            (RecorderState, 'recorder/state', qos.STATE, self._hear_recorder),
            (TFMessage, '/tf_static', qos.STATIC_FRAMES, self._hear_mounts),
            (DiagnosticArray, '/diagnostics', qos.EVENT, self._hear_diagnostics),
        ):
            self._node.create_subscription(kind, topic, hear, profile)
        self.drive = DriveEars(self._node)
        self._executor = executor_named('auto')
        self._executor.add_node(self._node)
        self._open = True
        gc.collect()
        gc.freeze()  # a full collection while a message waits would count as the stack's delay
        self._thread = threading.Thread(target=self._spin, name='watcher', daemon=True)
        self._thread.start()

    def _spin(self) -> None:
        while self._open:
            self._executor.spin_once(timeout_sec=0.1)

    def _hear_hazards(self, message: Any) -> None:
        now_ns = time.time_ns()
        self.hazards.append((stamp_ns(message.header), now_ns))
        self.alerts += [Alert(now_ns, int(one.level), (float(one.nearest_edge.x), float(one.nearest_edge.y)))
                        for one in message.hazards if one.level]

    def _hear_alerts(self, message: Any) -> None:
        self._spoke_ns = time.time_ns()
        self.choices.append((int(message.heartbeat), stamp_ns(message.header)))
        self.last_alerts = message

    def _hear_pass(self, message: Any) -> None:
        self.passes.append((stamp_ns(message.header), float(message.clearance_m)))

    def _hear_tracks(self, message: Any) -> None:
        bodies = [(int(track.id), float(track.position.x), float(track.position.y)) for track in message.tracks]
        if bodies and self.first_track_ns is None:
            self.first_track_ns = time.time_ns()
        self.tracks.append((stamp_ns(message.header), bodies))
        if self._follower is None:
            self.named.append((stamp_ns(message.header), [
                (int(track.class_id), float(track.position.x), float(track.position.y)) for track in message.tracks]))
        self.last_tracks = message

    def _hear_points(self, message: Any) -> None:
        now_ns = time.time_ns()
        self.cloud_times_ns.append(now_ns)
        values = np.frombuffer(message.data, dtype='<f4')
        points = values.reshape(-1, 5) if message.point_step == POINT_STEP else np.zeros((0, 5), np.float32)
        self.points = len(points)
        self.first_frame_ns = self.first_frame_ns or now_ns
        if self._follower is None:
            self.roads.append(stamp_ns(message.header))
            return
        step = self._follower.take(points)
        self.steps.append(step)
        self.clouds.append((stamp_ns(message.header), step.frame))

    def _hear_recorder(self, message: Any) -> None:
        self.recorder = message
        self.ride = message.ride or self.ride  # the last message, of the closed ride, names none

    def _hear_mounts(self, message: Any) -> None:
        for transform in message.transforms:
            place, turn = transform.transform.translation, transform.transform.rotation
            self.mounts.set(transform.header.frame_id, transform.child_frame_id, (place.x, place.y, place.z),
                            (turn.x, turn.y, turn.z, turn.w))

    def _hear_diagnostics(self, message: Any) -> None:
        for status in message.status:
            self.eyes.heard(time.monotonic(), status.name.removeprefix('outrider/'),
                            {pair.key: pair.value for pair in status.values})

    @property
    def radar_listeners(self) -> int:
        """How many listeners the radar itself has found: a graph seen from here says less."""
        return int(self.eyes.values.get('radar', {}).get('listeners', 0))

    def leave_recording(self) -> None:
        """From now on points are those of a road, and no driver has said anything yet."""
        self._follower = None
        self.eyes = Eyes()

    def listeners(self) -> dict[str, int]:
        """Return how many subscriptions the points, tracks and hazards have, this node's own included."""
        return {topic: self._node.count_subscribers(topic) for topic in ('radar/points', 'tracks', 'hazards')}

    def rate_hz(self, now_ns: int) -> float:
        """Return how many point messages a second came lately."""
        since = now_ns - int(RATE_WINDOW_S * 1e9)
        recent = [when for when in list(self.cloud_times_ns) if when >= since]
        if len(recent) < 2:
            return float(len(recent))
        return (len(recent) - 1) * 1e9 / max(1, recent[-1] - recent[0])

    def silent_s(self, now_ns: int) -> float | None:
        """Return how long ago the alerter spoke last; None before its first word."""
        return None if self._spoke_ns is None else (now_ns - self._spoke_ns) / 1e9

    def close(self) -> None:
        """Stop watching and leave the domain; what was seen stays."""
        self._open = False
        self._thread.join()
        self._node.destroy_node()
        self._executor.shutdown()
        rclpy.try_shutdown()
