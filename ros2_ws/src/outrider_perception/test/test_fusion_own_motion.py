"""What the fusion node hears beside the radar's points: the chirp, GPS, IMU and motors, each on its real topic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped, TwistWithCovarianceStamped
from outrider_interfaces.msg import MotorState, RadarInfo, TrackArray
from sensor_msgs.msg import Imu, PointCloud2, PointField
from tf2_msgs.msg import TFMessage

from outrider_node import qos

EPOCH_NS = 1_795_000_000_000_000_000
FRAME_S = 0.05


def stamped(message: Any, t_s: float, frame: str) -> Any:
    message.header.frame_id = frame
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(EPOCH_NS + round(t_s * 1e9), 10**9)
    return message


def cloud(t_s: float, rows: Any) -> PointCloud2:
    message = PointCloud2(height=1, width=len(rows), point_step=20, row_step=20 * len(rows), is_dense=True)
    message.fields = [PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1)
                      for i, name in enumerate(('x', 'y', 'z', 'velocity', 'snr'))]
    message.data = np.asarray(rows, dtype='<f4').reshape(-1, 5).tobytes()
    return stamped(message, t_s, 'radar_link')


def mounts() -> TFMessage:
    made = []
    for child, x in (('radar_link', -0.9), ('imu_link', -0.9), ('gps_link', -0.85)):
        sits = TransformStamped()
        sits.header.frame_id, sits.child_frame_id = 'base_link', child
        sits.transform.translation.x, sits.transform.translation.z = x, 0.8
        sits.transform.rotation.z, sits.transform.rotation.w = (1.0, 0.0) if child == 'radar_link' else (0.0, 1.0)
        made.append(sits)
    return TFMessage(transforms=made)


@pytest.fixture
def rig(spawn: Any, ros: Any) -> Any:
    class Rig:
        node = spawn(module='outrider_perception.fusion_node')
        to = {name: ros.node.create_publisher(kind, name, profile) for name, kind, profile in (
            ('radar/points', PointCloud2, qos.SENSOR), ('radar/info', RadarInfo, qos.STATE),
            ('imu/data', Imu, qos.IMU), ('gps/velocity', TwistWithCovarianceStamped, qos.SENSOR),
            ('motors/state', MotorState, qos.STATE), ('/tf_static', TFMessage, qos.STATE))}
        tracks = ros.collect(TrackArray, 'tracks', qos.SENSOR)
        t_s = 0.0

        def scan(self, rows: Any) -> TrackArray:
            """Send one frame and return its answer."""
            self.t_s += FRAME_S
            sent = cloud(self.t_s, rows)
            self.to['radar/points'].publish(sent)
            ros.until(lambda: self.tracks and self.tracks[-1].header.stamp == sent.header.stamp, 'an answer')
            return self.tracks[-1]

        def gps(self, east_mps: float) -> None:
            message = stamped(TwistWithCovarianceStamped(), self.t_s, 'gps_link')
            message.twist.twist.linear.x, message.twist.covariance[0] = east_mps, 0.07 ** 2
            self.to['gps/velocity'].publish(message)

        def imu(self, yaw_radps: float) -> None:
            message = stamped(Imu(), self.t_s + 0.01, 'imu_link')
            message.orientation.w, message.angular_velocity.z = 1.0, yaw_radps
            self.to['imu/data'].publish(message)

        def motors(self, mps: float) -> None:
            message = stamped(MotorState(present=[True, True], erpm=[1000.0 * mps] * 2, erpm_per_mps=1000.0),
                              self.t_s, '')
            self.to['motors/state'].publish(message)

    made = Rig()
    for publisher in made.to.values():
        ros.matched(publisher)
    ros.until(lambda: ros.node.count_publishers('tracks'), 'its publisher')
    made.to['/tf_static'].publish(mounts())

    def answered() -> bool:
        made.t_s += FRAME_S
        made.to['radar/points'].publish(cloud(made.t_s, []))
        return bool(made.tracks)
    ros.until(answered, 'the mounts to arrive')
    ros.until(lambda: made.scan([]) is not None, 'an answer to the last frame')
    return made


def test_gps_tells_the_speed_where_the_radar_sees_nothing(rig: Any, ros: Any) -> None:
    assert not rig.scan([]).ego_velocity_valid

    def known() -> bool:
        rig.gps(5.0)
        return bool(rig.scan([]).ego_velocity_valid)
    ros.until(known, 'a speed from GPS')
    for _ in range(10):
        rig.gps(5.0)
        last = rig.scan([])
    assert last.ego_velocity.x == pytest.approx(5.0, abs=0.2)
    assert 'gps' not in last.degraded
    assert 'imu' in last.degraded


def test_wheels_tell_the_speed_and_its_sign(rig: Any, ros: Any) -> None:
    def backing() -> bool:
        rig.motors(-0.8)
        last = rig.scan([])
        return bool(last.ego_velocity_valid and abs(last.ego_velocity.x + 0.8) < 0.15)
    ros.until(backing, 'minus 0.8 m/s by wheels')


def test_imu_is_heard(rig: Any, ros: Any) -> None:
    def heard() -> bool:
        rig.imu(0.3)
        return 'imu' not in rig.scan([]).degraded
    ros.until(heard, 'a scan without imu among what is missing')


def test_folded_range_rates_are_unfolded_with_the_chirp_of_radar_info(rig: Any, ros: Any) -> None:
    rig.to['radar/info'].publish(RadarInfo(velocity_max_mps=6.0, velocity_step_mps=0.1875, transmitters=1))

    def known() -> bool:
        rig.motors(0.0)
        return bool(rig.scan([]).ego_velocity_valid)
    ros.until(known, 'a rig that stands')
    began_s, last = rig.t_s, None
    for _ in range(30):
        range_m = 30.0 - 10.0 * (rig.t_s + FRAME_S - began_s)  # closes at 10 m/s, seen as +2
        rig.motors(0.0)
        last = rig.scan([(range_m, 1.0, 0.0, 2.0, 20.0)])
    assert last is not None
    assert [round(track.velocity_relative.x) for track in last.tracks] == [10]
