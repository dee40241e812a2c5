"""What is thrown at the server: no crash, no growth, no change of state, and nobody else waits for it."""

import asyncio
import gc
import os
import random
import socket as sockets
import threading
import time
from pathlib import Path

import pytest
from server_at import Served, heard, until

from outrider_alerts.door import lobby

SEED = 20260102
REQUESTS = 1000


@pytest.fixture
def served(tmp_path):
    one = Served(tmp_path).start()
    yield one
    one.close()


def raw(served, data, wait_s=0.0):
    """Send bytes on a connection of their own; return what came back within `wait_s`, b'' where nobody waits."""
    with sockets.create_connection(('127.0.0.1', served.page.port), timeout=5) as link:
        link.sendall(data)
        link.shutdown(sockets.SHUT_WR)
        link.settimeout(wait_s or 5)
        told = b''
        try:
            while chunk := link.recv(65536):
                told += chunk
        except (TimeoutError, ConnectionError):
            pass
        return told


def malformed(rng, host, cookie):
    """Return one request that is wrong in a way."""
    head = f'Host: {host}\r\nOrigin: http://{host}\r\nCookie: outrider={cookie}\r\n'.encode()
    body = rng.choice([b'{', b'[' * 4000, b'{"on": ' + b'1' * 3000 + b'}', b'null', b'"x"', b'\xff\xfe',
                       b'{"id": 1e999}', b'{"token": {"a": []}, "name": 7}', b'{"on": "yes"}',
                       b'{"node": "../../etc"}', b'{"key": {}}'])
    path = rng.choice([b'/api/record', b'/api/pair', b'/api/paired/revoke', b'/api/restart', b'/api/settings',
                       b'/api/zones', b'/api/zones/remove'])
    return rng.choice([
        rng.randbytes(rng.randrange(1, 400)),
        b'GET / HTTP/9.9\r\n\r\n', b'GET\r\n\r\n', b'\r\n' * 100, b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        b'GET /' + b'a' * 9000 + b' HTTP/1.1\r\n' + head + b'\r\n',
        b'GET / HTTP/1.1\r\n' + head + b'X: ' + b'y' * 20_000 + b'\r\n\r\n',
        b'GET / HTTP/1.1\r\n' + head * 2 + b'\r\n',
        b'POST ' + path + b' HTTP/1.1\r\n' + head + b'Content-Length: %d\r\n\r\n' % len(body) + body,
        b'POST ' + path + b' HTTP/1.1\r\n' + head + b'Content-Length: 99999999\r\n\r\n' + body,
        b'POST ' + path + b' HTTP/1.1\r\n' + head + b'Content-Length: -1\r\n\r\n' + body,
        b'POST ' + path + b' HTTP/1.1\r\n' + head + b'Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\nxx',
        b'POST ' + path + b' HTTP/1.1\r\n' + head + b'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
        b'GET /%ff%00%0d%0a HTTP/1.1\r\n' + head + b'\r\n',
        b'GET /rides/..%2f..%2f/report.html HTTP/1.1\r\n' + head + b'\r\n',
        b'GET /ws/state HTTP/1.1\r\n' + head + b'Upgrade: websocket\r\nConnection: upgrade\r\n\r\n',
        b'GET /ws/state HTTP/1.1\r\n' + head + b'Upgrade: websocket\r\nConnection: upgrade\r\n'
        b'Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x\r\n\r\n',
        b'TRACE / HTTP/1.1\r\n' + head + b'\r\n', b'GET http://evil.example/ HTTP/1.1\r\n' + head + b'\r\n',
        b'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n' * 20])


def frames(rng):
    """Return bytes that follow an accepted socket's handshake."""
    def frame(first, body, masked=True, length=None):
        told = len(body) if length is None else length
        size = bytes([told | 0x80]) if told < 126 else bytes([0xfe]) + told.to_bytes(2, 'big')
        if not masked:
            return bytes([first, told & 0x7f]) + body
        return bytes([first]) + size + b'\0\0\0\0' + body
    return rng.choice([
        rng.randbytes(rng.randrange(2, 300)), frame(0x81, b'\xff\xfe'), frame(0x81, b'x', masked=False),
        frame(0x83, b'reserved'), frame(0xf1, b'bits'), frame(0x80, b'no beginning'), frame(0x09, b'part of a ping'),
        frame(0x89, b'p' * 125) * 200, frame(0x01, b'') + frame(0x00, b'') * 500, frame(0x81, b'{' * 1000),
        frame(0x81, b'x' * 5000), bytes([0x81, 0xff]) + (1 << 62).to_bytes(8, 'big') + b'\0\0\0\0',
        frame(0x88, b'\x00'), frame(0x88, (999).to_bytes(2, 'big')), frame(0x82, b'\x00\x01')])


def upgrade(path, host, cookie):
    return (f'GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: outrider={cookie}\r\n'
            'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n').encode()


def burden(served):
    """Return (open files, tasks, connections, resident kB)."""
    gc.collect()
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return (len(os.listdir('/proc/self/fd')), len(asyncio.all_tasks(served.page._loop)), len(served.page.lobby),
            pages * os.sysconf('SC_PAGE_SIZE') // 1024)


def throw(served, cookie, rng, count):
    for number in range(count):
        if number % 2:
            raw(served, malformed(rng, served.host, cookie), 0.05)
        else:
            frame(served, cookie, rng)


def frame(served, cookie, rng):
    """Open a socket, say something wrong, and see that it is closed for it."""
    path = rng.choice(['/ws/state', '/ws/video', '/ws/view'])
    with sockets.create_connection(('127.0.0.1', served.page.port), timeout=5) as link:
        link.sendall(upgrade(path, served.host, cookie))
        assert link.recv(65536).startswith(b'HTTP/1.1 101 ')
        try:
            link.sendall(frames(rng))
            link.shutdown(sockets.SHUT_WR)
            while link.recv(65536):
                pass
        except ConnectionError:
            pass


def test_a_thousand_malformed_requests_and_frames_change_nothing(served, monkeypatch):
    monkeypatch.setattr(served.page._gate, '_has_rate', lambda *_: True)  # all of them shall come through
    cookie = served.pair()
    rng = random.Random(SEED)
    throw(served, cookie, rng, REQUESTS // 5)  # what is made once is made
    until(lambda: len(served.page.lobby) == 0, 'the first to be gone', 15)
    before, phones = burden(served), served.door.phones()
    throw(served, cookie, rng, REQUESTS)
    until(lambda: len(served.page.lobby) == 0 and burden(served)[:3] <= before[:3], 'everything to be given back', 15)
    assert burden(served)[3] - before[3] < 4096  # kB
    assert [one.id for one in served.door.phones()] == [one.id for one in phones]
    assert served.asked == []
    assert served.ask('GET', '/api/paired', cookie=cookie)[0] == 200


def test_half_a_head_and_half_a_body_are_not_waited_for(served, monkeypatch):
    monkeypatch.setattr(lobby, 'PATIENCE_S', 0.3)
    cookie = served.pair()
    halves = [b'GET / HTTP/1.1\r\nHost: ', b'', b'POST /api/mark HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{']
    links = [sockets.create_connection(('127.0.0.1', served.page.port), timeout=8) for _ in range(len(halves) * 5)]
    for number, link in enumerate(links):
        link.sendall(halves[number % len(halves)])
    until(lambda: len(served.page.lobby) >= 10, 'those that say nothing wrong to be in')
    until(lambda: len(served.page.lobby) == 0, 'all to be sent away')
    for link in links:
        link.close()
    assert served.ask('GET', '/api/paired', cookie=cookie)[0] == 200


def test_body_that_trickles_in_is_given_up(served, monkeypatch):
    monkeypatch.setattr('outrider_alerts.server.bodies.PATIENCE_S', 0.2)
    cookie = served.pair()
    head = (f'POST /api/mark HTTP/1.1\r\nHost: {served.host}\r\nOrigin: http://{served.host}\r\n'
            f'Cookie: outrider={cookie}\r\nContent-Length: 50\r\n\r\n{{').encode()
    with sockets.create_connection(('127.0.0.1', served.page.port), timeout=5) as link:
        link.sendall(head)
        told = b''
        while chunk := link.recv(65536):  # and then it is closed
            told += chunk
    assert b' 408 ' in told
    assert served.asked == []


def test_body_that_is_too_long_is_refused_before_its_end(served):
    cookie = served.pair()
    status, _, told = served.ask('POST', '/api/mark', b' ' * 5000, cookie)
    assert (status, told['error']) == (413, 'the body is longer than 4096 bytes')


def test_crowd_of_connections_pushes_out_its_own_oldest(served):
    cookie = served.pair()
    with served.socket('/ws/state', cookie) as phone:
        crowd = [sockets.create_connection(('127.0.0.1', served.page.port)) for _ in range(lobby.EACH)]
        until(lambda: len(served.page.lobby) == lobby.EACH + 1, 'them to be in')
        time.sleep(lobby.GRACE_S)
        crowd += [sockets.create_connection(('127.0.0.1', served.page.port)) for _ in range(lobby.EACH)]
        assert served.ask('POST', '/api/estop', {}, cookie)[2]['latched']
        assert len(served.page.lobby) <= lobby.EACH + 2
        served.hub.put('motion', {'speed_mps': 1.0, 'stamp_ns': 0})
        assert heard(phone, 'motion')
        for one in crowd:
            one.close()


def test_stalled_client_is_overwritten_and_dropped_and_harms_nobody(served, monkeypatch):
    monkeypatch.setattr('outrider_alerts.server.sockets.STALLED_S', 0.5)
    stalled_cookie, cookie = served.pair('stalled'), served.pair()
    stalled = sockets.socket()
    stalled.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    stalled.connect(('127.0.0.1', served.page.port))
    stalled.sendall(upgrade('/ws/state', served.host, stalled_cookie))
    delays = []
    with served.socket('/ws/state', cookie) as phone:
        until(lambda: served.page.clients['state'] == 2, 'both')
        end = time.monotonic() + 15.0
        while served.page.clients['state'] == 2 and time.monotonic() < end:
            sent = time.monotonic()
            served.hub.put('devices', [{'text': 'x' * 20_000, 'at': sent}])
            while (heard(phone, 'devices')['devices'] or [{'at': 0}])[0]['at'] != sent:
                pass
            delays.append(time.monotonic() - sent)
        assert served.page.clients['state'] == 1
        assert sorted(delays)[len(delays) // 2] < 0.1
    stalled.close()


def test_stranger_who_runs_dry_is_told_so_and_a_phone_beside_it_is_not(served):
    cookie = served.pair()
    told = [served.ask('GET', '/api/rides')[0] for _ in range(200)]
    assert (told[0], told[-1]) == (401, 429)
    status, headers, body = served.ask('GET', '/')
    assert (status, headers['connection'], body) == (429, 'close', {'error': 'this comes too often. Wait a second'})
    assert served.ask('GET', '/', X_Forwarded_For='100.64.0.7')[0] == 200  # another one, behind the proxy
    assert served.ask('GET', '/api/paired', cookie=cookie)[0] == 200


def test_e_stop_answers_under_five_hundred_hostile_requests_a_second(served):
    cookie = served.pair()
    over, sent = threading.Event(), [0]
    request = f'GET /api/rides HTTP/1.1\r\nHost: {served.host}\r\n\r\n'.encode()

    def flood():
        due = time.monotonic()
        while not over.is_set():
            due += 0.008
            over.wait(max(0.0, due - time.monotonic()))
            raw(served, request)
            sent[0] += 1

    floods = [threading.Thread(target=flood) for _ in range(4)]
    for one in floods:
        one.start()
    delays = []
    while sent[0] < 1000:
        at = time.monotonic()
        status, _, told = served.ask('POST', '/api/estop', {}, cookie)
        delays.append(time.monotonic() - at)
        assert (status, told['latched']) == (200, True)
        over.wait(0.02)
    over.set()
    for one in floods:
        one.join()
    assert max(delays) < 1.0
    assert served.page.counts['refused'] > 500
