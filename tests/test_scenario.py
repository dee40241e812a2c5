"""`./outrider up RIG --sim --scenario FILE` as a user has it: one world over all wires, drivers and stack real."""

from __future__ import annotations

import json
import math
import os
import signal

import pytest

from rig_up import Up, topics_of
from waiting import wait_until

STOP_S = 4.0
BUSY_NS = 250_000_000  # as ./outrider faults allows on a machine without a core to spare
CAR = """
name: car
seed: 3
duration_s: 5
rig: {kind: bicycle, facing: rear, speed_mps: 5.5}
actors:
  - {id: car, class: car, at: [-40, 2.3], speed_mps: 14}
"""
DRIVE = """
name: drive
seed: 4
duration_s: 8
rig: {kind: ramp, facing: front, drive: pad}
actors:
  - {id: far, class: person, at: [30, 0], heading_deg: 180}
pad:
  - {at_s: 2.0, hold: [R1], axis: {left_y: 0.7}}
  - {at_s: 5.0, hold: []}
"""


@pytest.fixture
def up(tmp_path):
    started = []

    def start(rig, *words, **more):
        started.append(Up(tmp_path, rig, *words, env={'TMPDIR': str(tmp_path)}, **more))
        return started[-1]

    yield start
    for one in started:
        one.close()


def scenario(tmp_path, text):
    path = tmp_path / 'scene.yaml'
    path.write_text(text)
    return path


def ended(one):
    """Wait until all is over by itself; return the exit code."""
    wait_until(lambda: one.output and one.popen.poll() is not None, 'the end of the scenario', 60.0)
    return one.popen.returncode


def test_a_scenario_reaches_every_topic_ends_by_itself_and_its_ride_holds_all(up, ros, tmp_path):
    from outrider_interfaces.msg import TrackArray
    from sensor_msgs.msg import CompressedImage, Image, Imu, NavSatFix, PointCloud2

    from outrider_node import qos

    heard = {topic: ros.collect(kind, topic, profile) for topic, kind, profile in (
        ('radar/points', PointCloud2, qos.SENSOR), ('camera/color/compressed', CompressedImage, qos.SENSOR),
        ('camera/depth/image', Image, qos.SENSOR), ('imu/data', Imu, qos.IMU), ('gps/fix', NavSatFix, qos.SENSOR),
        ('tracks', TrackArray, qos.SENSOR))}
    one = up('bicycle', '--sim', '--scenario', str(scenario(tmp_path, CAR)), '--no-live')
    one.says('the scenario begins', 60.0)
    ros.until(lambda: all(heard.values()), 'a message of every topic', 60.0)
    ros.until(lambda: any(array.tracks for array in heard['tracks']), 'a track', 30.0)
    assert ended(one) == 0, one.output
    assert 'the scenario is over' in one.output
    assert 'Traceback' not in one.output
    assert one.anybody() == []

    picture = heard['camera/color/compressed'][0]
    assert 'jpeg' in picture.format
    assert bytes(picture.data[:2]) == b'\xff\xd8'
    # Stamps of all sensors are in the one clock in which the world told its beginning.
    begin_ns = json.loads((one.run / 'world.json').read_text())['begin_ns']
    for topic in ('radar/points', 'camera/color/compressed', 'imu/data', 'gps/fix'):
        stamps = [message.header.stamp.sec + message.header.stamp.nanosec * 1e-9 - begin_ns * 1e-9
                  for message in heard[topic]]
        in_play = [stamp for stamp in stamps if stamp > -0.5]
        assert in_play, topic
        assert max(in_play) < 6.5, topic
    ride = one.says(r'ride (\S+) ').group(1)
    counts = topics_of(one.rides / ride)
    assert counts['/radar/points'] > 60
    assert counts['/imu/data'] > 1000
    assert min(counts[topic] for topic in ('/camera/color/compressed', '/camera/depth/image', '/gps/fix')) > 15
    assert '/camera/color/image' not in counts


def test_the_pad_drives_the_ramp_through_the_world_and_letting_go_stops_it(up, ros, tmp_path):
    from geometry_msgs.msg import TwistWithCovarianceStamped

    from outrider_node import qos

    velocities = ros.collect(TwistWithCovarianceStamped, 'gps/velocity', qos.SENSOR)
    one = up('ramp', '--sim', '--scenario', str(scenario(tmp_path, DRIVE)), '--no-live')
    one.says('the scenario begins', 60.0)
    ros.until(lambda: one.popen.poll() is not None or 'the scenario is over' in one.output, 'the end', 60.0)
    assert ended(one) == 0, one.output
    fastest_mps = max(math.hypot(speed.twist.twist.linear.x, speed.twist.twist.linear.y) for speed in velocities)
    frames = one.journal('vesc')
    let_go_ns = [said['written_ns'] for said in one.journal('pad') if said['line'] == 'release r1'][-1]
    drove = [frame for frame in frames if frame['drives']]
    # What turns its wheels moves it through the world: the satellites see it go.
    assert 0.4 < max(frame['speed_mps'] for frame in drove) < fastest_mps + 0.3
    assert max(frame['ns'] for frame in drove) < let_go_ns + BUSY_NS
    assert abs(frames[-1]['speed_mps']) < 0.05


def test_ctrl_c_in_a_scenario_leaves_nothing(up, tmp_path):
    one = up('bicycle', '--sim', '--scenario', str(scenario(tmp_path, CAR)), '--no-live')
    one.says('the scenario begins', 60.0)
    code, seconds = one.end(signal.SIGINT)
    assert code == 0, one.output
    assert seconds < STOP_S
    assert one.anybody() == []
    assert not os.path.lexists(one.run / 'camera_feed')
    assert not os.path.lexists(one.run / 'gps')


@pytest.mark.parametrize(('words', 'says'), [
    (['--scenario', 'demo_car'], '--scenario is played by simulated devices, so it goes with --sim'),
    (['--sim', '--scenario', 'demo_cart'], "unknown scenario 'demo_cart'. Did you mean 'demo_car'?"),
    (['--sim', '--scenario', 'ramp_wall'], "its rig is 'ramp', expected 'bicycle'"),
    (['--sim', '--scenario', '/no/such.yaml'], '/no/such.yaml'),
])
def test_a_scenario_that_cannot_be_played_is_one_sentence_before_anything_starts(up, words, says):
    one = up('bicycle', *words)
    assert one.popen.wait(10) == 2
    assert says in one.output
    assert len(one.output.strip().splitlines()) == 1


def test_a_world_that_is_killed_ends_the_play_and_says_so(up, tmp_path):
    one = up('bicycle', '--sim', '--scenario', str(scenario(tmp_path, CAR)), '--no-live')
    one.says('the scenario begins', 60.0)
    os.kill(one.main('world'), signal.SIGKILL)
    wait_until(lambda: one.output and one.popen.poll() is not None, 'the end', 20.0)
    assert one.popen.returncode == 1
    assert 'world was ended by SIGKILL' in one.output
    assert one.anybody() == []
