"""The bridge in its own environment: what it writes, and what it cannot do to the record."""

import json
import os
import signal
import subprocess
import sys

import pytest
from rclpy.qos import QoSProfile
from rclpy.serialization import serialize_message
from recorder_helpers import cloud, ends, hazards, in_rerun, make_topic, messages, only, read_rrd, settled, tracks

from outrider_node import qos
from outrider_recorder import ride
from outrider_recorder.recording import Recording
from outrider_recorder.segment import Message
from waiting import wait_until


def synthetic(rides, count=90, name='a'):
    """A ride of `count` frames as the recorder writes it, without ROS running."""
    folder = ride.create(rides, name)
    ride.write_info(folder, {'start_ns': 0, 'stop_ns': 1, 'stop_utc': 'then'})
    written = Recording(folder)
    for topic, make in ((make_topic('/radar/points', 'sensor_msgs/msg/PointCloud2'), cloud),
                        (make_topic('/tracks', 'outrider_interfaces/msg/TrackArray'), tracks),
                        (make_topic('/hazards', 'outrider_interfaces/msg/HazardArray'), hazards)):
        for number in range(count):
            message = make(number)
            stamp_ns = message.header.stamp.sec * 1_000_000_000 + message.header.stamp.nanosec
            written.put(Message(topic, number, stamp_ns, stamp_ns, serialize_message(message)))
    written.close()
    return folder


def bridge(spawn, rides, run, *more):
    return spawn('--rides', rides, '--run', run, '--web-port', '18000', '--grpc-port', '19876', *more,
                 module='outrider_recorder.bridge_launcher')


def flat(rows, name):
    return [row[name] for row in rows if name in row]


def same_scene(found, count):
    points = flat(found['/world/radar_link/radar/points'], 'Points3D:positions')
    want = []
    for number in range(count):
        floats = memoryview(bytes(cloud(number).data)).cast('f').tolist()
        want.append([floats[k * 5:k * 5 + 3] for k in range(len(floats) // 5)])
    assert points == want
    boxes = found['/world/tracks/box']
    assert flat(boxes, 'Boxes3D:centers') == [
        [[t.position.x, t.position.y, t.position.z] for t in tracks(number).tracks] for number in range(count)]
    sizes = flat(boxes, 'Boxes3D:half_sizes')
    assert all(half == pytest.approx([2.2, 0.9, 0.75]) for row in sizes for half in row)
    labels = flat(found['/world/tracks/name'], 'Points3D:labels')
    assert [row for row in labels if row][2] == ['#0 car 59 km/h', '#1 car 59 km/h', '#2 car 59 km/h']
    arrows = flat(found['/world/tracks/velocity'], 'Arrows3D:vectors')
    assert all(arrow == [16.5, 0.0, 0.0] for row in arrows for arrow in row)
    assert flat(found['/plots/points'], 'Scalars:scalars') == [[float(number % 7)] for number in range(count)]


def test_the_rrd_holds_what_was_sent(rides):
    folder = synthetic(rides)
    in_rerun('import sys; from outrider_recorder.bridge.__main__ import main; main(sys.argv[1:])', '--build', folder)
    same_scene(read_rrd(folder / 'ride.rrd'), 90)


def test_the_bridge_writes_the_rrd_while_the_ride_grows(recorder, ros, rides, spawn, tmp_path):
    from outrider_interfaces.msg import HazardArray, TrackArray
    from sensor_msgs.msg import PointCloud2

    publishers = [(ros.node.create_publisher(kind, name, qos.SENSOR), make) for kind, name, make in (
        (PointCloud2, 'radar/points', cloud), (TrackArray, 'tracks', tracks), (HazardArray, 'hazards', hazards))]
    follows = bridge(spawn, rides, tmp_path / 'run', '--ros-args', '-r', '__node:=bridge')
    process = recorder('segment_s:=1.0')
    follows.says('following')
    for publisher, _ in publishers:
        ros.matched(publisher)
    sent = [0]

    def tick():
        for publisher, make in publishers:
            publisher.publish(make(sent[0]))
        sent[0] += 1

    timer = ros.node.create_timer(1 / 30, tick)
    ros.until(lambda: sent[0] >= 75, '2.5 s of frames, three segments')
    timer.cancel()
    settled(ros)
    told = json.loads((tmp_path / 'run' / 'live.json').read_text())
    assert told['web'].startswith('http://127.0.0.1:18')
    assert '?url=rerun%2Bhttp%3A%2F%2F127.0.0.1%3A19' in told['web']
    ends(process)
    follows.says('closed')
    ends(follows, signal.SIGTERM)
    assert not (tmp_path / 'run' / 'live.json').exists()
    with pytest.raises(ProcessLookupError):
        os.kill(told['pid'], 0)
    same_scene(read_rrd(only(rides) / 'ride.rrd'), sent[0])


@pytest.mark.parametrize('number', [signal.SIGSTOP, signal.SIGKILL])
def test_a_stopped_or_dead_bridge_takes_nothing_from_the_record(recorder, ros, rides, spawn, tmp_path,
                                                                number):
    from std_msgs.msg import UInt32

    publisher = ros.node.create_publisher(UInt32, 'count', QoSProfile(depth=500))
    follows = bridge(spawn, rides, tmp_path / 'run', '--no-live')
    process = recorder()
    ros.matched(publisher)
    follows.says('following')
    sent = [0]

    def tick():
        publisher.publish(UInt32(data=sent[0]))
        sent[0] += 1

    timer = ros.node.create_timer(0.01, tick)
    ros.until(lambda: sent[0] > 20, 'the first')
    follows.signal(number)
    ros.until(lambda: sent[0] > 220, 'two seconds more')
    timer.cancel()
    settled(ros)
    ends(process)
    got = [m.sequence for m in messages(only(rides) / 'segment_000.mcap', '/count')]
    assert got == list(range(sent[0]))


def test_a_stalled_viewer_does_not_hold_the_file_or_the_end(recorder, ros, rides, spawn, tmp_path):
    from sensor_msgs.msg import PointCloud2

    publisher = ros.node.create_publisher(PointCloud2, 'radar/points', qos.SENSOR)
    follows = bridge(spawn, rides, tmp_path / 'run')
    process = recorder()
    follows.says('following')
    viewer = json.loads((tmp_path / 'run' / 'live.json').read_text())['pid']
    os.kill(viewer, signal.SIGSTOP)
    ros.matched(publisher)
    sent = [0]

    def tick():
        publisher.publish(cloud(sent[0]))
        sent[0] += 1

    timer = ros.node.create_timer(1 / 60, tick)
    ros.until(lambda: sent[0] >= 180, '3 s of frames')
    timer.cancel()
    settled(ros)
    ends(process)
    follows.says('closed')
    ends(follows, signal.SIGTERM)
    rows = read_rrd(only(rides) / 'ride.rrd')['/world/radar_link/radar/points']
    assert len(rows) == sent[0]


def test_a_bridge_that_dies_takes_its_server_along(rides, spawn, tmp_path):
    follows = bridge(spawn, rides, tmp_path / 'run')
    follows.says('live view')
    server = json.loads((tmp_path / 'run' / 'live.json').read_text())['pid']
    os.kill(follows.popen.pid, signal.SIGKILL)

    def gone():
        try:
            with open(f'/proc/{server}/stat') as stat:
                return stat.read().rsplit(')', 1)[1].split()[0] == 'Z'
        except FileNotFoundError:
            return True

    wait_until(gone, 'the end of the server')


def test_a_taken_port_is_passed_over(rides, spawn, tmp_path):
    import socket

    with socket.create_server(('127.0.0.1', 18000)):
        follows = bridge(spawn, rides, tmp_path / 'run')
        follows.says('live view http://127.0.0.1:18')
        assert '127.0.0.1:18000/' not in follows.output
        ends(follows, signal.SIGTERM)


def test_without_a_rerun_environment_it_says_so_and_ends_well(rides, tmp_path):
    env = {**os.environ, 'OUTRIDER_RERUN_PYTHON': str(tmp_path / 'none')}
    done = subprocess.run([sys.executable, '-m', 'outrider_recorder.bridge_launcher', '--rides', str(rides)], env=env,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.count('\n') == 1
    assert 'make setup' in done.stdout


def test_damaged_and_foreign_segments_end_the_build_without_a_traceback(rides):
    folder = synthetic(rides, 30)
    data = bytearray((folder / 'segment_000.mcap').read_bytes())
    for name, broken in (('cut', data[:len(data) // 2]), ('flipped', data[:60] + b'\xff' * 40 + data[100:]),
                         ('foreign', b'PK\3\4' * 500), ('empty', b'')):
        other = ride.create(rides, name)
        (other / 'segment_000.mcap').write_bytes(broken)
        said = in_rerun('import sys; from outrider_recorder.bridge.__main__ import main; main(sys.argv[1:])',
                        '--build', other)
        assert 'built' in said
