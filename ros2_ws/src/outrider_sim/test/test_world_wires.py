"""A scenario on the wires: what comes is what the pure world has, at its times. Read without any driver."""

import calendar
import io
import os
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pyubx2 import UBXReader

from outrider_sim.devices import ti_frames, ubx
from outrider_sim.devices.camera_feed import pinhole
from outrider_sim.devices.world_clock import Arrivals
from outrider_sim.devices.world_feed import IMU_IN_CAMERA_M, cameras, mount_in_camera
from outrider_sim.world import places, scenario
from outrider_sim.world.camera import DepthPainter, Painter, View
from outrider_sim.world.eye import eye_of
from outrider_sim.world.gps import Gps
from outrider_sim.world.imu import Imu
from outrider_sim.world.radar.chirp import read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.radar.scatterers import road_of
from outrider_sim.world.world import World

ROAD = Path(__file__).resolve().parents[4] / 'config' / 'radar' / 'road.cfg'
SCENE = """\
name: a_car
seed: 7
duration_s: 1.5
rig: {speed_mps: 5.5, sway_deg: 3}
actors:
  - {id: car1, class: car, at: [-40, 2.15], speed_mps: 16.7}
"""
GYRO, ACCEL = 1, 2


@pytest.fixture
def played(playing):
    playing.start(SCENE)
    playing.ends()
    return playing


def pure(text=SCENE):
    return World(scenario.parse(text))


def radar_of(world, chirp):
    seed = world.scenario.seed
    return Radar(chirp, seed, places.truth(world.scenario.rig, 'radar', seed).mount, road_of(world))


def fixes(playing):
    """Return t and message of every NAV-PVT."""
    found = []
    for _, message in UBXReader(io.BytesIO(playing.gps.data), protfilter=2):
        if message.identity != 'NAV-PVT':
            continue
        at = calendar.timegm((message.year, message.month, message.day, message.hour, message.min, message.second))
        utc_ns = at * 1_000_000_000 + message.nano
        found.append((round((utc_ns - playing.told['begin_ns']) * 1e-9, 3), message))
    return found


def device_t_s(playing, stamps_ns):
    """Return t of the camera's own times: its first gyro sample is that of t = 0, its clock is 20 ppm fast."""
    return (np.array(stamps_ns) - playing.samples(GYRO)[0][1]) * 1e-9 / (1 + 20e-6)


def test_a_world_of_all_sensors_tells_the_truth_on_every_wire(played):
    """One run, since a run takes seconds: each wire has its own check below."""
    world, told = pure(), played.told
    assert told == {'scenario': str(played.file), 'name': 'a_car', 'begin_ns': told['begin_ns'], 'duration_s': 1.5,
                    'begin_boot_ns': told['begin_boot_ns'], 'pid': played.process.popen.pid}
    _radar_is_the_pure_one(played, world)
    _fixes_follow_the_truth(played, world)
    _samples_are_all_there(played, world)
    _images_are_those_of_their_instant(played, world)
    assert sorted(path.name for path in played.run.iterdir() if not path.name.startswith('.')) == [
        'journal', 'world.json']


def _radar_is_the_pure_one(played, world):
    chirp = read_cfg(ROAD.read_text())
    radar = radar_of(world, chirp)
    expected = [ti_frames.scan(k + 1, radar.scan(world.at(k * 0.05)), chirp.xyz_q) for k in range(30)]
    packets = played.packets()
    assert len(packets) >= 27  # the last ones were still on their way
    assert packets == expected[:len(packets)]
    lines = played.journal
    assert [line['t_s'] for line in lines] == [pytest.approx(0.05 * k) for k in range(len(lines))]
    assert [line['frame'] for line in lines] == list(range(1, len(lines) + 1))
    _nothing_is_early('radar', [(line['t_s'], (line['written_ns'] - played.told['begin_ns']) * 1e-9) for line in lines])


def _nothing_is_early(stream, pairs, sensor=''):
    """Check pairs of t and arrival: a busy machine may be late, but latency and jitter are kept."""
    rig = scenario.parse(SCENE).rig
    arrivals = Arrivals(places.truth(rig, sensor or stream, 7), 7, stream)
    for t_s, came_s in pairs:
        assert came_s > arrivals.at(t_s) - 1e-3


def _fixes_follow_the_truth(played, world):
    found = fixes(played)
    before = [message for t_s, message in found if t_s < 0.0]
    assert before
    assert not any(message.gnssFixOk for message in before)
    after = [(t_s, message) for t_s, message in found if t_s >= 0.0]
    assert [t_s for t_s, _ in after] == pytest.approx([0.1 * k for k in range(len(after))], abs=1e-3)
    assert len(after) >= 13
    pure_fixes = Gps(7, antenna_m=places.truth(world.scenario.rig, 'gps', 7).mount.xyz_m).fixes(
        world.poses, [0.1 * k for k in range(len(after))])
    for (_, message), fix in zip(after, pure_fixes, strict=True):
        assert message.gnssFixOk
        assert (message.lat, message.lon) == pytest.approx((fix.latitude_deg, fix.longitude_deg), abs=1e-7)
        assert message.velE == pytest.approx(1000 * fix.velocity_ned_mps[1], abs=1)


def _samples_are_all_there(played, world):
    mount = mount_in_camera(world.scenario.rig, 7, IMU_IN_CAMERA_M)
    samples = Imu(7, mount_xyz_m=mount.xyz_m, mount_rpy_deg=np.degrees(mount.rpy_rad)).samples(world.poses, 0.0, 1.5)
    for kind, rate, felt in ((GYRO, 400, samples.gyro_radps), (ACCEL, 200, samples.accel_mps2)):
        rows = played.samples(kind)
        assert len(rows) > 1.4 * rate
        assert device_t_s(played, [row[1] for row in rows]) == pytest.approx(np.arange(len(rows)) / rate, abs=1e-8)
        assert np.array_equal(np.array([row[3] for row in rows]), felt[:len(rows)].astype(np.float32))
    arrivals_ns = sorted({row[0] for row in played.samples(GYRO)})
    assert np.median(np.diff(arrivals_ns)) < 30e6


def _images_are_those_of_their_instant(played, world):
    colour, depth = played.images('colour'), played.images('depth')
    for images in (colour, depth):
        t_s = device_t_s(played, [image.device_ns for image in images])
        assert len(images) >= 10
        number = np.rint(t_s * 15)
        assert t_s == pytest.approx(number / 15, abs=1e-7)
        assert all(later > earlier for earlier, later in pairwise(number))
        assert all(played.t_s(image.came_ns) > taken for image, taken in zip(images, t_s, strict=True))
    t_s = round(float(device_t_s(played, [colour[5].device_ns])[0]) * 15) / 15
    snapshot = world.at(t_s)
    view, depth_view = (View(424, 240, one.fx, one.fy, one.ppx, one.ppy)
                        for one in (pinhole(424, 240, 15, field) for field in (90.0, 87.0)))
    eye = eye_of(snapshot.rider, mount_in_camera(world.scenario.rig, 7, (0.0, -0.059, 0.0)))
    assert np.array_equal(colour[5].pixels, Painter(world, view, 7).colour(snapshot, eye))
    same = next(image for image in depth if image.device_ns == colour[5].device_ns)
    eye = eye_of(snapshot.rider, mount_in_camera(world.scenario.rig, 7, (0.0, 0.0, 0.0)))
    painter = DepthPainter(world, depth_view, 7, unit_m=0.001, baseline_m=0.095)
    assert np.array_equal(same.pixels, painter.depth(snapshot, eye))


def test_the_radar_senses_with_the_chirp_that_was_sent(playing):
    near = (ROAD.parent / 'near.cfg').read_text()
    playing.start('duration_s: 0.8\nseed: 3\nrig: {speed_mps: 5}\ncamera: false\ndepth: false\nimu: false\n'
                  'gps: false\nactors: [{id: p, class: person, at: [-4, 0]}]', start_radar=False)
    playing.start_radar(near)
    playing.process.says('another chirp than the scenario names (road)')
    playing.ends()
    world = pure('duration_s: 0.8\nseed: 3\nrig: {speed_mps: 5}\nactors: [{id: p, class: person, at: [-4, 0]}]')
    chirp = read_cfg(near)
    radar = radar_of(world, chirp)
    packets = playing.packets()
    assert packets == [ti_frames.scan(k + 1, radar.scan(world.at(k * chirp.period_s)), chirp.xyz_q)
                       for k in range(len(packets))]
    assert len(packets) > 5
    assert playing.feeds == []
    assert playing.gps.plugged_ns == []


def test_the_driver_sets_the_rate_of_the_gps(playing):
    playing.start('duration_s: 1\nrig: {speed_mps: 5}\ncamera: false\ndepth: false\nimu: false', start_radar=False)
    playing.until(lambda: playing.gps.fd >= 0, 'the port')
    payload = bytes([0, 1, 0, 0]) + struct.pack('<IH', ubx.RATE_MEAS, 40)
    os.write(playing.gps.fd, ubx.ubx(0x06, 0x8A, payload))
    playing.until(lambda: ubx.acknowledge(0x06, 0x8A, True) in playing.gps.data, 'the answer')
    playing.start_radar()
    playing.ends()
    times = [t_s for t_s, message in fixes(playing) if t_s >= 0.0 and message.gnssFixOk]
    assert times == pytest.approx([0.04 * k for k in range(len(times))], abs=1e-3)
    assert len(times) >= 19


def test_nothing_is_sent_before_the_radar_is_started_and_the_hold_is_gone(playing):
    hold = playing.folder / 'hold'
    hold.touch()
    playing.start(SCENE, '--hold', hold)
    playing.until(lambda: playing.gps.data.count(b'\xb5b\x01\x07') > 4, 'fixes that are none')
    assert playing.feeds[0].streams == {'colour', 'depth', 'imu'}
    assert playing.radar.data == b''
    assert not (playing.run / 'world.json').exists()
    hold.unlink()
    playing.until(lambda: playing.radar.data and playing.images('colour'), 'a beginning')
    assert playing.told['begin_boot_ns'] < playing.images('colour')[0].came_ns
    assert min(row[0] for row in playing.samples(GYRO)) > playing.told['begin_boot_ns']
    playing.ends()


@pytest.mark.parametrize(('absent', 'streams'), [
    ('camera: false', {'depth', 'imu'}), ('depth: false', {'colour', 'imu'}), ('imu: false', {'colour', 'depth'}),
    ('camera: false\ndepth: false', {'imu'})])
def test_absent_sensors_are_on_no_wire(playing, absent, streams):
    playing.start(f'duration_s: 0.3\nrig: {{speed_mps: 5}}\n{absent}')
    playing.ends()
    assert [feed.streams for feed in playing.feeds] == [streams]


def test_another_gyroscope_is_in_another_camera_by_its_serial_number():
    serials = [cameras(scenario.parse(f'duration_s: 5\nseed: {seed}\nrig: {{speed_mps: 5}}'), (424, 240), 15).serial
               for seed in (1, 1, 2)]
    assert serials[0] == serials[1] != serials[2]
    assert all(len(one) == 12 and one.isdigit() for one in serials)
