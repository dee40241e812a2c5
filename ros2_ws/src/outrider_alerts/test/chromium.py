"""A real headless Chromium, driven by its DevTools protocol: taps are taps, pictures are what it painted."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

CHROMIUM = '/usr/bin/chromium'
PORTRAIT, LANDSCAPE = (390, 844), (844, 390)
FLAGS = ('--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--mute-audio',
         '--no-first-run', '--no-default-browser-check', '--disable-extensions', '--disable-background-networking',
         '--disable-component-update', '--disable-sync', '--remote-debugging-port=0')

# The middle of an element, once it has been at the same place for three frames.
STANDS = '''(async () => {
  for (let last = '', same = 0; ; ) {
    const element = document.querySelector(%s);
    element.scrollIntoView({block: 'nearest'});
    const box = element.getBoundingClientRect();
    const place = [box.x + box.width / 2, box.y + box.height / 2];
    same = String(place) === last ? same + 1 : 0;
    if (same === 3) return place;
    last = String(place);
    await new Promise(requestAnimationFrame);
  }
})()'''


class Session:
    """One conversation with the browser."""

    def __init__(self, address: str) -> None:
        self._open = contextlib.ExitStack()
        self._socket = self._open.enter_context(connect(address, max_size=None, compression=None, open_timeout=30,
                                                      ping_interval=None, close_timeout=0.2))
        self._number = 0
        self.complaints: list[str] = []  # exceptions, refused scripts and styles

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the answer of the browser; RuntimeError when it refuses."""
        self._number += 1
        self._socket.send(json.dumps({'id': self._number, 'method': method, 'params': params}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get('id') == self._number:
                if 'error' in message:
                    raise RuntimeError(f'{method}: {message["error"]["message"]}')
                return dict(message['result'])
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get('params', {})
        if message.get('method') == 'Runtime.exceptionThrown':
            thrown = params['exceptionDetails']
            self.complaints.append(thrown.get('exception', {}).get('description', thrown['text']))
        elif message.get('method') == 'Log.entryAdded' and params['entry']['source'] in ('security', 'violation'):
            self.complaints.append(params['entry']['text'])

    def close(self) -> None:
        """Let go of it."""
        self._open.close()


class Tab(Session):
    """One page of the browser."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        for domain in ('Page', 'Runtime', 'Log', 'Network'):
            self.call(f'{domain}.enable')
        self.size(*PORTRAIT)

    def size(self, width: int, height: int) -> None:
        """Be a phone of that many CSS pixels."""
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=True,
                  screenWidth=width, screenHeight=height)
        self.call('Emulation.setTouchEmulationEnabled', enabled=True)

    def open(self, address: str) -> None:
        """Go there and wait until it is loaded."""
        answer = self.call('Page.navigate', url=address)
        if 'errorText' in answer:
            pytest.fail(f'{address}: {answer["errorText"]}')
        self.until('document.readyState === "complete" && location.href !== "about:blank"')

    def evaluate(self, script: str) -> Any:
        """Return what `script` gives in the page (a promise is awaited); fail with what it throws."""
        answer = self.call('Runtime.evaluate', expression=script, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in answer:
            thrown = answer['exceptionDetails']
            pytest.fail(f'{script}: {thrown.get("exception", {}).get("description", thrown["text"])}')
        return answer['result'].get('value')

    def until(self, script: str, timeout_s: float = 15.0) -> None:
        """Wait until `script` is true in the page; fail, with what stands on it, when it does not."""
        end = time.monotonic() + timeout_s
        while True:
            try:
                answer = self.call('Runtime.evaluate', expression=f'(async () => Boolean(await ({script})))()',
                                   awaitPromise=True, returnByValue=True)
            except RuntimeError:  # between two pages
                answer = {'result': {}}
            if answer['result'].get('value') and 'exceptionDetails' not in answer:
                return
            if time.monotonic() > end:
                pytest.fail(f'waited {timeout_s:g} s for {script} in:\n{self.text()}\n{self.complaints}')
            time.sleep(0.02)

    def text(self, of: str = 'body') -> str:
        """Return what can be read in an element."""
        return str(self.evaluate(f'document.querySelector({json.dumps(of)})?.innerText ?? ""'))

    def tap(self, selector: str) -> None:
        """Touch the middle of an element, as a finger does."""
        self.until(f'document.querySelector({json.dumps(selector)})?.getClientRects().length')
        box = self.evaluate(STANDS % json.dumps(selector))
        self.call('Input.dispatchTouchEvent', type='touchStart', touchPoints=[{'x': box[0], 'y': box[1]}])
        self.call('Input.dispatchTouchEvent', type='touchEnd', touchPoints=[])

    def picture(self, file: Path) -> Path:
        """Write what is painted as a PNG."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(self.call('Page.captureScreenshot', format='png')['data']))
        return file


class Browser:
    """A Chromium with a profile of its own: what it keeps (cookies) outlives close() and open()."""

    def __init__(self, profile: Path, *flags: str) -> None:
        self._profile, self._flags = profile, flags
        self._tabs: list[Tab] = []
        self.open()

    def open(self) -> None:
        """Start it."""
        port = self._profile / 'DevToolsActivePort'
        port.unlink(missing_ok=True)
        self._profile.mkdir(parents=True, exist_ok=True)
        self._popen = subprocess.Popen(
            [CHROMIUM, *FLAGS, *self._flags, f'--user-data-dir={self._profile}', 'about:blank'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 60
        while not port.exists() or '\n' not in port.read_text():
            if self._popen.poll() is not None or time.monotonic() > end:
                pytest.fail(f'{CHROMIUM} did not start: it {"ended" if self._popen.poll() is not None else "hangs"}')
            time.sleep(0.02)
        number, path = port.read_text().split()
        self._port = int(number)
        self._root = Session(f'ws://127.0.0.1:{self._port}{path}')

    def tab(self, apart: bool = True) -> Tab:
        """Return a new, empty page; apart: of another phone, which shares no cookies with the others."""
        more = {'browserContextId': self._root.call('Target.createBrowserContext')['browserContextId']} if apart else {}
        target = self._root.call('Target.createTarget', url='about:blank', **more)['targetId']
        self._tabs.append(Tab(f'ws://127.0.0.1:{self._port}/devtools/page/{target}'))
        return self._tabs[-1]

    def close(self) -> None:
        """End it in order, so that it writes its cookies; by force where it does not."""
        with contextlib.suppress(Exception):
            self._root.call('Browser.close')
        for tab in (*self._tabs, self._root):
            with contextlib.suppress(Exception):
                tab.close()
        self._tabs.clear()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()


@contextlib.contextmanager
def browsing(profile: Path, *flags: str) -> Iterator[Browser]:
    """A browser for the length of a with."""
    browser = Browser(profile, *flags)
    try:
        yield browser
    finally:
        browser.close()
