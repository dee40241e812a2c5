"""`./outrider bench` runs what is named, goes on after a figure that fails, and its exit code follows the limits."""

import argparse
import json
import os

import pytest

from outrider_bringup.bench import hop, machine, subjects
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.errors import UserError
from outrider_bringup.verbs import bench


def figure(run):
    return Figure(('one',), ('ms',), (5.0,), '<=', run)


def fast(say):
    say('measuring')
    return (Measured(4.0, '10 samples'),)


def slow(say):
    return (Measured(6.0),)


def broken(say):
    raise UserError('no frames came. Run: ./outrider doctor')


@pytest.fixture
def run(monkeypatch):
    """Run the verb with these figures as its subject `start`, on a machine as busy as told."""
    def start(*functions, busy=0.0, words=('start',)):
        monkeypatch.setattr(subjects, 'figures', lambda name: tuple(map(figure, functions)))
        monkeypatch.setattr(machine, 'busy_now', lambda: busy)
        parser = argparse.ArgumentParser()
        bench.add_arguments(parser)
        return bench.run(parser.parse_args(words))
    return start


@pytest.mark.parametrize(('functions', 'code'), [((fast,), 0), ((fast, slow), 1), ((broken,), 1)])
def test_the_exit_code_follows_the_limits(run, functions, code):
    assert run(*functions) == code


def test_a_figure_that_cannot_be_taken_does_not_keep_the_others(run, capsys):
    assert run(broken, fast) == 1
    said = capsys.readouterr().out
    assert 'not measured' in said
    assert '4.00  ms' in said
    assert 'start: no frames came. Run: ./outrider doctor' in said


def test_programs_are_told_version_machine_and_figures(run, tmp_path):
    run(fast, words=('start', '--json', str(tmp_path / 'f.json')), busy=3.21)
    told = json.loads((tmp_path / 'f.json').read_text())
    assert told['version']
    assert told['machine']['cores'] >= 1
    assert told['busy_percent_before'] == 3.2
    assert told['figures'][0]['value'] == 4.0


def test_a_busy_machine_is_told_and_never_saved(run, capsys):
    assert run(fast, busy=40.0) == 0
    assert 'Others use 40 % of this machine' in capsys.readouterr().out
    with pytest.raises(UserError, match='kept from a quiet one'):
        run(fast, busy=40.0, words=('start', '--save'))


def test_a_quiet_run_is_saved_by_machine_and_subject_and_keeps_what_it_did_not_measure(run, tmp_path, monkeypatch):
    monkeypatch.setenv('OUTRIDER_ROOT', str(tmp_path))
    folder = tmp_path / 'docs' / 'figures' / machine.slug(machine.describe())
    folder.mkdir(parents=True)
    (folder / 'parser.json').write_text('earlier')
    run(fast, words=('start', '--save'))
    assert json.loads((folder / 'start.json').read_text())['figures'][0]['value'] == 4.0
    assert (folder / 'parser.json').read_text() == 'earlier'


def test_a_file_that_cannot_be_written_is_one_sentence(run, tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(UserError, match='cannot be written'):
        run(fast, words=('start', '--json', str(tmp_path / 'file' / 'f.json')))


def test_a_bare_hop_between_two_processes_is_measured():
    said = []
    delays = hop.measure(20, 5, int(os.environ['ROS_DOMAIN_ID']), said.append)
    assert len(delays) == 20
    assert 0.0 < delays.min() < 1000.0
    assert said


def test_runs_and_seed_reach_the_subject(run, monkeypatch):
    monkeypatch.setenv(subjects.RUNS, '')
    monkeypatch.setenv(subjects.SEED, '')
    run(fast, words=('start', '--runs', '40', '--seed', '907'))
    assert (os.environ[subjects.RUNS], os.environ[subjects.SEED]) == ('40', '907')


@pytest.mark.parametrize('words', [('--runs', '0'), ('--seed', '-1')])
def test_runs_and_seed_that_cannot_be_are_refused(run, words):
    with pytest.raises(UserError, match='expected'):
        run(fast, words=('start', *words))
