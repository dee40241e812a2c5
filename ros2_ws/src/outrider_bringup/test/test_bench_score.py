"""Drawn runs as figures: every limit has one, a set is played once, seeds are fresh unless told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outrider_bringup.bench import drawn, score, subjects
from outrider_bringup.bench.drawn import Set
from outrider_bringup.errors import UserError
from outrider_bringup.score.limits import LIMITS
from outrider_bringup.score.trial import trial


@pytest.fixture
def few(monkeypatch):
    """Two near ones of a seed that others develop on, everything else in proportion."""
    monkeypatch.setenv(subjects.RUNS, '2')
    monkeypatch.setenv(subjects.SEED, '907')
    monkeypatch.setattr(drawn, '_played', {})
    drawn.seed.cache_clear()
    yield
    drawn.seed.cache_clear()


def figure(name):
    return next(one for one in score.FIGURES if name in one.names)


def test_every_limit_is_a_figure_with_the_same_limit():
    limits = [one for one in score.FIGURES if one.limits[0] is not None]
    assert len(limits) == len(LIMITS)
    for one, limit in zip(limits, LIMITS, strict=True):
        assert one.sense == limit.sense
        assert one.limits[0] == pytest.approx(limit.limit * (100.0 if limit.unit == '%' else 1.0))


def test_five_hundred_of_each_and_two_hours_of_quiet_traffic(monkeypatch):
    monkeypatch.delenv(subjects.RUNS, raising=False)
    asked = {one.kind: drawn.count(one.share) for sets in score._SETS.values() for one in sets}
    assert asked['near'] >= 500
    assert asked['far'] >= 500
    assert asked['quiet'] * 2 >= 120


def test_a_set_is_played_once_and_equals_single_runs(few, monkeypatch):
    said = []
    runs = drawn.played(Set('near'), said.append)
    assert [one.judgement for one in runs] == [trial(drawn._job(Set('near'), number)).judgement for number in (0, 1)]
    assert '907' in said[-1]
    assert '2/2' in said[-1]
    monkeypatch.setattr(drawn, 'trials', lambda jobs: pytest.fail('played again'))
    assert drawn.played(Set('near'), said.append) is runs


def test_a_figure_tells_its_samples_and_its_seed(few):
    median, = figure('lead, median').run(lambda text: None)
    assert '907' in median.detail
    assert median.extra['seed'] == 907
    assert median.value > 0.0


def test_what_was_not_drawn_is_not_measured(few):
    with pytest.raises(UserError, match='Give more --runs'):
        figure('recall, bus').run(lambda text: None)


def test_night_and_missing_senses_make_their_own_runs(few):
    night = drawn._job(Set('near', without='light'), 0).scenario
    assert night == replace(drawn.draw.one(0, 907, 'near'), light='night')
    assert drawn._job(Set('near', without='radar'), 0).without == ('radar',)


def test_seeds_are_fresh_and_stay_for_one_bench(monkeypatch):
    monkeypatch.delenv(subjects.SEED, raising=False)
    seeds = set()
    for _ in range(3):
        drawn.seed.cache_clear()
        assert drawn.seed() == drawn.seed() >= 10_000
        seeds.add(drawn.seed())
    drawn.seed.cache_clear()
    assert len(seeds) > 1
