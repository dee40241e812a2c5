"""pair: a link for one phone, with no stack running; the list, and sending one away."""

import json
import re

import pytest

from outrider_alerts.door.pairings import Pairings
from outrider_bringup import cli
from outrider_bringup.verbs import pair


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv('OUTRIDER_STATE', str(tmp_path))
    monkeypatch.setattr(pair.socket, 'gethostname', lambda: 'rig.fritz.box')
    return tmp_path


def test_link_pairs_one_phone(state, capsys):
    assert cli.main(['pair']) == 0
    out = capsys.readouterr().out
    link = re.match(r'http://rig\.local:8000/pair#t=(\S{43})\n', out)
    assert Pairings(state).pair(link[1], 'phone')
    assert 'within 10 minutes' in out
    assert '--lan' in out


def test_terminal_gets_a_code_that_fits(state, capsys, monkeypatch):
    monkeypatch.setattr(pair.sys.stdout, 'isatty', lambda: True, raising=False)
    monkeypatch.setenv('COLUMNS', '80')
    cli.main(['pair'])
    assert '█▀' in capsys.readouterr().out
    monkeypatch.setenv('COLUMNS', '30')
    cli.main(['pair'])
    assert '█' not in capsys.readouterr().out


@pytest.mark.parametrize(('at', 'begins'), [('http://192.168.1.20:8000/', 'http://192.168.1.20:8000/pair#t='),
                                            ('https://rig.tail1.ts.net', 'https://rig.tail1.ts.net/pair#t=')])
def test_another_address(state, capsys, at, begins):
    assert cli.main(['pair', '--json', '--at', at]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told['link'].startswith(begins)
    assert told['valid_s'] == 600


@pytest.mark.parametrize('at', ['rig', 'ftp://rig', 'http://', 'http://a/b', 'http://a b'])
def test_address_that_is_none_is_one_sentence(state, capsys, at):
    assert cli.main(['pair', '--at', at]) == 2
    assert 'expected an address like' in capsys.readouterr().err
    assert not (state / 'pairings.json').exists()


def test_phones_are_listed_and_sent_away(state, capsys):
    assert cli.main(['pair', '--list']) == 0
    assert 'No phone is paired' in capsys.readouterr().out
    door = Pairings(state)
    cookie = door.pair(door.new_token(), 'Pixel')
    cli.main(['pair', '--list'])
    assert re.search(r'1  Pixel +since \d{4}', capsys.readouterr().out)
    cli.main(['pair', '--list', '--json'])
    told = capsys.readouterr().out
    assert json.loads(told)['phones'][0]['name'] == 'Pixel'
    assert cookie not in told
    assert cli.main(['pair', '--revoke', '1']) == 0
    assert 'not paired any more' in capsys.readouterr().out
    assert door.phone(cookie) is None
    assert cli.main(['pair', '--revoke', '1']) == 2
    assert 'no phone has the number 1' in capsys.readouterr().err


def test_damaged_file_is_one_sentence(state, capsys):
    (state / 'pairings.json').write_text('x')
    (state / 'pairings.json').chmod(0o600)
    for words in ([], ['--list'], ['--revoke', '1']):
        assert cli.main(['pair', *words]) == 2
        assert 'Delete it, then pair again' in capsys.readouterr().err
