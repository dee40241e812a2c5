"""The list of rides, the questions that it answers, and its index."""

import json
import os
import sqlite3
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ride_maker import a_ride

from outrider_bringup import cli
from outrider_bringup.errors import UserError
from outrider_bringup.rides import index, listing, where
from outrider_recorder import ride


@pytest.fixture
def three(rides):
    a_ride(rides, 'near_night', seconds=20, night=True, clearance=0.7)
    a_ride(rides, 'near_day', seconds=20, clearance=0.7, simulated=True)
    a_ride(rides, 'far_night', seconds=20, night=True, clearance=1.3)
    return rides


@pytest.mark.parametrize(('asked', 'found'), [
    ('pass < 1 and night', ['near_night']),
    ('pass < 1', ['near_day', 'near_night']),
    ('night', ['far_night', 'near_night']),
    ('pass < 1 and not simulated', ['near_night']),
    ('not night and car', ['near_day']),
    ('urgent > 0 and left', ['far_night', 'near_day', 'near_night']),
    ('km > 0.05 and minutes < 1', ['far_night', 'near_day', 'near_night']),
    ('after 2026-11-21 and before 2026-11-22', ['far_night', 'near_day', 'near_night']),
    ('before 2026-11-21', []),
    ('PASS <  1.0  AND  Night', ['near_night']),
])
def test_questions_are_answered(three, asked, found):
    assert sorted(listing.find(three, asked)) == found


def test_what_holds_of_a_pass_holds_of_one_and_the_same(rides):
    a_ride(rides, 'a', seconds=20, night=True, clearance=1.3)
    with index.Index(rides) as known:
        known.update(lambda folder: listing_story(rides, folder))
        known.put_rows(('a', 'x', 1, 1.0, 1, 0, '', 0, 1, 1.0, 0, 0, 2, 0.0, 1, 1),
                       [('a', 1.0, 0.7, 1, 1, 0, 5.0, 5.0), ('a', 2.0, 1.3, 1, 1, 1, 5.0, 5.0)])
        assert known.find(where.parse('pass < 1 and night')) == []
        assert known.find(where.parse('pass < 1 and day')) == ['a']


def listing_story(rides, folder):
    from outrider_bringup.replay import bag
    from outrider_bringup.rides import read

    return read.read(bag.find(rides, folder.name))


@pytest.mark.parametrize('asked', ['', 'x', 'pass', 'pass < ', 'pass < 1; DROP TABLE ride', "'", 'km > 1 or 1=1',
                                   'after 2026-13-01', 'pass < 1e9', 'not', 'and'])
def test_a_question_that_is_not_understood_is_one_sentence(asked):
    with pytest.raises(UserError):
        where.parse(asked)


@given(st.text(max_size=60))
def test_no_question_reaches_the_database_but_by_its_words(asked):
    try:
        made = where.parse(asked)
    except UserError:
        return
    assert set(made.sql) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.0123456789<>=? ()*/'")
    assert made.sql.count('?') == len(made.values)


def test_a_ride_is_read_again_only_when_it_changed(three):
    read = []

    def story(folder):
        read.append(folder.name)
        return listing_story(three, folder)

    for _ in range(2):
        with index.Index(three) as known:
            known.update(story)
    assert sorted(read) == ['far_night', 'near_day', 'near_night']
    ride.append_line(three / 'near_day' / ride.MARKS_FILE, {'note': 'x'})
    with index.Index(three) as known:
        known.update(story)
    assert read[3:] == ['near_day']


def test_a_ride_that_is_gone_is_found_no_more(three):
    assert sorted(listing.find(three, 'pass < 1')) == ['near_day', 'near_night']
    (three / 'near_day').rename(three.parent / 'away')
    assert listing.find(three, 'pass < 1') == ['near_night']


@pytest.mark.parametrize('damage', ['no database', 'another version', 'a link'])
def test_an_index_that_is_damaged_is_made_anew(three, tmp_path, damage):
    listing.find(three, 'night')
    path, precious = three / index.FILE, tmp_path / 'precious'
    precious.write_text('mine')
    if damage == 'no database':
        path.write_bytes(b'not a database' * 200)
    elif damage == 'another version':
        with sqlite3.connect(path) as database:
            database.execute('PRAGMA user_version = 99')
    else:
        path.unlink()
        path.symlink_to(precious)
    assert listing.find(three, 'pass < 1 and night') == ['near_night']
    assert precious.read_text() == 'mine'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_ride_that_cannot_be_read_hides_no_other(three):
    for path in (three / 'near_day').glob('segment_*'):
        path.write_bytes(b'')
    assert listing.find(three, 'pass < 1') == ['near_night']


def test_view_alone_lists_and_where_lists_what_fits(three, capsys):
    assert cli.main(['view']) == 0
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()[1:4]} == set(os.listdir(three))
    assert cli.main(['view', '--where', 'pass < 1 and night']) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:-1]] == ['near_night']
    assert cli.main(['view', '--where', 'pass < 0.1']) == 1
    assert cli.main(['view', '--where', 'nonsense']) == 2


def test_the_list_for_programs_has_what_a_page_shows_newest_first(three, monkeypatch, capsys):
    monkeypatch.setenv('OUTRIDER_RIDES', str(three))
    (three / 'near_day' / 'report.html').write_text('x')
    (three / 'far_night' / 'ride.json').write_text('{')
    assert cli.main(['view', '--json', '-']) == 0
    told = {one['id']: one for one in json.loads(capsys.readouterr().out)['rides']}
    assert set(told) == {'near_night', 'near_day', 'far_night'}
    assert told['near_day']['report'] is True
    assert told['near_night']['report'] is False
    assert told['near_night']['whole'] is True
    assert told['near_night']['duration_s'] == pytest.approx(20, abs=1)
    assert told['near_night']['bytes'] > 1000
    assert told['near_day']['title'].endswith(', simulated')
    assert told['far_night']['whole'] is False
    assert 'damaged' in told['far_night']['health']
    assert cli.main(['view', '--json', '-', '--where', 'simulated']) == 0
    assert [one['id'] for one in json.loads(capsys.readouterr().out)['rides']] == ['near_day']
    assert cli.main(['view', '--json', '-', '--newest']) == 2
