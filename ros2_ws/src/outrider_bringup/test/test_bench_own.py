"""The own motion and unfolding as figures: what is measured is the truth's, and few samples are refused."""

from __future__ import annotations

import numpy as np
import pytest

from outrider_bringup.bench import drawn, own, subjects
from outrider_bringup.bench.own_ride import Told, narrow, ridden
from outrider_bringup.bench.own_ride import drawn as scene
from outrider_bringup.errors import UserError
from outrider_sim.world.radar.chirp import read_cfg

REAL = own._rides


def told(errors, variance, movers, unfolded=()):
    n = len(errors)
    rows = np.stack([errors, np.full(n, variance), np.zeros(n), np.ones(n), np.full(n, movers), np.zeros(n)], axis=1)
    return Told(rows, list(unfolded), [1.0] * len(unfolded), 0.58)


@pytest.fixture
def made(monkeypatch):
    """Rides made by hand in the place of drawn ones."""
    def make(*rides):
        monkeypatch.setattr(own, '_rides', lambda kinds, narrow_span, how_many: list(rides))
        monkeypatch.setenv(subjects.SEED, '907')
        drawn.seed.cache_clear()
        return lambda text: None
    yield make
    drawn.seed.cache_clear()


def test_errors_among_movers_are_told_beside_all(made):
    say = made(told(np.full(200, 0.1), 0.01, 0.5), told(np.full(200, 0.2), 0.04, 0.1))
    crowded, everything, over, under = own.motion(say)
    assert crowded.value == pytest.approx(0.1)
    assert everything.value == pytest.approx(np.sqrt((0.01 + 0.04) / 2))
    assert over.extra['nees'] == pytest.approx(1.0)
    assert over.value < 1.0
    assert under.value < 1.0


@pytest.mark.parametrize(('variance', 'good'), [(0.01, True), (0.001, False), (0.3, False)])
def test_a_covariance_that_is_not_honest_leaves_the_band(made, variance, good):
    say = made(*[told(np.full(50, 0.1), variance, 0.5)] * 20)
    _, _, over, under = own.motion(say)
    assert (over.value <= 1.0 and under.value <= 1.0) == good


def test_too_few_scans_with_movers_are_refused(made):
    with pytest.raises(UserError, match='only 50 scans have 40 % movers'):
        own.motion(made(told(np.full(50, 0.1), 0.01, 0.5)))


def test_unfolding_is_the_share_of_tracks(made):
    say = made(*[told(np.zeros(3), 1.0, 0.0, [True] * 9 + [False])] * 20)
    share, = own.unfolding(False)(say)
    assert share.value == pytest.approx(90.0)
    assert share.extra['samples'] == 200


@pytest.fixture
def rides(made, monkeypatch):
    """Rides played by hand: told what each gives, it returns what was asked for."""
    def play(**ride):
        asked = []
        made()
        monkeypatch.setattr(own, '_rides', REAL)
        monkeypatch.setattr(own, '_ridden', {})
        monkeypatch.setattr(own, '_ride', lambda *one: asked.append(one) or told([0.0], 1.0, 0.0, **ride))
        monkeypatch.setattr(own, 'sched_getaffinity', lambda _: {0})
        return asked
    return play


def test_rides_are_drawn_until_there_are_enough_tracks_and_each_is_played_once(rides, monkeypatch):
    monkeypatch.setenv(subjects.RUNS, '50')
    asked = rides(unfolded=[True] * 3)
    share, = own.unfolding(False)(lambda text: None)
    assert share.extra['samples'] >= own.LEAST_TRACKS
    assert len(asked) == len(set(asked)) <= 1.2 * own.LEAST_TRACKS / 3


def test_too_few_tracks_are_refused(rides, monkeypatch):
    monkeypatch.setenv(subjects.RUNS, '5')
    asked = rides(unfolded=[True] * 3)
    with pytest.raises(UserError, match='only 60 tracks'):
        own.unfolding(False)(lambda text: None)
    assert len(asked) == own.MOST


def test_a_ride_follows_its_truth_at_both_spans(tmp_path):
    wide, slow = (ridden(scene(0, 907, 'near', 9.0), narrow_span=span) for span in (False, True))
    for one in (wide, slow):
        assert np.sqrt(np.mean(one.own[:, 0] ** 2)) < 0.2
        assert one.unfolded
    assert wide.bin_mps == pytest.approx(0.58, abs=0.01)
    assert slow.bin_mps < 0.2


def test_the_narrow_chirp_ends_at_six_metres_a_second(tmp_path):
    scenario = narrow(scene(0, 907, 'near', 5.0), tmp_path)
    chirp = read_cfg((tmp_path / 'narrow.cfg').read_text())
    assert scenario.radar == str(tmp_path / 'narrow.cfg')
    assert 0.5 * chirp.loops * chirp.velocity_step_mps == pytest.approx(6.0, abs=0.1)
