"""A real server on a real port, with a stack made of plain functions, and the clients that ask it."""

import http.client
import json
import socket
import threading
import time
from concurrent.futures import Future

import pytest
from websockets.sync.client import connect

from outrider_alerts.door.pairings import Pairings
from outrider_alerts.server.page import Page, Place, Stack

SECRETS = []  # every token and cookie of these tests, for the test that looks for them


class Served:
    def __init__(self, folder, address='127.0.0.1', names=('rig.tail1.ts.net',), port=0, root=None):
        self.folder, self.said, self.watched, self.asked = folder, [], [], []
        self.answers = {'estop': (True, 'E-stop by page.'), 'start': (True, 'recording x'),
                        'stop': (False, 'no ride is open. Start one first.'), 'mark': (True, 'marked x')}
        for name in ('state', 'run', 'rides'):
            (folder / name).mkdir(exist_ok=True)
        self.door = Pairings(folder / 'state')
        self.place = Place(address, port, 'rig', names, root or folder, folder / 'run', folder / 'rides')
        stack = Stack(time.time_ns, self._ask, lambda name, on: self.watched.append((name, on)), lambda: b'{}',
                      self.said.append)
        self.page = Page(self.place, stack, self.door)
        self.hub = self.page.hub

    def _ask(self, what):
        """Answer at once; None: never."""
        self.asked.append(what)
        future = Future()
        if self.answers[what] is not None:
            future.set_result(self.answers[what])
        return future

    def start(self):
        self.page.start()
        until(lambda: self.page.port, 'the port')
        return self

    @property
    def host(self):
        return f'127.0.0.1:{self.page.port}'

    def pair(self, name='phone'):
        token = self.door.new_token()
        status, told, _ = self.ask('POST', '/api/pair', {'token': token, 'name': name})
        assert status == 204, told
        cookie = told['set-cookie'].partition('=')[2].partition(';')[0]
        SECRETS.extend((token, cookie))
        return cookie

    def ask(self, method, path, body=None, cookie='', **other):
        """Return (status, headers, body: JSON where it is)."""
        told = {'Host': self.host, **({'Origin': f'http://{self.host}'} if method == 'POST' else {}),
                **({'Cookie': f'outrider={cookie}'} if cookie else {}),
                **{name.replace('_', '-'): value for name, value in other.items()}}
        link = http.client.HTTPConnection('127.0.0.1', self.page.port, timeout=10)
        try:
            raw = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
            link.request(method, path, raw, {name: value for name, value in told.items() if value is not None})
            answer = link.getresponse()
            content = answer.read()
        finally:
            link.close()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        is_json = headers.get('content-type', '').startswith('application/json') and content
        return answer.status, headers, json.loads(content) if is_json else content

    def socket(self, path, cookie, origin=None, host=None, **headers):
        """Open a socket; `origin` '' is none."""
        host = host or self.host
        told = {'Cookie': f'outrider={cookie}', **{name.replace('_', '-'): value for name, value in headers.items()}}
        link = socket.create_connection(('127.0.0.1', self.page.port), timeout=10)
        return connect(f'ws://{host}{path}', origin=f'http://{host}' if origin is None else origin or None,
                       additional_headers=told, open_timeout=10, max_size=None, sock=link)

    def close(self):
        self.page.close()


def until(true, what, timeout_s=10.0):
    """Return what `true` answers once it is something."""
    end = time.monotonic() + timeout_s
    while not (answer := true()):
        if time.monotonic() > end:
            pytest.fail(f'waited {timeout_s:g} s for {what}')
        threading.Event().wait(0.01)
    return answer


def heard(socket, name, timeout_s=5.0):
    """Return the next message that has the section."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        told = json.loads(socket.recv(timeout=timeout_s))
        if name in told:
            return told
    pytest.fail(f'no {name} within {timeout_s:g} s')
