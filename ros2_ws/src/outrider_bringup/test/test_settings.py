"""What a person chose: kept, checked, told; and the zones that cut it from a report at once."""

import json
import os
import stat

import pytest
import yaml

from outrider_bringup import cli
from outrider_bringup.errors import UserError
from outrider_bringup.up import settings
from outrider_recorder import zones


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv('OUTRIDER_STATE', str(tmp_path / 'state'))
    monkeypatch.setenv('OUTRIDER_RIDES', str(tmp_path / 'rides'))
    return tmp_path / 'state'


def told(capsys):
    answer = json.loads(capsys.readouterr().out)
    return {one['key']: one['value'] for one in answer['settings']}, answer['zones']


def test_without_a_file_everything_has_its_default_and_nothing_is_written(place, capsys):
    assert cli.main(['settings', '--json', '-']) == 0
    assert told(capsys) == ({one.key: one.default for one in settings.SETTINGS}, [])
    assert not place.exists()


def test_a_change_is_kept_for_this_user_alone_and_only_what_differs(place, capsys):
    assert cli.main(['settings', 'volume', '55']) == 0
    assert cli.main(['settings', 'speed_unit', 'mph']) == 0
    assert yaml.safe_load((place / 'settings.yaml').read_text()) == {'speed_unit': 'mph', 'volume': 55}
    assert stat.S_IMODE((place / 'settings.yaml').stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert cli.main(['settings', 'volume', '80']) == 0
    assert yaml.safe_load((place / 'settings.yaml').read_text()) == {'speed_unit': 'mph'}
    assert os.listdir(place) == ['settings.yaml']
    assert 'speed_unit        mph' in capsys.readouterr().out


@pytest.mark.parametrize(('words', 'says'), [
    (['volumes', '5'], "there is no setting 'volumes'. Did you mean 'volume'?"),
    (['volume', '101'], "volume is '101', expected a whole number from 0 to 100 %"),
    (['volume', '1.5'], 'expected a whole number'), (['volume', 'loud'], 'expected a whole number'),
    (['record', 'always'], "record is 'always', expected one of: rig, auto, start, manual"),
    (['volume'], 'to what? Run: ./outrider settings volume VALUE'),
    (['--zone', 'home', '5', '52.5', '13.4'], 'expected degrees, and a radius of 10 to 20000 m'),
    (['--zone', 'home', '300', '152.5', '13.4'], 'expected degrees'),
    (['--zone', 'home', '300', 'nan', '13.4'], "zone 'home' cannot be"),
    (['--zone', '', '300', '52.5', '13.4'], 'a zone has a name'),
    (['--no-zone', 'home'], "there is no zone 'home'. Known: none"),
])
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(place, capsys, words, says):
    assert cli.main(['settings', *words]) == 2
    assert says in capsys.readouterr().err
    assert not place.exists()
    assert not (place.parent / 'rides' / 'zones.json').exists()


@pytest.mark.parametrize('text', ['volume: 400\n', '[1, 2]\n', 'nonsense: 1\n', 'volume: [\n', 'volume: true\n',
                                  'a' * 70_000, 'record: 3\n'])
def test_a_damaged_file_is_named_and_never_guessed_at(place, text):
    place.mkdir()
    (place / 'settings.yaml').write_text(text)
    with pytest.raises(UserError, match=r'settings\.yaml.*[Dd]elete it|settings\.yaml.*or delete it'):
        settings.read(place)
    assert (place / 'settings.yaml').read_text() == text


def test_zones_are_kept_beside_the_rides_and_their_place_is_told_to_nobody(place, capsys):
    assert cli.main(['settings', '--zone', 'home', '300', '52.5', '13.4', '--json', '-']) == 0
    text = capsys.readouterr().out
    assert json.loads(text)['zones'] == [{'name': 'home', 'radius_m': 300.0}]
    assert '52.5' not in text
    assert '13.4' not in text
    rides = place.parent / 'rides'
    assert zones.read(rides).inside(52.5, 13.4)
    assert cli.main(['settings', '--zone', 'home', '100', '0', '0', '--json', '-']) == 0
    assert not zones.read(rides).inside(52.5, 13.4)
    assert stat.S_IMODE((rides / 'zones.json').stat().st_mode) == 0o600
    assert cli.main(['settings', '--no-zone', 'home', '--json', '-']) == 0
    assert not zones.read(rides)


def test_where_it_lies(tmp_path):
    assert settings.folder({'OUTRIDER_STATE': '/s'}).as_posix() == '/s'
    assert settings.folder({'XDG_CONFIG_HOME': '/x', 'HOME': '/h'}).as_posix() == '/x/outrider'
    assert settings.folder({'HOME': '/h'}).as_posix() == '/h/.config/outrider'
