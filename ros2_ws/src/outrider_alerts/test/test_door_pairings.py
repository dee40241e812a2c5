"""Pairings: a token pairs one phone, once, within ten minutes of one boot; a cookie lives until it is revoked."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from outrider_alerts.door import book, pairings, secret
from outrider_alerts.door.errors import DoorError
from outrider_alerts.door.pairings import Pairings


class Clock:
    def __init__(self):
        self.boot_s, self.unix_s, self.boot = 100.0, 1.7e9, 'first boot'

    def open(self, folder):
        return Pairings(folder, boottime_s=lambda: self.boot_s, unix_s=lambda: self.unix_s, boot=self.boot)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def door(tmp_path, clock):
    return clock.open(tmp_path)


def paired(door, name='phone'):
    return door.pair(door.new_token(), name)


def test_token_pairs_once_and_its_cookie_is_known(door):
    token = door.new_token()
    cookie = door.pair(token, 'Pixel')
    assert door.phone(cookie).name == 'Pixel'
    assert door.pair(token, 'another') is None
    assert [one.name for one in door.phones()] == ['Pixel']


def test_secrets_have_at_least_128_bits_and_are_never_alike(door):
    made = {secret.new() for _ in range(100)}
    assert len(made) == 100
    assert all(len(one) * 6 >= 128 and secret.well_formed(one) for one in made)


@pytest.mark.parametrize(('after_s', 'fits'), [(599.9, True), (600.0, False), (-1.0, False)])
def test_token_is_good_for_ten_minutes(door, clock, after_s, fits):
    token = door.new_token()
    clock.boot_s += after_s
    assert (door.pair(token, 'x') is not None) is fits


def test_clock_that_is_set_does_not_touch_a_token(door, clock):
    token = door.new_token()
    clock.unix_s += 10 * 365 * 86_400
    assert door.pair(token, 'x')


def test_token_ends_with_the_boot_and_a_cookie_outlives_it(tmp_path, door, clock):
    token, cookie = door.new_token(), paired(door)
    clock.boot, clock.boot_s = 'second boot', 101.0
    after = clock.open(tmp_path)
    assert after.pair(token, 'x') is None
    assert after.phone(cookie).name == 'phone'


@pytest.mark.parametrize('token', ['', 'x' * 43, 'x' * 65, 'ä' * 43, 'a b', None, 7, ['x'], {'x': 1}])
def test_what_is_no_token_pairs_nobody_and_spends_nothing(door, token):
    good = door.new_token()
    assert door.pair(token, 'x') is None
    assert door.phone(token) is None
    assert not door.may_stop(token, 0.0)
    assert door.pair(good, 'x')


def test_two_at_the_same_moment_are_one_phone(tmp_path):
    token = Pairings(tmp_path).new_token()
    with ThreadPoolExecutor(8) as pool:
        cookies = list(pool.map(lambda _: Pairings(tmp_path).pair(token, 'x'), range(16)))
    assert len([one for one in cookies if one]) == 1
    assert len(Pairings(tmp_path).phones()) == 1


def test_the_newest_tokens_count_and_old_ones_are_forgotten(tmp_path, door, clock):
    tokens = [door.new_token() for _ in range(pairings.MOST_TOKENS + 1)]
    assert door.pair(tokens[0], 'x') is None
    assert door.pair(tokens[1], 'x')
    clock.boot_s += 700.0
    door.new_token()
    assert len(json.loads((tmp_path / 'pairings.json').read_text())['tokens']) == 1


def test_revoked_phone_is_gone_at_once_for_everybody(tmp_path, door, clock):
    cookie, other = paired(door), paired(door, 'other')
    beside = clock.open(tmp_path)
    assert beside.phone(cookie)
    assert door.revoke(1)
    assert not door.revoke(1)
    assert beside.phone(cookie) is None
    assert beside.phone(other).id == 2
    assert paired(beside)
    assert [one.id for one in door.phones()] == [2, 3]  # a number is never given twice


def test_phone_that_was_away_for_400_days_is_a_stranger(door, clock):
    cookie = paired(door)
    clock.unix_s += pairings.UNUSED_S - 1.0
    phone = door.phone(cookie)
    door.seen(phone)
    clock.unix_s += pairings.UNUSED_S - 1.0
    assert door.phone(cookie)
    clock.unix_s += 1.0
    assert door.phone(cookie) is None


def test_clock_that_was_not_set_at_power_on_sends_nobody_away(door, clock):
    before = paired(door)
    clock.unix_s, now_s = 12.0, clock.unix_s
    assert door.phone(before)
    door.seen(door.phone(before))
    early = paired(door, 'early')
    clock.unix_s = now_s
    assert door.phone(before).last_seen_s == now_s  # it never goes back
    assert door.phone(early)
    door.seen(door.phone(early))
    clock.unix_s += pairings.UNUSED_S
    assert door.phone(early) is None


def test_visits_are_kept_every_ten_minutes_only(tmp_path, door, clock):
    cookie = paired(door)
    file = tmp_path / 'pairings.json'
    before = file.stat().st_ino
    clock.unix_s += 599.0
    door.seen(door.phone(cookie))
    assert file.stat().st_ino == before
    clock.unix_s += 1.0
    door.seen(door.phone(cookie))
    assert door.phone(cookie).last_seen_s == clock.unix_s
    paired(door)
    clock.unix_s += 600.0
    door.seen(door.phones()[0])
    assert [one.last_seen_s for one in door.phones()] == [clock.unix_s, clock.unix_s - 600.0]


def test_permission_to_stop_lasts_while_armed(tmp_path, door, clock):
    cookie = paired(door)
    clock.boot_s = 200.0
    assert door.may_stop(cookie, None)  # valid: whatever the drive does
    door.revoke(1)
    assert door.may_stop(cookie, 200.0)
    assert door.may_stop(cookie, 150.0)
    assert not door.may_stop(cookie, 200.1)  # armed after it had been sent away
    assert not door.may_stop(cookie, None)
    assert not door.may_stop(secret.new(), 150.0)
    clock.boot = 'second boot'
    assert not clock.open(tmp_path).may_stop(cookie, 0.0)


def test_permission_to_stop_of_a_cookie_that_ran_out(door, clock):
    cookie = paired(door)
    clock.unix_s += pairings.UNUSED_S
    assert door.phone(cookie) is None
    assert door.may_stop(cookie, 0.0)
    assert not door.may_stop(cookie, None)


def test_many_phones_are_refused_and_the_token_is_kept(door):
    for _ in range(pairings.MOST_PHONES):
        paired(door)
    token = door.new_token()
    assert door.pair(token, 'x') is None
    door.revoke(3)
    assert door.pair(token, 'x')


def test_ever_paired_is_remembered_after_the_last_phone(door, clock):
    assert not door.ever_paired()
    token = door.new_token()
    assert door.ever_paired()  # somebody is at it
    clock.boot_s += 600.0
    assert not door.ever_paired()
    clock.boot_s -= 600.0
    door.pair(token, 'x')
    door.revoke(1)
    assert door.ever_paired()


@pytest.mark.parametrize(('given', 'kept'), [
    ('  My\n phone \x1b[31m', 'My phone [31m'), ('', 'phone'), (None, 'phone'), (['x'], 'phone'), ('a' * 99, 'a' * 40)])
def test_names_are_made_fit_for_a_terminal(given, kept):
    assert pairings.clean(given) == kept


def test_nothing_that_is_kept_is_a_secret(tmp_path, door):
    token = door.new_token()
    second = door.new_token()
    cookie = door.pair(second, 'x')
    door.revoke(1)
    text = ''.join(path.read_text() for path in tmp_path.iterdir())
    assert secret.hashed(token) in text
    assert secret.hashed(cookie) in text
    assert not any(one in text for one in (token, second, cookie))


def test_files_are_for_their_owner_alone(tmp_path, clock):
    door = clock.open(tmp_path / 'deep' / 'er')
    door.new_token()
    assert stat.S_IMODE((tmp_path / 'deep' / 'er').stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / 'deep' / 'er').iterdir()} == {0o600}


@pytest.mark.parametrize('text', [
    '', '{', '[]', '{"count": 1}', '{"count": "1", "tokens": [], "phones": [], "ended": []}',
    '{"count": true, "tokens": [], "phones": [], "ended": []}',
    '{"count": 1, "tokens": [{"hash": 7, "made_s": 1.0, "boot": "x"}], "phones": [], "ended": []}',
    '{"count": 1, "tokens": [{"hash": "short", "made_s": 1.0, "boot": "x"}], "phones": [], "ended": []}',
    '{"count": 1, "tokens": [], "phones": [], "ended": [{"hash": "%s", "ended_s": NaN, "boot": "x"}]}' % ('a' * 64),
    '[' * 100_000, '\x00\xff'])
def test_damaged_file_is_nobody_paired_and_says_so(tmp_path, door, text):
    cookie = paired(door)
    (tmp_path / 'pairings.json').write_text(text, encoding='latin-1')
    assert door.phone(cookie) is None
    assert 'it is damaged' in door.problem
    assert not door.ever_paired()
    with pytest.raises(DoorError, match='Delete it, then pair again'):
        door.new_token()
    assert (tmp_path / 'pairings.json').read_text(encoding='latin-1') == text  # it may be of use to somebody
    (tmp_path / 'pairings.json').unlink()
    assert door.phones() == []
    assert door.problem == ''


def test_file_that_others_may_read_is_not_used(tmp_path, door):
    cookie = paired(door)
    os.chmod(tmp_path / 'pairings.json', 0o644)
    assert door.phone(cookie) is None
    assert 'others may read it' in door.problem
    os.chmod(tmp_path / 'pairings.json', 0o600)
    assert door.phone(cookie)


def test_folder_that_is_a_file_is_one_sentence(tmp_path, clock):
    (tmp_path / 'state').write_text('')
    door = clock.open(tmp_path / 'state')
    assert door.phones() == []
    assert 'Not a directory' in door.problem
    with pytest.raises(DoorError, match='cannot be used'):
        door.new_token()


def test_write_that_fails_changes_nothing(tmp_path, door, monkeypatch):
    cookie = paired(door)

    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('os.fsync', full)
    with pytest.raises(DoorError, match='No space left'):
        door.revoke(1)
    assert door.phone(cookie)
    monkeypatch.undo()
    assert door.revoke(1)  # over the draft that was left


def test_change_that_is_none_writes_nothing(tmp_path, door):
    paired(door)
    before = (tmp_path / 'pairings.json').stat().st_ino
    assert not door.revoke(77)
    assert (tmp_path / 'pairings.json').stat().st_ino == before


def test_book_reads_what_it_wrote(door):
    paired(door)
    door.new_token()
    paired(door)
    door.revoke(1)
    known = door._shelf.book()
    assert book.read(known.text()) == known


def test_where_it_lies(tmp_path, monkeypatch):
    assert pairings.folder({'OUTRIDER_STATE': '/a', 'XDG_CONFIG_HOME': '/b'}).as_posix() == '/a'
    assert pairings.folder({'XDG_CONFIG_HOME': '/b'}).as_posix() == '/b/outrider'
    assert pairings.folder({'HOME': '/c'}).as_posix() == '/c/.config/outrider'
    monkeypatch.setenv('OUTRIDER_STATE', str(tmp_path))
    assert Pairings().new_token()
    assert (tmp_path / 'pairings.json').exists()


def test_boot_has_a_name_or_none(monkeypatch):
    assert len(pairings.boot_id()) == 36

    def missing(*_, **__):
        raise OSError

    monkeypatch.setattr('pathlib.Path.read_text', missing)
    assert pairings.boot_id() == ''
