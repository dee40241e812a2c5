"""The fusion node: radar, camera, depth and the own motion in, tracks and hazards out. It holds no rule.

It speaks once for each radar message, and once for each image while the radar is silent.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TwistWithCovarianceStamped
from outrider_interfaces.msg import (
    ClosePass,
    FusionInputs,
    FusionSnapshot,
    HazardArray,
    MotorState,
    RadarInfo,
    TrackArray,
)
from sensor_msgs.msg import CameraInfo, Illuminance, Image, Imu, PointCloud2
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray

from outrider_node import Diagnosis, OutriderNode, qos, run_node
from outrider_node.errors import NodeError
from outrider_node.frames import BASE, FrameTree, rotation_from_quaternion
from outrider_perception import words
from outrider_perception.cloud import CloudError, read_points
from outrider_perception.config import Config, ConfigError, load
from outrider_perception.ears import GyroMean, gps_speed, wheel_speed
from outrider_perception.eyes import DamagedError, Eyes, upright
from outrider_perception.hazards import HazardJudge
from outrider_perception.journal import Journal
from outrider_perception.measurements import Boxes, DepthClusters, Gyro, PolarScan, SensorPose, Speed
from outrider_perception.parameters import FOLDER, parameters, with_values
from outrider_perception.snapshot import code_version, freeze
from outrider_perception.tracker import Tracker

_STEPS_KEPT = 600  # step times behind the percentiles: 20..30 s


class Fusion(OutriderNode):
    """Advances on messages, never on timers."""

    _config: Config

    def __init__(self) -> None:
        """Declare parameters, subscribe, publish."""
        super().__init__('fusion')
        config = with_values(self._config, self.values())
        self._tracker = Tracker(*config.tracking)
        self._judge, self._motion = HazardJudge(config.hazards), config.motion
        self._frames = FrameTree()
        self._poses: dict[str, SensorPose] = {}
        self._epoch_ns: int | None = None
        self._heard_ns: int | None = None
        self._waiting_for = ''
        self._damaged: dict[str, str] = {}  # topic: what is wrong with its last message
        self._gyros, self._eyes, self._journal = GyroMean(config.motion), Eyes(config.depth), Journal()
        self._version, self._dark_lux = code_version(), config.sight.dark_lux
        self._chirp: dict[str, Any] = {}  # of RadarInfo, as PolarScan takes it; empty: nothing is known to be folded
        self._counts: dict[str, int] = {}
        self._step_ms: deque[float] = deque(maxlen=_STEPS_KEPT)
        self._tracks = self.create_publisher(TrackArray, 'tracks', qos.SENSOR)
        self._hazards = self.create_publisher(HazardArray, 'hazards', qos.SENSOR)
        self._passes = self.create_publisher(ClosePass, 'close_passes', qos.EVENT)
        self._inputs = self.create_publisher(FusionInputs, 'fusion/inputs', qos.SENSOR)
        self._snapshots = self.create_publisher(FusionSnapshot, 'fusion/snapshot', qos.EVENT)
        self.create_subscription(TFMessage, '/tf_static', self._on_frames, qos.STATIC_FRAMES)
        self.create_subscription(RadarInfo, 'radar/info', self._on_radar_info, qos.STATE)
        self.create_subscription(PointCloud2, 'radar/points', self._on_points, qos.SENSOR)
        self.create_subscription(Imu, 'imu/data', self._on_imu, qos.IMU)
        self.create_subscription(TwistWithCovarianceStamped, 'gps/velocity', self._on_gps, qos.SENSOR)
        self.create_subscription(MotorState, 'motors/state', self._on_motors, qos.STATE)
        self.create_subscription(CameraInfo, 'camera/color/camera_info', self._eyes.colour_info, qos.SENSOR)
        self.create_subscription(CameraInfo, 'camera/depth/camera_info', self._eyes.depth_info, qos.SENSOR)
        self.create_subscription(Image, 'camera/depth/image', self._on_depth, qos.SENSOR)
        self.create_subscription(Detection2DArray, 'detections', self._on_detections, qos.SENSOR)
        self.create_subscription(Illuminance, 'camera/light', self._on_light, qos.STATE)
        self.diagnose('fusion', self._diagnosis)

    def _declare(self) -> None:
        overrides = self._parameter_overrides
        folder = FOLDER.check(overrides[FOLDER.name].value if FOLDER.name in overrides else FOLDER.default)
        try:
            self._config = load(Path(str(folder)) if folder else None)
        except ConfigError as error:
            raise NodeError(str(error).removeprefix('perception: ')) from None
        self.PARAMETERS = parameters(self._config)
        super()._declare()

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
                       'transmitters': message.transmitters,
                       'range_resolution_m': message.range_resolution_m or None} if known else {}

    def _on_imu(self, message: Imu) -> None:
        sits = self._frames.lookup(BASE, message.header.frame_id)
        self._note('imu/data', message.header.stamp, '' if sits is not None else 'no_frame')
        if sits is None:
            return
        turn, rate = message.orientation, message.angular_velocity
        knows = message.orientation_covariance[0] >= 0.0  # -1: no orientation (sensor_msgs/Imu)
        try:
            level = rotation_from_quaternion([turn.x, turn.y, turn.z, turn.w]) if knows else None
        except ValueError:
            level = None
        stamp_s = self._seconds(message.header.stamp)
        mean = self._gyros.add(stamp_s, level, [rate.x, rate.y, rate.z], sits.rotation)
        if mean is not None:
            self._tracker.step(mean)

    def _on_gps(self, message: TwistWithCovarianceStamped) -> None:
        sits = self._frames.lookup(BASE, message.header.frame_id)
        lever = (float(sits.translation_m[0]), float(sits.translation_m[1])) if sits is not None else (0.0, 0.0)
        moves, stamp = message.twist.twist.linear, message.header.stamp
        self._hear('gps/velocity', stamp,
                   gps_speed(self._seconds(stamp), moves.x, moves.y, message.twist.covariance[0], lever,
                             self._motion))

    def _on_motors(self, message: MotorState) -> None:
        stamp = message.header.stamp
        self._hear('motors/state', stamp,
                   wheel_speed(self._seconds(stamp), message.present, message.erpm, message.erpm_per_mps,
                               self._motion))

    def _on_light(self, message: Illuminance) -> None:
        self._eyes.dark = message.illuminance < self._dark_lux
        self._tracker.light(self._seconds(message.header.stamp), self._eyes.dark)
        self._note('camera/light', message.header.stamp, '')

    def _hear(self, topic: str, stamp: Time, own: Gyro | Speed | None) -> None:
        used = own is not None and self._tracker.hear(own)
        self._note(topic, stamp, '' if used else 'not_believed')

    def _on_points(self, message: PointCloud2) -> None:
        self._heard_ns = self.get_clock().now().nanoseconds
        stamp, pose = message.header.stamp, self._pose(message.header.frame_id)
        if pose is None:
            self._note('radar/points', stamp, 'no_frame')
            return
        try:
            xyz, velocity, snr = read_points(message)
        except CloudError as error:
            self._damaged['radar/points'] = str(error)
            self._note('radar/points', stamp, 'damaged')
            return
        self._damaged.pop('radar/points', None)
        self._advance('radar/points', stamp, PolarScan.from_points(self._seconds(stamp), pose, xyz, velocity, snr,
                                                                   **self._chirp))

    def _on_depth(self, message: Image) -> None:
        stamp, pose = message.header.stamp, self._pose(message.header.frame_id)
        if pose is None:
            self._note('camera/depth/image', stamp, 'no_frame')
            return
        seconds = self._seconds(stamp)
        try:
            found = self._eyes.depth(seconds, message, upright(pose), *self._tracker.lean(seconds))
        except DamagedError as error:
            self._damaged['camera/depth/image'] = str(error)
            self._note('camera/depth/image', stamp, 'damaged')
            return
        self._damaged.pop('camera/depth/image', None)
        self._advance('camera/depth/image', stamp, found)

    def _on_detections(self, message: Detection2DArray) -> None:
        stamp, pose = message.header.stamp, self._pose(message.header.frame_id)
        if pose is None:
            self._note('detections', stamp, 'no_frame')
            return
        self._advance('detections', stamp, self._eyes.boxes(self._seconds(stamp), message, upright(pose)))

    def _advance(self, topic: str, stamp: Time, seen: PolarScan | Boxes | DepthClusters | None) -> None:
        """Take one step, and say what is known where it is time to."""
        if seen is None:
            self._note(topic, stamp, 'no_camera_info')
            return
        started = time.perf_counter_ns()
        turned = self._gyros.take()
        if turned is not None:
            self._tracker.step(turned)
        step = self._tracker.step(seen)
        self._note(topic, stamp, '' if step.used else next(iter(step.counts)))
        if step.speaks:
            hazards = self._judge.judge(step)
            header = Header(stamp=stamp, frame_id=BASE)
            self._hazards.publish(words.hazard_array(step, hazards, header, self._stamp))
            self._tracks.publish(words.track_array(step, header, self._stamp))
            for passed in hazards.close_passes:
                at = Header(stamp=self._stamp(passed.stamp_s), frame_id=BASE)
                self._passes.publish(words.close_pass(passed, at))
            self._inputs.publish(words.fusion_inputs(self._journal.take(), header))
            self._counts = step.counts
        self._step_ms.append((time.perf_counter_ns() - started) * 1e-6)
        if step.used and self._journal.snapshot_due(step.stamp_s):
            state = freeze(self._version, self._tracker, self._judge, self._gyros, self._epoch_ns)
            header = Header(stamp=self._stamp(step.stamp_s), frame_id=BASE)
            self._snapshots.publish(words.fusion_snapshot(state, self._version, self._journal.sequence, header))

    def _note(self, topic: str, stamp: Time, reason: str) -> None:
        self._journal.note(topic, stamp.sec * 1_000_000_000 + stamp.nanosec, self.get_clock().now().nanoseconds, reason)

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
        if silent_s > self._motion.memory_s:
            return Diagnosis('error', f'No radar for {silent_s:.0f} s. Run: ./outrider doctor radar', values)
        if self._waiting_for:
            return Diagnosis('warn', f'Waiting for {BASE} <- {self._waiting_for} on /tf_static; its driver publishes '
                             'it from mount_xyz_m and mount_rpy_deg.', values)
        if self._damaged:
            return Diagnosis('error', ' '.join(self._damaged.values()), values)
        return Diagnosis('ok', f'{self._counts.get("tracks", 0)} tracks', values)


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop."""
    sys.exit(run_node(Fusion, args=args))


if __name__ == '__main__':
    main()
