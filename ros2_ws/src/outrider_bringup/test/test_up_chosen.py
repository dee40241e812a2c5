"""What settings and pairings mean for a start: when it records, who may see the page."""

import pytest
import yaml

from outrider_alerts.door.pairings import Pairings
from outrider_bringup import paths
from outrider_bringup.up import chosen, settings

RIGS = paths.checkout() / 'config' / 'rigs'


def values(path):
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize('rig', ['bicycle', 'ramp', 'bench'])
@pytest.mark.parametrize('record', ['auto', 'start', 'manual'])
def test_the_rig_starts_with_its_own_file_or_a_copy_that_records_otherwise(tmp_path, rig, record):
    said = []
    assert chosen.rig_file(rig, RIGS / f'{rig}.yaml', tmp_path, tmp_path, said.append) == RIGS / f'{rig}.yaml'
    settings.change(tmp_path, 'record', record)
    copy = chosen.rig_file(rig, RIGS / f'{rig}.yaml', tmp_path, tmp_path, said.append)
    assert copy.parent == tmp_path
    own, made = values(RIGS / f'{rig}.yaml'), values(copy)
    assert made['/**/recorder']['ros__parameters'].pop('record') == record
    own['/**/recorder']['ros__parameters'].pop('record')
    assert made == own
    assert said == []


def test_damaged_settings_keep_no_rig_from_starting(tmp_path):
    (tmp_path / 'settings.yaml').write_text('record: [\n')
    said = []
    path = RIGS / 'bicycle.yaml'
    assert chosen.rig_file('bicycle', path, tmp_path, tmp_path, said.append) == path
    assert len(said) == 1
    assert 'settings.yaml' in said[0]


def test_the_page_is_opened_only_once_a_phone_was_paired(tmp_path):
    said = []
    assert chosen.page_address(tmp_path, said.append) == '127.0.0.1'
    assert said == ['no phone was ever paired, so the page stays on this machine. Pair one: ./outrider pair']
    door = Pairings(tmp_path)
    token = door.new_token()  # for ten minutes a phone may come: it could not be paired otherwise
    assert chosen.page_address(tmp_path, said.append) == '0.0.0.0'
    assert door.pair(token, 'phone')
    assert chosen.page_address(tmp_path, said.append) == '0.0.0.0'
    (tmp_path / 'pairings.json').write_text('{')
    assert chosen.page_address(tmp_path, said.append) == '127.0.0.1'
    assert len(said) == 2
