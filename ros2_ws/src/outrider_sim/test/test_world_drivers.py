"""The real driver nodes on the wires of a world: every topic at its rate, stamped in the host's clock."""

from pathlib import Path

import numpy as np
import pytest
import rclpy  # noqa: F401  before librealsense, which brings libraries of ROS
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TwistWithCovarianceStamped
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, Imu, NavSatFix, PointCloud2

from outrider_node import qos

ROAD = Path(__file__).resolve().parents[4] / 'config' / 'radar' / 'road.cfg'
SCENE = """\
name: a_car
seed: 7
duration_s: 5
rig: {speed_mps: 5.5, sway_deg: 3}
actors:
  - {id: car1, class: car, at: [-40, 2.15], speed_mps: 16.7}
"""
LAST_S = 4.8  # what comes later may end with the world


@pytest.fixture
def topics(ros):
    return {name: ros.collect(kind, name, qos.to_record([], 4000)) for name, kind in (
        ('radar/points', PointCloud2), ('camera/color/compressed', CompressedImage), ('imu/data', Imu),
        ('camera/color/camera_info', CameraInfo), ('camera/depth/image', Image), ('gps/fix', NavSatFix),
        ('gps/velocity', TwistWithCovarianceStamped))}


def start_nodes(spawn, run):
    given = {'radar': (f'config_file:={ROAD}', f'cli_port:={run}/radar_cli', f'data_port:={run}/radar_data'),
             'camera': (f'source:=feed:{run}/camera_feed', f'gyro_bias_file:={run}/bias.json'),
             'gps': (f'port:={run}/gps', 'rate_hz:=25.0')}
    for node, values in given.items():
        spawn('--ros-args', *(part for value in values for part in ('-p', value)),
              module=f'outrider_sensors.{node}.node')


def stamps_s(playing, messages):
    """Return the stamps as t of the world."""
    begin_ns = playing.told['begin_ns']
    return np.array([message.header.stamp.sec * 10**9 + message.header.stamp.nanosec - begin_ns
                     for message in messages]) * 1e-9


def test_drivers_hear_the_whole_world(playing, spawn, ros, topics):
    diagnostics = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    hold = playing.folder / 'hold'
    hold.touch()
    playing.start(SCENE, '--hold', hold, start_radar=False, tape=False)
    start_nodes(spawn, playing.run)
    ros.until(lambda: topics['gps/fix'] and ros.node.count_publishers('radar/points'), 'GPS without a fix')
    ros.until(lambda: any(status.name == 'outrider/camera' and pair.key == 'state' and pair.value != 'absent'
                          for array in diagnostics for status in array.status for pair in status.values),
              'a camera that is open')
    assert not topics['radar/points']
    hold.unlink()
    ros.until(lambda: playing.process.popen.poll() is not None, 'the end of the world', timeout_s=40.0)
    playing.ends()

    came = {name: stamps_s(playing, messages) for name, messages in topics.items()}
    assert all((np.diff(stamps) >= 0.0).all() for stamps in came.values())
    frames = [line for line in playing.journal if line['t_s'] < LAST_S]
    radar = topics['radar/points'][:len(frames)]
    assert [message.width for message in radar] == [line['points'] for line in frames]
    assert len(frames) > 80  # of 96: a crowded machine skips some
    written_s = [(line['written_ns'] - playing.told['begin_ns']) * 1e-9 for line in frames]
    assert np.median(came['radar/points'][:len(frames)] - written_s) < 0.01

    # What has a clock of its own is stamped by it: the instants of the world, late by what the wire needs at least.
    samples = came['imu/data'][came['imu/data'] < LAST_S]
    assert len(samples) > 0.99 * 400 * LAST_S
    assert np.abs(np.diff(samples) - 1 / 400).max() < 0.03
    for name in ('camera/color/compressed', 'camera/color/camera_info', 'camera/depth/image'):
        assert len(came[name]) > 4 * 15 * 0.5, name
        late_s = came[name] - np.floor(came[name] * 15 + 1e-3) / 15
        assert late_s.max() < 0.04, name
    fixed = [message for message in topics['gps/fix'] if message.status.status >= 0]
    assert len(fixed) > 25 * 4
    assert len(topics['gps/velocity']) > 25 * 4
    assert not [message for message, t_s in zip(topics['gps/fix'], came['gps/fix'], strict=True)
                if t_s < -0.1 and message.status.status >= 0]
