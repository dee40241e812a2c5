"""What the radar makes of the world: its physics by figures that stand elsewhere, its honesty by example."""

import math
import struct
from pathlib import Path

import numpy as np
import pytest

from outrider_sim.devices import ti_frames
from outrider_sim.world import scenario
from outrider_sim.world.places import Mount
from outrider_sim.world.radar import physics
from outrider_sim.world.radar.chirp import Chirp, read_cfg
from outrider_sim.world.radar.radar import MAX_POINTS, Radar
from outrider_sim.world.radar.scatterers import road_of
from outrider_sim.world.world import World

CONFIG = Path(__file__).resolve().parents[4] / 'config' / 'radar'
REAR = Mount((-0.9, 0.0, 0.8), (0.0, 0.0, math.pi))
NO_ROAD = np.zeros((0, 3))


def chirp(name: str = 'road') -> Chirp:
    return read_cfg((CONFIG / f'{name}.cfg').read_text())


def world(actors: str = '', rig: str = 'speed_mps: 0', more: str = '', duration_s: float = 60) -> World:
    return World(scenario.parse(f'duration_s: {duration_s}\nrig: {{{rig}}}\n{more}\nactors: [{actors}]'))


def scans(one: World, count: int = 60, seed: int = 1, road=NO_ROAD, name: str = 'road') -> list[np.ndarray]:
    radar = Radar(chirp(name), seed, REAR, road)
    return [radar.scan(one.at(0.05 * n)) for n in range(count)]


def far(points: np.ndarray) -> np.ndarray:
    """Return what is no leakage."""
    return points[points['range_bin'] > 1]


def test_the_chirp_reaches_what_is_computed_for_it():
    one = chirp()
    assert (one.range_bin_m, one.range_max_m) == pytest.approx((0.8132, 83.28), abs=0.005)
    assert one.velocity_step_mps * one.loops / 2 == pytest.approx(18.69, abs=0.01)
    assert (one.antennas, one.second_slot, one.xyz_q) == (8, 1, 5)


def test_the_recordings_chirp_is_that_of_the_recording():
    one = chirp('radhar')
    assert one.velocity_step_mps == pytest.approx(0.6146687, rel=1e-6)
    assert (one.xyz_q, one.antennas) == (9, 8)


def test_a_file_without_profile_is_refused():
    with pytest.raises(ValueError, match='has no profileCfg'):
        read_cfg('sensorStop\n')


@pytest.mark.parametrize(('kind', 'half_m', 'most_m'), [('car', 84, 62), ('motorcycle', 56, 42), ('bicycle', 42, 31),
                                                        ('person', 34, 24)])
def test_detection_is_a_half_and_nine_tenths_at_the_ranges_of_the_radar_equation(kind, half_m, most_m):
    fading = physics.Fading(np.random.default_rng(0), 40000)
    power = np.abs(fading.step(np.ones(40000, dtype=bool))) ** 2
    for range_m, share in ((half_m, 0.5), (most_m, 0.9)):
        mean = physics.snr_db(chirp(), np.array([physics.RCS_DBSM[kind]]), np.array([float(range_m)]))
        assert np.mean(power * 10 ** (mean / 10) > 10 ** 1.2) == pytest.approx(share, abs=0.06)


def test_strength_is_swerling_3_and_correlated_over_3_to_5_scans():
    fading = physics.Fading(np.random.default_rng(1), 4000)
    rows = np.array([np.abs(fading.step(np.ones(4000, dtype=bool))) ** 2 for _ in range(30)])
    assert rows.mean() == pytest.approx(1.0, abs=0.02)
    assert rows.var() == pytest.approx(0.5, abs=0.03)  # chi-square of four degrees of freedom
    field = [np.corrcoef(rows[0], rows[lag])[0, 1] for lag in (2, 4, 8)]
    assert field[0] > 1 / math.e - 0.05  # power: the square of the field's correlation
    assert field[1] < 0.25
    assert abs(field[2]) < 0.1


def test_what_stands_before_a_standing_radar_keeps_its_strength():
    one = world(more='things: [{kind: signs, from: [-20, 0], to: [-20, 0]}]')
    strengths = [points['snr_db'].max() for points in map(far, scans(one, 100)) if len(points)]
    assert len(strengths) == 100
    assert np.std(strengths) < 1.0  # the recording: 0.6..2 dB at most


def test_a_car_behind_is_seen_where_it_is_and_approaching():
    one = world('{id: a, class: car, at: [-60, 0], speed_mps: 10}')
    found = [(0.05 * n, row) for n, points in enumerate(scans(one, 80)) for row in far(points)]
    assert len(found) > 60
    for t, row in found:
        assert row['x'] == pytest.approx(60 - 2.25 - 0.9 - 10 * t, abs=6.0)
        assert row['doppler_bin'] * chirp().velocity_step_mps == pytest.approx(-10.0, abs=0.6)
    assert abs(np.median([row['y'] for _, row in found])) < 1.0


def test_left_of_the_rider_is_right_of_a_sensor_that_looks_back():
    one = world('{id: a, class: truck, at: [-20, 6]}')
    assert np.median([row['y'] for points in scans(one) for row in far(points)]) < -3.0


def test_the_sine_of_azimuth_lies_on_multiples_of_one_in_32():
    one = world('{id: a, class: truck, at: [-30, 7]}')
    rows = np.concatenate([far(points) for points in scans(one)])
    sine = rows['y'] / np.hypot(rows['x'], rows['y']) * 32
    assert sine == pytest.approx(np.rint(sine), abs=1e-9)
    assert rows['range_bin'] * chirp().range_bin_m == pytest.approx(np.hypot(rows['x'], rows['y']))


def test_a_body_that_aliases_once_becomes_two_peaks_at_0_19():
    one = world('{id: a, class: person, at: [-28, 0], speed_mps: 25}')  # +-18.7 m/s: 25 comes back as -12.4
    rows = np.concatenate([far(points) for points in scans(one, 12)])
    assert len(rows) > 8
    assert rows['doppler_bin'] * chirp().velocity_step_mps == pytest.approx([12.4] * len(rows), abs=0.7)
    bins = np.sort(np.unique(rows['azimuth_bin']))
    assert set(bins) <= {-8, -7, -6, -5, -4, 4, 5, 6, 7, 8}
    assert bins.min() < 0 < bins.max()


def test_two_bodies_in_one_cell_are_one_measurement():
    apart = world('{id: a, class: person, at: [-20, 2]}, {id: b, class: person, at: [-27, 2]}')
    together = world('{id: a, class: person, at: [-20, 0.3]}, {id: b, class: person, at: [-20, -0.3]}')
    # Who stands before a standing radar keeps his strength: a seed is one draw of it, however many scans.
    both, one = ([len(np.unique(far(points)['range_bin'])) for seed in range(1, 21) for points in scans(each, 4, seed)]
                 for each in (apart, together))
    assert np.mean(both) > 1.5
    assert np.mean(one) < 1.3


def test_a_truck_is_several_points():
    counts = [len(far(points)) for points in scans(world('{id: a, class: truck, at: [-14, 3.5], speed_mps: 1}'), 60)]
    assert np.mean(counts) > 2


def test_a_car_in_a_trucks_shadow_is_weaker():
    alone = world('{id: a, class: car, at: [-40, 0]}')
    behind = world('{id: a, class: car, at: [-40, 0]}, {id: b, class: truck, at: [-20, 0]}')

    def seen(one: World) -> float:
        return float(np.mean([(np.abs(points['x'] - 37) < 2.5).any() for points in scans(one, 200)]))

    assert seen(behind) < 0.5 < seen(alone)


def test_a_guard_rail_mirrors_a_car():
    car = '{id: a, class: truck, at: [-18, 0.5], speed_mps: 5}'
    rail = 'things: [{kind: guard_rail, from: [-60, 4], to: [20, 4]}]'

    def beyond(one: World) -> int:
        return sum(int(((points['y'] < -5) & (points['doppler_bin'] < -2)).any()) for points in scans(one, 60))

    assert beyond(world(car)) == 0
    assert beyond(world(car, more=rail)) > 10


def test_leakage_is_in_every_frame_near_0_m():
    for name, points in (('road', 2), ('radhar', 6)):
        for scan in scans(world(), 5, name=name):
            leaked = scan[np.hypot(scan['x'], scan['y']) < 0.25]
            assert (len(leaked), set(leaked['doppler_bin'])) == (points, {0})


def test_clutter_by_the_road_moves_as_the_rider_does():
    one = world(rig='speed_mps: 6')
    rows = np.concatenate([far(points) for points in scans(one, 100, road=road_of(one))])
    assert len(rows) > 300
    speed = rows['doppler_bin'] * chirp().velocity_step_mps
    assert (speed > -1).all()
    # All but a few: two bodies in one cell have one angle, and at endfire left is right.
    off = np.abs(speed - 6 * rows['x'] / np.hypot(rows['x'], rows['y']))
    assert np.mean(off < 1.6) > 0.98


def test_the_road_goes_where_the_rider_goes_and_beyond():
    one = world(rig='path: {points: [[0, 0, 0], [10, 50, 0], [12, 50, 0], [30, 50, 90]]}', duration_s=30)
    road = road_of(one)
    assert np.hypot(np.diff(road[:, 0]), np.diff(road[:, 1])).max() < 2.0
    assert road[0, :2] == pytest.approx([-99.0, 0.0])
    assert road[-1, :2] == pytest.approx([50.0, 189.0], abs=0.8)


def test_nothing_comes_from_beyond_the_band_and_never_more_than_100_points():
    places = [(-6 - 5 * n, (-1) ** n * (2 + n % 7 * 3)) for n in range(30)]
    crowd = ', '.join(f'{{id: t{n}, class: truck, at: [{x}, {y}], speed_mps: {n % 9}}}'
                      for n, (x, y) in enumerate(places))
    for points in scans(world(crowd), 20, road=road_of(world())):
        assert len(points) <= MAX_POINTS
        assert (points['range_bin'] * chirp().range_bin_m <= chirp().range_max_m + 0.5).all()
        assert (points['x'] >= 0).all()
        assert np.isfinite(points['snr_db']).all()


def test_the_same_seed_gives_the_same_points_to_the_last_bit():
    one = world('{id: a, class: car, at: [-50, 2], speed_mps: 12}', rig='speed_mps: 5, sway_deg: 3')
    first, again, other = (scans(one, 60, seed=seed, road=road_of(one)) for seed in (3, 3, 4))
    assert [points.tobytes() for points in first] == [points.tobytes() for points in again]
    assert [points.tobytes() for points in first] != [points.tobytes() for points in other]


@pytest.mark.parametrize('fault', ['drop', 'die'])
def test_a_silent_radar_sends_no_frame_and_goes_on_as_if_nothing_was(fault):
    car = '{id: a, class: car, at: [-50, 2], speed_mps: 12}'
    broken = world(car, more=f'faults: [{{at_s: 1.0, sensor: radar, do: {fault}, for_s: 0.5}}]')
    whole, silent = scans(world(car), 60), scans(broken, 60)
    assert [points is None for points in silent] == [20 <= n < 30 for n in range(60)]
    assert silent[40].tobytes() == whole[40].tobytes()


def test_a_frozen_radar_repeats_and_a_noisy_one_invents():
    car = '{id: a, class: car, at: [-50, 2], speed_mps: 12}'
    frozen = scans(world(car, more='faults: [{at_s: 1.0, sensor: radar, do: freeze}]'), 40)
    assert {points.tobytes() for points in frozen[20:]} == {frozen[19].tobytes()}
    noisy = scans(world(car, more='faults: [{at_s: 1.0, sensor: radar, do: noise}]'), 40)
    assert min(len(points) for points in noisy[20:]) >= 40 > max(len(points) for points in noisy[:20])


def test_a_scan_becomes_the_bytes_of_the_device():
    one = world('{id: a, class: truck, at: [-75, 3], speed_mps: 1}', more='things: [{kind: signs, from: [-9, 2], to: '
                '[-9, 2]}]')
    points = scans(one, 3)[2]
    packet = ti_frames.scan(7, points, chirp().xyz_q)
    assert len(packet) % 32 == 0
    assert struct.unpack_from('<II', packet, 28)[0] == len(points)
    count, q = struct.unpack_from('<HH', packet, 44)
    assert (count, q) == (len(points), 5)
    sent = np.frombuffer(packet, [('range', '<u2'), ('doppler', '<i2'), ('peak', '<u2'), ('x', '<i2'), ('y', '<i2'),
                                  ('z', '<i2')], count, 48)
    assert (sent['range'] == points['range_bin']).all()
    assert (sent['doppler'] == points['doppler_bin']).all()
    assert sent['y'] / 32 == pytest.approx(points['x'], abs=1 / 64 + 1e-9)
    assert sent['x'] / 32 == pytest.approx(-points['y'], abs=1 / 64 + 1e-9)


def test_a_scan_without_points_is_an_empty_frame():
    assert struct.unpack_from('<II', ti_frames.scan(1, scans(world(), 1)[0][:0], 5), 28) == (0, 0)
