"""What a wire may bring: numbers that are none, empty scans, the same stamp twice, time going back; over real ROS."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped, TwistWithCovarianceStamped
from outrider_interfaces.msg import FusionInputs, HazardArray, TrackArray
from sensor_msgs.msg import CameraInfo, Illuminance, Image, Imu, PointCloud2, PointField
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import BoundingBox2D, Detection2D, Detection2DArray, ObjectHypothesisWithPose

from outrider_node import qos

EPOCH_NS = 1_795_000_000_000_000_000
STEP_S = 0.05
OPTICAL = (0.5, 0.5, -0.5, -0.5)
ODD = (0.0, -0.0, 1e-300, -3.0, 7.5, 1e30, -1e30, math.inf, -math.inf, math.nan)


def at(message: Any, t_s: float, frame: str) -> Any:
    message.header.frame_id = frame
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(EPOCH_NS + round(t_s * 1e9), 10**9)
    return message


def cloud(t_s: float, rows: Any) -> PointCloud2:
    """rows (n, 5): x, y, z, velocity, snr."""
    data = np.asarray(rows, dtype='<f4').reshape(-1, 5)
    fields = [PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1)
              for i, name in enumerate(('x', 'y', 'z', 'velocity', 'snr'))]
    return at(PointCloud2(height=1, width=len(data), fields=fields, point_step=20, row_step=20 * len(data),
                          data=data.tobytes(), is_dense=True), t_s, 'radar_link')


def car(t_s: float) -> Any:
    """One body from behind at 6 m/s, and posts."""
    reach = 30.0 - 6.0 * t_s
    posts = [[10.0 + 3.0 * i, 4.0 * (-1) ** i, 0.0, 5.0 * math.cos(math.atan2(4.0, 10.0 + 3.0 * i)), 15.0]
             for i in range(8)]
    return [[reach, -0.5, 0.0, -6.0, 25.0], [reach + 0.5, -0.6, 0.0, -6.0, 20.0], *posts]


def numbers(message: Any) -> list[float]:
    """Return every float of a message."""
    found: list[float] = []
    for name, kind in message.get_fields_and_field_types().items():
        value = getattr(message, name)
        if hasattr(value, 'get_fields_and_field_types'):
            found += numbers(value)
        elif kind.startswith('sequence<') and kind[9:-1].count('/'):
            for one in value:
                found += numbers(one)
        elif 'float' in kind or 'double' in kind:
            found += np.asarray(value, dtype=np.float64).reshape(-1).tolist()
    return found


class Rig:
    """The node as a process, publishers of all it hears, and what it says."""

    def __init__(self, spawn: Any, ros: Any) -> None:
        self.ros = ros
        spawn(module='outrider_perception.fusion_node')
        topics = {'/tf_static': (TFMessage, qos.STATE), 'radar/points': (PointCloud2, qos.SENSOR),
                  'imu/data': (Imu, qos.IMU), 'gps/velocity': (TwistWithCovarianceStamped, qos.SENSOR),
                  'camera/depth/image': (Image, qos.SENSOR), 'camera/depth/camera_info': (CameraInfo, qos.SENSOR),
                  'camera/color/camera_info': (CameraInfo, qos.SENSOR), 'detections': (Detection2DArray, qos.SENSOR),
                  'camera/light': (Illuminance, qos.STATE)}
        self.to = {name: ros.node.create_publisher(kind, name, profile) for name, (kind, profile) in topics.items()}
        self.tracks = ros.collect(TrackArray, 'tracks', qos.SENSOR)
        self.hazards = ros.collect(HazardArray, 'hazards', qos.SENSOR)
        self.inputs = ros.collect(FusionInputs, 'fusion/inputs', qos.SENSOR)
        for publisher in self.to.values():
            ros.matched(publisher)
        ros.until(lambda: all(ros.node.count_publishers(name) for name in ('hazards', 'tracks', 'fusion/inputs')),
                  'its publishers')
        self.to['/tf_static'].publish(TFMessage(transforms=[
            self._sits('radar_link', (0.0, 0.0, 1.0, 0.0)), self._sits('imu_link', (0.0, 0.0, 1.0, 0.0)),
            self._sits('camera_color_optical_frame', OPTICAL)]))
        for name in ('color', 'depth'):
            self.to[f'camera/{name}/camera_info'].publish(at(CameraInfo(width=64, height=36, k=[
                32.0, 0.0, 31.5, 0.0, 32.0, 17.5, 0.0, 0.0, 1.0]), 0.0, 'camera_color_optical_frame'))
        self.t_s = 0.0
        ros.until(lambda: self.tracks or self._knock(), 'the transforms to arrive')
        newest = cloud(self.t_s, []).header.stamp
        ros.until(lambda: [a[-1].header.stamp for a in (self.tracks, self.hazards) if a] == [newest] * 2,
                  'both answers to the last scan')

    @staticmethod
    def _sits(child: str, turn: Any) -> TransformStamped:
        one = TransformStamped()
        one.header.frame_id, one.child_frame_id = 'base_link', child
        one.transform.translation.x, one.transform.translation.z = -0.9, 0.8
        (one.transform.rotation.x, one.transform.rotation.y, one.transform.rotation.z,
         one.transform.rotation.w) = turn
        return one

    def _knock(self) -> bool:
        self.t_s += STEP_S
        self.to['radar/points'].publish(cloud(self.t_s, []))
        return False

    def scan(self, rows: Any, t_s: float | None = None) -> Any:
        """Publish one scan at `t_s`, by default the next, wait for both answers and return the tracks."""
        self.t_s = self.t_s + STEP_S if t_s is None else t_s
        before = len(self.tracks), len(self.hazards)
        self.to['radar/points'].publish(cloud(self.t_s, rows))
        self.ros.until(lambda: len(self.tracks) > before[0] and len(self.hazards) > before[1], 'both answers')
        return self.tracks[-1]

    def reasons(self, topic: str) -> list[str]:
        return [one.reason for message in self.inputs for one in message.inputs if one.topic.endswith(topic)]


@pytest.fixture
def rig(spawn: Any, ros: Any) -> Rig:
    return Rig(spawn, ros)


def odd(random: np.random.Generator, *shape: int) -> Any:
    return random.choice(np.array(ODD), shape)


def test_whatever_numbers_come_none_that_is_no_number_goes_out(rig: Rig) -> None:
    random = np.random.default_rng(5)
    for number in range(60):
        t_s = rig.t_s + 0.5 * STEP_S
        rate, moves, gain = odd(random, 7), odd(random, 2), odd(random, 1)
        imu = at(Imu(), t_s, 'imu_link')
        imu.angular_velocity.x, imu.angular_velocity.y, imu.angular_velocity.z = rate[:3].tolist()
        imu.orientation.x, imu.orientation.y, imu.orientation.z, imu.orientation.w = rate[3:].tolist()
        rig.to['imu/data'].publish(imu)
        speed = at(TwistWithCovarianceStamped(), t_s, 'gps_link')
        speed.twist.twist.linear.x, speed.twist.twist.linear.y = moves.tolist()
        speed.twist.covariance[0] = float(gain[0])
        rig.to['gps/velocity'].publish(speed)
        rig.to['camera/light'].publish(at(Illuminance(illuminance=float(gain[0])), t_s, 'camera_color_optical_frame'))
        image = random.integers(0, 65536, (36, 64)).astype('<u2')
        rig.to['camera/depth/image'].publish(at(Image(height=36, width=64, step=128, encoding='16UC1',
                                                      data=image.tobytes()), t_s, 'camera_color_optical_frame'))
        box = BoundingBox2D(size_x=float(odd(random, 1)[0]), size_y=float(odd(random, 1)[0]))
        box.center.position.x, box.center.position.y = odd(random, 2).tolist()
        said = ObjectHypothesisWithPose()
        said.hypothesis.class_id, said.hypothesis.score = 'car', float(odd(random, 1)[0])
        rig.to['detections'].publish(at(Detection2DArray(detections=[Detection2D(bbox=box, results=[said])]), t_s,
                                        'camera_color_optical_frame'))
        mixed = np.concatenate([np.array(car(0.05 * number)), odd(random, 6, 5)])
        rig.scan(mixed)
    for message in [*rig.tracks, *rig.hazards]:
        assert np.isfinite(numbers(message)).all()
    assert any(message.tracks for message in rig.tracks), 'and the car is seen all the same'


def test_empty_scans_let_a_track_end_and_are_answered_each(rig: Rig) -> None:
    for number in range(12):
        rig.scan(car(STEP_S * number))
    assert len(rig.tracks[-1].tracks) == 1
    answers = [len(rig.scan([]).tracks) for _ in range(40)]
    assert answers[0] == 1
    assert answers[-1] == 0


def test_a_stamp_that_comes_twice_changes_nothing_and_is_noted(rig: Rig) -> None:
    for number in range(12):
        rig.scan(car(STEP_S * number))
    before = rig.tracks[-1]
    again = rig.scan(car(0.0), rig.t_s)
    assert again.header.stamp == before.header.stamp
    assert [one.position for one in again.tracks] == [one.position for one in before.tracks]
    rig.ros.until(lambda: 'repeated' in rig.reasons('radar/points'), 'the journal')


def test_a_clock_that_is_set_back_begins_anew_with_new_identities(rig: Rig) -> None:
    for number in range(12):
        rig.scan(car(STEP_S * number))
    old = rig.tracks[-1].tracks[0].id
    begin_s = rig.t_s - 5.0
    for number in range(12):
        rig.scan(car(STEP_S * number), begin_s + STEP_S * number)
    assert [one.id for one in rig.tracks[-1].tracks] == [old + 1]
    assert rig.scan([], begin_s + 0.3).header.stamp.nanosec >= 0, 'a scan that is late is answered too'
    rig.ros.until(lambda: 'late' in rig.reasons('radar/points') or 'repeated' in rig.reasons('radar/points'), 'a note')
