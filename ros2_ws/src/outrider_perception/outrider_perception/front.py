"""What reaches the fusion, message by message, into tracker and judge, and what they say as messages.

It knows no clock, node or wire: a node hands it what it hears, a replay what was recorded, in the journal's order, and
both get the same to the last bit. It speaks once for each radar message, and for each image while the radar is silent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from outrider_node.frames import BASE, FrameTree, rotation_from_quaternion
from outrider_perception import words
from outrider_perception.cloud import CloudError, read_points
from outrider_perception.config import Config
from outrider_perception.ears import GyroMean, gps_speed, wheel_speed
from outrider_perception.eyes import DamagedError, Eyes, upright
from outrider_perception.hazards import HazardJudge
from outrider_perception.journal import Journal
from outrider_perception.measurements import Boxes, DepthClusters, Gyro, PolarScan, SensorPose, Speed
from outrider_perception.memory import Lens, Memory, Mount
from outrider_perception.snapshot import code_version, freeze, thaw
from outrider_perception.tracker import Tracker

FRAMES, RADAR, RADAR_INFO, IMU, GPS = '/tf_static', 'radar/points', 'radar/info', 'imu/data', 'gps/velocity'
MOTORS, DEPTH, DETECTIONS, LIGHT = 'motors/state', 'camera/depth/image', 'detections', 'camera/light'
COLOUR_INFO, DEPTH_INFO = 'camera/color/camera_info', 'camera/depth/camera_info'
TRACKS, HAZARDS, PASSES, INPUTS, SNAPSHOT = 'tracks', 'hazards', 'close_passes', 'fusion/inputs', 'fusion/snapshot'

Said = list[tuple[str, Any]]


class Front:
    """Advances on messages alone."""

    def __init__(self, config: Config, *, snapshots: bool = True) -> None:
        """Start knowing nothing; `snapshots` False spares a replay what it has no use for."""
        self.tracker, self._judge = Tracker(*config.tracking), HazardJudge(config.hazards)
        self._gyros, self._eyes = GyroMean(config.motion), Eyes(config.depth)
        self._journal, self._memory = Journal(), Memory()
        self._motion, self._dark_lux = config.motion, config.sight.dark_lux
        self._frames, self._poses = FrameTree(), dict[str, SensorPose]()
        self._snapshots, self.version = snapshots, code_version(config)
        self.waiting_for = ''                # frame that nobody has placed yet
        self.damaged: dict[str, str] = {}    # topic: what is wrong with its last message
        self.complaints: list[str] = []      # for a log; whoever writes it clears them
        self.counts: dict[str, int] = {}     # of the last step that spoke
        self.steps, self.reason = 0, ''       # why the last message was not used, '' where it was
        self._takes: dict[str, Callable[[Any, int], Said]] = {
            FRAMES: self._on_frames, RADAR_INFO: self._on_radar_info, RADAR: self._on_points, IMU: self._on_imu,
            GPS: self._on_gps, MOTORS: self._on_motors, COLOUR_INFO: partial(self._on_info, COLOUR_INFO),
            DEPTH_INFO: partial(self._on_info, DEPTH_INFO), DEPTH: self._on_depth, DETECTIONS: self._on_detections,
            LIGHT: self._on_light}

    def take(self, topic: str, message: Any, received_ns: int) -> Said:
        """Take one message of a topic above, noted as `received_ns`; return topics and messages to publish."""
        return self._takes[topic](message, received_ns)

    def go_on(self, frozen: bytes, sequence: int) -> None:
        """Know what the snapshot `frozen` knows, whose last input was `sequence`. Raises SnapshotError."""
        self.tracker, self._judge, self._gyros, memory, snapshot_s = thaw(self.version, frozen)
        self._memory = Memory(memory.epoch_ns)
        for child, mount in memory.mounts.items():
            self._place(child, mount)
        self._memory.chirp = memory.chirp
        for topic, lens in memory.lenses.items():
            self._see(topic, lens)
        self._eyes.dark = self._memory.dark = memory.dark
        self._journal.go_on(sequence, snapshot_s)

    def show_again(self, message: Any) -> None:
        """Look at a depth image from before a snapshot: boxes that come after it ask for the depth inside them."""
        pose = self._pose(message.header.frame_id)
        if pose is not None:
            self._eyes.depth(self._seconds(message.header.stamp), message, upright(pose), 0.0, 0.0)

    def _on_frames(self, message: Any, received_ns: int) -> Said:
        for sits in message.transforms:
            at, turn = sits.transform.translation, sits.transform.rotation
            try:
                self._place(sits.child_frame_id, (sits.header.frame_id, (at.x, at.y, at.z),
                                                  (turn.x, turn.y, turn.z, turn.w)))
            except ValueError as error:
                self.complaints.append(f'{sits.child_frame_id} on /tf_static: {error}. Correct its mount.')
        self._poses.clear()
        stamp = message.transforms[0].header.stamp if message.transforms else Time()
        return self._note(FRAMES, stamp, received_ns)

    def _place(self, child: str, mount: Mount) -> None:
        self._frames.set(mount[0], child, mount[1], mount[2])
        self._memory.mounts[child] = mount

    def _on_radar_info(self, message: Any, received_ns: int) -> Said:
        known = message.velocity_max_mps > 0.0 and message.velocity_step_mps > 0.0
        names = ('velocity_max_mps', 'velocity_step_mps', 'transmitters')
        self._memory.chirp = {**{name: getattr(message, name) for name in names},
                              'range_resolution_m': message.range_resolution_m or None} if known else {}
        return self._note(RADAR_INFO, message.header.stamp, received_ns)

    def _on_info(self, topic: str, message: Any, received_ns: int) -> Said:
        self._see(topic, message)
        return self._note(topic, message.header.stamp, received_ns)

    def _see(self, topic: str, info: Any) -> None:
        lens = Lens(tuple(float(value) for value in info.k), int(info.width), int(info.height))
        self._memory.lenses[topic] = lens
        see: Callable[[Any], None] = self._eyes.colour_info if topic == COLOUR_INFO else self._eyes.depth_info
        see(lens)

    def _on_light(self, message: Any, received_ns: int) -> Said:
        self._eyes.dark = self._memory.dark = bool(message.illuminance < self._dark_lux)
        self.tracker.light(self._seconds(message.header.stamp), self._eyes.dark)
        return self._note(LIGHT, message.header.stamp, received_ns)

    def _on_imu(self, message: Any, received_ns: int) -> Said:
        sits = self._frames.lookup(BASE, message.header.frame_id)
        self._note(IMU, message.header.stamp, received_ns, '' if sits is not None else 'no_frame')
        if sits is None:
            return []
        turn, rate = message.orientation, message.angular_velocity
        knows = message.orientation_covariance[0] >= 0.0  # -1: no orientation (sensor_msgs/Imu)
        try:
            level = rotation_from_quaternion([turn.x, turn.y, turn.z, turn.w]) if knows else None
        except ValueError:
            level = None
        mean = self._gyros.add(self._seconds(message.header.stamp), level, [rate.x, rate.y, rate.z], sits.rotation)
        if mean is not None:
            self.tracker.step(mean)
        return []

    def _on_gps(self, message: Any, received_ns: int) -> Said:
        sits = self._frames.lookup(BASE, message.header.frame_id)
        lever = (float(sits.translation_m[0]), float(sits.translation_m[1])) if sits is not None else (0.0, 0.0)
        moves, stamp = message.twist.twist.linear, message.header.stamp
        speed = gps_speed(self._seconds(stamp), moves.x, moves.y, message.twist.covariance[0], lever, self._motion)
        return self._hear(GPS, stamp, received_ns, speed)

    def _on_motors(self, message: Any, received_ns: int) -> Said:
        stamp = message.header.stamp
        speed = wheel_speed(self._seconds(stamp), message.present, message.erpm, message.erpm_per_mps, self._motion)
        return self._hear(MOTORS, stamp, received_ns, speed)

    def _hear(self, topic: str, stamp: Time, received_ns: int, own: Gyro | Speed | None) -> Said:
        used = own is not None and self.tracker.hear(own)
        return self._note(topic, stamp, received_ns, '' if used else 'not_believed')

    def _on_points(self, message: Any, received_ns: int) -> Said:
        stamp, pose = message.header.stamp, self._pose(message.header.frame_id)
        if pose is None:
            return self._note(RADAR, stamp, received_ns, 'no_frame')
        try:
            xyz, velocity, snr = read_points(message)
        except CloudError as error:
            self.damaged[RADAR] = str(error)
            return self._note(RADAR, stamp, received_ns, 'damaged')
        self.damaged.pop(RADAR, None)
        return self._advance(RADAR, stamp, received_ns, PolarScan.from_points(
            self._seconds(stamp), pose, xyz, velocity, snr, **self._memory.chirp))

    def _on_depth(self, message: Any, received_ns: int) -> Said:
        stamp, pose = message.header.stamp, self._pose(message.header.frame_id)
        if pose is None:
            return self._note(DEPTH, stamp, received_ns, 'no_frame')
        seconds = self._seconds(stamp)
        try:
            found = self._eyes.depth(seconds, message, upright(pose), *self.tracker.lean(seconds))
        except DamagedError as error:
            self.damaged[DEPTH] = str(error)
            return self._note(DEPTH, stamp, received_ns, 'damaged')
        self.damaged.pop(DEPTH, None)
        return self._advance(DEPTH, stamp, received_ns, found)

    def _on_detections(self, message: Any, received_ns: int) -> Said:
        stamp, pose = message.header.stamp, self._pose(message.header.frame_id)
        if pose is None:
            return self._note(DETECTIONS, stamp, received_ns, 'no_frame')
        found = self._eyes.boxes(self._seconds(stamp), message, upright(pose))
        return self._advance(DETECTIONS, stamp, received_ns, found)

    def _advance(self, topic: str, stamp: Time, received_ns: int,
                 seen: PolarScan | Boxes | DepthClusters | None) -> Said:
        """Take one step; return what is known where it is time to say it."""
        if seen is None:
            return self._note(topic, stamp, received_ns, 'no_camera_info')
        turned = self._gyros.take()
        if turned is not None:
            self.tracker.step(turned)
        step = self.tracker.step(seen)
        self.steps += 1
        said = self._note(topic, stamp, received_ns, '' if step.used else next(iter(step.counts)))
        if step.speaks:
            hazards = self._judge.judge(step)
            header = Header(stamp=stamp, frame_id=BASE)
            said += [(HAZARDS, words.hazard_array(step, hazards, header, self._stamp)),
                     (TRACKS, words.track_array(step, header, self._stamp)),
                     *((PASSES, words.close_pass(one, self._header(one.stamp_s))) for one in hazards.close_passes),
                     (INPUTS, words.fusion_inputs(self._journal.take(), header))]
            self.counts = step.counts
        if step.used and self._journal.snapshot_due(step.stamp_s) and self._snapshots:
            state = freeze(self.version, self.tracker, self._judge, self._gyros, self._memory, step.stamp_s)
            said.append((SNAPSHOT, words.fusion_snapshot(state, self.version, self._journal.sequence,
                                                         self._header(step.stamp_s))))
        return said

    def _note(self, topic: str, stamp: Time, received_ns: int, reason: str = '') -> Said:
        self.reason = reason
        self._journal.note(topic, stamp.sec * 1_000_000_000 + stamp.nanosec, received_ns, reason)
        return []

    def _pose(self, frame: str) -> SensorPose | None:
        pose = self._poses.get(frame)
        if pose is None:
            found = self._frames.lookup(BASE, frame)
            self.waiting_for = frame if found is None else ''
            if found is not None:
                pose = self._poses[frame] = SensorPose(found.translation_m, found.rotation)
        return pose

    def _seconds(self, stamp: Time) -> float:
        """Return seconds since the first message: small enough that a float keeps the nanosecond."""
        ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        if self._memory.epoch_ns is None:
            self._memory.epoch_ns = ns
        return float((ns - self._memory.epoch_ns) * 1e-9)

    def _stamp(self, seconds: float) -> Time:
        ns = max(0, round(seconds * 1e9) + (self._memory.epoch_ns or 0))
        return Time(sec=ns // 1_000_000_000, nanosec=ns % 1_000_000_000)

    def _header(self, seconds: float) -> Header:
        return Header(stamp=self._stamp(seconds), frame_id=BASE)
