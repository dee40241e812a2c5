"""The gate: host names, origins, cookies, limits; and the e-stop, which passes them."""

from dataclasses import replace

import pytest

from outrider_alerts.door import gate, headers, qr, secret
from outrider_alerts.door.buckets import Bucket, Buckets, Rate
from outrider_alerts.door.gate import Ask, Gate
from outrider_alerts.door.hosts import Hosts, split
from outrider_alerts.door.lobby import GRACE_S, KNOWN_PATIENCE_S, PATIENCE_S, Guest, Lobby
from outrider_alerts.door.pairings import Pairings

HOST = 'rig.local:8000'
ORIGIN = f'http://{HOST}'
READ = Ask('GET', '/api/rides', '10.0.0.2', HOST)
WRITE = Ask('POST', '/api/mark', '10.0.0.2', HOST, ORIGIN)
STOP = replace(WRITE, path='/api/estop')
SOCKET = Ask('GET', '/ws/state', '10.0.0.2', HOST, ORIGIN, socket=True)
PAGE = Ask('GET', '/', '10.0.0.2', HOST)
PAIR = replace(WRITE, path='/api/pair')


@pytest.fixture
def door(tmp_path):
    return Pairings(tmp_path)


@pytest.fixture
def cookie(door):
    return door.pair(door.new_token(), 'phone')


@pytest.fixture
def keeper(door):
    return Gate(door, Hosts('rig', ('192.168.1.7',), ('rig.tail1.ts.net', '')), 0.0)


def status(keeper, ask, now_s=0.0):
    return keeper.judge(ask, now_s).status


@pytest.mark.parametrize('ask', [READ, WRITE, SOCKET, STOP])
def test_nothing_is_told_or_done_without_a_cookie(keeper, cookie, ask):
    keeper.drive(disarmed=True, now_s=0.0)
    assert status(keeper, ask) == (403 if ask.socket else 401)
    assert status(keeper, replace(ask, cookie=secret.new())) == (403 if ask.socket else 401)
    verdict = keeper.judge(replace(ask, cookie=cookie), 0.0)
    assert (verdict.status, verdict.phone.name) == (200, 'phone')


@pytest.mark.parametrize('path', ['/', '/pair', '/manifest.webmanifest', '/static/main.js'])
def test_the_page_itself_is_for_everybody(keeper, path):
    assert status(keeper, replace(PAGE, path=path)) == 200
    assert status(keeper, replace(PAGE, path=path, method='HEAD')) == 200
    assert status(keeper, replace(WRITE, path=path)) == 401


def test_pairing_needs_no_cookie_but_our_own_page(keeper):
    assert status(keeper, PAIR) == 200
    assert status(keeper, replace(PAIR, origin='')) == 403
    assert status(keeper, replace(PAIR, method='GET', origin='')) == 401


@pytest.mark.parametrize('host', ['evil.example', '', 'rig.local.evil.example', 'rig.local@evil', 'rig.local/x',
                                  'rig.local:80a', 'rig.local:0', 'rig.local:65536', '[::1', '[::1]x', 'rig.locäl',
                                  '10.0.0.9', 'x' * 301])
def test_a_strange_host_is_refused_whatever_else_is_right(keeper, cookie, host):
    for ask in (READ, WRITE, SOCKET, PAGE):
        assert status(keeper, replace(ask, host=host, origin=f'http://{host}', cookie=cookie)) == 403
    # Even to stop: behind a strange name stands a strange page.
    assert status(keeper, replace(STOP, host=host, origin=f'http://{host}', cookie=cookie)) == 403


@pytest.mark.parametrize('host', ['127.0.0.1:8000', 'localhost', '[::1]:8000', 'rig', 'RIG.local', 'rig.local.',
                                  '192.168.1.7:8000', 'rig.tail1.ts.net'])
def test_every_name_of_this_machine_is_known(keeper, cookie, host):
    assert status(keeper, replace(SOCKET, host=host, origin=f'http://{host}', cookie=cookie)) == 200


@pytest.mark.parametrize('origin', ['http://evil.example', 'null', '', 'http://localhost:8000', f'{ORIGIN}/',
                                    ORIGIN[:-1], f'https://{HOST}', 'http://rig.local', f'{ORIGIN} {ORIGIN}', HOST, 'http://',
                                    'http://' + 'x' * 301])
def test_a_strange_origin_is_refused_for_sockets_and_changes(keeper, cookie, origin):
    for ask in (WRITE, SOCKET, STOP, PAIR):
        assert status(keeper, replace(ask, origin=origin, cookie=cookie)) == 403
    assert status(keeper, replace(READ, origin=origin, cookie=cookie)) == (403 if origin else 200)


def test_default_ports_are_the_same_origin(keeper, cookie):
    assert status(keeper, replace(WRITE, host='rig.local', origin='http://rig.local:80', cookie=cookie)) == 200
    assert status(keeper, replace(WRITE, host='rig.local', origin='https://rig.local', scheme='https',
                                  cookie=cookie)) == 200
    assert status(keeper, replace(WRITE, host='rig.local:443', origin='https://rig.local', scheme='https',
                                  cookie=cookie)) == 200


@pytest.mark.parametrize('site', ['cross-site', 'same-site', 'strange'])
def test_a_browser_that_tells_of_another_site_is_believed(keeper, cookie, site):
    assert status(keeper, replace(READ, site=site, cookie=cookie)) == 403
    assert status(keeper, replace(WRITE, site=site, cookie=cookie)) == 403
    assert status(keeper, replace(PAGE, site=site)) == 200  # a link in a message opens the page
    assert status(keeper, replace(READ, site='same-origin', cookie=cookie)) == 200


@pytest.mark.parametrize('method', ['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'PROPFIND'])
def test_other_methods_are_not_spoken(keeper, cookie, method):
    assert status(keeper, replace(WRITE, method=method, cookie=cookie)) == 405


def test_revoked_phone_may_stop_what_was_armed_before_and_do_nothing_else(keeper, door, cookie):
    stop = replace(STOP, cookie=cookie)
    keeper.drive(disarmed=True, now_s=1.0)
    keeper.drive(disarmed=False, now_s=2.0)
    door.revoke(1)
    keeper.drive(disarmed=False, now_s=1e12)  # still the same arming
    verdict = keeper.judge(stop, 0.0)
    assert (verdict.status, verdict.phone) == (200, None)
    assert status(keeper, replace(WRITE, cookie=cookie)) == 401
    assert status(keeper, replace(stop, method='GET')) == 401
    keeper.drive(disarmed=True, now_s=4.0)
    assert status(keeper, stop) == 401


def test_while_nobody_has_told_of_the_drive_it_counts_as_armed(keeper, door, cookie):
    door.revoke(1)
    assert status(keeper, replace(STOP, cookie=cookie)) == 200


def test_strangers_run_dry_and_neither_phones_nor_the_e_stop_do(keeper, cookie):
    told = [status(keeper, READ) for _ in range(200)]
    assert told.count(401) == gate.STRANGER.burst
    assert told[-1] == 429
    assert keeper.is_dry(READ.address, 0.0)
    assert not keeper.is_dry('10.0.0.3', 0.0)
    assert not keeper.is_dry(READ.address, 1.0)
    assert status(keeper, READ, 1.0) == 401  # a second later there is some again
    assert status(keeper, replace(READ, cookie=cookie)) == 200
    for number in range(1000):
        status(keeper, replace(READ, address=f'10.1.{number // 250}.{number % 250}'))
    assert status(keeper, replace(READ, address='10.2.0.1')) == 429  # all strangers together
    assert status(keeper, replace(READ, cookie=cookie)) == 200
    assert [status(keeper, replace(READ, cookie=cookie)) for _ in range(300)][-1] == 429
    assert {status(keeper, replace(STOP, cookie=cookie)) for _ in range(1000)} == {200}
    assert [status(keeper, STOP) for _ in range(3)] == [429] * 3  # without a cookie it is one of many


def test_guessing_a_token_is_slow(keeper):
    told = [status(keeper, PAIR) for _ in range(20)]
    assert told.count(200) == gate.TRY.burst
    assert told[-1] == 429
    assert status(keeper, PAGE) == 200


def test_bucket_fills_with_time_and_never_runs_over():
    bucket = Bucket(Rate(2.0, 3.0), 10.0)
    assert [bucket.take(10.0) for _ in range(4)] == [True, True, True, False]
    assert bucket.take(9.0) is False  # a clock that goes back gives nothing
    assert bucket.take(10.5)
    assert not bucket.is_full(11.0)
    assert bucket.is_full(12.0)
    assert [bucket.take(99.0) for _ in range(4)] == [True, True, True, False]


def test_table_of_addresses_is_bounded_and_forgets_who_was_quiet():
    buckets = Buckets(Rate(1.0, 2.0), Rate(1000.0, 1000.0), 0.0, most=3)
    assert all(buckets.take(key, 0.0) for key in 'abc')
    assert buckets.take('d', 0.0)  # shares the bucket of all
    assert len(buckets) == 3
    assert buckets.take('d', 5.0)
    assert len(buckets) == 1


def test_host_is_parted_into_name_and_port():
    assert split('Rig.Local.:8000') == ('rig.local', 8000)
    assert split('[fe80::1]:80') == ('fe80::1', 80)
    assert split('[::1]') == ('::1', 0)
    assert split('::1') == ('', 0)
    assert Hosts().names == ('127.0.0.1', 'localhost', '::1')
    assert not Hosts().allowed('')


def guest(address='a', since_s=0.0, **words):
    return Guest(address, since_s, **words)


def test_the_oldest_of_a_crowding_address_goes():
    lobby = Lobby(most=10, each=2)
    first, second, other, third = guest(), guest(), guest('b'), guest()
    assert [lobby.enter(one) for one in (first, second, other, third)] == [None] * 4  # none of them was read yet
    assert lobby.enter(guest(since_s=GRACE_S + 0.1)) is first
    assert lobby.enter(guest('b', GRACE_S + 0.1)) is None
    assert (len(lobby), lobby.dropped) == (5, 1)


def test_who_is_known_stays_while_strangers_are_there():
    lobby = Lobby(most=3, each=2)
    known = [guest(known=True), guest(known=True)]
    stranger, newest = guest('b'), guest('c')
    for one in (*known, stranger):
        lobby.enter(one)
    assert lobby.enter(newest) is stranger
    newest.known = True
    latest = guest('d', known=True)
    assert lobby.enter(latest) is known[0]
    lobby.leave(latest)
    lobby.leave(latest)
    assert len(lobby) == 2


def test_who_is_most_gives_way_first():
    lobby = Lobby(most=4, each=3)
    lone, many = guest('a'), [guest('b'), guest('b'), guest('b')]
    for one in (lone, *many):
        lobby.enter(one)
    assert lobby.enter(guest('c')) is many[0]


def test_who_does_not_come_to_an_end_is_late():
    lobby = Lobby()
    slow, phone, socket = guest(), guest(known=True), guest(socket=True)
    for one in (slow, phone, socket):
        lobby.enter(one)
    assert lobby.late(PATIENCE_S) == []
    assert lobby.late(PATIENCE_S + 0.1) == [slow]
    assert lobby.late(KNOWN_PATIENCE_S + 0.1) == [phone]
    assert len(lobby) == 1


def test_cookie_is_http_only_strict_and_secure_where_it_can_be():
    assert headers.set_cookie('s', 'http') == 'outrider=s; Path=/; Max-Age=34560000; HttpOnly; SameSite=Strict'
    assert headers.set_cookie('s', 'https').endswith('SameSite=Strict; Secure')


@pytest.mark.parametrize(('told', 'found'), [
    (['outrider=x'], 'x'), (['a=b; outrider=x ;c'], 'x'), (['a=b', 'outrider=x'], 'x'), ([], ''), (['outrider'], ''),
    (['outrider=x; outrider=y'], ''), (['outrider=' + 'x' * 5000], ''), (['Outrider=x'], '')])
def test_our_cookie_is_found_or_none(told, found):
    assert headers.cookie_of(told) == found


def test_a_proxy_is_believed_on_this_machine_only():
    assert headers.forwarded('127.0.0.1', '1.2.3.4, 100.64.0.9', 'https') == ('100.64.0.9', 'https')
    assert headers.forwarded('::1', '', '') == ('::1', 'http')
    assert headers.forwarded('127.0.0.1', '', 'gopher') == ('127.0.0.1', 'http')
    assert headers.forwarded('10.0.0.9', '1.2.3.4', 'https') == ('10.0.0.9', 'http')


def test_headers_are_strict_and_name_the_sockets_of_this_host():
    plain, secure = dict(headers.security(HOST, 'http')), dict(headers.security(HOST, 'https'))
    assert "default-src 'none'" in plain['content-security-policy']
    assert f'ws://{HOST}' in plain['content-security-policy']
    assert f'wss://{HOST}' in secure['content-security-policy']
    assert 'unsafe' not in plain['content-security-policy']
    assert "connect-src 'self';" in dict(headers.security('', 'http'))['content-security-policy']
    assert 'strict-transport-security' in secure
    assert 'strict-transport-security' not in plain


def test_qr_has_a_margin_and_whole_rows():
    rows = qr.lines('http://rig.local:8000/pair#t=' + 'x' * 43)
    assert len({len(row) for row in rows}) == 1
    assert set(rows[0]) == {'█'}
    assert {row[:2] for row in rows} == {'██'}
    assert len(rows) <= 22  # of a terminal with 24
