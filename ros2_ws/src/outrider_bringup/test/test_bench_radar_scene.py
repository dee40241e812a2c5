"""The world's radar stands beside the real recording: the same statistics of both, and they agree."""

import numpy as np
import pytest

from outrider_bringup.bench import radar_scene
from outrider_bringup.bench.radar_statistics import NAMES, statistics
from outrider_sim.devices import radhar
from outrider_sim.world.radar.room import WALK

BIN_M, PERIOD_S = 0.05, 0.1
JUDGED = [name for name in NAMES if name != 'longest gap']


def point(x, y, velocity=0.0, snr=20.0):
    return [x, y, 0.0, velocity, snr]


def told(*frames):
    return statistics([np.array(frame, dtype=np.float32).reshape(-1, 5) for frame in frames], PERIOD_S, BIN_M)


@pytest.fixture(scope='module')
def worlds():
    return [radar_scene.simulated(seed) for seed in radar_scene.SEEDS]


@pytest.fixture(scope='module')
def runs(worlds):
    return [radar_scene.told(frames) for frames in worlds]


@pytest.fixture(scope='module')
def recorded():
    return radar_scene.recorded()


def test_each_statistic_is_what_its_definition_says():
    leak, wall = point(0.1, 0.0), [point(2.0, 0.0, snr=snr) for snr in (20.0, 22.0, 24.0, 22.0)]
    walker = [[point(3.0, 0.0, 0.6), point(3.0, 0.3, 0.6)], [], [], [point(3.0, 0.0, -0.6)]]
    found = told(*[[leak, one, *others] for one, others in zip(wall, walker, strict=True)])
    assert found['points a frame'] == pytest.approx(11 / 4)
    assert found['zero Doppler'] == pytest.approx(8 / 11)
    assert found['leakage'] == pytest.approx(4 / 11)
    assert found['strength sd'] == pytest.approx(np.std([20, 22, 24, 22]))
    assert found['angle spread'] == pytest.approx(np.degrees(np.arctan2(0.3, 3.0)) / 2, rel=1e-4)
    assert found['frames without walker'] == pytest.approx(2 / 4)
    assert found['longest gap'] == pytest.approx(2 * PERIOD_S)


def test_a_cell_counts_by_its_strongest_point_and_only_if_it_is_there_in_half_of_the_frames():
    steady = [point(2.0, 0.0, snr=30.0), point(2.0, 0.0, snr=10.0)]
    found = told([*steady, point(4.0, 0.0, snr=11.0)], steady, steady, steady[:1], steady[:1])
    assert found['strength sd'] == 0.0


def test_gaps_are_counted_and_their_mean_is_over_them():
    seen, unseen = [point(1, 0, 1.0)], [point(1, 0)]
    found = told(unseen, seen, unseen, unseen, unseen, seen, seen, unseen, unseen)
    assert (found['gaps'], found['mean gap']) == (3, pytest.approx(2 * PERIOD_S))
    whole = told(seen, seen)
    assert (whole['gaps'], whole['mean gap'], whole['longest gap']) == (0, 0, 0)


def test_a_gap_ends_with_the_run():
    assert told([point(1, 0, 1.0)], [point(1, 0)], [point(1, 0)])['longest gap'] == pytest.approx(2 * PERIOD_S)


def test_without_a_walker_and_without_a_wall_there_is_nothing_to_tell_of_them():
    found = told([point(0.1, 0.0)], [point(0.1, 0.0)])
    assert np.isnan(found['strength sd'])
    assert np.isnan(found['angle spread'])
    assert found['frames without walker'] == 1.0


def test_both_sets_come_through_the_driver_whole(recorded, worlds):
    assert len(recorded) == radar_scene.FRAMES == len(radhar.load())
    assert sum(map(len, recorded)) == 13755
    assert {len(frames) for frames in worlds} == {radar_scene.FRAMES}


def test_the_same_seed_gives_the_same_frames_to_the_last_bit(worlds):
    again = radar_scene.simulated(radar_scene.SEEDS[0])
    assert [frame.tobytes() for frame in again] == [frame.tobytes() for frame in worlds[0]]


@pytest.mark.parametrize('name', JUDGED)
def test_the_world_agrees_with_the_recording(runs, recorded, name):
    real = radar_scene.told(recorded)[name]
    assert radar_scene.off_percent(float(np.mean([run[name] for run in runs])), real) <= radar_scene.MOST_OFF_PERCENT


@pytest.mark.parametrize('name', ['points a frame', 'zero Doppler', 'leakage', 'frames without walker'])
def test_every_single_seed_agrees_where_many_frames_count(runs, recorded, name):
    real = radar_scene.told(recorded)[name]
    assert all(radar_scene.off_percent(run[name], real) <= radar_scene.MOST_OFF_PERCENT for run in runs)


def test_the_half_that_told_no_strength_agrees_too(recorded, worlds):
    """The room's strengths are those of the first half; the walk is that of both."""
    half = radar_scene.FRAMES // 2
    real = radar_scene.told(recorded[half:])
    found = [radar_scene.told(frames[half:]) for frames in worlds]
    for name in JUDGED:
        mean = float(np.mean([one[name] for one in found]))
        assert radar_scene.off_percent(mean, real[name]) <= radar_scene.MOST_OFF_PERCENT, name


def test_the_walk_leads_where_the_recording_has_moving_points(recorded):
    for number in range(0, radar_scene.FRAMES, 15):
        moving = recorded[number][np.abs(recorded[number][:, 3]) > 0.1]
        if len(moving) >= 3:
            there = WALK[round(number * radhar.FRAME_PERIOD_S / 0.5)]
            assert np.hypot(*(np.median(moving[:, :2], axis=0) - there)) < 0.55


def test_the_figures_hold_both_sets(monkeypatch, worlds):
    monkeypatch.setattr(radar_scene, 'simulated', lambda seed: worlds[radar_scene.SEEDS.index(seed)])
    (figure,) = radar_scene.FIGURES
    measured = figure.run(lambda text: None)
    assert len(measured) == len(figure.names) == len(figure.limits) == len(NAMES)
    assert [limit is None for limit in figure.limits] == [name == 'longest gap' for name in NAMES]
    for one in measured:
        assert one.value == pytest.approx(radar_scene.off_percent(one.extra['world'], one.extra['recording']))
        assert 'recording' in one.detail
