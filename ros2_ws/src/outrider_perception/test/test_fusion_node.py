"""The fusion node as a real process over real ROS."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped
from outrider_interfaces.msg import HazardArray, TrackArray
from sensor_msgs.msg import PointCloud2, PointField
from tf2_msgs.msg import TFMessage

from outrider_node import qos
from outrider_sim.devices import radhar

NAMES = ('x', 'y', 'z', 'velocity', 'snr')
EPOCH_NS = 1_795_000_000_123_456_789


def cloud(number: int, rows: Any) -> PointCloud2:
    ns = EPOCH_NS + number * 33_333_333
    message = PointCloud2(height=1, width=len(rows), point_step=20, row_step=20 * len(rows), is_dense=True)
    message.header.frame_id = 'radar_link'
    message.header.stamp.sec, message.header.stamp.nanosec = ns // 10**9, ns % 10**9
    message.fields = [PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1)
                      for i, name in enumerate(NAMES)]
    message.data = np.asarray(rows, dtype='<f4').reshape(-1, 5).tobytes()
    return message


def walk(count: int) -> list[Any]:
    return [np.stack([f['x'], f['y'], f['z'], f['velocity'], f['intensity_db']], axis=1)
            for f in radhar.load()[:count]]


def mount() -> TFMessage:
    sits = TransformStamped()
    sits.header.frame_id, sits.child_frame_id = 'base_link', 'radar_link'
    sits.transform.translation.x, sits.transform.translation.z = -0.9, 0.8
    sits.transform.rotation.z, sits.transform.rotation.w = 1.0, 0.0
    return TFMessage(transforms=[sits])


@pytest.fixture
def rig(spawn: Any, ros: Any) -> Any:
    class Rig:
        node = spawn(module='outrider_perception.fusion_node')
        points = ros.node.create_publisher(PointCloud2, 'radar/points', qos.SENSOR)
        tf_static = ros.node.create_publisher(TFMessage, '/tf_static', qos.STATE)
        tracks = ros.collect(TrackArray, 'tracks', qos.SENSOR)
        hazards = ros.collect(HazardArray, 'hazards', qos.SENSOR)
        said = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)

        sent = 0

        def knock(self) -> None:
            """Publish an empty frame, the next one."""
            self.points.publish(cloud(self.sent, []))
            self.sent += 1

        def messages(self) -> list[str]:
            return [status.message for array in self.said for status in array.status]

        def send(self, number: int, rows: Any) -> None:
            """Publish one frame and wait for both answers."""
            before = len(self.tracks), len(self.hazards)
            self.points.publish(cloud(number, rows))
            ros.until(lambda: (len(self.tracks), len(self.hazards)) == (before[0] + 1, before[1] + 1),
                      f'tracks and hazards of frame {number}')

    made = Rig()
    ros.matched(made.points)
    ros.matched(made.tf_static)
    ros.until(lambda: ros.node.count_publishers('hazards') and ros.node.count_publishers('tracks'), 'its publishers')
    return made


def test_walker_becomes_one_track_and_a_hazard_behind_the_bicycle(rig: Any, ros: Any) -> None:
    rig.tf_static.publish(mount())
    ros.until(lambda: rig.messages(), 'a first diagnosis')
    for number, rows in enumerate(walk(30)):
        rig.send(number, rows)
    last = rig.tracks[-1]
    assert last.header.frame_id == 'base_link'
    assert last.header.stamp.sec * 10**9 + last.header.stamp.nanosec == EPOCH_NS + 29 * 33_333_333
    assert last.ego_velocity_valid
    assert [track.id for track in last.tracks] == [1]
    assert last.tracks[0].position.x == pytest.approx(-0.9 - 1.65, abs=0.4)
    assert last.oldest_measurement == last.header.stamp
    hazard = rig.hazards[-1].hazards[0]
    assert (hazard.track_id, hazard.level, hazard.side) == (1, hazard.LEVEL_NOTICE, hazard.SIDE_BEHIND)
    assert hazard.distance_m == pytest.approx(1.5, abs=0.5)
    ros.until(lambda: any(text == '1 tracks' for text in rig.messages()), 'a diagnosis of one track')


def test_empty_frames_are_answered_too(rig: Any, ros: Any) -> None:
    rig.tf_static.publish(mount())
    ros.until(lambda: rig.tracks or rig.knock(), 'the transform to arrive')
    newest = cloud(rig.sent - 1, []).header
    ros.until(lambda: [a[-1].header.stamp for a in (rig.tracks, rig.hazards) if a] == [newest.stamp] * 2,
              'both answers to the last frame')
    rig.send(rig.sent, [])
    assert rig.tracks[-1].tracks == []
    assert rig.hazards[-1].hazards == []
    assert rig.hazards[-1].oldest_measurement == rig.hazards[-1].header.stamp


def test_without_a_transform_it_says_what_it_waits_for_and_publishes_nothing(rig: Any, ros: Any) -> None:
    def waiting() -> bool:
        rig.points.publish(cloud(0, []))
        return any('Waiting for base_link <- radar_link' in text for text in rig.messages())
    ros.until(waiting, 'the diagnosis that it waits')
    assert rig.tracks == []
    assert rig.hazards == []


def test_silent_radar_is_named_and_nothing_is_invented(rig: Any, ros: Any) -> None:
    rig.tf_static.publish(mount())
    ros.until(lambda: rig.tracks or rig.knock(), 'a first answer')
    ros.until(lambda: any('No radar for' in text for text in rig.messages()), 'the diagnosis of silence')
    assert len(rig.hazards) == len(rig.tracks) <= rig.sent


def test_cloud_without_velocity_is_named(rig: Any, ros: Any) -> None:
    rig.tf_static.publish(mount())
    bad = cloud(0, [])
    bad.fields = bad.fields[:3]

    def named() -> bool:
        rig.points.publish(bad)
        return any('expected x, y, z and velocity' in text for text in rig.messages())
    ros.until(named, 'the diagnosis of the cloud')
    assert rig.tracks == []


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it(rig: Any, number: int) -> None:
    rig.node.signal(number)
    assert rig.node.wait(5.0) == 0


def test_misspelt_parameter_is_refused_with_the_nearest(spawn: Any) -> None:
    node = spawn('--ros-args', '-p', 'outline_lenght_m:=2.0', module='outrider_perception.fusion_node')
    assert node.wait() == 2
    assert "unknown parameter 'outline_lenght_m'. Did you mean 'outline_length_m'?" in node.output


def test_folder_without_files_is_refused_in_one_sentence(spawn: Any, tmp_path: Path) -> None:
    node = spawn('--ros-args', '-p', f'config_folder:={tmp_path}', module='outrider_perception.fusion_node')
    assert node.wait() == 2
    assert f'fusion: cannot read {tmp_path}/tracker.yaml: No such file' in node.output
    assert 'Traceback' not in node.output
