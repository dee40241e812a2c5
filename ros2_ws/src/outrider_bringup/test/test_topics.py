"""What outrider topics and doctor show."""

import array
import json
import math

import pytest
from outrider_interfaces.msg import Track, TrackArray
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, Imu, NavSatFix, PointCloud2, PointField
from std_msgs.msg import String
from vision_msgs.msg import Detection2D, Detection2DArray, Detection3D, Detection3DArray, ObjectHypothesisWithPose

from outrider_bringup.doctor import system
from outrider_bringup.doctor.check import Check, Result
from outrider_bringup.topics.compact import lines, plain, scalar
from outrider_bringup.topics.listen import get_message
from outrider_bringup.verbs import doctor
from outrider_node import qos


def test_a_cloud_in_a_few_lines():
    cloud = PointCloud2(width=2, point_step=20, data=array.array('B', bytes(40)),
                        fields=[PointField(name=name, offset=4 * at) for at, name in enumerate('xyzvs')])
    cloud.header.frame_id = 'radar_link'
    cloud.header.stamp.sec = 5
    shown = list(lines(cloud))
    assert shown[:3] == ['header:', '  stamp: 5.000000000', '  frame_id: radar_link']
    assert 'data: 40 bytes' in shown
    assert 'fields: 5' in shown
    assert '  ... 3 more' in shown
    assert len(shown) < 30


@pytest.mark.parametrize('message', [
    CompressedImage(format='jpeg', data=bytes(100_000)),
    Image(height=240, width=424, step=848, encoding='16UC1', data=bytes(203_520)),
    CameraInfo(d=[0.1] * 5), Imu(), NavSatFix(latitude=50.1234567, longitude=8.7654321)])
def test_what_a_camera_an_imu_and_a_gps_say_fits_a_screen(message):
    told = list(lines(message))
    assert len(told) <= 22
    assert max(map(len, told)) < 100
    assert len(str(plain(message))) < 1500
    if isinstance(message, NavSatFix):
        assert {'latitude: 50.1234567', 'longitude: 8.7654321'} <= set(told)
    if hasattr(message, 'data'):
        assert told[-1] == f'data: {len(message.data)} bytes'


@pytest.mark.parametrize(('kind', 'array_of', 'told'), [
    (Detection2D, Detection2DArray, 'car 0.90  at 100,50 px, 40x20  place 0.5 0.2 12.3 m'),
    (Detection3D, Detection3DArray, 'car 0.90  place 0.5 0.2 12.3 m  by depth')])
def test_what_a_detector_says_is_a_line_a_body(kind, array_of, told):
    result = ObjectHypothesisWithPose()
    result.hypothesis.class_id, result.hypothesis.score = 'car', 0.9
    place = result.pose.pose.position
    place.x, place.y, place.z = 0.5, 0.2, 12.3
    body = kind(results=[result])
    if kind is Detection2D:
        body.bbox.center.position.x, body.bbox.center.position.y = 100.0, 50.0
        body.bbox.size_x, body.bbox.size_y = 40.0, 20.0
    else:
        body.id = 'depth'
    shown = list(lines(array_of(detections=[body, *(kind() for _ in range(9))])))
    assert shown[3:5] == ['detections: 10', f'  [0] {told}']
    assert shown[5].startswith('  [1] nothing')
    assert shown[-1] == '  ... 4 more'
    assert len(shown) == 11


def test_nested_messages_are_cut_where_they_are_many():
    shown = list(lines(TrackArray(tracks=[Track(id=number) for number in range(5)], degraded=['camera'])))
    assert 'tracks: 5' in shown
    assert '    id: 1' in shown
    assert '    id: 2' not in shown
    assert shown[-1] == '  ... 3 more'


@pytest.mark.parametrize(('value', 'text'), [
    (1.23456789, '1.23457'), ('x' * 80, 'x' * 67 + '...'), ([], '[]'),
    (list(range(8)), '[0, 1, 2, 3, 4, 5, ... 2 more]'),
    (b'abc', '3 bytes'), (True, 'True'),
])
def test_values_on_one_line(value, text):
    assert scalar(value) == text


def test_a_message_as_json_is_strict_json():
    message = TrackArray(tracks=[Track(existence=math.inf, age_s=math.nan)])
    back = json.loads(json.dumps(plain(message), allow_nan=False))
    assert back['tracks'][0]['existence'] == 'inf'
    assert back['tracks'][0]['position_covariance'] == [0.0] * 4
    assert plain(PointCloud2(data=array.array('B', bytes(7))))['data'] == '7 bytes'


@pytest.mark.parametrize('name', ['outrider_interfaces/msg/Nothing', 'no_such/msg/X', 'nonsense'])
def test_a_type_that_is_not_built_here(name):
    with pytest.raises((AttributeError, ModuleNotFoundError, ValueError)):
        get_message(name)


def test_the_verb_shows_a_topic_and_one_message(spawn, ros, tmp_path):
    publisher = ros.node.create_publisher(String, 'greeting', qos.STATE)
    timer = ros.node.create_timer(0.05, lambda: publisher.publish(String(data='hello')))
    file = tmp_path / 'topics.json'
    process = spawn('topics', 'greeting', '--seconds', '10', '--json', str(file), module='outrider_bringup')
    ros.until(lambda: process.popen.poll() is not None, 'outrider topics to end', 30.0)
    timer.cancel()
    assert process.wait() == 0, process.output
    assert 'std_msgs/msg/String' in process.output
    assert 'from /outrider_test' in process.output
    assert '  data: hello' in process.output
    topic = json.loads(file.read_text())['topics'][0]
    assert topic['name'] == '/greeting'
    assert topic['message'] == {'data': 'hello'}
    assert 10 < topic['rate_hz'] < 30


def test_a_topic_that_nobody_publishes_is_refused(spawn):
    process = spawn('topics', 'nothing', '--seconds', '0.5', module='outrider_bringup')
    assert process.wait() == 2
    assert process.output.startswith('outrider: nobody publishes /nothing on domain ')


def test_findings_say_what_to_do_only_where_something_is_to_be_done():
    check = Check('disk', 'system', lambda: Result('fail', '0 GB', '1 GB', 'df -h'))
    assert doctor.spoken(doctor.ask(check)) == '[fail] disk: 0 GB (expected 1 GB)\n       do: df -h'
    well = Check('disk', 'system', lambda: Result('ok', '9 GB', '1 GB'))
    assert doctor.spoken(doctor.ask(well)) == '[ok]   disk: 9 GB'
    assert doctor.spoken(doctor.ask(well), colour=True) == '\x1b[32m[ok]\x1b[0m   disk: 9 GB'


def test_a_check_that_breaks_is_a_failure_and_no_traceback():
    finding = doctor.ask(Check('broken', 'system', lambda: 1 / 0))
    assert finding.status == 'fail'
    assert 'ZeroDivisionError' in finding.seen


def test_the_doctor_writes_what_it_said_and_ends_with_1_only_on_a_failure(spawn, tmp_path):
    file = tmp_path / 'doctor.json'
    process = spawn('doctor', 'system', '--json', str(file), module='outrider_bringup')
    code = process.wait(60)
    checks = json.loads(file.read_text())['checks']
    assert code == any(check['status'] == 'fail' for check in checks)
    assert [check['name'] for check in checks] == [check.name for check in system.CHECKS]
    assert process.output.count('\n[') == len(checks) - 1


@pytest.mark.parametrize(('free_mb', 'status'), [(5, 'fail'), (30, 'warn'), (64, 'ok')])
def test_a_full_shared_memory_is_seen_before_nodes_fall_back(monkeypatch, free_mb, status):
    usage = type('Usage', (), {'free': free_mb << 20})
    monkeypatch.setattr(system.shutil, 'disk_usage', lambda path: usage)
    assert system.shared_memory().status == status


@pytest.mark.parametrize(('variables', 'check', 'status'), [
    ({'ROS_DISTRO': 'foxy'}, system.ros, 'fail'),
    ({'ROS_DOMAIN_ID': '200'}, system.alone, 'fail'),
    ({'ROS_AUTOMATIC_DISCOVERY_RANGE': 'SUBNET', 'ROS_DISTRO': 'kilted'}, system.alone, 'warn'),
    ({'ROS_DISTRO': 'humble', 'ROS_LOCALHOST_ONLY': '1'}, system.alone, 'ok'),
    ({'ROS_DISTRO': 'kilted', 'FASTDDS_DEFAULT_PROFILES_FILE': ''}, system.profile, 'warn'),
    ({'ROS_DISTRO': 'jazzy', 'FASTRTPS_DEFAULT_PROFILES_FILE': '/no/such.xml'}, system.profile, 'fail'),
    ({'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'}, system.profile, 'warn'),
    ({'AMENT_PREFIX_PATH': '/nowhere'}, system.workspace, 'fail'),
    ({'OUTRIDER_RUN': '/proc/nothing'}, system.run_folder, 'fail'),
    ({'OUTRIDER_PYTHON': '/usr/bin/true'}, system.python, 'fail'),
])
def test_what_the_doctor_makes_of_an_environment(monkeypatch, variables, check, status):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = check()
    assert result.status == status
    assert status == 'ok' or (result.expected and result.action)
