"""The fusion node with a camera, as a real process over real ROS: what it says, names, and keeps for a replay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from outrider_interfaces.msg import FusionInputs, FusionSnapshot, HazardArray, TrackArray
from sensor_msgs.msg import CameraInfo, Image
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray

from outrider_node import qos
from outrider_perception.config import load
from outrider_perception.hazards import HazardJudge
from outrider_perception.snapshot import code_version, thaw
from outrider_perception.tracker import Tracker

EPOCH_NS = 1_795_000_000_123_456_789
FRAME = 'camera_color_optical_frame'


def stamped(message: Any, number: int) -> Any:
    ns = EPOCH_NS + number * 66_666_667
    message.header.frame_id = FRAME
    message.header.stamp.sec, message.header.stamp.nanosec = ns // 10**9, ns % 10**9
    return message


def image(number: int) -> Image:
    """A post that comes nearer at 3 m/s."""
    pixels = np.zeros((240, 424), dtype='<u2')
    pixels[60:200, 190:235] = 8000 - 200 * number
    return stamped(Image(height=240, width=424, step=848, encoding='16UC1', data=pixels.tobytes()), number)


@pytest.fixture
def rig(spawn: Any, ros: Any) -> Any:
    class Rig:
        node = spawn(module='outrider_perception.fusion_node')
        tf_static = ros.node.create_publisher(TFMessage, '/tf_static', qos.STATE)
        infos = [ros.node.create_publisher(CameraInfo, f'camera/{name}/camera_info', qos.SENSOR)
                 for name in ('color', 'depth')]
        depth = ros.node.create_publisher(Image, 'camera/depth/image', qos.SENSOR)
        detections = ros.node.create_publisher(Detection2DArray, 'detections', qos.SENSOR)
        tracks = ros.collect(TrackArray, 'tracks', qos.SENSOR)
        hazards = ros.collect(HazardArray, 'hazards', qos.SENSOR)
        inputs = ros.collect(FusionInputs, 'fusion/inputs', qos.SENSOR)
        snapshots = ros.collect(FusionSnapshot, 'fusion/snapshot', qos.EVENT)

    made = Rig()
    for publisher in (made.tf_static, *made.infos, made.depth, made.detections):
        ros.matched(publisher)
    ros.until(lambda: all(ros.node.count_publishers(name) for name in ('hazards', 'tracks', 'fusion/inputs',
                                                                       'fusion/snapshot')), 'its publishers')
    sits = TransformStamped()
    sits.header.frame_id, sits.child_frame_id = 'base_link', FRAME
    sits.transform.translation.x, sits.transform.translation.z = -0.9, 0.86
    turn = sits.transform.rotation  # optical axes of a camera that looks back
    turn.x, turn.y, turn.z, turn.w = 0.5, 0.5, -0.5, -0.5
    made.tf_static.publish(TFMessage(transforms=[sits]))
    for publisher, width, height, focal in zip(made.infos, (848, 424), (480, 240), (424.0, 212.0), strict=True):
        publisher.publish(stamped(CameraInfo(width=width, height=height, k=[
            focal, 0.0, (width - 1) / 2, 0.0, focal, (height - 1) / 2, 0.0, 0.0, 1.0]), 0))
    return made


def test_without_radar_images_are_answered_named_and_journalled(rig: Any, ros: Any) -> None:
    sent = 0

    def knock() -> bool:
        """Until frames and geometry have arrived, images are only noted."""
        nonlocal sent
        rig.depth.publish(image(sent))
        sent += 1
        return bool(rig.hazards)

    ros.until(knock, 'an answer to an image')
    rig.detections.publish(stamped(Detection2DArray(), sent))
    ros.until(lambda: any('camera' not in message.degraded for message in rig.hazards), 'an answer to a detector')
    ros.until(lambda: bool(rig.snapshots) and len(rig.inputs) >= len(rig.hazards), 'journal and snapshot')
    assert 'radar' in rig.hazards[0].degraded
    assert 'depth' not in rig.hazards[0].degraded
    assert list(rig.tracks[0].degraded) == list(rig.hazards[0].degraded)
    noted = [one for message in rig.inputs for one in message.inputs]
    assert [one.sequence for one in noted] == list(range(1, len(noted) + 1))
    assert {one.topic for one in noted} == {'camera/depth/image', 'detections', '/tf_static',
                                            'camera/color/camera_info', 'camera/depth/camera_info'}
    assert all(one.used == (one.reason == '') for one in noted)
    assert {one.reason for one in noted} <= {'', 'no_frame', 'no_camera_info', 'repeated', 'late'}

    first = rig.snapshots[0]
    assert first.version == code_version(load())
    tracker, judge, *_ = thaw(first.version, bytes(first.state))
    assert isinstance(tracker, Tracker)
    assert isinstance(judge, HazardJudge)
