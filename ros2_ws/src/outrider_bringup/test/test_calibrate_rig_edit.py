"""One value in a rig file changes and nothing else does, or nothing changes at all."""

from __future__ import annotations

import difflib
import os
import stat
from pathlib import Path

import pytest
import yaml

from outrider_bringup.calibrate import rig_edit
from outrider_bringup.calibrate.outcome import RigFile
from outrider_bringup.calibrate.rig_edit import Edit
from outrider_bringup.errors import UserError
from outrider_node import frames

RIGS = Path(__file__).resolve().parents[4] / 'config' / 'rigs'
TEXT = """# A rig: not for riding.
/**/radar:
  ros__parameters:
    mount_rpy_deg: [0.0, 0.0, 180.0]  # deg, it looks back
    port: "a # b"                     # no comment begins in quotes
/**/motors:
  ros__parameters:
    wheel_diameter_m: 0.09 # m
    gear: 2.25
"""


def changed(text: str, *edits: Edit) -> list[str]:
    """Return the lines that differ, '-' old and '+' new."""
    after = rig_edit.changed(text, Path('x.yaml'), edits)
    return [line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line[0] in '+-']


@pytest.mark.parametrize(('edit', 'lines'), [
    (Edit('radar', 'mount_rpy_deg', '-177.25', 2), ['-     mount_rpy_deg: [0.0, 0.0, 180.0]  # deg, it looks back',
                                                    '+     mount_rpy_deg: [0.0, 0.0, -177.25]  # deg, it looks back']),
    (Edit('radar', 'mount_rpy_deg', '1.25', 0), ['-     mount_rpy_deg: [0.0, 0.0, 180.0]  # deg, it looks back',
                                                 '+     mount_rpy_deg: [1.25, 0.0, 180.0]  # deg, it looks back']),
    (Edit('radar', 'port', '"longer # text"'), [
        '-     port: "a # b"                     # no comment begins in quotes',
        '+     port: "longer # text"             # no comment begins in quotes']),
    (Edit('motors', 'wheel_diameter_m', '0.0951'), ['-     wheel_diameter_m: 0.09 # m',
                                                    '+     wheel_diameter_m: 0.0951 # m']),
    (Edit('motors', 'gear', '3.0'), ['-     gear: 2.25', '+     gear: 3.0']),
])
def test_a_value_changes_on_its_line_and_the_comment_stays(edit, lines):
    assert changed(TEXT, edit) == lines


@pytest.mark.parametrize('name', ['ramp', 'bench'])
def test_the_wheel_of_a_real_rig_changes_at_both_places(name):
    text = (RIGS / f'{name}.yaml').read_text()
    after = rig_edit.changed(text, Path(name), [Edit(node, 'wheel_diameter_m', '0.0945')
                                                for node in ('governor', 'motors')])
    was, now = yaml.safe_load(text), yaml.safe_load(after)
    for node in ('/**/governor', '/**/motors'):
        assert now[node]['ros__parameters'].pop('wheel_diameter_m') == 0.0945
        assert was[node]['ros__parameters'].pop('wheel_diameter_m') == 0.09
    assert now == was
    old, new = text.splitlines(), after.splitlines()
    assert len(old) == len(new)
    for before, behind in zip(old, new, strict=True):
        assert before.partition('#')[2] == behind.partition('#')[2]
        assert before.find('#') == behind.find('#')  # in its column


def test_the_mounts_of_the_real_bicycle_can_be_changed():
    text = (RIGS / 'bicycle.yaml').read_text()
    for node in ('radar', 'camera'):
        for index in range(3):
            after = rig_edit.changed(text, Path('bicycle'), [Edit(node, 'mount_rpy_deg', '1.5', index)])
            assert yaml.safe_load(after)[f'/**/{node}']['ros__parameters']['mount_rpy_deg'][index] == 1.5


@pytest.mark.parametrize(('text', 'edit', 'sentence'), [
    (TEXT, Edit('gps', 'mount_rpy_deg', '1.0', 2), "x.yaml: has no '/**/gps'"),
    (TEXT, Edit('motors', 'mount_rpy_deg', '1.0', 2), "x.yaml: has no 'mount_rpy_deg'"),
    ('', Edit('motors', 'gear', '1.0'), "x.yaml: has no '/**/motors'"),
    (TEXT, Edit('motors', 'gear', '1.0', 0), 'x.yaml:9: gear is no list of 1 or more numbers'),
    (TEXT, Edit('radar', 'mount_rpy_deg', '1.0', 3), 'x.yaml:4: mount_rpy_deg is no list of 4 or more'),
    ('a: [', Edit('motors', 'gear', '1.0'), 'x.yaml: no YAML'),
    (TEXT + '    gear: 3.0\n', Edit('motors', 'gear', '1.0'), 'x.yaml: motors gear cannot be changed alone'),
    (TEXT.replace('2.25', '&g 2.25') + '    other: *g\n', Edit('motors', 'gear', '1.0'), 'cannot be changed alone'),
])
def test_what_is_not_there_or_would_change_more_is_refused(text, edit, sentence):
    with pytest.raises(UserError) as refused:
        rig_edit.changed(text, Path('x.yaml'), [edit])
    assert sentence in str(refused.value)


def test_the_file_is_replaced_at_once_with_its_rights(tmp_path):
    file = tmp_path / 'rig.yaml'
    file.write_text(TEXT)
    file.chmod(0o640)
    link = tmp_path / 'link.yaml'
    link.symlink_to(file)
    path = rig_edit.path_of(str(link))
    rig_edit.write(path, TEXT, TEXT.replace('2.25', '3.0'))
    assert link.is_symlink()
    assert 'gear: 3.0' in link.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ['link.yaml', 'rig.yaml']


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(tmp_path):
    file = tmp_path / 'rig.yaml'
    file.write_text('other')
    with pytest.raises(UserError, match='was changed by somebody else meanwhile'):
        rig_edit.write(file, TEXT, 'x')
    assert file.read_text() == 'other'


def test_a_file_that_cannot_be_written_stays_as_it_is(tmp_path, monkeypatch):
    file = tmp_path / 'rig.yaml'
    file.write_text(TEXT)
    monkeypatch.setattr(os, 'replace', lambda *_: (_ for _ in ()).throw(OSError(30, 'Read-only file system')))
    with pytest.raises(UserError, match='cannot be written .Read-only file system.'):
        rig_edit.write(file, TEXT, 'x')
    assert os.listdir(tmp_path) == ['rig.yaml']
    assert file.read_text() == TEXT


@pytest.mark.parametrize(('rig', 'sentence'), [
    ('bycicle', "unknown rig 'bycicle'. Did you mean 'bicycle'?"), ('no/such.yaml', 'no/such.yaml was not found')])
def test_a_rig_that_is_not_there_is_named(rig, sentence):
    with pytest.raises(UserError) as refused:
        rig_edit.path_of(rig)
    assert sentence in str(refused.value)


def test_a_running_rig_elsewhere_than_the_file_says_is_told(tmp_path):
    file = tmp_path / 'rig.yaml'
    file.write_text(TEXT.replace('mount_rpy_deg', 'mount_xyz_m: [-0.9, 0.0, 0.8]\n    mount_rpy_deg'))
    rig = RigFile(str(file))
    tree = frames.FrameTree()
    for yaw_deg, x_m, sentence in ((180.0, -0.9, ''), (178.0, -0.9, '0.000 m and 2.00 degrees away'),
                                   (-180.0, -0.8, '0.100 m and 0.00 degrees')):
        tree.set(frames.BASE, frames.RADAR, (x_m, 0.0, 0.8), frames.quaternion_from_rpy_deg((0.0, 0.0, yaw_deg)))
        told = rig.mount_differs('radar', tree.lookup(frames.BASE, frames.RADAR))
        assert (sentence in told) if sentence else told == ''


def test_a_value_that_is_no_number_is_told(tmp_path):
    file = tmp_path / 'rig.yaml'
    file.write_text(TEXT.replace('2.25', 'fast'))
    with pytest.raises(UserError, match="motors gear is 'fast', expected a number"):
        RigFile(str(file)).number('motors', 'gear')
    with pytest.raises(UserError, match='expected a number at place 2'):
        RigFile(str(file)).number('motors', 'wheel_diameter_m', 2)
