"""From reflections to points: windows, CFAR and its masking, grouping, aliasing, the angle grid, limits."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from outrider_sim.world import scenario
from outrider_sim.world.places import Mount
from outrider_sim.world.radar import cells, physics
from outrider_sim.world.radar.chirp import Cfar, Chirp, read_cfg
from outrider_sim.world.radar.radar import Radar
from outrider_sim.world.world import World

CONFIG = Path(__file__).resolve().parents[4] / 'config' / 'radar'
AHEAD = Mount((0.0, 0.0, 1.0), (0.0, 0.0, 0.0))
BLACKMAN, HANN = (0.42, 0.25, 0.04), (0.5, 0.25)


def chirp(name: str = 'road') -> Chirp:
    return read_cfg((CONFIG / f'{name}.cfg').read_text())


def dbsm(one: Chirp, snr_db: float, range_m: float) -> float:
    """Return the strength that stands `snr_db` above the noise, straight ahead; a reflector high up has no mirror."""
    at = np.array([range_m])
    return float(snr_db - physics.snr_db(one, np.zeros(1), at)[0]
                 - physics.two_ray_db(one, at, 1.0, np.ones(1))[0])


def scan(one: Chirp, *standing: tuple[float, float, float], seed: int = 1) -> np.ndarray:
    """Return the points of things that stand: range in m, sine of azimuth, dB above the noise; no leakage."""
    rows = [[r * math.sqrt(1 - s * s), r * s, 1.0, dbsm(one, snr, r) - 20 * math.log10(1 - s * s)]
            for r, s, snr in standing]
    world = World(scenario.parse('duration_s: 9\nrig: {speed_mps: 0}\n'))
    points = Radar(one, seed, AHEAD, np.zeros((0, 3)), np.array(rows).reshape(-1, 4)).scan(world.at(0.0))
    return points[np.hypot(points['x'], points['y']) > 0.25 + one.range_bin_m]


@pytest.mark.parametrize(('lines', 'window'), [(BLACKMAN, np.blackman), (HANN, np.hanning)])
def test_the_response_of_a_window_is_its_transform(lines, window):
    taps = window(4097)[:-1]
    for off in (0.0, 0.3, 0.5, 1.0, 1.6):
        tone = np.exp(2j * math.pi * off * np.arange(4096) / 4096)
        assert cells.response(lines, np.array([off]))[0] == pytest.approx(abs((taps * tone).sum()) / taps.sum(),
                                                                          abs=2e-3)


def test_blackmans_main_lobe_is_that_of_the_recordings_wall():
    one = chirp('radhar')
    points = scan(one, (70.35 * one.range_bin_m, -0.09, 66.0))
    at = {int(point['range_bin']): point['snr_db'] for point in points}
    # Twice the recording's 29.5, 32.8 and 32.0 dB: what it holds is the magnitude's logarithm.
    assert at[69] - at[70] == pytest.approx(2 * (29.5 - 32.8), abs=1.0)
    assert at[71] - at[70] == pytest.approx(2 * (32.0 - 32.8), abs=1.0)


def test_two_reflections_in_one_cell_beat_by_the_way_there_and_back():
    one = chirp()
    range_m = 12 * one.range_bin_m

    def power(apart_m: float) -> float:
        points = scan(one, (range_m, 0.0, 60.0), (range_m + apart_m, 0.0, 60.0))
        return float(sum(10 ** (point['snr_db'] / 10) for point in points if point['range_bin'] == 12)) / 1e6

    for apart in (0.0, one.wavelength_m / 8, 0.02):
        # A quarter of a wave more is half a wave on the way: waves that add cancel, and the other way round.
        assert power(apart) + power(apart + one.wavelength_m / 4) == pytest.approx(4.0, abs=0.1)
        assert power(apart) == pytest.approx(power(apart + one.wavelength_m / 2), abs=0.1)
    assert abs(power(0.0) - power(one.wavelength_m / 8)) + abs(power(0.0) - power(one.wavelength_m / 4)) > 1.0


def test_the_strongest_cell_has_the_strength_of_the_radar_equation_wherever_it_straddles():
    one = chirp()
    for range_bin in (30.0, 30.3, 30.5):
        found = scan(one, (range_bin * one.range_bin_m, 0.0, 40.0))
        assert found['snr_db'].max() == pytest.approx(40.0, abs=1.0)


def test_grouping_leaves_one_cell_a_body_only_where_the_file_asks():
    one = chirp()
    assert len(scan(one, (24.6, 0.0, 40.0))) == 1
    alone = scan(replace(one, group_range=False), (24.6, 0.0, 40.0))
    assert len(alone) >= 3
    assert set(np.diff(np.sort(alone['range_bin']))) == {1}
    assert chirp('radhar').group_doppler
    assert not chirp('radhar').group_range


@pytest.mark.parametrize(('mode', 'seen'), [(2, True), (1, False)])
def test_a_strong_body_in_the_window_masks_a_weak_one_unless_the_smaller_side_counts(mode, seen):
    one = replace(chirp(), cfar=Cfar(mode, 8, 4), group_range=False)
    weak, strong = 40 * one.range_bin_m, [((40 + step) * one.range_bin_m, 0.0, 60.0) for step in (6, 9, 12)]
    points = scan(one, (weak, 0.0, 20.0), *strong)
    assert (points['range_bin'] == 40).any() == seen


def test_clutter_on_both_sides_masks_whatever_side_counts():
    one = replace(chirp(), group_range=False)
    around = [((40 + step) * one.range_bin_m, 0.0, 60.0) for step in (-12, -9, -6, 6, 9, 12)]
    assert not (scan(one, (40 * one.range_bin_m, 0.0, 20.0), *around)['range_bin'] == 40).any()
    assert (scan(one, (40 * one.range_bin_m, 0.0, 20.0))['range_bin'] == 40).any()


def test_the_first_cells_look_outwards_and_the_last_inwards():
    one = replace(chirp(), group_range=False)
    outward = [((3 + step) * one.range_bin_m, 0.0, 60.0) for step in (5, 8, 11)]
    assert not (scan(one, (3 * one.range_bin_m, 0.0, 25.0), *outward)['range_bin'] == 3).any()


def test_two_directions_in_a_cell_are_two_points_down_to_half_the_magnitude():
    one = chirp()
    both = sorted(scan(one, (20.3, -0.5, 40.0), (20.3, 0.5, 38.0))['azimuth_bin'].tolist())
    assert both == pytest.approx([-16, 16], abs=1)
    assert len(scan(one, (20.3, -0.5, 40.0), (20.3, 0.5, 30.0))) == 1


def test_second_angles_are_as_the_file_says():
    text = (CONFIG / 'road.cfg').read_text()
    pair = (20.3, -0.5, 40.0), (20.3, 0.5, 38.0)
    assert len(scan(read_cfg(text.replace('multiObjBeamForming 1 0.5', 'multiObjBeamForming 0 0.5')), *pair)) == 1
    assert len(scan(read_cfg(text.replace('multiObjBeamForming 1 0.5', 'multiObjBeamForming 1 0.95')), *pair)) == 1


def test_clutter_removal_takes_out_what_stands_and_leaves_what_moves():
    text = (CONFIG / 'road.cfg').read_text().replace('clutterRemoval 0', 'clutterRemoval 1')
    one = read_cfg(text)
    assert one.without_still
    assert not chirp().without_still
    assert len(scan(one, (20.3, 0.0, 60.0))) == 0
    amplitude = np.array([100.0 + 0j, 100.0 + 0j])
    found = cells.spread(one, np.array([20.0, 40.0]), np.array([0.0, 5.0]), np.zeros(2), amplitude)
    assert set(found.far.tolist()) == {far for far in found.far.tolist() if far > 40}
    assert np.abs(found.signals).max() * math.sqrt(8) == pytest.approx(100.0, rel=0.1)


def test_a_file_with_a_subframe_says_the_same():
    text = (CONFIG / 'road.cfg').read_text()
    other = text
    for command in ('cfarCfg', 'peakGrouping', 'multiObjBeamForming', 'clutterRemoval'):
        other = other.replace(f'{command} ', f'{command} -1 ')
    assert read_cfg(other) == read_cfg(text)


def test_points_come_in_the_order_of_the_chip_and_second_angles_last():
    one = replace(chirp('radhar'), group_range=False)
    points = scan(one, (5.0, -0.5, 50.0), (5.0, 0.5, 49.0), (3.0, 0.0, 50.0))
    firsts = len(np.unique(points['range_bin']))
    assert points['range_bin'][:firsts].tolist() == sorted(points['range_bin'][:firsts].tolist())
    assert len(points) > firsts


def test_of_a_crowd_a_chirp_with_elevation_tells_64_points_and_one_without_100():
    crowd = [(1.0 + 0.1 * number, -0.4 + 0.8 * (number % 2), 45.0) for number in range(80)]
    for name, most in (('radhar', 64), ('near', 100)):
        one = replace(chirp(name), group_range=False, cfar=Cfar(2, 1, 0))
        world = World(scenario.parse('duration_s: 9\nrig: {speed_mps: 0}\n'))
        rows = [[r * math.sqrt(1 - s * s), r * s, 1.0, dbsm(one, snr, r)] for r, s, snr in crowd]
        rows += [[r, 0.0, 1.0, dbsm(one, 60.0, r)] for r in np.arange(1.0, 18.0, 0.2)]
        points = Radar(one, 1, AHEAD, np.zeros((0, 3)), np.array(rows)).scan(world.at(0.0))
        assert len(points) <= one.most_points == most


def test_what_aliases_an_odd_number_of_times_is_off_by_half_a_turn_at_the_second_transmitter():
    one = chirp()
    span = one.velocity_step_mps * one.loops
    for folds, sines in ((0, [0]), (1, [-6, 6]), (-1, [-6, 6]), (2, [0])):
        found = cells.spread(one, np.array([40.0]), np.array([-3.0 + folds * span]), np.zeros(1), np.array([100 + 0j]))
        best = int(np.argmax((np.abs(found.signals) ** 2).sum(axis=1)))
        spectrum = np.abs(np.fft.fft(found.signals[best], 64))
        peaks = [((place + 32) % 64) - 32 for place in np.flatnonzero(spectrum > 0.95 * spectrum.max())]
        assert found.doppler[best] == round(-3.0 / one.velocity_step_mps)
        assert {min(sines, key=lambda sine: abs(sine - peak)) for peak in peaks} == set(sines)
        assert all(min(abs(sine - peak) for sine in sines) <= 1 for peak in peaks)  # +-0.19 is +-6 of 32


def test_azimuth_is_told_in_steps_of_one_in_32():
    one = chirp()
    for sine in (0.1, 0.33, -0.47):
        (point,) = scan(one, (30.0, sine, 40.0))
        assert point['azimuth_bin'] == round(32 * sine)
        assert point['y'] == pytest.approx(point['azimuth_bin'] / 32 * point['range_bin'] * one.range_bin_m)


def test_the_receivers_band_ends_the_range_where_the_fft_would_go_on():
    one = chirp()
    assert one.range_bins * one.range_bin_m == pytest.approx(104.1, abs=0.1)
    assert len(scan(one, (82.5, 0.0, 40.0))) == 1
    assert len(scan(one, (84.5, 0.0, 40.0))) == 0
