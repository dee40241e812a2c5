"""The page's node with real nodes beside it: what it tells, the services it asks, and that no secret leaves it."""

import http.client
import json
import re
import socket
import time

import pytest
from geometry_msgs.msg import TwistWithCovarianceStamped
from mcap.reader import make_reader
from outrider_interfaces.msg import (
    Alert,
    AlertArray,
    DriveState,
    Hazard,
    HazardArray,
    MotorState,
    RelayState,
    Track,
    TrackArray,
)
from sensor_msgs.msg import CompressedImage, NavSatFix
from websockets.sync.client import connect

from outrider_alerts.door.pairings import Pairings
from outrider_node import qos


class Phone:
    """A paired phone without a browser."""

    def __init__(self, page, door):
        self.host = page.at.partition('://')[2]
        self.token = door.new_token()
        self.cookie = ''
        answer, _ = self.post('/api/pair', {'token': self.token, 'name': 'tester'})
        assert answer.status == 204
        self.cookie = re.search('outrider=([^;]+)', answer.getheader('set-cookie'))[1]

    def post(self, path, body):
        link = http.client.HTTPConnection(self.host, timeout=10)
        link.request('POST', path, json.dumps(body), {'Origin': f'http://{self.host}',
                                                      'Cookie': f'outrider={self.cookie}'})
        answer = link.getresponse()
        told = answer.read()
        link.close()
        return answer, json.loads(told) if told else None

    def socket(self, path):
        link = socket.create_connection(self.host.split(':'), timeout=10)
        return connect(f'ws://{self.host}{path}', origin=f'http://{self.host}', sock=link, max_size=None,
                       additional_headers={'Cookie': f'outrider={self.cookie}'})


@pytest.fixture
def page(pages, tmp_path, monkeypatch):
    monkeypatch.setenv('ROS_LOG_DIR', str(tmp_path / 'log'))
    return pages('ramp')


@pytest.fixture
def phone(page, tmp_path):
    return Phone(page, Pairings(tmp_path / 'state'))


def told(link, name, fits=lambda section: section is not None, say=lambda: None, timeout_s=20.0):
    """Return the first section of that name that fits, saying something again and again."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        say()
        message = json.loads(link.recv(timeout=timeout_s))
        if fits(message.get(name)):
            return message[name]
    pytest.fail(f'no such {name}')


def now(ros, message):
    message.header.stamp = ros.node.get_clock().now().to_msg()
    return message


def test_every_section_comes_from_its_topic(phone, ros):
    alert = Alert(name='urgent', priority=9, text='Car from behind.', word='CAR', tone='urgent', shape='octagon',
                  level=Alert.LEVEL_URGENT, side=Hazard.SIDE_LEFT, distance_m=12.345, hold_s=1.0,
                  closing_speed_mps=float('nan'), time_to_collision_s=float('inf'))
    messages = {
        'alerts': ('alerts', AlertArray(heartbeat=7, alerts=[alert]), qos.STATE),
        'drive': ('drive/state', DriveState(state=DriveState.STATE_ARMED, speed_mps=1.5, refusal_texts=['no pad'],
                                            battery_v=40.0), qos.STATE),
        'motors': ('motors/state', MotorState(present=[True, False], temperature_fet_c=[41.0, 0.0], fault=[3, 0]),
                   qos.STATE),
        'relays': ('relays/state', RelayState(jack=-1, steer=1, master=True, estop_open=True, present=True,
                                              jack_limit_open=[True, False]), qos.STATE)}
    publishers = {name: ros.node.create_publisher(type(message), topic, profile)
                  for name, (topic, message, profile) in messages.items()}

    def say():
        for name, (_, message, _) in messages.items():
            publishers[name].publish(now(ros, message))

    with phone.socket('/ws/state') as link:
        found = {name: told(link, name, say=say) for name in messages}
        motion = told(link, 'motion', say=say)
    assert found['alerts']['level'] == 'urgent'
    one = found['alerts']['list'][0]
    assert (one['name'], one['side'], one['distance_m'], one['closing_mps'], one['ttc_s'], one['age_ms']) == (
        'urgent', 'left', pytest.approx(12.345, abs=0.01), None, None, None)
    assert 0 <= found['alerts']['age_ms'] < 5000
    assert (found['drive']['state'], found['drive']['refusals']) == ('armed', ['no pad'])
    assert [(one['name'], one['temperature_mosfet_c'], one['fault']) for one in found['motors']] == [('left', 41.0, 3)]
    relays = found['relays']
    assert (relays['jack'], relays['steer'], relays['supply'], relays['upper'], relays['lower'], relays['link']) == (
        'lowering', 'left', True, True, False, True)
    assert (motion['speed_mps'], motion['moving']) == (1.5, True)


def test_own_speed_comes_from_fusion_and_else_from_gps(phone, ros):
    gps = ros.node.create_publisher(TwistWithCovarianceStamped, 'gps/velocity', qos.SENSOR)
    fusion = ros.node.create_publisher(TrackArray, 'tracks', qos.SENSOR)
    velocity = TwistWithCovarianceStamped()
    velocity.twist.twist.linear.x = 3.0
    tracks = TrackArray(ego_velocity_valid=True)
    tracks.ego_velocity.x = 0.5
    with phone.socket('/ws/state') as link:
        moving = told(link, 'motion', say=lambda: gps.publish(now(ros, velocity)))
        assert (moving['speed_mps'], moving['moving']) == (3.0, True)
        still = told(link, 'motion', lambda one: one and one['speed_mps'] == 0.5,
                     lambda: (gps.publish(now(ros, velocity)), fusion.publish(now(ros, tracks))))
        assert not still['moving']


def test_view_and_pictures_are_heard_while_somebody_looks(phone, ros):
    tracks = TrackArray(tracks=[Track(id=5, class_id=Track.CLASS_BUS, length_m=12.0)])
    hazards = HazardArray(hazards=[Hazard(track_id=5, level=Hazard.LEVEL_WARN)])
    picture = CompressedImage(format='jpeg', data=b'\xff\xd8picture')
    kinds = (('tracks', tracks), ('hazards', hazards), ('camera/color/compressed', picture))
    publishers = [ros.node.create_publisher(type(message), topic, qos.SENSOR) for topic, message in kinds]
    looked = publishers[2]
    assert looked.get_subscription_count() == 0
    with phone.socket('/ws/video') as link:
        ros.matched(looked)
        looked.publish(picture)
        assert link.recv(timeout=10) == b'\xff\xd8picture'
    ros.until(lambda: looked.get_subscription_count() == 0, 'the camera to be let go')
    with phone.socket('/ws/view') as link:
        for heard in publishers[:2]:
            ros.matched(heard)
        end = time.monotonic() + 20.0
        level = ''
        while level != 'caution' and time.monotonic() < end:
            publishers[1].publish(now(ros, hazards))
            publishers[0].publish(now(ros, tracks))
            view = json.loads(link.recv(timeout=10))
            level = view['tracks'][0]['level']
    assert (view['tracks'][0]['word'], view['tracks'][0]['length'], level) == ('TRUCK', 12.0, 'caution')


def test_e_stop_of_the_page_latches_the_real_governor(phone, spawn, ros, tmp_path):
    answer, said = phone.post('/api/estop', {})
    assert (answer.status, said['latched']) == (200, False)
    assert 'no governor' in said['message']
    spawn('--ros-args', '-p', f'lock_file:={tmp_path}/lock', module='outrider_drive.governor.node')
    states = ros.collect(DriveState, 'drive/state', qos.STATE)
    ros.until(lambda: states, 'the governor')
    said = ros.until(lambda: (now := phone.post('/api/estop', {})[1])['latched'] and now, 'the latch')
    assert 'E-stop by page' in said['message']
    ros.until(lambda: states[-1].state == DriveState.STATE_ESTOPPED, 'its state')


def test_recorder_is_started_and_marked_and_no_secret_stands_in_the_ride_or_a_log(phone, page, spawn, ros, tmp_path):
    spawn('--ros-args', '-p', f'rides_dir:={tmp_path}/rides', '-p', 'record:=manual',
          module='outrider_recorder.recorder_node')
    ros.until(lambda: phone.post('/api/record', {'on': True})[0].status == 200, 'the ride')
    with phone.socket('/ws/state') as link:
        told(link, 'recorder', lambda one: one and one['recording'])
        assert phone.post('/api/mark', {})[0].status == 200
        assert phone.post('/api/record', {'on': True})[0].status == 409  # one is open
        phone.post('/api/pair', {'token': phone.token, 'name': phone.token})  # used
        told(link, 'recorder', lambda one: one and one['marks'] == 1)
        told(link, 'devices', lambda one: one and any(device['name'] == 'page' for device in one))
    assert phone.post('/api/record', {'on': False})[0].status == 200
    secrets = [one.encode() for one in (phone.token, phone.cookie)]
    (ride,) = (tmp_path / 'rides').iterdir()
    topics = set()
    for segment in ride.glob('*.mcap'):
        with segment.open('rb') as file:
            for _, channel, message in make_reader(file).iter_messages():
                topics.add(channel.topic)
                assert not any(secret in message.data for secret in secrets)
    assert topics >= {'/diagnostics', '/recorder/state'}
    for file in tmp_path.rglob('*'):
        if file.is_file():
            content = file.read_bytes()
            assert not any(secret in content for secret in secrets), file
    assert 'Traceback' not in page.process.output


def test_place_of_the_rig_is_told_to_nobody(phone, ros):
    publisher = ros.node.create_publisher(NavSatFix, 'gps/fix', qos.SENSOR)
    ros.matched(publisher)
    fix = NavSatFix(latitude=52.123456, longitude=13.654321)
    with phone.socket('/ws/state') as link:
        heard = ''
        for _ in range(8):
            publisher.publish(now(ros, fix))
            heard += link.recv(timeout=5)
    assert '52.123' not in heard
    assert '13.654' not in heard
