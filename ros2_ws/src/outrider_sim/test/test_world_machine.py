"""A ramp that is driven: wheels move it through the world of all sensors, hands play the pad, walls stop it."""

import os
import threading
import time

import numpy as np
import pytest

from outrider_sim.devices.machine_state import StateWriter
from outrider_sim.devices.world_machine import PoseRing
from outrider_sim.world.snapshot import Pose

SCENE = """\
seed: 5
duration_s: 2.5
rig: {kind: ramp, drive: pad, facing: front}
things: [{kind: wall, from: [1.6, -3], to: [1.6, 3]}]
pad:
  - {at_s: 0.8, hold: [R1], axis: {left_y: 0.5}}
  - {at_s: 1.6, hold: []}
  - {at_s: 2.0, hold: [L1, cross]}
"""
GYRO = 1


def boot_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Fakes:
    """What the fakes of motors, relays and pad are to the world: two files and two FIFOs."""

    def __init__(self, folder):
        self.folder, self.speed_mps, self.way_m = folder, 0.0, 0.0
        self.wheels, self.relays = StateWriter(folder / 'wheels'), StateWriter(folder / 'relays')
        self.heard = {}
        self._fds = {}
        for name in ('pad', 'hit'):
            os.mkfifo(folder / name)
            self._fds[name] = os.open(folder / name, os.O_RDWR | os.O_NONBLOCK)
            self.heard[name] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        then_ns = boot_ns()
        while not self._ending.wait(0.002):
            now_ns = boot_ns()
            self.way_m += self.speed_mps * (now_ns - then_ns) * 1e-9
            then_ns = now_ns
            self.wheels.wheels(now_ns, self.speed_mps, self.way_m)
            self.relays.actuators(now_ns, 1.0, 0.0, 0.0)
            self._listen()

    def _listen(self):
        for name, fd in self._fds.items():
            try:
                lines = os.read(fd, 4096).decode().splitlines()
            except BlockingIOError:
                continue
            self.heard[name] += [(boot_ns(), line) for line in lines]
            if name == 'hit' and 'hit ahead' in lines:
                self.speed_mps = 0.0

    def lines(self, name):
        return [line for _, line in self.heard[name]]

    @property
    def options(self):
        return ('--wheels', self.folder / 'wheels', '--relays', self.folder / 'relays', '--pad', self.folder / 'pad',
                '--hit', self.folder / 'hit')

    def close(self):
        self._ending.set()
        self._thread.join()
        self._listen()
        for fd in self._fds.values():
            os.close(fd)


@pytest.fixture
def fakes(tmp_path):
    made = Fakes(tmp_path)
    yield made
    made.close()


def test_wheels_move_it_until_a_wall_and_every_sensor_sees_that(playing, fakes):
    playing.start(SCENE, *fakes.options)
    playing.until(lambda: (playing.run / 'world.json').exists(), 'a beginning')
    fakes.speed_mps = 1.0
    playing.until(lambda: fakes.heard['hit'], 'the wall')
    playing.ends()
    assert fakes.lines('hit') == ['hit ahead']
    assert fakes.way_m == pytest.approx(1.0, abs=0.15)  # from its front to the wall, and a crowded machine
    rows = playing.samples(GYRO)
    times = np.array([(row[1] - rows[0][1]) * 1e-9 for row in rows])
    assert times * 400 / (1 + 20e-6) == pytest.approx(np.arange(len(rows)), abs=1e-4)
    assert len(rows) > 2.3 * 400
    accel = np.array([row[3] for row in playing.samples(2)])
    assert np.isfinite(accel).all()
    assert np.linalg.norm(accel, axis=1).max() < 1000.0  # a stop within one step, no flaw of the poses
    first, last = playing.images('depth')[0].pixels, playing.images('depth')[-1].pixels
    middle = (slice(100, 130), slice(180, 240))
    assert np.median(first[middle]) - np.median(last[middle]) == pytest.approx(1000, abs=200)
    assert playing.journal[-1]['t_s'] > 2.2


def test_the_hands_arm_play_their_steps_and_let_go_at_the_end(playing, fakes):
    playing.start(SCENE, *fakes.options, start_radar=False)
    playing.until(lambda: 'release options' in fakes.lines('pad'), 'the machine to be armed')
    playing.start_radar()
    playing.ends()
    playing.until(lambda: 'release cross' in fakes.lines('pad'), 'both to be let go')
    steps = [(playing.t_s(came_ns), line) for came_ns, line in fakes.heard['pad'] if 'options' not in line]
    assert [line for _, line in steps] == ['press r1', 'move ly -16384', 'release r1', 'move ly 0', 'press l1',
                                           'press cross', 'release l1', 'release cross']
    for (t_s, line), at_s in zip(steps, (0.8, 0.86, 1.6, 1.6, 2.0, 2.0, 2.5, 2.5), strict=True):
        assert at_s <= t_s < at_s + 0.3, line


def test_without_its_fakes_it_says_so_and_stands(playing, tmp_path):
    nowhere = [word for name in ('wheels', 'relays', 'pad', 'hit') for word in (f'--{name}', tmp_path / 'none' / name)]
    playing.start('duration_s: 1.2\nrig: {kind: ramp, drive: pad}\npad: [{at_s: 0.3, hold: [R1]}]', *nowhere)
    playing.ends()
    assert 'has no reader, expected a fake device that takes its lines from there.' in playing.process.output
    assert len(playing.samples(GYRO)) > 300


def test_poses_reach_another_process_in_order_and_the_oldest_are_forgotten():
    ring = PoseRing()
    poses = [Pose(0.01 * k, *[float(k)] * 13) for k in range(600)]
    for pose in poses[:3]:
        ring.put(pose)
    assert ring.take(0) == (3, poses[:3])
    assert ring.take(3) == (3, [])
    for pose in poses[3:]:
        ring.put(pose)
    assert ring.take(3) == (600, poses[344:])
