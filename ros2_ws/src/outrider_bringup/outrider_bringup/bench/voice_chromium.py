"""A real headless Chromium with a profile of its own, spoken to by its DevTools protocol."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from outrider_bringup.errors import UserError

PROGRAM = '/usr/bin/chromium'
FLAGS = ('--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--mute-audio',
         '--no-first-run', '--no-default-browser-check', '--disable-extensions', '--disable-background-networking',
         '--disable-component-update', '--disable-sync', '--remote-debugging-port=0')
START_S, ANSWER_S, END_S = 60.0, 60.0, 10.0


class Session:
    """One conversation with the browser, or with one page of it."""

    def __init__(self, address: str) -> None:
        """Open it; `address` is a ws: one of DevTools."""
        self._open = contextlib.ExitStack()
        self._socket = self._open.enter_context(connect(address, max_size=None, compression=None, open_timeout=START_S,
                                                        ping_interval=None, close_timeout=0.2))
        self._number = 0

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the answer of the browser; RuntimeError when it refuses."""
        self._number += 1
        self._socket.send(json.dumps({'id': self._number, 'method': method, 'params': params}))
        while True:
            message = json.loads(self._socket.recv(timeout=ANSWER_S))
            if message.get('id') == self._number:
                if 'error' in message:
                    raise RuntimeError(f'{method}: {message["error"]["message"]}')
                return dict(message['result'])
            self.note(message)

    def note(self, message: dict[str, Any]) -> None:
        """Hear what the browser tells unasked."""

    def close(self) -> None:
        """Let go of it."""
        self._open.close()


class Chromium:
    """The browser as a process: what its profile keeps (cookies) outlives close() and open()."""

    def __init__(self, profile: Path, *flags: str) -> None:
        """Start it. Raises UserError."""
        self._profile, self._flags = profile, flags
        self.open()

    def open(self) -> None:
        """Start it. Raises UserError."""
        port = self._profile / 'DevToolsActivePort'
        port.unlink(missing_ok=True)
        self._profile.mkdir(parents=True, exist_ok=True)
        try:
            self._popen = subprocess.Popen(
                [PROGRAM, *FLAGS, *self._flags, f'--user-data-dir={self._profile}', 'about:blank'],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        except OSError:
            raise UserError(f'{PROGRAM} cannot be started, expected Chromium. Run: make setup') from None
        end = time.monotonic() + START_S
        while not port.exists() or '\n' not in port.read_text():
            if self._popen.poll() is not None or time.monotonic() > end:
                self.kill()
                raise UserError(f'{PROGRAM} did not start within {START_S:g} s, or ended. Start it by hand to see why.')
            time.sleep(0.02)
        number, path = port.read_text().split()
        self.at = f'ws://127.0.0.1:{number}'
        self.root = Session(f'{self.at}{path}')

    def target(self, apart: bool) -> str:
        """Return the address of a new, empty page; apart: of another phone, which shares no cookies with the others."""
        more = {'browserContextId': self.root.call('Target.createBrowserContext')['browserContextId']} if apart else {}
        return f'{self.at}/devtools/page/{self.root.call("Target.createTarget", url="about:blank", **more)["targetId"]}'

    def close(self) -> None:
        """End it in order, so that it writes its cookies; by force where it does not end."""
        with contextlib.suppress(Exception):  # it may be dead already, in any way
            self.root.call('Browser.close')
        with contextlib.suppress(Exception):
            self.root.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(END_S)
        self.kill()

    def kill(self) -> None:
        """Leave nothing of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
