"""Figures stand beside their limits, for people and for programs."""

import pytest

from outrider_bringup.bench import subjects
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.report import Result, as_json, number, render, results
from outrider_bringup.errors import UserError


def result(value, limit=6.0, sense='<=', **more):
    return Result('byte to hazard p50', 'ms', limit, sense,
                  None if value is None else Measured(value, '600 frames', 'bare hop', 0.94, {'samples': 600}), **more)


@pytest.mark.parametrize(('value', 'sense', 'verdict'), [
    (6.0, '<=', 'ok'), (6.01, '<=', 'missed'), (6.0, '>=', 'ok'), (5.99, '>=', 'missed'), (None, '<=', 'not measured')])
def test_a_verdict_is_the_value_against_its_limit(value, sense, verdict):
    assert result(value, sense=sense).verdict == verdict


def test_a_figure_without_limit_has_no_verdict():
    assert result(1e9, limit=None).verdict == ''


def figure(names):
    return Figure(names, ('ms',) * len(names), (1.0,) * len(names), '<=', lambda say: ())


def test_each_name_gets_its_own_measurement():
    two = results(figure(('a', 'b')), (Measured(0.5), Measured(2.0)))
    assert [(one.name, one.verdict) for one in two] == [('a', 'ok'), ('b', 'missed')]


def test_what_could_not_be_taken_says_why_once():
    lines = render(results(figure(('a', 'b')), None, 'start: no radar'), width=100, colour=False)
    assert [line for line in lines if 'no radar' in line] == ['start: no radar']
    assert sum('not measured' in line for line in lines) == 2


def test_a_subject_that_measures_too_little_is_a_defect():
    with pytest.raises(ValueError, match='2 figures and measured 1'):
        results(figure(('a', 'b')), (Measured(1.0),))


def test_the_table_shows_value_unit_limit_peer_verdict_and_samples():
    header, line = render([result(3.14159)], width=100, colour=False)
    assert header.split() == ['figure', 'value', 'unit', 'limit', 'peer']
    cells = [cell.strip() for cell in line.split('  ') if cell]
    assert cells == ['byte to hazard p50', '3.14', 'ms', '<= 6.00', '0.94 bare hop', 'ok', '600 frames']


def test_verdict_and_detail_are_painted():
    line = render([result(1.0)], width=100, colour=True)[1]
    assert '0.94 bare hop  \x1b[32mok\x1b[0m  ' in line
    assert line.count('\x1b[') == 4  # verdict and detail, each begun and ended


def test_what_a_value_rests_on_goes_below_where_the_line_would_be_too_long():
    lines = render([result(3.0)], width=60, colour=False)
    assert lines[1].endswith('ok')
    assert lines[2] == '    600 frames; peer: 0.94 bare hop'


def test_no_line_of_the_table_is_wider_than_the_terminal():
    assert all(len(line) <= 79 for line in render([result(3.0)] * 3, width=79, colour=False))


@pytest.mark.parametrize(('value', 'text'), [(None, ''), (0.1234, '0.12'), (9.999, '10.00'), (12.34, '12.3'),
                                             (123.4, '123'), (23456.7, '23,457')])
def test_numbers_have_about_three_digits(value, text):
    assert number(value) == text


def test_programs_get_value_limit_peer_and_samples():
    (entry,) = as_json([result(3.0)])
    assert entry == {'figure': 'byte to hazard p50', 'unit': 'ms', 'limit': 6.0, 'sense': '<=', 'verdict': 'ok',
                     'value': 3.0, 'detail': '600 frames', 'peer': 'bare hop', 'peer_value': 0.94, 'samples': 600}
    assert as_json([result(None)])[0]['value'] is None


def test_all_but_the_slow_subjects_run_when_none_is_named():
    assert subjects.chosen([]) == ['parser', 'latency', 'demo_cost', 'start', 'firmware', 'drive', 'world', 'render',
                                   'road', 'ride', 'radar_scene', 'camera', 'imu', 'step', 'real_drive', 'record',
                                   'rides', 'view', 'voice', 'screen', 'detector']
    assert subjects.chosen(['start', 'fresh', 'start']) == ['start', 'fresh']


def test_an_unknown_subject_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r"'latenci'\. Did you mean 'latency'\?"):
        subjects.chosen(['latenci'])


@pytest.mark.parametrize('name', subjects.SUBJECTS + subjects.ONLY_BY_NAME)
def test_every_subject_offers_figures_with_a_unit_and_a_limit_each(name):
    for offered in subjects.figures(name):
        assert len(offered.names) == len(offered.units) == len(offered.limits) > 0
        assert offered.sense in ('<=', '>=')
        assert offered.about


def test_no_two_figures_share_a_name():
    names = [name for subject in subjects.SUBJECTS + subjects.ONLY_BY_NAME for figure in subjects.figures(subject)
             for name in figure.names]
    assert len(names) == len(set(names))
