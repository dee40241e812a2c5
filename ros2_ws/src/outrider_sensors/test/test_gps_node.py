"""The GPS node as a real process, against the fake receiver as a real process, over a pty."""

import math
import signal
import time

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TwistWithCovarianceStamped
from sensor_msgs.msg import NavSatFix, NavSatStatus, TimeReference
from tf2_msgs.msg import TFMessage

from outrider_node import qos


class Stack:
    """The node first, so that it is matched before the device appears; then the device."""

    def __init__(self, spawn, ros, folder):
        self.spawn, self.ros, self.folder = spawn, ros, folder
        self.fixes = ros.collect(NavSatFix, 'gps/fix', qos.to_record([], 2000))
        self.velocities = ros.collect(TwistWithCovarianceStamped, 'gps/velocity', qos.to_record([], 2000))
        self.times = ros.collect(TimeReference, 'gps/time_reference', qos.to_record([], 2000))
        self.diagnostics = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)

    def start_node(self, *parameters):
        given = [f'port:={self.folder}/gps', *parameters]
        line = ['--ros-args', *(part for parameter in given for part in ('-p', parameter))]
        self.node = self.spawn(*line, module='outrider_sensors.gps.node')
        return self.node

    def start(self, *parameters, fake=()):
        self.start_node(*parameters)
        self.until_said('connecting')
        self.fake = self.spawn('--link', self.folder / 'gps', '--control', self.folder / 'control', *fake,
                               module='outrider_sim.devices.ubx_player')
        self.fake.says('fake GPS on')

    def control(self, line):
        with (self.folder / 'control').open('w') as fifo:
            fifo.write(line + '\n')

    def said(self):
        return [(status.level, status.message, {pair.key: pair.value for pair in status.values})
                for array in self.diagnostics for status in array.status if status.name == 'outrider/gps']

    def until(self, true, what):
        return self.ros.until(lambda: next((said for said in reversed(self.said()) if true(said)), None), what)

    def until_said(self, state):
        return self.until(lambda said: said[2]['state'] == state, f'a diagnosis that says {state}')

    def until_fixes(self, count):
        begin = len(self.fixes)
        self.ros.until(lambda: len(self.fixes) >= begin + count, f'{count} more fixes')


@pytest.fixture
def stack(spawn, ros, tmp_path):
    return Stack(spawn, ros, tmp_path)


def stamp_ns(message):
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


def test_fix_velocity_and_time_come_out_of_the_topics(stack):
    begin_ns = time.time_ns()
    stack.start('rate_hz:=25.0', fake=('--factory',))
    stack.until_fixes(30)
    fix = stack.fixes[-1]
    assert fix.header.frame_id == 'gps_link'
    assert (fix.latitude, fix.longitude) == pytest.approx((52.52, 13.4), abs=0.01)
    assert fix.status.status == NavSatStatus.STATUS_FIX
    assert fix.position_covariance_type == NavSatFix.COVARIANCE_TYPE_DIAGONAL_KNOWN
    assert [math.sqrt(fix.position_covariance[k]) for k in (0, 4, 8)] == pytest.approx([1.7, 1.7, 2.0], abs=0.05)
    assert begin_ns < stamp_ns(stack.fixes[0])
    assert [stamp_ns(one) for one in stack.fixes] == sorted({stamp_ns(one) for one in stack.fixes})
    stack.ros.until(lambda: len(stack.velocities) >= 30 and len(stack.times) >= 30, 'velocities and times')
    twist = stack.velocities[-1].twist
    assert math.hypot(twist.twist.linear.x, twist.twist.linear.y) == pytest.approx(5.5, abs=0.4)
    assert math.sqrt(twist.covariance[0]) == pytest.approx(0.071, abs=0.001)
    assert twist.covariance[21] == twist.covariance[35] == 1e6
    reference = stack.times[-1]
    late_s = (stamp_ns(reference) - reference.time_ref.sec * 10**9 - reference.time_ref.nanosec) * 1e-9
    assert 0.039 < late_s < 1.0  # the fake's latency of 40 ms, and whatever the machine adds


def test_diagnosis_tells_rate_offset_and_jitter(stack):
    stack.start('rate_hz:=20.0')
    level, message, values = stack.until(
        lambda said: said[2]['state'] == 'streaming' and float(said[2]['fixes/s']) > 17, 'a whole second')
    assert level == DiagnosticStatus.OK
    assert message == f'gps: streaming from {stack.folder}/gps.'
    assert float(values['fixes/s']) == pytest.approx(20, abs=3)
    assert 39.0 < float(values['offset_ms']) < 200.0
    assert float(values['jitter_ms']) < 100.0
    assert values['clock restarts'] == '0'
    assert values['rate request'] == 'accepted'


def test_outage_is_a_fix_without_place_and_no_velocity(stack):
    stack.start()
    stack.until_fixes(5)
    stack.control('outage 100')
    stack.ros.until(lambda: stack.fixes[-1].status.status == NavSatStatus.STATUS_NO_FIX, 'a fix that is none')
    assert math.isnan(stack.fixes[-1].latitude)
    assert stack.fixes[-1].position_covariance_type == NavSatFix.COVARIANCE_TYPE_UNKNOWN
    lost = [stamp_ns(one) for one in stack.fixes if one.status.status == NavSatStatus.STATUS_NO_FIX]
    stack.until_fixes(5)
    level, message, values = stack.until(lambda said: said[0] == DiagnosticStatus.WARN and 'no fix' in said[1], 'it')
    assert message.startswith('gps: no fix and no 3-D fix')
    assert message.endswith('0 satellites. Give the antenna a view of the sky.')
    assert int(values['refused, no fix']) > 0
    assert not [one for one in stack.velocities if stamp_ns(one) in lost]
    stack.control('outage 0')
    stack.ros.until(lambda: stack.fixes[-1].status.status == NavSatStatus.STATUS_FIX, 'a fix again')


def test_unplugged_and_replugged_mid_run(stack):
    stack.start()
    stack.until_fixes(5)
    stack.control('unplug 1.2')
    level, message, _ = stack.until(lambda said: said[0] == DiagnosticStatus.ERROR and int(said[2]['fixes']), 'it')
    assert 'perhaps unplugged' in message or 'no port' in message
    stack.until_fixes(5)
    assert stack.until(lambda said: said[2]['connections'] == '2', 'two connections')
    assert stack.node.output.count('streaming from') == 2


@pytest.mark.parametrize(('line', 'state', 'words'), [
    ('freeze 2.5', 'silent', 'nothing on'), ('stuck 2.5', 'frozen', 'the same fix again and again'),
    ('garbage 2.5', 'garbage', 'bytes but no message')])
def test_frozen_and_garbled_receivers_are_told_and_come_back(stack, line, state, words):
    stack.start()
    stack.until_fixes(5)
    stack.control(line)
    level, message, _ = stack.until_said(state)
    assert level == DiagnosticStatus.ERROR
    assert words in message
    stack.until_fixes(5)
    assert stack.until_said('streaming')[0] == DiagnosticStatus.OK


def test_damaged_length_does_not_swallow_the_stream(stack):
    stack.start('rate_hz:=25.0')
    stack.until_fixes(5)
    stack.control('length 25000')
    stack.until_fixes(30)
    steps_ms = [(stamp_ns(b) - stamp_ns(a)) * 1e-6 for a, b in zip(stack.fixes, stack.fixes[1:], strict=False)]
    assert max(steps_ms[3:]) < 900  # the watchdog, at 1 s, had nothing to do
    assert stack.until(lambda said: int(said[2]['damaged messages']), 'the damage')[2]['connections'] == '1'


def test_mount_is_on_tf_static(stack):
    stack.start_node('mount_xyz_m:=[-0.8, 0.1, 0.9]')
    stack.until_said('connecting')
    late = stack.ros.collect(TFMessage, '/tf_static', qos.STATE)
    stack.ros.until(lambda: late, '/tf_static')
    sits, = late[0].transforms
    assert (sits.header.frame_id, sits.child_frame_id) == ('base_link', 'gps_link')
    assert sits.transform.translation.y == 0.1


@pytest.mark.parametrize(('parameter', 'sentence'), [
    ('prot:=/dev/ttyACM1', "unknown parameter 'prot'. Did you mean 'port'?"),
    ('rate_hz:=50.0', "parameter 'rate_hz' is 50.0, expected 1.0 to 25.0 Hz"),
    ('max_heading_error_deg:=0.0', "parameter 'max_heading_error_deg' is 0.0, expected 0.1 to 180.0 deg")])
def test_wrong_parameters_end_the_node_with_one_sentence_and_code_2(stack, parameter, sentence):
    node = stack.start_node(parameter)
    assert node.wait() == 2
    assert sentence in node.output
    assert len(node.output.strip().splitlines()) == 1


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('state', ['connecting', 'streaming'])
def test_signal_ends_the_node_in_time(stack, number, state):
    if state == 'streaming':
        stack.start()
        stack.until_said('streaming')
    else:
        stack.start_node()
        stack.until_said('connecting')
    begin = time.monotonic()
    stack.node.signal(number)
    assert stack.node.wait() == 0
    assert time.monotonic() - begin < 3.0
    assert 'Traceback' not in stack.node.output
