"""The shared-memory ring: what the world's writer puts in comes out on the driver's side, and damage is named."""

import os
import select
import struct
import subprocess
import sys

import numpy as np
import pytest

from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.camera.ring import ACCEL, GYRO, FeedError, Ring
from outrider_sim.devices.camera_feed import Camera, FeedWriter, Stream, pinhole

COLOUR = Stream(16, 12, 15, 10.0, 11.0, 7.5, 5.5, (0.1, -0.2, 0.003, 0.004, 0.05), slots=4)
DEPTH = pinhole(20, 10, 30, 87.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'feed'


@pytest.fixture
def writer(path):
    made = FeedWriter(path, Camera(COLOUR, DEPTH, serial='123', usb='2.1', records=8, depth_unit_m=0.0005,
                                   rotation=tuple(range(9)), translation_m=(0.1, 0.2, 0.3)))
    yield made
    made.close()


def picture(seed):
    return np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)


def test_the_header_says_what_the_writer_was_told(writer, path):
    ring = Ring(path)
    assert (ring.name, ring.serial, ring.usb) == ('Intel RealSense D455', '123', '2.1')
    assert (ring.depth_unit_m, ring.baseline_m) == (0.0005, 0.095)
    assert (ring.rotation, ring.translation_m) == (tuple(range(9)), (0.1, 0.2, 0.3))
    assert ring.colour.camera == Pinhole(16, 12, 10.0, 11.0, 7.5, 5.5, (0.1, -0.2, 0.003, 0.004, 0.05))
    assert (ring.colour.fps, ring.depth.fps, ring.gyro_hz, ring.accel_hz) == (15, 30, 400, 200)
    ring.close()


def test_images_and_samples_come_out_as_they_went_in(writer, path):
    ring = Ring(path)
    depth = np.arange(200, dtype=np.uint16).reshape(10, 20) * 300
    for number in range(3):
        writer.colour(picture(number), 1000 + number)
    writer.depth(depth, -5)
    writer.gyro(7, (0.25, -0.5, 1.0))
    writer.accel(8, (1.0, -9.75, 0.5))
    for number in range(3):
        frame = ring.colour.take()
        assert (frame.number, frame.device_ns) == (number, 1000 + number)
        assert frame.pixels.tobytes() == picture(number).tobytes()
    assert ring.colour.take() is None
    assert ring.depth.take().pixels.tobytes() == depth.tobytes()
    assert [(int(r['device_ns']), int(r['kind']), r['xyz'].tolist()) for r in ring.take_motions()] == [
        (7, GYRO, [0.25, -0.5, 1.0]), (8, ACCEL, [1.0, -9.75, 0.5])]
    assert not len(ring.take_motions())
    assert (ring.colour.lost, ring.depth.lost, ring.lost_motions) == (0, 0, 0)
    ring.close()


def test_a_reader_begins_with_what_comes_after_it(writer, path):
    writer.colour(picture(1), 1)
    writer.gyro(1, (0.0, 0.0, 0.0))
    ring = Ring(path)
    assert ring.colour.take() is None
    assert not len(ring.take_motions())
    ring.close()


def test_what_a_slow_reader_misses_is_counted(writer, path):
    ring = Ring(path)
    for number in range(10):
        writer.colour(picture(number), number)
        writer.gyro(number, (0.0, 0.0, 0.0))
    assert ring.colour.take().number == 7  # three slots behind the one that is written next
    assert ring.colour.lost == 7
    assert ring.take_motions()['device_ns'].tolist() == list(range(3, 10))
    assert ring.lost_motions == 3
    ring.close()


def test_an_image_that_is_overwritten_while_it_is_read_is_no_longer_whole(writer, path):
    ring = Ring(path)
    writer.colour(picture(0), 0)
    frame = ring.colour.take()
    assert ring.colour.still_whole(frame)
    for number in range(1, 5):
        writer.colour(picture(number), number)
    assert not ring.colour.still_whole(frame)
    assert ring.colour.lost == 1
    ring.close()


def test_a_count_that_goes_back_gives_nothing_twice(writer, path):
    ring = Ring(path)
    for number in range(3):
        writer.gyro(number, (0.0, 0.0, 0.0))
        writer.colour(picture(number), number)
        assert len(ring.take_motions()) == 1
        assert ring.colour.take().number == number
    with path.open('r+b') as file:
        for at in (128 + 32, 480 + 24):
            file.seek(at)
            file.write(struct.pack('<Q', 1))
    assert not len(ring.take_motions())
    assert ring.colour.take() is None
    writer.gyro(3, (0.0, 0.0, 0.0))
    assert ring.take_motions()['device_ns'].tolist() == [3]
    ring.close()


BUSY = """
import sys
from pathlib import Path
from outrider_sim.devices.camera_feed import Camera, FeedWriter, Stream
writer = FeedWriter(Path(sys.argv[1]), Camera(Stream(4, 4, 30, 1.0, 1.0, 1.0, 1.0), None))
print('plugged in', flush=True)
sys.stdin.readline()
for number in range(100_000):
    writer.gyro(number, (0.0, 0.0, 0.0))
print('written', flush=True)
sys.stdin.readline()
"""


def test_a_reader_beside_a_busy_writer_gets_each_sample_at_most_once_and_counts_the_others(path):
    with subprocess.Popen([sys.executable, '-c', BUSY, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b'plugged in\n'
        ring = Ring(path)
        process.stdin.write(b'go\n')
        process.stdin.flush()
        got, done = [], False
        while not done:
            done = bool(select.select([process.stdout], [], [], 0.0)[0])
            got += ring.take_motions()['device_ns'].tolist()
        process.stdin.close()
    assert all(a < b for a, b in zip(got, got[1:], strict=False))
    assert len(got) + ring.lost_motions == 100_000
    ring.close()


def test_unplugging_is_said_in_the_header_and_removes_the_file(writer, path):
    ring = Ring(path)
    assert not ring.is_unplugged()
    assert not ring.is_orphan()
    writer.close()
    assert ring.is_unplugged()
    assert not path.exists()
    ring.close()


def test_the_file_of_a_killed_writer_is_refused(writer, path):
    held = path.read_bytes()
    writer.close()
    path.write_bytes(held)
    with pytest.raises(FeedError, match='left by a writer that is gone'):
        Ring(path)


@pytest.mark.parametrize(('at', 'form', 'value', 'words'), [
    (0, '<8s', b'SOMETHNG', 'not a camera feed'),
    (8, '<I', 9, 'version 9, expected 1'),
    (128 + 12, '<I', 0, '16x12 images in 0 slots do not fit'),
    (128 + 16, '<Q', 1 << 40, 'do not fit'),
    (128 + 24, '<Q', 10, 'do not fit'),
    (480 + 8, '<I', 1 << 30, 'motion records do not fit'),
    (480 + 8, '<I', 0, '0 motion records do not fit'),
])
def test_a_damaged_header_is_refused_in_one_sentence(writer, path, at, form, value, words):
    with path.open('r+b') as file:
        file.seek(at)
        file.write(struct.pack(form, value))
    with pytest.raises(FeedError, match=words):
        Ring(path)


def test_files_that_are_too_short_are_refused(writer, path):
    os.truncate(path, 100)
    with pytest.raises(FeedError, match='not a camera feed'):
        Ring(path)


def test_a_writer_refuses_what_its_camera_does_not_have(path):
    writer = FeedWriter(path, Camera(COLOUR, None, gyro_hz=0, accel_hz=0))
    with pytest.raises(ValueError, match='no such stream'):
        writer.depth(np.zeros((10, 20), np.uint16), 0)
    with pytest.raises(ValueError, match='no IMU'):
        writer.gyro(0, (0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match='expected 576'):
        writer.colour(picture(0)[:5], 0)
    ring = Ring(path)
    assert not ring.depth
    ring.close()
    writer.close()
