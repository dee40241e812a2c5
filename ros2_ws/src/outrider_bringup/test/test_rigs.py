"""Rig files are checked before anything starts."""

from pathlib import Path

import pytest

from outrider_bringup import launchfile, rigs

ROOT = Path(__file__).resolve().parents[4]
NODES = frozenset({'radar', 'fusion', 'recorder'})


@pytest.mark.parametrize('text', [
    '', '# nothing\n', '/**/radar:\n  ros__parameters: {a: 1, b: [1.0, 2.0], c: {d: text}}\n',
    'radar:\n  ros__parameters: {a: true}\n', '/bike/radar:\n  ros__parameters: {a: []}\n',
    '/**:\n  ros__parameters: {use_sim_time: true}\n',
])
def test_sound_files(tmp_path, text):
    path = tmp_path / 'rig.yaml'
    path.write_text(text)
    rigs.check_file(path, NODES)


@pytest.mark.parametrize(('text', 'says'), [
    ('/**/rada:\n  ros__parameters: {}', r"rig.yaml:1: section '/\*\*/rada' names no node .*Did you mean 'radar'\?"),
    ('/**/radar:\n  parameters: {}', "rig.yaml:2: 'parameters' stands where 'ros__parameters' is expected"),
    ('/**/radar: 5', "rig.yaml:1: seen '5', expected ros__parameters:"),
    ('/**/radar:', "rig.yaml:1: seen 'nothing', expected ros__parameters:"),
    ('- a', 'expected sections named'),
    ('/**/radar:\n  ros__parameters:\n    a: 1\n    a: 2', "rig.yaml:4: 'a' stands here twice"),
    ('/**/radar:\n  ros__parameters: {a: 1}\n/**/radar:\n  ros__parameters: {a: 2}',
     'rig.yaml:3: .* stands here twice'),
    ('/**/radar:\n  ros__parameters:\n    a: [1, 2.0]', "rig.yaml:3: 'a' mixes types"),
    ('/**/radar:\n  ros__parameters:\n    a:', "rig.yaml:3: 'a' is no number"),
    ('/**/radar:\n  ros__parameters:\n    a: [[1], [2]]', "rig.yaml:3: 'a' is no number"),
    ('/**/radar:\n  ros__parameters: {? [a] : 1}', 'a key is no name'),
    ('/**/radar: {', 'no YAML'), ('\x00', 'no YAML'),
])
def test_refusals_name_file_and_line(tmp_path, text, says):
    path = tmp_path / 'rig.yaml'
    path.write_text(text)
    with pytest.raises(rigs.RigError, match=says) as refused:
        rigs.check_file(path, NODES)
    assert '\n' not in str(refused.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(rigs.RigError, match='none.yaml: cannot be read'):
        rigs.check_file(tmp_path / 'none.yaml', NODES)


@pytest.mark.parametrize('arguments', [
    {}, {'sim': 'true'}, {'sim': 'true', 'loop': 'true'}, {'record': 'false'}, {'live': 'false', 'sim': 'true'},
    {'voice': 'false'},
])
def test_the_bicycle_resolves_in_every_form_and_its_rig_file_fits(arguments):
    plan = launchfile.load(ROOT / 'launch' / 'bicycle.launch.yaml', {'run': '/r', 'rides': '/rides', **arguments})
    rigs.check(plan)
    names = [spec.name for spec in plan.processes]
    eyes = ['radar', *([] if 'sim' in arguments else ['camera', 'gps', 'detector']), 'fusion']
    expected = ['fake_radar'] * ('sim' in arguments) + eyes
    expected += ['alerter', 'buzzer', 'page'] * (arguments.get('voice') != 'false')
    assert names == expected + ['recorder', 'bridge'] * ('record' not in arguments)
    assert plan.nodes == {'fake_radar', 'world', 'radar', 'camera', 'gps', 'detector', 'fusion', 'alerter', 'buzzer',
                          'page', 'recorder', 'bridge'}
    radar = plan.processes[names.index('radar')].command
    chirp = 'radhar' if 'sim' in arguments else 'road'
    assert [word for word in radar if word.endswith(f'/config/radar/{chirp}.cfg')]
    assert ('cli_port:=/r/radar_cli' in radar) == ('sim' in arguments)
    for spec in plan.processes:
        assert ('--no-live' in spec.command) == (spec.name == 'bridge' and 'live' in arguments)
        assert ('--loop' in spec.command) == (spec.name == 'fake_radar' and 'loop' in arguments)
        assert spec.respawn
