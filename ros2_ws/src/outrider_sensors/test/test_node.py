"""The radar node as a real process, against the fake as a real process, over two ptys."""

import os
import signal
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from outrider_node import qos
from outrider_sim.devices import radhar

ROWS = {'x': 0, 'y': 4, 'z': 8, 'velocity': 12, 'snr': 16}


class Stack:
    """The node first, so that it is matched before the device appears; then the device."""

    def __init__(self, spawn, ros, tmp_path, root):
        self.spawn, self.ros, self.folder, self.root = spawn, ros, tmp_path / 'run', root
        self.folder.mkdir()
        self.clouds = ros.collect(PointCloud2, 'radar/points', qos.to_record([], 2000))
        self.diagnostics = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)

    def start_node(self, *parameters, config='radhar.cfg'):
        given = [f'cli_port:={self.folder}/radar_cli', f'data_port:={self.folder}/radar_data',
                 f'config_file:={self.root}/config/radar/{config}', *parameters]
        line = ['--ros-args', *(part for parameter in given for part in ('-p', parameter))]
        self.node = self.spawn(*line, module='outrider_sensors.radar.node')
        return self.node

    def start_fake(self, *options):
        self.control_path = self.folder / 'control'
        self.fake = self.spawn('--link-dir', self.folder, '--journal', self.folder / 'journal', '--control',
                               self.control_path, *options, module='outrider_sim.devices.ti_radar')
        self.fake.says('fake radar on')

    def start(self, *options):
        self.start_node()
        self.until_said('connecting')
        self.start_fake(*options)

    def control(self, line):
        with self.control_path.open('w') as fifo:
            fifo.write(line + '\n')

    def said(self):
        return [(status.level, status.message, {pair.key: pair.value for pair in status.values})
                for array in self.diagnostics for status in array.status if status.name == 'outrider/radar']

    def until_said(self, state):
        return self.ros.until(lambda: next((said for said in reversed(self.said()) if said[2]['state'] == state), None),
                              f'a diagnosis that says {state}')

    def until_clouds(self, count, timeout_s=20.0):
        begin = len(self.clouds)
        self.ros.until(lambda: len(self.clouds) >= begin + count, f'{count} more clouds', timeout_s)


@pytest.fixture
def stack(spawn, ros, tmp_path, pytestconfig):
    return Stack(spawn, ros, tmp_path, pytestconfig.rootpath)


def rows(cloud):
    assert [(field.name, field.offset, field.datatype, field.count) for field in cloud.fields] == [
        (name, offset, 7, 1) for name, offset in ROWS.items()]
    assert (cloud.height, cloud.point_step, cloud.row_step) == (1, 20, 20 * cloud.width)
    assert cloud.is_dense
    assert not cloud.is_bigendian
    return np.frombuffer(cloud.data, 'f4').reshape(cloud.width, 5)


def test_all_13755_points_of_603_frames_come_out_of_the_topic_as_the_text_says(stack):
    stack.start('--rate', '5')
    stack.ros.until(lambda: len(stack.clouds) >= 603, '603 clouds', 40.0)
    walk = radhar.load()
    assert len(stack.clouds) == len(walk)
    points = 0
    for cloud, text in zip(stack.clouds, walk, strict=True):
        got = rows(cloud)
        points += len(got)
        assert cloud.header.frame_id == 'radar_link'
        assert np.array_equal(got[:, :3], np.stack([text['x'], text['y'], text['z']], axis=1).astype('f4'))
        assert np.allclose(got[:, 3], text['velocity'], rtol=0, atol=2e-7)  # one unit in the last place of float32
        assert np.array_equal(got[:, 4], text['intensity_db'].astype('f4'))
    assert points == 13_755


def test_stamps_are_arrival_times_on_the_host(stack):
    stack.start_node('latency_s:=0.1')
    stack.until_said('connecting')
    begin_ns = time.time_ns()
    stack.start_fake()
    stack.until_clouds(10)
    stamps = [cloud.header.stamp.sec * 10**9 + cloud.header.stamp.nanosec for cloud in stack.clouds]
    assert stamps == sorted(stamps)
    assert begin_ns - 100_000_000 < stamps[0]
    assert stamps[-1] < time.time_ns() - 100_000_000


def test_diagnostics_tell_rate_points_and_what_the_configuration_reaches(stack):
    stack.start()
    stack.until_said('streaming')
    stack.until_clouds(35)
    level, message, values = stack.ros.until(
        lambda: next((said for said in stack.said() if float(said[2]['frames/s']) > 25), None), 'a whole second')
    assert level == DiagnosticStatus.OK
    assert message.startswith('radar: streaming from ')
    assert float(values['frames/s']) == pytest.approx(30, abs=6)
    assert 15 <= float(values['points/frame']) <= 33
    assert values['damaged frames'] == '0'
    assert 0.0 <= float(values['jitter_ms']) < 100.0
    assert float(values['offset_ms']) > 1e12  # the host's epoch is 1970, the radar's its start
    assert values['clock restarts'] == '0'
    assert values['configuration'] == 'radhar.cfg'
    assert values['velocity_max_mps'] == '4.917'


def test_mount_is_on_tf_static_for_late_joiners(stack):
    stack.start_node('mount_xyz_m:=[-0.9, 0.0, 0.8]', 'mount_rpy_deg:=[0.0, 0.0, 180.0]')
    stack.until_said('connecting')
    late = stack.ros.collect(TFMessage, '/tf_static', qos.STATE)
    stack.ros.until(lambda: late, '/tf_static')
    sits, = late[0].transforms
    assert (sits.header.frame_id, sits.child_frame_id) == ('base_link', 'radar_link')
    assert sits.transform.translation.x == -0.9
    assert sits.transform.rotation.z == pytest.approx(1.0)


def test_unplugged_and_replugged_radar_reconnects_and_says_so(stack):
    stack.start()
    stack.until_clouds(10)
    stack.control('unplug 1.2')
    level, message, _ = stack.ros.until(
        lambda: next((said for said in stack.said()[1:] if said[0] == DiagnosticStatus.ERROR
                      and int(said[2]['frames'])), None), 'an error in the diagnostics')
    assert 'perhaps unplugged' in message or 'no port' in message
    assert message.endswith('Run: ./outrider doctor radar')
    before = len(stack.clouds)
    stack.ros.until(lambda: len(stack.clouds) >= before + 10, 'clouds after replugging')
    assert 'perhaps unplugged' in stack.node.output
    assert stack.node.output.count('streaming from') == 2
    assert stack.until_said('streaming')[2]['connections'] in ('1', '2')
    stack.ros.until(lambda: stack.said()[-1][2]['connections'] == '2', 'two connections')


@pytest.mark.parametrize('kind', ['drop 7', 'drop 200', 'flip 3', 'flip 40', 'double 11', 'double 150'])
def test_damaged_bytes_cost_no_frame_but_their_own(stack, kind):
    stack.start()
    stack.until_clouds(5)
    stack.control(kind)
    stack.until_clouds(20)
    stack.fake.signal(signal.SIGTERM)
    stack.fake.wait()
    # The journal tells what was sent; all but the damaged frame must stand on the topic in order, as sent.
    walk = [np.stack([f['x'], f['y'], f['z']], axis=1).astype('f4').tobytes() for f in radhar.load()]
    got = [np.ascontiguousarray(rows(cloud)[:, :3]).tobytes() for cloud in stack.clouds]
    place = missed = 0
    for points in got:
        if points == walk[place]:
            place += 1
        else:
            missed += 1
            place = place + 2 if points == walk[place + 1] else place + 1
    assert missed <= 1
    assert place >= 20
    assert stack.node.popen.poll() is None


def test_empty_frames_are_published_as_empty_clouds(stack):
    stack.start()
    stack.until_clouds(5)
    stack.control('empty 4')
    stack.ros.until(lambda: sum(cloud.width == 0 for cloud in stack.clouds) == 4, 'four empty clouds')
    stack.until_clouds(3)
    assert stack.clouds[-1].width
    empty = next(cloud for cloud in stack.clouds if not cloud.width)
    assert rows(empty).shape == (0, 5)
    assert stack.until_said('streaming')[1].startswith('radar: streaming')


def test_hanging_command_port_is_told_and_survived(stack):
    stack.start_node()
    stack.until_said('connecting')
    stack.folder.joinpath('control').unlink(missing_ok=True)
    os.mkfifo(stack.folder / 'control')
    stack.control_path = stack.folder / 'control'
    held = os.open(stack.control_path, os.O_RDWR)  # the line must wait in the FIFO until the device is there
    os.write(held, b'hang\n')
    stack.start_fake()
    os.close(held)
    stack.node.says("does not answer 'sensorStop' within 1 s")
    level, message, _ = stack.ros.until(
        lambda: next((said for said in stack.said() if 'does not answer' in said[1]), None), 'the diagnosis')
    assert level == DiagnosticStatus.ERROR
    assert 'Power the radar off and on' in message
    stack.control('unplug 0.1')  # power off and on
    stack.until_clouds(5)


def test_silent_radar_is_told_with_port_and_expected_rate(stack):
    stack.start()
    stack.until_clouds(5)
    stack.control('pause 2.6')
    _, message, _ = stack.until_said('silent')
    assert message == (f'radar: no frames on {stack.folder}/radar_data for 1 s (expected 30/s). '
                       'Run: ./outrider doctor radar')
    stack.until_clouds(5)
    assert stack.node.output.count('streaming from') == 2


def test_configuration_with_a_stray_token_is_refused_by_name_at_start(stack, tmp_path):
    bad = tmp_path / 'bad.cfg'
    good = (stack.root / 'config' / 'radar' / 'road.cfg').read_text()
    bad.write_text(good.replace('chirpCfg 1 1 0 0 0 0 0 4', 'chirpCfg 1 1 0 0 0 0 0 4a'))
    node = stack.start_node(f'config_file:={bad}')
    assert node.wait() == 2
    line = next(number for number, text in enumerate(bad.read_text().splitlines(), 1) if '4a' in text)
    assert node.output.strip() == f"radar: bad.cfg:{line}: 'chirpCfg' argument 8 is '4a', expected a number."


@pytest.mark.parametrize(('parameter', 'sentence'), [
    ('config_file:=/none/road.cfg', 'radar: radar configuration /none/road.cfg cannot be read'),
    ("config_file:=''", "radar: parameter 'config_file' is empty"),
    ('data_prot:=/dev/ttyACM1', "unknown parameter 'data_prot'. Did you mean 'data_port'?"),
    ('latency_s:=-1.0', "parameter 'latency_s' is -1.0, expected 0.0 to 0.5 s"),
    ('device:=xwr14x', "parameter 'device' is 'xwr14x', expected one of"),
])
def test_wrong_parameters_end_the_node_with_one_sentence_and_code_2(stack, parameter, sentence):
    node = stack.start_node(parameter)
    assert node.wait() == 2
    assert sentence in node.output
    assert len(node.output.strip().splitlines()) == 1


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('state', ['connecting', 'streaming', 'hanging'])
def test_signal_ends_the_node_in_time_in_every_state(stack, number, state):
    stack.start_node()
    stack.until_said('connecting')
    if state != 'connecting':
        stack.start_fake()
        stack.until_said('streaming')
    if state == 'hanging':  # in the middle of the dialogue
        stack.control('hang sensorStart')
        stack.control('pause 100')
        stack.node.says('trying again', 30.0)
        stack.node.says('again.', 30.0)
    begin = time.monotonic()
    stack.node.signal(number)
    assert stack.node.wait() == 0
    assert time.monotonic() - begin < 3.0
    assert 'Traceback' not in stack.node.output
