"""The front without a node: what it notes, and that it goes on from a snapshot to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from outrider_interfaces.msg import FusionInputs, FusionSnapshot, HazardArray, RadarInfo, TrackArray
from sensor_msgs.msg import CameraInfo, Image, Imu, PointCloud2, PointField
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

from outrider_perception import front
from outrider_perception.config import load
from outrider_perception.front import Front
from outrider_perception.snapshot import SnapshotError

EPOCH_NS = 1_795_000_000_123_456_789
CAMERA = 'camera_color_optical_frame'
NAMES = ('x', 'y', 'z', 'velocity', 'snr')


def fresh() -> Front:
    return Front(load())


def stamped(message: Any, seconds: float, frame: str) -> Any:
    ns = EPOCH_NS + round(seconds * 1e9)
    message.header.frame_id = frame
    message.header.stamp.sec, message.header.stamp.nanosec = ns // 10**9, ns % 10**9
    return message


def sits(child: str, x: float, z: float, turn: tuple[float, float, float, float]) -> TFMessage:
    one = stamped(TransformStamped(child_frame_id=child), 0.0, 'base_link')
    one.transform.translation.x, one.transform.translation.z = x, z
    rotation = one.transform.rotation
    rotation.x, rotation.y, rotation.z, rotation.w = turn
    return TFMessage(transforms=[one])


def cloud(seconds: float) -> PointCloud2:
    """A car that comes from 75 m at 6 m/s, and posts beside a rig that rolls at 5.5 m/s."""
    x = 75.0 - 6.0 * seconds
    posts = [(8.0 + 6.0 * k + 5.5 * seconds % 6.0, 4.0, 0.0, 5.5, 15.0) for k in range(8)]
    rows = np.array([(x, 1.5, 0.0, -6.0, 20.0), (x + 0.4, 2.0, 0.0, -6.0, 18.0), *posts], dtype='<f4')
    fields = [PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1) for i, name in enumerate(NAMES)]
    return stamped(PointCloud2(height=1, width=len(rows), fields=fields, point_step=20, row_step=20 * len(rows),
                               data=rows.tobytes()), seconds, 'radar_link')


def depth(seconds: float) -> Image:
    pixels = np.zeros((60, 106), dtype='<u2')
    pixels[15:50, 48:58] = round(9000 - 700 * seconds)
    return stamped(Image(height=60, width=106, step=212, encoding='16UC1', data=pixels.tobytes()), seconds, CAMERA)


def boxes(seconds: float) -> Detection2DArray:
    box = Detection2D()
    box.bbox.center.position.x, box.bbox.center.position.y = 52.0, 32.0
    box.bbox.size_x, box.bbox.size_y = 10.0, 30.0
    said = ObjectHypothesisWithPose()
    said.hypothesis.class_id, said.hypothesis.score = 'person', 0.9
    box.results.append(said)
    return stamped(Detection2DArray(detections=[box]), seconds, CAMERA)


def lens(seconds: float) -> CameraInfo:
    k = [53.0, 0.0, 52.5, 0.0, 53.0, 29.5, 0.0, 0.0, 1.0]
    return stamped(CameraInfo(width=106, height=60, k=k), seconds, CAMERA)


def turning(seconds: float) -> Imu:
    message = stamped(Imu(), seconds, 'imu_link')
    message.orientation.w, message.angular_velocity.z = 1.0, 0.02
    return message


def heard(until_s: float) -> list[tuple[str, Any]]:
    """Everything that a front hears, in order."""
    said = [(front.FRAMES, sits('radar_link', -0.9, 0.8, (0.0, 0.0, 1.0, 0.0))),
            (front.FRAMES, sits('imu_link', 0.0, 0.8, (0.0, 0.0, 0.0, 1.0))),
            (front.FRAMES, sits(CAMERA, -0.9, 0.86, (0.5, 0.5, -0.5, -0.5))),
            (front.RADAR_INFO, stamped(RadarInfo(velocity_max_mps=8.0, velocity_step_mps=0.58, range_resolution_m=0.8,
                                                 transmitters=2), 0.0, 'radar_link')),
            (front.COLOUR_INFO, lens(0.0)), (front.DEPTH_INFO, lens(0.0))]
    for tick in range(round(until_s / 0.01)):
        seconds = tick * 0.01
        said.append((front.IMU, turning(seconds)))
        if tick % 5 == 0:
            said.append((front.RADAR, cloud(seconds)))
        if tick % 7 == 0:
            said.append((front.DEPTH, depth(seconds)))
        if tick % 7 == 3:
            said.append((front.DETECTIONS, boxes(seconds - 0.03)))
    return said


def answers(one: Front, messages: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [said for number, (topic, message) in enumerate(messages) for said in one.take(topic, message, number)]


def told(said: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """What is said of tracks and hazards; floats in a repr are whole."""
    return [(topic, repr(message)) for topic, message in said if topic in (front.TRACKS, front.HAZARDS, front.PASSES)]


def noted(said: list[tuple[str, Any]]) -> list[Any]:
    return [one for _, message in said if isinstance(message, FusionInputs) for one in message.inputs]


def test_everything_that_is_heard_is_noted_in_order() -> None:
    messages = heard(0.5)
    said = answers(fresh(), messages)
    inputs = noted(said)
    assert [one.topic for one in inputs] == [topic for topic, _ in messages][:len(inputs)]
    assert [one.sequence for one in inputs] == list(range(1, len(inputs) + 1))
    assert [one.received.nanosec for one in inputs] == list(range(len(inputs)))
    assert all(one.used for one in inputs)


def test_a_front_goes_on_from_a_snapshot_to_the_last_bit() -> None:
    messages = heard(11.0)
    said = answers(fresh(), messages)
    snapshots = [message for _, message in said if isinstance(message, FusionSnapshot)]
    assert len(snapshots) == 2
    last, other = snapshots[-1], fresh()
    other.go_on(bytes(last.state), last.sequence)
    for topic, message in messages[:last.sequence]:
        if topic == front.DEPTH:
            other.show_again(message)
    rest = [other_said for number, (topic, message) in enumerate(messages) if number >= last.sequence
            for other_said in other.take(topic, message, number)]
    at = max(number for number, (_, message) in enumerate(said) if message is last)
    assert told(rest) == told(said[at + 1:])
    assert noted(rest) == [one for one in noted(said) if one.sequence > last.sequence]
    assert any(message.tracks for _, message in rest if isinstance(message, TrackArray))
    assert any(message.hazards for _, message in said if isinstance(message, HazardArray))


def test_a_snapshot_of_other_code_is_refused() -> None:
    frozen = next(message for _, message in answers(fresh(), heard(0.5)) if isinstance(message, FusionSnapshot))
    other = fresh()
    other.version = 'another'
    with pytest.raises(SnapshotError, match='version'):
        other.go_on(bytes(frozen.state), frozen.sequence)


def test_a_mount_without_direction_is_complained_of_and_forgotten() -> None:
    one = fresh()
    one.take(front.FRAMES, sits('radar_link', 0.0, 0.8, (0.0, 0.0, 0.0, 0.0)), 0)
    assert 'radar_link' in one.complaints[0]
    one.take(front.RADAR, cloud(0.0), 1)
    assert one.waiting_for == 'radar_link'
