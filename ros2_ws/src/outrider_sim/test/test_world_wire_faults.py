"""Every fault of the contract on every wire."""

import calendar
import io
import math

import numpy as np
import pytest
from pyubx2 import UBXReader

from outrider_sim.devices import ti_frames
from outrider_sim.devices.camera_feed import pinhole
from outrider_sim.devices.world_faults import Faults
from outrider_sim.devices.world_feed import IMU_IN_CAMERA_M, mount_in_camera
from outrider_sim.world import places, scenario
from outrider_sim.world.camera import DepthPainter, View
from outrider_sim.world.eye import eye_of
from outrider_sim.world.gps import Gps
from outrider_sim.world.imu import Imu
from outrider_sim.world.radar.chirp import read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.radar.scatterers import road_of
from outrider_sim.world.world import World

GYRO, ACCEL = 1, 2
SENSORS = ('radar', 'camera', 'depth', 'imu', 'gps')
SCENE = """\
seed: 11
duration_s: {duration}
rig: {{speed_mps: 5.5, sway_deg: 3}}
actors:
  - {{id: car1, class: car, at: [-30, 2.15], speed_mps: 12}}
faults:
"""
DROP, FREEZE, NOISE = (0.4, 0.8), (1.0, 1.4), (1.6, 2.0)


def scene(duration, *faults):
    return SCENE.format(duration=duration) + ''.join(f'  - {{{fault}}}\n' for fault in faults)


def within(span, t_s):
    return span[0] - 1e-6 <= t_s < span[1] - 1e-6


def device_t_s(playing, stamp_ns):
    return (stamp_ns - playing.samples(GYRO)[0][1]) * 1e-9 / (1 + 20e-6)


def fixes(playing):
    """Return t, arrival and message of each NAV-PVT with a fix."""
    found = []
    for came_ns, data in playing.gps.heard:
        for _, message in UBXReader(io.BytesIO(data), protfilter=2):
            if message.identity == 'NAV-PVT' and message.gnssFixOk:
                at = calendar.timegm((message.year, message.month, message.day, message.hour, message.min,
                                      message.second))
                t_s = at - playing.told['begin_ns'] * 1e-9 + message.nano * 1e-9
                found.append((round(t_s, 2), playing.t_s(came_ns), message))
    return found


def test_dropped_frozen_and_noisy_on_every_wire(playing):
    playing.start(scene(2.3, *(f'at_s: {span[0]}, for_s: 0.4, sensor: {sensor}, do: {do}' for sensor in SENSORS
                               for do, span in (('drop', DROP), ('freeze', FREEZE), ('noise', NOISE)))))
    playing.ends()
    _radar(playing)
    _images(playing)
    _samples(playing)
    _fixes(playing)


def _radar(playing):
    lines = playing.journal
    assert not [line for line in lines if within(DROP, line['t_s'])]
    assert [line['frame'] for line in lines] == [round(line['t_s'] / 0.05) + 1 for line in lines]  # lost ones count
    assert {round(line['t_s'] / 0.05) for line in lines if line['t_s'] < 2.1} == {
        number for number in range(42) if not within(DROP, 0.05 * number)}
    bodies = {round(line['t_s'], 2): packet[36:] for line, packet in zip(lines, playing.packets(), strict=False)}
    assert len({body for t_s, body in bodies.items() if within(FREEZE, t_s)} | {bodies[0.95]}) == 1
    assert bodies[1.4] != bodies[1.35]
    noisy = [line['points'] for line in lines if within(NOISE, line['t_s'])]
    assert len(noisy) == 8
    assert min(noisy) > 40


def _images(playing):
    for stream in ('colour', 'depth'):
        seen = [(device_t_s(playing, image.device_ns), image.pixels) for image in playing.images(stream)]
        assert not [t_s for t_s, _ in seen if within(DROP, t_s)]
        still = [pixels for t_s, pixels in seen if within(FREEZE, t_s)]
        assert len(still) > 1
        assert all(np.array_equal(pixels, still[0]) for pixels in still)
        assert not np.array_equal(next(pixels for t_s, pixels in seen if t_s >= NOISE[1]), still[0])
        covered = [pixels for t_s, pixels in seen if within(NOISE, t_s)]
        assert covered
        if stream == 'colour':
            assert all(_detail(pixels) < 0.5 * _detail(still[0]) for pixels in covered)
        else:
            both = (covered[0] > 0) & (still[0] > 0)
            off = np.abs(covered[0][both].astype(float) / still[0][both] - 1.0)
            assert np.median(off) > 0.1


def _detail(pixels):
    """Return how far neighbouring pixels differ, grey levels, over blocks of 8: grain of the sensor does not count."""
    height, width = (size // 8 * 8 for size in pixels.shape[:2])
    blocks = pixels[:height, :width].mean(axis=2).reshape(height // 8, 8, width // 8, 8).mean(axis=(1, 3))
    return np.abs(np.diff(blocks, axis=0)).mean()


def _samples(playing):
    for kind, rate in ((GYRO, 400), (ACCEL, 200)):
        rows = [(device_t_s(playing, row[1]), np.array(row[3])) for row in playing.samples(kind)]
        number = np.rint(np.array([t_s for t_s, _ in rows]) * rate).astype(int)
        expected = [k for k in range(round(2.2 * rate)) if not within(DROP, k / rate)]
        assert number[:len(expected)].tolist() == expected
        assert len({tuple(xyz) for t_s, xyz in rows if within(FREEZE, t_s)}) == 1
        shaken = np.std([xyz for t_s, xyz in rows if within(NOISE, t_s)], axis=0)
        calm = np.std([xyz for t_s, xyz in rows if within((0.0, 0.4), t_s)], axis=0)
        assert (shaken > (0.3 if kind == GYRO else 3.0)).all()
        assert (shaken > 1.3 * calm).all()


def _fixes(playing):
    found = fixes(playing)
    times = [t_s for t_s, _, _ in found if t_s < 2.0]
    assert times == [0.0, 0.1, 0.2, 0.3, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9]
    speeds = [math.hypot(message.velE * 1e-3 - 5.5, message.velN * 1e-3) for t_s, _, message in found
              if within(NOISE, t_s)]
    assert max(speeds) > 1.0
    calm = [math.hypot(message.velE * 1e-3 - 5.5, message.velN * 1e-3) for t_s, _, message in found if t_s < 1.6]
    assert max(calm) < 0.6


def test_stamps_that_are_too_late_tell_what_was_before(playing):
    text = scene(1.2, *(f'at_s: 0, sensor: {sensor}, do: offset, by_s: 0.1' for sensor in SENSORS))
    playing.start(text)
    playing.ends()
    world = World(scenario.parse(text))
    rig = world.scenario.rig
    chirp = read_cfg(places.radar_file('road').read_text())
    radar = Radar(chirp, 11, places.truth(rig, 'radar', 11).mount, road_of(world))
    packets = playing.packets()
    assert len(packets) > 19
    assert packets == [ti_frames.scan(k + 1, radar.scan(world.at(max(0.05 * k - 0.1, 0.0))), chirp.xyz_q)
                       for k in range(len(packets))]
    assert [line['t_s'] for line in playing.journal] == [pytest.approx(0.05 * k) for k in range(len(packets))]

    image = playing.images('depth')[8]
    t_s = round(device_t_s(playing, image.device_ns) * 15) / 15
    snapshot = world.at(t_s - 0.1)
    one = pinhole(424, 240, 15, 87.0)
    painter = DepthPainter(world, View(424, 240, one.fx, one.fy, one.ppx, one.ppy), 11, unit_m=0.001, baseline_m=0.095)
    assert np.array_equal(image.pixels, painter.depth(snapshot, eye_of(snapshot.rider,
                                                                       mount_in_camera(rig, 11, (0.0, 0.0, 0.0)))))

    mount = mount_in_camera(rig, 11, IMU_IN_CAMERA_M)
    imu = Imu(11, mount_xyz_m=mount.xyz_m, mount_rpy_deg=np.degrees(mount.rpy_rad))
    imu.samples(lambda t: world.poses(np.zeros_like(t)), 0.0, 0.1)
    felt = imu.samples(lambda t: world.poses(t - 0.1), 0.1, 1.2).gyro_radps
    rows = playing.samples(GYRO)[40:]
    assert len(rows) > 400
    assert np.array_equal(np.array([row[3] for row in rows]), felt[:len(rows)].astype(np.float32))

    receiver = Gps(11, antenna_m=places.truth(rig, 'gps', 11).mount.xyz_m)
    for number, (t_s, _, message) in enumerate(fixes(playing)):
        told = receiver.fix(lambda t: world.poses(np.maximum(t - 0.1, 0.0)), 0.1 * number)
        assert t_s == pytest.approx(0.1 * number)
        assert message.lon == pytest.approx(told.longitude_deg, abs=3e-6 if number < 2 else 1e-7)


def test_the_dead_vanish_and_come_back_as_after_power_up(playing):
    playing.start(scene(2.2, *(f'at_s: 0.3, for_s: 0.5, sensor: {sensor}, do: die' for sensor in ('radar', 'gps')),
                        'at_s: 0.4, for_s: 0.6, sensor: imu, do: die', 'at_s: 1.6, sensor: depth, do: die'))
    playing.until(lambda: len(playing.radar.plugged_ns) == 2, 'the radar again')
    playing.start_radar()  # it has forgotten everything
    playing.ends()
    for wire in (playing.radar, playing.gps):
        assert playing.t_s(wire.gone_ns[0]) >= 0.3
        assert playing.t_s(wire.plugged_ns[1]) >= 0.8
    times = [line['t_s'] for line in playing.journal]
    assert not [t_s for t_s in times if 0.3 <= t_s < 0.8]
    assert [t_s for t_s in times if t_s >= 0.8]
    found = [t_s for t_s, _, _ in fixes(playing)]
    assert found[0] == 0.0
    assert not [t_s for t_s in found if 0.3 <= t_s < 0.75]
    assert found[-1] > 1.0
    assert [feed.streams for feed in playing.feeds] == [{'colour', 'depth', 'imu'}, {'colour', 'depth'},
                                                        {'colour', 'depth', 'imu'}, {'colour', 'imu'}]
    assert all(feed.gone_ns for feed in playing.feeds)
    assert all(feed.images['colour'] for feed in playing.feeds[:3])
    assert playing.t_s(playing.feeds[0].gone_ns) >= 0.4


def test_a_camera_whose_streams_are_all_dead_is_unplugged(playing):
    playing.start(scene(1.0, *(f'at_s: 0.3, for_s: 0.3, sensor: {sensor}, do: die' for sensor in SENSORS[1:4])))
    playing.ends()
    assert [feed.streams for feed in playing.feeds] == [{'colour', 'depth', 'imu'}] * 2
    assert playing.t_s(playing.feeds[0].gone_ns) >= 0.3
    assert playing.t_s(playing.feeds[1].came_ns) >= 0.6


def test_a_radar_that_is_dead_from_the_beginning_is_not_waited_for(playing):
    playing.start(scene(0.8, 'at_s: 0, for_s: 0.3, sensor: radar, do: die', 'at_s: 0, sensor: depth, do: die'),
                  start_radar=False)
    playing.ends()
    assert playing.radar.data == b''
    assert len(playing.radar.plugged_ns) == 1  # it was never there before
    assert playing.t_s(playing.radar.plugged_ns[0]) >= 0.3
    assert [feed.streams for feed in playing.feeds] == [{'colour', 'imu'}]


def test_spans_end_where_a_fault_does_and_where_an_offset_reaches_the_beginning():
    scene_ = scenario.parse(scene(9, 'at_s: 1, for_s: 2, sensor: imu, do: drop',
                                  'at_s: 0, sensor: imu, do: offset, by_s: 0.5'))
    faults = Faults(scene_, 'imu')
    assert faults.spans(0.0, 4.0) == [(0.0, 0.5), (0.5, 1.0), (1.0, 3.0), (3.0, 4.0)]
    assert [faults.measured_s(t_s) for t_s in (0.0, 0.4, 2.0)] == [0.0, 0.0, 1.5]
    assert faults.next_edge_s(3.0) == math.inf
