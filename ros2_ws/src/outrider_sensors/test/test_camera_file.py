"""A recording of librealsense, made here from the fake camera, played through the link and the node."""

import signal
import subprocess
import sys
from queue import Empty

import numpy as np
import pyrealsense2 as rs
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import CompressedImage, Imu

from outrider_node import qos
from outrider_sensors.camera.choice import Mode
from outrider_sensors.camera.feed import Feed, video_stream
from outrider_sensors.camera.link import CameraLink
from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.camera.sensors import Wanted
from outrider_sensors.camera.sources import source
from waiting import wait_until

WANTED = Wanted(Mode(848, 480, 30), Mode(848, 480, 30), 400, 200)


@pytest.fixture(scope='module')
def recording(tmp_path_factory):
    """Return the file of about two seconds at 160x96, and how many frames of each stream were recorded."""
    folder = tmp_path_factory.mktemp('recording')
    fake = subprocess.Popen([sys.executable, '-m', 'outrider_sim.devices.fake_camera', '--feed', folder / 'feed',
                             '--size', '160x96'], stdout=subprocess.PIPE)
    assert b'fake camera on' in fake.stdout.readline()
    feed = Feed(folder / 'feed')
    recorder = rs.recorder(str(folder / 'ride.db3'), feed.device)
    counts = dict.fromkeys((rs.stream.color, rs.stream.depth, rs.stream.gyro, rs.stream.accel), 0)

    def count(frame):
        counts[frame.profile.stream_type()] += 1
    sensors = recorder.query_sensors()
    for sensor in sensors:
        sensor.open(sensor.get_stream_profiles())
        sensor.start(count)
    feed.start()
    wait_until(lambda: counts[rs.stream.color] >= 60, 'sixty images to record')
    feed.close()
    for sensor in sensors:
        sensor.stop()
        sensor.close()
    fake.terminate()
    fake.wait()
    fake.stdout.close()
    del recorder, sensors, sensor  # ends the file
    return folder / 'ride.db3', counts


class Player:
    """The link on a recording, all in this thread."""

    def __init__(self, path, loop=False):
        self.said, self.frames, self.samples = [], [], []
        self.opened = None
        self.link = CameraLink(source(f'file:{path}'), WANTED, every=2, loop=loop,
                               say=lambda level, sentence: self.said.append(sentence), opened=self._open)

    def _open(self, sensors):
        self.opened = sensors

    def step(self):
        frame = self.link.images(0.05)
        if frame is not None:
            self.frames.append((frame.stream, frame.stamp_ns))
        while self.opened is not None:
            try:
                self.samples.append(self.opened.motions.get_nowait())
            except Empty:
                break


@pytest.fixture
def play(recording):
    players = []

    def make(**options):
        players.append(Player(recording[0], **options))
        return players[-1]
    yield make
    for player in players:
        player.link.close()


def test_a_recording_is_played_to_its_end_without_losing_a_sample(play, recording):
    player, counts = play(), recording[1]

    def ended():
        player.step()
        return player.link.state.name == 'ended'
    wait_until(ended, 'the end of the recording', every_s=0.0)
    player.step()
    for name, stream in (('gyro', rs.stream.gyro), ('accel', rs.stream.accel)):
        assert sum(sample.stream == name for sample in player.samples) == counts[stream]
    for name, stream in (('colour', rs.stream.color), ('depth', rs.stream.depth)):
        stamps = [stamp_ns for one, stamp_ns in player.frames if one == name]
        assert len(stamps) == counts[stream]
        assert np.all(np.diff(stamps) > 0)
        assert np.median(np.diff(stamps)) == pytest.approx(1e9 / 30, rel=0.02)
    assert player.said[-1].endswith('ride.db3 is played to its end.')


def test_a_loop_begins_anew(play):
    player = play(loop=True)

    def again():
        player.step()
        return player.link.connections == 2 and player.frames[-1][1] > 0
    wait_until(again, 'a second playing', every_s=0.0)
    begun = len(player.frames)

    def more():
        player.step()
        return len(player.frames) > begun + 5
    wait_until(more, 'images of the second playing', every_s=0.0)
    stamps = [stamp_ns for name, stamp_ns in player.frames if name == 'colour']
    assert np.all(np.diff(stamps) > 0)


def test_geometry_survives_recording(play):
    player = play()

    def opened():
        player.step()
        return player.opened
    sensors = wait_until(opened, 'the recording')
    assert sensors.camera('colour').width == 160
    assert sensors.depth_to_colour()[1] == pytest.approx((-0.059, 0.0, 0.0))
    assert sensors.unit_m == pytest.approx(0.001)
    assert player.link.aligner.camera.width == 80


def test_the_node_plays_a_recording(spawn, ros, recording):
    pictures = ros.collect(CompressedImage, 'camera/color/compressed', qos.SENSOR)
    samples = ros.collect(Imu, 'imu/data', qos.to_record([], 2000), raw=True)
    diagnostics = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    node = spawn('--ros-args', '-p', f'source:=file:{recording[0]}', module='outrider_sensors.camera.node')
    ros.until(lambda: any('is played to its end' in status.message for array in diagnostics
                          for status in array.status), 'the end')
    assert len(pictures) >= 30
    assert len(samples) >= 400
    node.signal(signal.SIGINT)
    assert node.wait() == 0


@pytest.mark.parametrize(('content', 'words'), [(None, 'cannot be read'), (b'not a recording', 'is no recording')])
def test_a_file_that_is_no_recording_is_told(tmp_path, content, words):
    path = tmp_path / 'ride.db3'
    if content:
        path.write_bytes(content)
    player = Player(path)
    player.step()
    assert player.link.state.name == 'absent'
    assert words in player.said[0]
    player.link.close()


@pytest.mark.parametrize(('stream', 'form', 'words'), [
    (rs.stream.infrared, rs.format.y8, 'neither RGB8 colour nor Z16 depth'),
    (rs.stream.color, rs.format.bgr8, 'neither RGB8 colour nor Z16 depth'),
])
def test_a_camera_without_usable_images_is_told(tmp_path, stream, form, words):
    path = tmp_path / 'ride.db3'
    device = rs.software_device()
    sensor = device.add_sensor('Other')
    sensor.add_video_stream(video_stream(stream, form, 1, Pinhole(32, 24, 20.0, 20.0, 15.5, 11.5), 30, 1))
    recorder = rs.recorder(str(path), device)
    recorded, = recorder.query_sensors()
    recorded.open(recorded.get_stream_profiles())
    recorded.start(lambda frame: None)
    recorded.stop()
    recorded.close()
    del recorder, recorded
    player = Player(path)
    player.step()
    assert player.link.state.name == 'absent'
    assert words in player.said[0]
    player.link.close()
