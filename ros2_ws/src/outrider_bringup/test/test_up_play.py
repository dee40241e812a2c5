"""What a scenario tells the launch file, and when it may begin."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from outrider_bringup.errors import UserError
from outrider_bringup.paths import checkout
from outrider_bringup.up import play

RIG = checkout() / 'config' / 'rigs' / 'bicycle.yaml'
TEXT = 'duration_s: 2\nrig: {kind: bicycle, speed_mps: 5}\n'


def scenario(folder: Path, text: str = TEXT) -> Path:
    path = folder / 'play.yaml'
    path.write_text(text)
    return path


def test_a_scenario_brings_its_chirp(tmp_path: Path) -> None:
    given = play.arguments(scenario(tmp_path, f'{TEXT}radar: near\n'), 'bicycle', tmp_path, RIG)

    assert given == {'scenario': str(tmp_path / 'play.yaml'),
                     'radar_config': str(checkout() / 'config' / 'radar' / 'near.cfg')}


def test_where_the_sensors_look_the_other_way_the_stack_gets_a_rig_file_that_says_so(tmp_path: Path) -> None:
    text = 'duration_s: 2\nrig: {kind: bicycle, facing: front, speed_mps: 5}\n'
    given = play.arguments(scenario(tmp_path, text), 'bicycle', tmp_path, RIG)
    turned = yaml.safe_load(Path(given['rig']).read_text())
    radar, camera = (turned[f'/**/{name}']['ros__parameters'] for name in ('radar', 'camera'))

    assert radar['mount_xyz_m'] == [0.9, 0.0, 0.8]
    assert radar['mount_rpy_deg'] == [0.0, 0.0, 0.0]
    assert camera['mount_xyz_m'] == [0.9, 0.0, 0.86]
    assert turned['/**/recorder'] == yaml.safe_load(RIG.read_text())['/**/recorder']


def test_a_rig_file_of_the_users_own_keeps_its_mounts(tmp_path: Path) -> None:
    content = yaml.safe_load(RIG.read_text())
    content['/**/radar']['ros__parameters']['mount_rpy_deg'] = [0.0, 0.0, 176.0]
    own = tmp_path / 'own.yaml'
    own.write_text(yaml.safe_dump(content))

    assert 'rig' not in play.arguments(scenario(tmp_path), 'bicycle', tmp_path, own)


@pytest.mark.parametrize(('text', 'sentence'), [
    ('duration_s: 2\nrig: {kind: ramp, speed_mps: 1}\n', "its rig is 'ramp', expected 'bicycle'"),
    ('duration_s: 2\nrig: {kind: bicycle, speed_mps: 5}\nlights: day\n', 'lights is no key'),
    ('duration_s: -2\nrig: {kind: bicycle, speed_mps: 5}\n', 'duration'),
])
def test_a_scenario_that_cannot_be_played_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as refused:
        play.arguments(scenario(tmp_path, text), 'bicycle', tmp_path, RIG)

    assert '\n' not in str(refused.value)


NODES = {'radar', 'camera', 'gps', 'fusion', 'recorder'}


@pytest.mark.parametrize(('nodes', 'heard', 'recording', 'begins'), [
    (NODES, {'radar': 3, 'camera': 0, 'gps': 0}, True, True),
    (NODES, {'radar': 3, 'camera': 0}, True, False),
    (NODES, {'radar': 2, 'camera': 0, 'gps': 0}, True, False),
    (NODES, {'radar': 3, 'camera': 0, 'gps': 0}, False, False),
    ({*NODES, 'detector'}, {'radar': 3, 'camera': 0, 'gps': 0}, True, False),
    ({*NODES, 'detector'}, {'radar': 3, 'camera': 0, 'gps': 0, 'detector': 0}, True, True),
    ({'radar', 'fusion'}, {'radar': 2}, False, True),
    ({'radar', 'fusion'}, {}, False, False),
])
def test_the_play_begins_when_everybody_listens(nodes: set[str], heard: dict[str, int], recording: bool,
                                                begins: bool) -> None:
    said = {name: {'listeners': str(count)} for name, count in heard.items()}

    assert play.ready(nodes, said, recording) is begins
    assert not play.ready(nodes, said, recording, armed=False)


def test_only_hands_on_a_pad_arm_a_machine(tmp_path: Path) -> None:
    text = 'duration_s: 2\nrig: {kind: ramp, drive: pad}\npad: [{at_s: 1, hold: [R1]}]\n'

    assert play.arms(scenario(tmp_path, text))
    assert not play.arms(scenario(tmp_path, 'duration_s: 2\nrig: {kind: ramp, speed_mps: 1}\n'))
