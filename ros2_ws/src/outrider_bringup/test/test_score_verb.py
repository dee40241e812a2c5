"""`outrider score` as a person types it: three files, drawn runs, wrong words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outrider_bringup import cli

LEFT_OUT = ('step_ms', 'version')
QUICK = ('duration_s: {0}\nseed: 3\nrig: {{speed_mps: 5}}\n'
         'actors: [{{id: a, class: car, at: [{1}, 2], speed_mps: 14}}]\n')


@pytest.fixture(scope='module')
def three(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('scenarios')
    (folder / 'passes.yaml').write_text(QUICK.format(6, -40) + 'expect: {warn: [{actor: a, level: warn, lead_s: 0.5}]}')
    (folder / 'stands.yaml').write_text('duration_s: 2\nrig: {speed_mps: 4}\nexpect: {quiet: true}')
    (folder / 'touches.yaml').write_text('duration_s: 4\nrig: {kind: ramp, facing: front, speed_mps: 1}\n'
                                         'things: [{kind: wall, from: [3, -3], to: [3, 3]}]\n'
                                         'expect: {no_contact: true}')
    return folder


def scored(*words: str, file: Path) -> tuple[int, dict]:
    code = cli.main(['score', *words, '--json', str(file)])
    return code, json.loads(file.read_text())


def same(told: dict) -> dict:
    """Return it without what the clock says."""
    return {**{key: value for key, value in told.items() if key not in LEFT_OUT},
            'scenarios': [{key: value for key, value in one.items() if key not in LEFT_OUT}
                          for one in told['scenarios']]}


def test_a_folder_is_scored_and_told(three, tmp_path, capsys):
    code, told = scored(str(three), file=tmp_path / 'deep' / 's.json')
    assert code == 1
    out = capsys.readouterr().out
    assert 'FAILED  touches' in out
    assert 'a thing was touched at' in out
    assert out.index('passes') < out.index('stands') < out.index('touches')
    assert {one['name']: one['ok'] for one in told['scenarios']}['touches'] is False
    assert {'version', 'scenarios', 'summary'} == set(told)
    one = told['scenarios'][0]
    assert {'name', 'ok', 'actors', 'alerts', 'missed', 'false_alerts', 'close_passes', 'gospa_m', 'position_rmse_m',
            'speed_rmse_mps', 'id_switches', 'step_ms'} <= set(one)
    assert one['actors'][0] == {'id': 'a', 't_ca_s': pytest.approx(4.0, abs=0.2), 'clearance_truth_m': pytest.approx(
        0.75)}
    assert one['step_ms']['p99'] >= one['step_ms']['p50'] > 0.0
    assert one['missed'] == []
    warn = next(alert for alert in one['alerts'] if alert['level'] == 'warn')
    assert warn['actor'] == 'a'
    assert warn['lead_s'] == pytest.approx(one['actors'][0]['t_ca_s'] - warn['t_s'])
    assert told['summary']['recall'] == 1.0


def test_one_file_that_is_ok_ends_with_0(three, tmp_path):
    code, told = scored(str(three / 'stands.yaml'), file=tmp_path / 's.json')
    assert code == 0
    assert told['summary'] == {'required': 0, 'recall': None, 'lead_s': {'p5': None, 'p50': None}, 'false_urgent': 0,
                               'false_warn_per_10min': 0.0}


def test_parallel_and_serial_say_the_same_to_the_last_bit(three, tmp_path):
    one, two = (scored(str(three), '--jobs', str(jobs), file=tmp_path / f'{jobs}.json')[1] for jobs in (1, 2))
    assert same(one) == same(two)


def test_drawn_runs_are_told_as_rates_and_end_with_0(tmp_path, capsys):
    code, told = scored('--draw', '3', '--seed', '9', '--kind', 'near', '--dump', str(tmp_path / 'dump'),
                        file=tmp_path / 's.json')
    assert code == 0
    assert [one['name'] for one in told['scenarios']] == [f'drawn_near_000{number}' for number in range(3)]
    assert told['rates']['runs'] == 3
    out = capsys.readouterr().out
    assert 'weaker or faster' in out
    assert 'urgent beyond 2.5 m' in out
    assert sorted(path.name for path in (tmp_path / 'dump').iterdir()) == [one['name'] for one in told['scenarios']]
    again = scored('--draw', '2', '--seed', '9', '--kind', 'near', file=tmp_path / 'two.json')[1]
    assert same(again)['scenarios'] == same(told)['scenarios'][:2]


def test_a_rig_that_lacks_the_radar_says_less(three, tmp_path):
    _, told = scored(str(three / 'passes.yaml'), '--without', 'radar,camera', file=tmp_path / 's.json')
    _, whole = scored(str(three / 'passes.yaml'), file=tmp_path / 'whole.json')
    assert same(told) != same(whole)


@pytest.mark.parametrize(('words', 'sentence'), [
    ([], 'score needs scenario files, folders of them, or --draw N'),
    (['nowhere.yaml'], 'nowhere.yaml is no scenario file and no folder'),
    (['--draw', '0'], '--draw is 0, expected 1 to 100000'),
    (['--draw', '2', 'x.yaml'], '--draw and x.yaml were both given'),
    (['--draw', '1', '--stress', '9'], '--stress is 9, expected 1 to 5'),
    (['--draw', '1', '--without', 'radra'], "--without names 'radra', which is no sensor. Did you mean 'radar'?"),
    (['--draw', '1', '--jobs', '-1'], 'expected no negative number'),
])
def test_what_cannot_be_scored_is_refused_in_a_sentence(words, sentence, capsys):
    assert cli.main(['score', *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_file_that_is_wrong_is_named_with_its_line(tmp_path, capsys):
    file = tmp_path / 'bad.yaml'
    file.write_text('duration_s: 5\nspeeed: 3\n')
    assert cli.main(['score', str(file)]) == 2
    assert 'bad.yaml:2' in capsys.readouterr().err


def test_what_would_end_every_run_is_told_before(three, tmp_path, capsys, monkeypatch):
    file = str(three / 'stands.yaml')
    assert cli.main(['score', file, '--dump', '/proc/nowhere']) == 2
    assert '--dump /proc/nowhere cannot be made' in capsys.readouterr().err
    bicycle = tmp_path / 'driven.yaml'
    bicycle.write_text('duration_s: 3\nrig: {kind: bicycle, drive: follow}')
    assert cli.main(['score', str(bicycle)]) == 2
    assert 'driven.yaml' in capsys.readouterr().err
    for text, says in (('fps: 3\n', 'missing'), ('- 1\n', 'holds no table'), ('a: [\n', 'is no YAML')):
        folder = tmp_path / 'config'
        (folder / 'detector').mkdir(parents=True, exist_ok=True)
        (folder / 'detector' / 'model.yaml').write_text(text)
        monkeypatch.setattr('outrider_sim.world.places.config_folder', lambda folder=folder: folder)
        assert cli.main(['score', file]) == 2
        assert says in capsys.readouterr().err


def test_a_result_that_cannot_be_written_is_told(three, capsys):
    assert cli.main(['score', str(three / 'stands.yaml'), '--json', '/proc/s.json']) == 2
    assert '/proc/s.json cannot be written' in capsys.readouterr().err
