"""The server as browsers meet it: pairing, refusals before accept, what is told, what is asked of the stack."""

import contextlib
import json
import socket as sockets
import threading
import time

import pytest
from server_at import Served, heard, until
from websockets.exceptions import ConnectionClosed, InvalidStatus

from outrider_alerts.server import files, page


@pytest.fixture
def served(tmp_path):
    one = Served(tmp_path).start()
    yield one
    one.close()


@pytest.fixture
def cookie(served):
    return served.pair()


def refused(opening):
    with pytest.raises(InvalidStatus) as error, opening():
        pass
    return error.value.response.status_code


def closing(socket):
    """Return the code that a socket is closed with."""
    while True:
        try:
            socket.recv(timeout=10)
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else None


def test_pairing_gives_a_cookie_that_opens_everything(served):
    assert served.ask('GET', '/api/paired')[0] == 401
    cookie = served.pair('Pixel')
    status, headers, phones = served.ask('GET', '/api/paired', cookie=cookie)
    assert (status, phones[0]['name'], phones[0]['this']) == (200, 'Pixel', True)
    assert headers['cache-control'] == 'no-store'


def test_each_visit_makes_the_cookie_last_again(served):
    cookie = served.pair()
    again = served.ask('GET', '/', cookie=cookie)[1]['set-cookie']
    assert again.startswith(f'outrider={cookie}; Path=/; Max-Age=34560000')
    assert 'set-cookie' not in served.ask('GET', '/')[1]
    assert 'set-cookie' not in served.ask('GET', '/', cookie='x' * 43)[1]


@pytest.mark.parametrize('kind', ['used', 'old', 'wrong', 'none'])
def test_token_that_is_no_good_is_one_sentence(served, kind):
    token = served.door.new_token()
    if kind == 'used':
        served.ask('POST', '/api/pair', {'token': token})
    elif kind == 'old':
        served.door._boottime_s = lambda: time.clock_gettime(time.CLOCK_BOOTTIME) + 600.0
    else:
        token = {'wrong': 'x' * 43, 'none': None}[kind]
    status, headers, told = served.ask('POST', '/api/pair', {'token': token, 'name': 'x'})
    assert status == 403
    assert './outrider pair' in told['error']
    assert 'set-cookie' not in headers


def test_page_and_its_files_are_for_everybody_with_strict_headers(served):
    for path, kind in (('/', 'text/html'), ('/pair', 'text/html'), ('/static/main.js', 'text/javascript'),
                       ('/static/base.css', 'text/css'), ('/static/tones.json', 'application/json'),
                       ('/manifest.webmanifest', 'application/manifest+json')):
        status, headers, _ = served.ask('GET', path)
        assert (status, headers['content-type'].partition(';')[0]) == (200, kind)
        assert headers['content-security-policy'].startswith("default-src 'none'; script-src 'self'")
        assert headers['x-content-type-options'] == 'nosniff'
        assert served.ask('GET', path, If_None_Match=headers['etag'])[0] == 304
    assert 'server' not in headers


@pytest.mark.parametrize('path', ['/static/../page_node.py', '/static/..%2fpage_node.py', '/static/%2e%2e/setup.py',
                                  '/static//etc/passwd', '/static/x.js', '/static/.hidden.js', '/static/x.py',
                                  '/static/a%00.js', '/static/'])
def test_no_other_file_is_given_away(served, path):
    assert served.ask('GET', path)[0] == 404


def test_file_that_changes_is_read_again(tmp_path):
    (tmp_path / 'a.js').write_text('1')
    known = files.Files(lambda: b'', tmp_path)
    first = known._file('a.js')
    assert known._file('a.js') is first
    (tmp_path / 'a.js').write_text('22')
    assert known._file('a.js').body == b'22'


@pytest.mark.parametrize('path', ['/ws/state', '/ws/video', '/ws/view'])
def test_sockets_are_refused_before_they_are_accepted(served, cookie, path):
    assert refused(lambda: served.socket(path, 'x' * 43)) == 403
    assert refused(lambda: served.socket(path, cookie, origin='http://evil.example')) == 403
    assert refused(lambda: served.socket(path, cookie, origin='')) == 403
    assert refused(lambda: served.socket(path, cookie, host='evil.example')) == 403
    assert refused(lambda: served.socket('/ws/other', cookie)) == 403
    with served.socket(path, cookie):
        pass


def test_host_and_origin_are_checked_at_every_request(served, cookie):
    assert served.ask('GET', '/', Host='evil.example')[0] == 403
    assert served.ask('POST', '/api/mark', {}, cookie, Origin='http://evil.example')[0] == 403
    assert served.ask('POST', '/api/mark', {}, cookie, Origin=None)[0] == 403
    assert served.ask('POST', '/api/mark', {}, cookie, Sec_Fetch_Site='cross-site')[0] == 403
    assert served.ask('POST', '/api/mark', {})[0] == 401
    assert served.asked == []
    assert served.ask('POST', '/api/mark', {}, cookie)[0] == 200
    assert served.asked == ['mark']


def test_https_of_a_proxy_on_this_machine_is_seen(served):
    token = served.door.new_token()
    name = 'rig.tail1.ts.net'
    status, headers, _ = served.ask('POST', '/api/pair', {'token': token}, Host=name, Origin=f'https://{name}',
                                    X_Forwarded_Proto='https', X_Forwarded_For='100.64.0.9')
    assert status == 204
    assert headers['set-cookie'].endswith('HttpOnly; SameSite=Strict; Secure')
    assert headers['strict-transport-security']
    assert f'wss://{name}' in headers['content-security-policy']
    cookie = headers['set-cookie'].partition('=')[2].partition(';')[0]
    link = {'Host': name, 'X_Forwarded_Proto': 'https'}
    with served.socket('/ws/state', cookie, f'https://{name}', name, X_Forwarded_Proto='https') as socket:
        assert heard(socket, 'can')['can'] == {'secure': True}
    assert served.ask('POST', '/api/mark', {}, cookie, Origin=f'http://{name}', **link)[0] == 403  # not the same scheme


def test_snapshot_comes_first_then_what_changes(served, cookie):
    served.hub.put('rig', {'kind': 'ramp', 'name': 'ramp', 'simulated': True})
    with served.socket('/ws/state', cookie) as socket:
        first = json.loads(socket.recv(timeout=5))
        assert first['kind'] == 'snapshot'
        assert set(first) >= {'alerts', 'recorder', 'drive', 'motors', 'relays', 'rig', 'devices', 'can', 'motion'}
        assert (first['alerts'], first['can']) == (None, {'secure': False})
        served.hub.put('drive', {'state': 'armed', 'stamp_ns': time.time_ns() - 70_000_000})
        told = heard(socket, 'drive')
        assert told['seq'] > first['seq']
        assert told['drive']['state'] == 'armed'
        assert 70 <= told['drive']['age_ms'] < 1000
        assert 'kind' not in told
        assert abs(told['sent_ms'] / 1000 - time.time()) < 5.0
        socket.send('{"kind":"seen","seq":3}')
        served.hub.put('place', {'lat': 52.0, 'lon': 13.0, 'stamp_ns': 0})
        idle = json.loads(socket.recv(timeout=5))
        assert set(idle) == {'seq', 'sent_ms'}  # a link that lives; where the rig stands is told to nobody


@pytest.mark.parametrize('said', ['', 'x', '{}', '[]', '{"kind":"pong"}', '{"kind":"seen","seq":"1"}',
                                  '{"kind":"seen","seq":true}', '{"kind":"seen","seq":1,"x":2}', '[' * 900, b'\x00'])
def test_socket_that_says_anything_else_is_closed(served, cookie, said):
    with served.socket('/ws/state', cookie) as socket:
        socket.send(said)
        assert closing(socket) == 1003


def test_message_of_a_kilobyte_and_more_is_too_long(served, cookie):
    with served.socket('/ws/state', cookie) as socket:
        socket.send('x' * 2000)
        assert closing(socket) == 1009


def test_pictures_come_one_for_one_asked_and_the_newest_only(served, cookie):
    with served.socket('/ws/video', cookie) as socket:
        until(lambda: served.watched == [('video', True)], 'the camera to be asked')
        served.hub.put('video', b'first')
        assert socket.recv(timeout=5) == b'first'
        for number in range(50):
            served.hub.put('video', b'%d' % number)
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.2)
        socket.send('next')
        assert socket.recv(timeout=5) == b'49'
        socket.send('next')
        served.hub.put('video', b'last')
        assert socket.recv(timeout=5) == b'last'
        socket.send('back')
        assert closing(socket) == 1003
    until(lambda: served.watched[-1] == ('video', False), 'the camera to be let go')


def test_view_is_told_while_it_is_open(served, cookie):
    with served.socket('/ws/view', cookie) as socket:
        served.hub.put('view', {'tracks': [], 'stamp_ns': time.time_ns()})
        assert json.loads(socket.recv(timeout=5))['tracks'] == []
        served.hub.put('view', None)
        started = time.monotonic()
        for number in range(5):
            served.hub.put('view', {'tracks': [number], 'stamp_ns': time.time_ns()})
            json.loads(socket.recv(timeout=5))
        assert time.monotonic() - started > 0.35  # 10 Hz at most
        socket.send('x')
        assert closing(socket) == 1003


def test_revoked_phone_loses_its_sockets(served, cookie):
    other = served.pair('other')
    with served.socket('/ws/state', cookie) as socket, served.socket('/ws/state', other) as kept:
        assert served.ask('POST', '/api/paired/revoke', {'id': 1}, other)[0] == 200
        assert closing(socket) == 4401
        json.loads(kept.recv(timeout=5))
        assert served.ask('GET', '/api/paired', cookie=cookie)[0] == 401
        assert served.ask('POST', '/api/paired/revoke', {'id': 1}, other)[0] == 404
        assert served.ask('POST', '/api/paired/revoke', {'id': True}, other)[0] == 404


def test_newest_socket_of_a_phone_takes_the_place_of_its_oldest(served, cookie):
    with contextlib.ExitStack() as all_of_them:
        opened = [all_of_them.enter_context(served.socket('/ws/state', cookie)) for _ in range(5)]
        assert closing(opened[0]) == 4409
        for one in opened[1:]:
            json.loads(one.recv(timeout=5))
    until(lambda: served.page.clients['state'] == 0, 'all to leave')


def test_visits_are_kept_beside_the_loop(served, cookie):
    served.door._unix_s = lambda: time.time() + 700.0
    with served.socket('/ws/state', cookie):
        until(lambda: served.door.phones()[0].last_seen_s > time.time() + 600.0, 'the visit to be kept')


def test_change_that_waits_for_its_lock_holds_up_nobody(served, cookie):
    with served.door._shelf.changing():
        asked = threading.Thread(target=served.ask, args=('POST', '/api/paired/revoke', {'id': 9}, cookie))
        asked.start()
        for _ in range(20):
            assert served.ask('POST', '/api/estop', {}, cookie)[2]['latched']
        assert served.ask('POST', '/api/pair', {'token': 'x' * 43})[0] == 403
        assert asked.is_alive()
    asked.join()


def test_all_seats_taken_by_others_is_a_refusal(served):
    cookies = [served.pair() for _ in range(5)]
    with contextlib.ExitStack() as all_of_them:
        for cookie in cookies[:4] * 2:
            all_of_them.enter_context(served.socket('/ws/video', cookie))
        assert refused(lambda: served.socket('/ws/video', cookies[4])) == 403


def test_record_and_mark_ask_the_recorder(served, cookie):
    assert served.ask('POST', '/api/record', {'on': True}, cookie)[2] == {'message': 'recording x'}
    assert served.ask('POST', '/api/record', {'on': False}, cookie)[::2] == (
        409, {'error': 'no ride is open. Start one first.'})
    assert served.ask('POST', '/api/record', {'on': 1}, cookie)[0] == 400
    served.answers['mark'] = None
    status, _, told = served.ask('POST', '/api/mark', {}, cookie)
    assert status == 504
    assert 'does not answer' in told['error']


def test_e_stop_is_asked_once_for_many_taps_and_never_waits(served, cookie):
    assert served.ask('POST', '/api/estop', {}, cookie)[2] == {'latched': True, 'message': 'E-stop by page.'}
    assert served.asked == ['estop']
    served.answers['estop'] = None
    told = []
    started = time.monotonic()
    taps = [threading.Thread(target=lambda: told.append(served.ask('POST', '/api/estop', {}, cookie)))
            for _ in range(20)]
    for tap in taps:
        tap.start()
    for tap in taps:
        tap.join()
    assert time.monotonic() - started < 4.0
    assert {status for status, _, _ in told} == {200}
    assert not any(one['latched'] for _, _, one in told)
    assert 'does not answer' in told[0][2]['message']
    assert len(served.asked) < 20
    assert served.page.stops == 21
    assert served.ask('POST', '/api/estop', {})[0] == 401


def test_phone_that_is_revoked_while_armed_can_stop_and_nothing_else(served, cookie):
    gate = served.page._gate
    served.hub.put('drive', {'state': 'disarmed', 'stamp_ns': 0})
    until(lambda: gate._armed_since_s is None, 'the drive to be known')
    served.hub.put('drive', {'state': 'armed', 'stamp_ns': 0})
    until(lambda: gate._armed_since_s is not None, 'the arming to be heard')
    served.door.revoke(1)
    assert served.ask('POST', '/api/estop', {}, cookie)[2]['latched']
    assert served.ask('POST', '/api/mark', {}, cookie)[0] == 401
    served.hub.put('drive', {'state': 'disarmed', 'stamp_ns': 0})
    until(lambda: served.ask('POST', '/api/estop', {}, cookie)[0] == 401, 'the permission to end')


def test_port_that_is_taken_is_one_sentence_and_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(page, 'AGAIN_S', 0.1)
    with sockets.create_server(('127.0.0.1', 0)) as taken:
        served = Served(tmp_path, port=taken.getsockname()[1])
        served.page.start()
        until(lambda: served.page.problem, 'the sentence')
        assert 'another program has it' in served.said[0]
    until(lambda: served.page.port, 'the port')
    assert served.page.problem == ''
    assert len(served.said) == 2
    assert served.ask('GET', '/')[0] == 200
    served.close()


def test_page_that_is_closed_while_it_waits_ends(tmp_path):
    with sockets.create_server(('127.0.0.1', 0)) as taken:
        served = Served(tmp_path, port=taken.getsockname()[1])
        served.page.start()
        until(lambda: served.page.problem, 'the sentence')
        served.close()
        assert not served.page._thread.is_alive()


def test_network_is_let_in_only_once_a_phone_may_be_paired(tmp_path):
    served = Served(tmp_path, address='0.0.0.0').start()
    assert served.said == [page.KEPT_LOCAL, f'answers at http://{served.host}']
    assert served.page.is_kept_local
    served.door.new_token()
    until(lambda: any('0.0.0.0' in one for one in served.said), 'the page to be opened')
    until(lambda: served.ask('GET', '/')[0] == 200, 'an answer')
    assert not served.page.is_kept_local
    served.close()


@pytest.mark.filterwarnings('ignore::pytest.PytestUnhandledThreadExceptionWarning')
def test_server_that_ends_unasked_is_noticed(tmp_path, monkeypatch):
    served = Served(tmp_path)
    monkeypatch.setattr(served.page, '_config', lambda: 1 / 0)
    assert not served.page.has_ended
    served.page.start()
    until(lambda: served.page.has_ended, 'its end to be seen')


def test_open_sockets_end_with_the_page(served, cookie):
    with served.socket('/ws/state', cookie) as socket:
        socket.recv(timeout=5)
        started = time.monotonic()
        served.close()
        assert time.monotonic() - started < 3.0
        assert closing(socket) == 1012
