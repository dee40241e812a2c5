"""What the doctor shows of one picture: boxes in a table and a file, of a free camera and of one whose driver runs."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image as Pillow
from replay_helpers import outrider
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from made_net import BLUE, GREY, RED, make, picture
from outrider_bringup.doctor import eye, running
from outrider_node import qos
from outrider_sensors.camera.jpeg import encode

SIZE = (128, 96)
K = [100.0, 0.0, 64.0, 0.0, 100.0, 48.0, 0.0, 0.0, 1.0]
NEAR_MM = 2500


@pytest.fixture
def run(tmp_path, monkeypatch):
    folder = tmp_path / 'run'
    folder.mkdir()
    monkeypatch.setenv('OUTRIDER_RUN', str(folder))
    return folder


@pytest.fixture
def net(tmp_path):
    return make(tmp_path / 'net.onnx', size_px=SIZE, box_px=16.0)


@pytest.fixture
def fake(run, spawn):
    process = spawn('--feed', run / 'camera_feed', '--size', '160x96', module='outrider_sim.devices.fake_camera')
    process.says('fake camera on')
    return process


class Driver:
    """Publishes one picture, its geometry and depth, over and over, as a driver does; the test spins nothing."""

    def __init__(self, ros, rgb, mm=None):
        self._ros, self._jpeg = ros, encode(rgb, 95) if rgb is not None else b'\xff\xd8\xff not whole'
        self._mm = mm
        node = ros.node
        self._says = [node.create_publisher(kind, f'camera/{topic}', qos.SENSOR) for kind, topic in (
            (CompressedImage, 'color/compressed'), (CameraInfo, 'color/camera_info'),
            (Image, 'depth/image'), (CameraInfo, 'depth/camera_info'))]
        self._timer = node.create_timer(0.05, self._tick)

    def _tick(self):
        stamp = self._ros.node.get_clock().now().to_msg()
        jpeg = CompressedImage(format='jpeg', data=self._jpeg)
        info = CameraInfo(width=SIZE[0], height=SIZE[1], k=K)
        messages = [jpeg, info]
        if self._mm is not None:
            messages += [Image(width=SIZE[0], height=SIZE[1], encoding='16UC1', step=2 * SIZE[0],
                               data=self._mm.astype('<u2').tobytes()), info]
        for publisher, message in zip(self._says, messages, strict=False):
            message.header.stamp, message.header.frame_id = stamp, 'camera_color_optical_frame'
            publisher.publish(message)


@pytest.fixture
def driver(ros):
    import threading

    ending = threading.Event()

    def spin():
        while not ending.is_set():
            ros.executor.spin_once(timeout_sec=0.05)

    def start(rgb, mm=None):
        made = Driver(ros, rgb, mm)
        thread.start()
        return made

    thread = threading.Thread(target=spin)
    yield start
    ending.set()
    if thread.is_alive():
        thread.join()


def road(*patches):
    """A picture that shows something: shades from dark to bright below, and patches."""
    made = picture(SIZE, *patches, ground=GREY)
    made[80:] = np.linspace(0, 255, SIZE[0], dtype=np.uint8)[None, :, None]
    return made


def test_boxes_of_the_running_driver_s_picture_are_drawn_and_told_with_class_score_and_distance(fake, run, net, driver):
    mm = np.zeros((SIZE[1], SIZE[0]), np.uint16)
    mm[20:60, 20:60] = NEAR_MM  # where the red patch is; the blue one has no depth
    driver(road((32, 32, 40, 40, RED), (88, 40, 96, 48, BLUE)), mm)
    result = eye.detector(net)
    assert result.status == 'ok', result
    assert result.seen.startswith('2 bodies in one picture')
    assert f'{run}/{eye.PNG}' in result.seen
    boxes = {box['class']: box for box in result.data['boxes']}
    assert boxes.keys() == {'car', 'person'}
    assert (boxes['car']['from'], boxes['person']['from']) == ('size', 'size')
    assert boxes['car']['edges_px'] == pytest.approx([28, 28, 44, 44], abs=0.1)
    drawn = np.asarray(Pillow.open(run / eye.PNG).convert('RGB')).astype(int)
    assert drawn.shape == (7 * SIZE[1], 7 * SIZE[0], 3)  # a small picture is shown large
    assert np.abs(drawn[7 * 44, 7 * 36] - [0x33, 0xcc, 0xff]).max() < 8  # the lower edge of the car's box
    assert result.lines[0].split()[:3] == ['class', 'score', 'distance']
    assert any(line.startswith('car ') and ' m ' in line for line in result.lines[1:])


def test_a_distance_by_depth_is_told_as_such(fake, net, driver):
    driver(road((32, 32, 40, 40, RED)), np.full((SIZE[1], SIZE[0]), 12_000, np.uint16))
    (box,) = eye.detector(net).data['boxes']
    assert box['from'] == 'depth'
    assert box['distance_m'] == pytest.approx(12.5, abs=0.3)


def test_a_free_camera_is_opened_for_one_picture_and_left(fake, run, net):
    result = eye.detector(net)
    assert result.status == 'ok', result
    assert 'in one picture' in result.seen
    assert Pillow.open(run / eye.PNG).size == (800, 480)
    assert eye.detector(net).status == 'ok'


def test_without_a_camera_the_weights_are_tried_all_the_same(run, net, monkeypatch):
    monkeypatch.setattr(eye.camera, 'on_usb', list)
    result = eye.detector(net)
    assert (result.status, result.expected) == ('warn', 'a camera')
    assert result.seen == 'net.onnx (onnxruntime, 128x96) is ready, and there is no picture to look at'


@pytest.mark.parametrize(('text', 'words'), [
    (None, 'there is no '), ('<!DOCTYPE html><html>' + 'x' * 2000, 'is a web page'), ('short', 'holds 5 bytes')])
def test_weights_that_are_none_are_one_sentence_with_what_to_do(run, tmp_path, text, words):
    weights = tmp_path / 'w.onnx'
    if text is not None:
        weights.write_text(text)
    result = eye.detector(weights)
    assert result.status == 'fail'
    assert words in result.seen
    assert 'Put weights there' in result.seen
    assert '\n' not in result.seen


@pytest.mark.parametrize(('level', 'words'), [(0, 'black'), (140, 'no edge anywhere')])
def test_a_black_or_covered_picture_is_said_and_not_taken_for_an_empty_road(fake, net, driver, level, words):
    driver(picture(SIZE, ground=(level,) * 3))
    result = eye.detector(net)
    assert (result.status, result.expected, result.action) == ('warn', 'a road', eye.UNCOVER)
    assert words in result.seen


def test_a_torn_picture_is_a_failure_in_one_sentence(fake, net, driver):
    driver(None)
    result = eye.detector(net)
    assert result.status == 'fail'
    assert 'are no whole JPEG or PNG' in result.seen


def test_a_folder_that_cannot_be_written_is_said_and_the_table_stands(fake, run, net):
    (run / f'.{eye.PNG}.new').mkdir()
    result = eye.detector(net)
    assert 'cannot be written' in result.seen
    assert result.data['png'] == ''


def test_a_road_without_anybody_has_no_table(fake, net, driver):
    driver(road())
    result = eye.detector(net)
    assert result.seen.startswith('no road user in one picture')
    assert result.lines == ()


def test_a_real_camera_with_the_project_s_weights_is_a_warning(monkeypatch, run, net, tmp_path):
    shutil.copy(net, tmp_path / 'detector.onnx')
    jpeg = encode(road((32, 32, 40, 40, RED)), 95)
    monkeypatch.setattr('outrider_sensors.detector.weights.home', lambda: tmp_path)
    monkeypatch.setattr('outrider_sensors.detector.sizes.home', lambda: eye.paths.checkout() / 'config' / 'detector')
    monkeypatch.setattr(eye, '_shot', lambda: eye.Shot(0.0, jpeg=jpeg, real=True))
    result = eye.detector()
    assert result.status == 'warn'
    assert result.action == eye.GIVE
    assert [box['distance_m'] for box in result.data['boxes']] == [None]
    assert eye.detector(net).status == 'ok'


def test_the_command_shows_the_table_and_writes_the_boxes_for_programs(fake, run, net, tmp_path):
    said = outrider('doctor', 'camera', '--weights', net, '--json', tmp_path / 'f.json', OUTRIDER_RUN=str(run))
    assert 'camera detector: ' in said.stdout, said.stderr
    checks = {check['name']: check for check in json.loads((tmp_path / 'f.json').read_text())['checks']}
    assert checks[eye.NAME]['data']['engine'] == 'onnxruntime'
    assert 'data' not in checks['camera']
    assert outrider('doctor', 'radar', '--weights', net).returncode == 2


def test_beside_a_stack_the_detector_is_asked_and_looked_through():
    assert [check.beside for check in eye.CHECKS] == [True]
    assert running.OF_TOPIC['detector'] == 'camera'
    assert 'detector' in running.NEXT
