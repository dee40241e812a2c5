"""A camera that hangs while it goes on sending, and a feed full of damage: told in a sentence, and survived."""

import itertools
import mmap
import time
from queue import Empty

import numpy as np
import pytest

from outrider_sensors.camera.choice import Mode
from outrider_sensors.camera.link import CameraLink
from outrider_sensors.camera.sensors import Wanted
from outrider_sensors.camera.sources import source
from outrider_sim.devices.camera_feed import HEADER_BYTES, Camera, FeedWriter, pinhole
from waiting import wait_until

WIDTH, HEIGHT = 64, 48
MODE = Mode(WIDTH, HEIGHT, 30)


class Bench:
    """A camera in the test's hands, 30 images and 30 IMU samples a second of the real clock, and a link on it."""

    def __init__(self, folder):
        self.path = folder / 'feed'
        self.random = np.random.default_rng(1)
        self.stuck = set()
        self.said, self.images, self.samples = [], [], 0
        self.writer = None
        self.link = CameraLink(source(f'feed:{self.path}'), Wanted(MODE, MODE, 400, 200), every=2, loop=False,
                               say=lambda level, sentence: self.said.append(sentence), opened=lambda sensors: None)
        self._fresh()

    def plug(self):
        stream = pinhole(WIDTH, HEIGHT, 30, 90.0)
        self.writer, self._next_s = FeedWriter(self.path, Camera(stream, stream)), time.monotonic()

    def _fresh(self):
        self.depth = self.random.integers(500, 5000, (HEIGHT, WIDTH)).astype(np.uint16)
        self.sample = self.random.normal(0.0, 0.1, 3)

    def step(self):
        now_s = time.monotonic()
        if self.writer is not None and now_s >= self._next_s:
            self._next_s += 1 / 30
            depth, sample = self.depth, self.sample
            self._fresh()
            self.depth = depth if 'depth' in self.stuck else self.depth
            self.sample = sample if 'imu' in self.stuck else self.sample
            at_ns = round(now_s * 1e9)
            self.writer.colour(np.full((HEIGHT, WIDTH, 3), 90, np.uint8), at_ns)
            self.writer.depth(self.depth, at_ns)
            self.writer.gyro(at_ns, self.sample)
            self.writer.accel(at_ns, self.sample - (0.0, 9.8, 0.0))
        image = self.link.images(0.005)
        if image is not None:
            self.images.append(image)
        while self.link.sensors is not None:
            try:
                self.link.sensors.motions.get_nowait()
            except Empty:
                break
            self.samples += 1

    def until(self, true, what):
        def stepped():
            self.step()
            return true()
        wait_until(stepped, what, every_s=0.0)

    def until_state(self, name, words=''):
        self.until(lambda: self.link.state.name == name and words in self.link.state.sentence, f'{name} {words}')

    def until_more(self, count=10):
        wanted = len(self.images) + count
        self.until(lambda: len(self.images) >= wanted, f'{count} more images')


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.link.close()
    if made.writer is not None:
        made.writer.close()


@pytest.mark.parametrize(('what', 'words'), [('imu', 'the IMU gives the same sample again and again'),
                                             ('depth', 'depth is the same again and again: covered, or hung')])
def test_what_hangs_and_goes_on_sending_is_told_and_forgotten_when_it_moves(bench, what, words):
    bench.plug()
    bench.until_state('streaming')
    bench.stuck.add(what)
    bench.until_state('degraded', words)
    bench.until_more()
    bench.stuck.clear()
    bench.until_state('streaming')
    assert bench.link.connections == 1


@pytest.mark.parametrize('content', [b'', b'x' * 100, b'OUTRFEED' + bytes(5000), bytes(range(256)) * 40])
def test_damaged_feed_is_no_camera_and_a_good_one_in_its_place_is(bench, content):
    bench.path.write_bytes(content)
    with bench.path.open('rb') as held:
        import fcntl
        fcntl.flock(held, fcntl.LOCK_EX)  # somebody lives who writes it
        bench.until(lambda: 'is no living camera feed' in bench.link.state.sentence, 'the refusal')
    assert bench.link.state.name == 'absent'
    bench.plug()
    bench.until_more()


def test_damage_in_the_middle_costs_images_and_no_more(bench):
    bench.plug()
    bench.until_more()
    with bench.path.open('r+b') as file:
        memory = mmap.mmap(file.fileno(), 0)
    # Everything behind the header: heads of slots, pixels, samples. The writer goes on over it.
    memory[HEADER_BYTES:] = bench.random.bytes(len(memory) - HEADER_BYTES)
    bench.until_more(60)
    memory.close()
    bench.until(lambda: bench.link.state.name in ('streaming', 'degraded'), 'a state')
    bench.until_state('streaming')
    assert all(image.pixels.shape[:2] == (HEIGHT, WIDTH) for image in bench.images)
    stamps = [image.stamp_ns for image in bench.images if image.stream == 'colour']
    assert all(a < b for a, b in itertools.pairwise(stamps))


def test_unplugged_in_the_middle_it_is_looked_for_at_once_and_found(bench):
    bench.plug()
    bench.until_more()
    bench.writer.close()
    bench.writer = None
    begin = time.monotonic()
    bench.until_state('absent', 'unplugged')
    bench.until_state('absent', 'no camera feed')
    bench.plug()
    bench.until_more()
    assert time.monotonic() - begin < 10.0
    assert bench.link.connections == 2
