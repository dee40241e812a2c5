"""Drawn runs beside what is asked of them: the table is walked, and few samples decide nothing that they cannot."""

from __future__ import annotations

import copy

import pytest

from outrider_bringup import cli
from outrider_bringup.score.limits import (
    FAILED,
    LIMITS,
    NOT_DRAWN,
    OK,
    TOO_FEW,
    Limit,
    Seen,
    band,
    failed,
    held,
    verdict,
)
from outrider_bringup.score.rates import rates
from outrider_bringup.score.report import held_json, held_lines

GOOD = {
    'minutes': 120.0,
    'plain': {'required': 500, 'recall': 0.996, 'lead_s': {'p5': 2.6, 'p50': 4.6},
              'early': {'leads': 498, 'share': 0.97}},
    'urgent_before_contact': {'contacts': 80, 'share': 0.9625},
    'warned_passes': {'2.8..3.2 m': {'passes': 60, 'share': 0.15}, '3.8..4.2 m': {'passes': 60, 'share': 1 / 60}},
    'urgent_beyond_2.5_m': 0, 'passes_beyond_2.5_m': 300,
    'false_by_level': {'notice': 9, 'warn': 12, 'urgent': 0},
    'close_passes': {'day': {'measured': 400, 'rms_m': 0.19, 'bias_m': -0.09},
                     'night': {'measured': 90, 'rms_m': 0.24, 'bias_m': 0.0}},
}
# What makes each row of each kind fail, and none beside.
SPOILT = [
    ('near', 1.0, ('plain', 'recall'), 0.988, 'recall of required warns'),
    ('near', 1.0, ('plain', 'lead_s', 'p50'), 3.9, 'lead, median'),
    ('near', 1.0, ('plain', 'early', 'share'), 0.94, 'leads of at least 2.5 s'),
    ('near', 1.0, ('urgent_before_contact', 'share'), 0.9375, 'urgent 1.5 s before contact'),
    ('far', 1.0, ('warned_passes', '2.8..3.2 m', 'share'), 0.22, 'warned at 3.0 m'),
    ('bands', 1.0, ('warned_passes', '3.8..4.2 m', 'share'), 0.06, 'warned at 4.0 m'),
    ('far', 1.0, ('urgent_beyond_2.5_m',), 1, 'urgent beyond 2.5 m'),
    ('near', 1.0, ('close_passes', 'day', 'rms_m'), 0.21, 'clearance of close passes, RMS'),
    ('near', 1.0, ('close_passes', 'day', 'bias_m'), -0.11, 'clearance of close passes, bias'),
    ('near', 1.0, ('close_passes', 'night', 'rms_m'), 0.26, 'clearance of close passes at night, RMS'),
    ('quiet', 1.0, ('false_by_level', 'urgent'), 1, 'urgent in quiet traffic'),
    ('quiet', 1.0, ('false_by_level', 'warn'), 13, 'warns in quiet traffic, in 10 minutes'),
    ('near', 1.5, ('plain', 'recall'), 0.966, 'recall of required warns'),
    ('quiet', 1.5, ('false_by_level', 'urgent'), 1, 'urgent in quiet traffic'),
]


def spoilt(path, value):
    told = copy.deepcopy(GOOD)
    inside = told
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return told


@pytest.mark.parametrize(('kind', 'stress', 'path', 'value', 'name'), SPOILT)
def test_each_limit_is_held_and_fails_alone(kind, stress, path, value, name):
    assert {row.verdict for row in held(GOOD, kind, stress)} == {OK}
    rows = held(spoilt(path, value), kind, stress)
    bad = [row.limit.name for row in rows if row.verdict == FAILED]
    allowed = {name, 'warns in quiet traffic, in 10 minutes'} if value == 1 and kind == 'quiet' else {name}
    assert name in bad
    assert set(bad) <= allowed
    assert failed(rows)


def test_surely_failed_is_what_so_many_runs_say_and_rows_stay_strict():
    few = held(spoilt(('plain', 'early'), {'leads': 107, 'share': 101 / 107, 'in_runs': 90}), 'near', 1.0)
    assert [row.limit.name for row in few if row.verdict == FAILED] == ['leads of at least 2.5 s']
    assert failed(few)
    assert not failed(few, surely=True)
    many = held(spoilt(('plain', 'early'), {'leads': 2000, 'share': 0.93, 'in_runs': 1500}), 'near', 1.0)
    assert failed(many, surely=True)


def test_a_platoon_that_turns_off_together_is_one_sample():
    told = {'passes': 30, 'share': 0.2, 'in_runs': 22}
    alone, together = Seen(0.2, 30, 6), Seen(0.2, 30, 6, 22)
    assert band(together)[0] < band(alone)[0]
    rows = held(spoilt(('warned_passes', '3.8..4.2 m'), told), 'bands', 1.0)
    assert next(row.seen.runs for row in rows if row.limit.name == 'warned at 4.0 m') == 22


def test_what_is_no_share_fails_surely_too():
    assert failed(held(spoilt(('urgent_beyond_2.5_m',), 1), 'far', 1.0), surely=True)
    assert failed(held(spoilt(('plain', 'lead_s', 'p50'), 3.9), 'near', 1.0), surely=True)


def test_every_row_of_the_table_is_spoilt_once():
    assert {(row.name, row.stressed) for row in LIMITS} == {(name, stress == 1.5) for _, stress, _, _, name in SPOILT}


def test_nothing_drawn_is_neither_good_nor_bad():
    empty = rates([])
    for kind in ('near', 'far', 'bands', 'quiet'):
        rows = held(empty, kind, 1.0)
        assert rows
        assert {row.verdict for row in rows} == {NOT_DRAWN}
        assert not failed(rows)


SHARE = Limit('at most a fifth', ('far',), lambda said: Seen(0.0, 0), '<=', 0.2, '%', 'passes', 5)


@pytest.mark.parametrize(('bad', 'of', 'said'), [
    (0, 3, TOO_FEW), (1, 4, TOO_FEW), (2, 4, FAILED), (0, 5, OK), (1, 5, OK), (2, 9, FAILED), (2, 10, OK)])
def test_few_samples_decide_what_one_more_bad_one_could_not_change(bad, of, said):
    assert verdict(SHARE, Seen(bad / of, of, bad)) == said


def test_a_mean_of_few_is_not_decided():
    rms = Limit('rms', ('near',), lambda said: Seen(0.0, 0), '<=', 0.2, 'm', 'passes', 10)
    assert verdict(rms, Seen(0.5, 9)) == TOO_FEW
    assert verdict(rms, Seen(0.5, 10)) == FAILED


def test_the_interval_holds_what_was_seen_and_narrows():
    few, many = band(Seen(0.2, 10, 2)), band(Seen(0.2, 1000, 200))
    assert few is not None
    assert many is not None
    assert few[0] < many[0] < 0.2 < many[1] < few[1]
    assert band(Seen(None, 0)) is None
    assert band(Seen(0.15, 40)) is None, 'a bias is no share'


def test_lines_say_how_many_and_the_verdict():
    rows = held(spoilt(('warned_passes', '2.8..3.2 m'), {'passes': 4, 'share': 0.25}), 'far', 1.0)
    lines = held_lines(rows, width=160, colour=False)
    assert ' '.join(lines[1].split()) == ('warned at 3.0 m 25.0 % <= 20.0 % 4 passes at 2.8..3.2 m 4.6 % .. 69.9 % '
                                          'too few')
    assert held_json(rows)[0]['verdict'] == TOO_FEW
    assert held_json(rows)[0]['of'] == 4


@pytest.mark.parametrize('words', [
    ('config/scenarios', '--limits'), ('--draw', '1', '--limits', '--without', 'gps'),
    ('--draw', '1', '--limits', '--stress', '2')])
def test_limits_that_nobody_set_are_refused(words, capsys):
    assert cli.main(['score', *words]) == 2
    assert '--limits holds for --draw' in capsys.readouterr().err


def test_a_drawn_run_is_held_against_its_limits(capsys):
    code = cli.main(['score', '--draw', '2', '--seed', '907', '--kind', 'bands', '--limits', '--jobs', '1'])
    out = capsys.readouterr().out
    assert 'urgent beyond 2.5 m' in out
    assert code == (1 if 'FAILED' in out else 0)
