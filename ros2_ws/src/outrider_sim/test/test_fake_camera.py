"""The fake camera stepped by hand, and its pattern; the driver's tests read what it writes."""

import json
import struct

import numpy as np
import pytest

from outrider_sim.devices.camera_feed import Camera, pinhole
from outrider_sim.devices.camera_pattern import Pattern, accel_mps2, gyro_rad_s, roll_rad, wall_m
from outrider_sim.devices.fake_camera import FakeCamera, main

COLOUR, DEPTH = pinhole(64, 48, 30, 90.0), pinhole(64, 48, 15, 87.0)
COUNTS = {'colour': 128 + 32, 'depth': 256 + 32, 'motions': 480 + 24}  # where the header counts


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'feed'


@pytest.fixture
def camera(path, tmp_path):
    with (tmp_path / 'journal').open('a') as journal:
        made = FakeCamera(path, Camera(COLOUR, DEPTH), journal, offset_s=500.0, drift_ppm=1000.0, clock_s=10.0)
        yield made
        made.close()


def counts(path):
    header = path.read_bytes()[:4096]
    return {name: struct.unpack_from('<Q', header, at)[0] for name, at in COUNTS.items()}


def play(camera, begin_s, end_s):
    for step in range(round((end_s - begin_s) * 1000) + 1):
        camera.step(begin_s + step * 0.001)


def test_every_stream_keeps_its_rate(camera, path):
    play(camera, 10.0, 11.999)
    assert counts(path) == {'colour': 60, 'depth': 30, 'motions': 1200}


def test_the_device_clock_starts_anywhere_and_runs_at_its_own_pace(camera, tmp_path):
    play(camera, 10.0, 12.0)
    camera._journal.flush()
    gyros = [json.loads(line) for line in (tmp_path / 'journal').read_text().splitlines() if '"gyro"' in line]
    assert gyros[0]['device_ns'] == 500 * 10**9
    assert gyros[400]['device_ns'] == pytest.approx(501.001e9, abs=1e3)
    assert gyros[400]['taken_ns'] - gyros[0]['taken_ns'] == pytest.approx(1e9, abs=1e6)
    assert [entry['number'] for entry in gyros] == list(range(len(gyros)))


@pytest.mark.parametrize(('what', 'still'), [('all', ('colour', 'depth', 'motions')), ('imu', ('motions',)),
                                             ('colour', ('colour',)), ('depth', ('depth',))])
def test_a_freeze_stops_what_it_names_for_its_time(camera, path, what, still):
    play(camera, 10.0, 11.0)
    assert camera.control(f'freeze 1 {what}', 11.0) == ''
    before = counts(path)
    play(camera, 11.001, 11.9)
    after = counts(path)
    assert {name for name in COUNTS if after[name] == before[name]} == set(still)
    play(camera, 11.901, 12.5)
    assert all(counts(path)[name] > before[name] for name in COUNTS)


def test_unplugging_removes_the_file_and_plugging_in_starts_a_new_one(camera, path):
    boot = path.read_bytes()[16:24]
    assert camera.control('unplug 2', 11.0) == ''
    camera.step(12.9)
    assert not path.exists()
    camera.step(13.0)
    assert path.read_bytes()[16:24] != boot


def test_it_comes_back_without_imu_or_on_another_port(camera, path):
    camera.control('no_imu 1', 11.0)
    camera.step(12.0)
    assert struct.unpack_from('<II', path.read_bytes(), 480) == (0, 0)
    play(camera, 12.0, 13.0)
    assert counts(path)['motions'] == 0
    camera.control('usb 2.1 1', 13.0)
    camera.step(14.0)
    assert path.read_bytes()[40:43] == b'2.1'


@pytest.mark.parametrize('line', ['jump', 'freeze', 'freeze 1 radar', 'unplug', 'unplug soon', 'usb 2.1', ''])
def test_a_wrong_control_line_is_one_sentence(camera, line):
    assert camera.control(line, 10.0).startswith(f"control line '{line}'")


def test_depth_noise_grows_with_the_square_of_the_distance():
    depth = pinhole(320, 200, 30, 87.0)
    pattern = Pattern(None, depth, 0.001, 0.095)
    near_s, far_s = 7.5, 2.5  # of the swing
    spread = []
    for t_s in (near_s, far_s):
        image = pattern.depth(t_s, 0)
        seen = image[image > 0]
        assert np.mean(image == 0) == pytest.approx(0.02, abs=0.005)
        assert np.median(seen) == pytest.approx(1000 * wall_m(t_s), abs=3)
        spread.append(np.std(seen))
    assert spread[1] / spread[0] == pytest.approx((wall_m(far_s) / wall_m(near_s))**2, rel=0.05)


def test_the_imu_feels_the_roll_that_it_turns_by():
    times = np.linspace(0.0, 2.0, 2001)
    rolls = np.array([roll_rad(t) for t in times])
    rates = np.array([gyro_rad_s(t)[2] for t in times])
    assert np.allclose(np.gradient(rolls, times)[1:-1], rates[1:-1], atol=1e-4)
    assert all(np.linalg.norm(accel_mps2(t)) == pytest.approx(9.81) for t in times[::100])


@pytest.mark.parametrize(('given', 'words'), [
    (['--size', '848'], "'848' is no size, expected for example 848x480"),
    (['--fps', '0'], '--fps is 0, expected at least 1'),
])
def test_wrong_arguments_are_named(given, words, path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(['--feed', str(path), *given])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
