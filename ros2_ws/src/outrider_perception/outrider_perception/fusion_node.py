"""The fusion node: radar/points and the own motion in, tracks and hazards out, one each per radar message. No rule."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TwistWithCovarianceStamped
from outrider_interfaces.msg import ClosePass, HazardArray, MotorState, RadarInfo, TrackArray
from sensor_msgs.msg import Imu, PointCloud2
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage

from outrider_node import Diagnosis, OutriderNode, Param, qos, run_node
from outrider_node.frames import BASE, FrameTree, rotation_from_quaternion
from outrider_perception import words
from outrider_perception.cloud import CloudError, read_points
from outrider_perception.ears import GyroMean, gps_speed, wheel_speed
from outrider_perception.hazards import HazardJudge
from outrider_perception.measurements import Gyro, PolarScan, SensorPose, Speed
from outrider_perception.parameters import PARAMETERS, hazard_settings, motion_settings, track_settings
from outrider_perception.tracker import Tracker

_SILENT_S = 1.0       # as everywhere: a radar silent for a second is NO DATA
_STEPS_KEPT = 600     # step times behind the percentiles: 20..30 s


class Fusion(OutriderNode):
    """Advances on messages, never on timers."""

    PARAMETERS: tuple[Param, ...] = PARAMETERS

    def __init__(self) -> None:
        """Declare parameters, subscribe, publish."""
        super().__init__('fusion')
        values = self.values()
        self._tracker = Tracker(track_settings(values), motion_settings(values))
        self._judge = HazardJudge(hazard_settings(values))
        self._frames = FrameTree()
        self._poses: dict[str, SensorPose] = {}
        self._epoch_ns: int | None = None
        self._heard_ns: int | None = None
        self._waiting_for = ''
        self._bad_cloud = ''
        self._gyros = GyroMean()
        self._chirp: dict[str, Any] = {}  # of RadarInfo, as PolarScan takes it; empty: nothing is known to be folded
        self._counts: dict[str, int] = {}
        self._step_ms: deque[float] = deque(maxlen=_STEPS_KEPT)
        self._tracks = self.create_publisher(TrackArray, 'tracks', qos.SENSOR)
        self._hazards = self.create_publisher(HazardArray, 'hazards', qos.SENSOR)
        self._passes = self.create_publisher(ClosePass, 'close_passes', qos.EVENT)
        self.create_subscription(TFMessage, '/tf_static', self._on_frames, qos.STATIC_FRAMES)
        self.create_subscription(RadarInfo, 'radar/info', self._on_radar_info, qos.STATE)
        self.create_subscription(PointCloud2, 'radar/points', self._on_points, qos.SENSOR)
        self.create_subscription(Imu, 'imu/data', self._on_imu, qos.IMU)
        self.create_subscription(TwistWithCovarianceStamped, 'gps/velocity', self._on_gps, qos.SENSOR)
        self.create_subscription(MotorState, 'motors/state', self._on_motors, qos.STATE)
        self.diagnose('fusion', self._diagnosis)

    def _on_frames(self, message: TFMessage) -> None:
        for sits in message.transforms:
            at, turn = sits.transform.translation, sits.transform.rotation
            try:
                self._frames.set(sits.header.frame_id, sits.child_frame_id, [at.x, at.y, at.z],
                                 [turn.x, turn.y, turn.z, turn.w])
            except ValueError as error:
                self.get_logger().warning(f'{sits.child_frame_id} on /tf_static: {error}. Correct its mount.')
        self._poses.clear()

    def _on_radar_info(self, message: RadarInfo) -> None:
        known = message.velocity_max_mps > 0.0 and message.velocity_step_mps > 0.0
        self._chirp = {'velocity_max_mps': message.velocity_max_mps, 'velocity_step_mps': message.velocity_step_mps,
                       'transmitters': message.transmitters} if known else {}

    def _on_imu(self, message: Imu) -> None:
        sits = self._frames.lookup(BASE, message.header.frame_id)
        if sits is None:
            return
        turn, rate = message.orientation, message.angular_velocity
        knows = message.orientation_covariance[0] >= 0.0  # -1: no orientation (sensor_msgs/Imu)
        try:
            level = rotation_from_quaternion([turn.x, turn.y, turn.z, turn.w]) if knows else None
        except ValueError:
            level = None
        stamp_s = self._seconds(message.header.stamp)
        self._hear(self._gyros.add(stamp_s, level, [rate.x, rate.y, rate.z], sits.rotation))

    def _on_gps(self, message: TwistWithCovarianceStamped) -> None:
        sits = self._frames.lookup(BASE, message.header.frame_id)
        lever = (float(sits.translation_m[0]), float(sits.translation_m[1])) if sits is not None else (0.0, 0.0)
        moves = message.twist.twist.linear
        self._hear(gps_speed(self._seconds(message.header.stamp), moves.x, moves.y, message.twist.covariance[0], lever))

    def _on_motors(self, message: MotorState) -> None:
        self._hear(wheel_speed(self._seconds(message.header.stamp), message.present, message.erpm,
                               message.erpm_per_mps))

    def _hear(self, own: Gyro | Speed | None) -> None:
        if own is not None:
            self._tracker.step(own)

    def _on_points(self, message: PointCloud2) -> None:
        self._heard_ns = self.get_clock().now().nanoseconds
        pose = self._pose(message.header.frame_id)
        if pose is None:
            return
        try:
            xyz, velocity, snr = read_points(message)
        except CloudError as error:
            self._bad_cloud = str(error)
            return
        self._bad_cloud = ''
        started = time.perf_counter_ns()
        self._hear(self._gyros.take())
        step = self._tracker.step(PolarScan.from_points(self._seconds(message.header.stamp), pose, xyz, velocity, snr,
                                                        **self._chirp))
        hazards = self._judge.judge(step)
        self._step_ms.append((time.perf_counter_ns() - started) * 1e-6)
        self._counts = step.counts
        header = Header(stamp=message.header.stamp, frame_id=BASE)
        self._hazards.publish(words.hazard_array(step, hazards, header, self._stamp))
        self._tracks.publish(words.track_array(step, header, self._stamp, list(step.degraded)))
        for passed in hazards.close_passes:
            at = Header(stamp=self._stamp(passed.stamp_s), frame_id=BASE)
            self._passes.publish(words.close_pass(passed, at))

    def _pose(self, frame: str) -> SensorPose | None:
        pose = self._poses.get(frame)
        if pose is None:
            found = self._frames.lookup(BASE, frame)
            self._waiting_for = frame if found is None else ''
            if found is not None:
                pose = self._poses[frame] = SensorPose(found.translation_m, found.rotation)
        return pose

    def _seconds(self, stamp: Time) -> float:
        """Return seconds since the first message: small enough that a float keeps the nanosecond."""
        ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        if self._epoch_ns is None:
            self._epoch_ns = ns
        return float((ns - self._epoch_ns) * 1e-9)

    def _stamp(self, seconds: float) -> Time:
        ns = max(0, round(seconds * 1e9) + (self._epoch_ns or 0))
        return Time(sec=ns // 1_000_000_000, nanosec=ns % 1_000_000_000)

    def _diagnosis(self) -> Diagnosis:
        values: dict[str, object] = dict(self._counts)
        if self._step_ms:
            p50, p99 = np.percentile(self._step_ms, [50, 99])
            values |= {'step_p50_ms': f'{p50:.2f}', 'step_p99_ms': f'{p99:.2f}'}
        values |= {f'total_{name}': count for name, count in sorted(self._tracker.totals.items())}
        if self._heard_ns is None:
            return Diagnosis('warn', 'No radar yet: expected radar/points. Run: ./outrider doctor radar', values)
        silent_s = (self.get_clock().now().nanoseconds - self._heard_ns) * 1e-9
        if silent_s > _SILENT_S:
            return Diagnosis('error', f'No radar for {silent_s:.0f} s. Run: ./outrider doctor radar', values)
        if self._waiting_for:
            return Diagnosis('warn', f'Waiting for {BASE} <- {self._waiting_for} on /tf_static; its driver publishes '
                             'it from mount_xyz_m and mount_rpy_deg.', values)
        if self._bad_cloud:
            return Diagnosis('error', self._bad_cloud, values)
        return Diagnosis('ok', f'{self._counts.get("tracks", 0)} tracks', values)


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop."""
    sys.exit(run_node(Fusion, args=args))


if __name__ == '__main__':
    main()
