"""A phone of a test: a page of a real headless Chromium, where taps are taps and pictures are what it painted."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outrider_bringup.bench.voice_chromium import Chromium, Session

PORTRAIT, LANDSCAPE = (390, 844), (844, 390)
# The middle of an element, once it has been at the same place for three frames.
STANDS = """(async () => {
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
})()"""


class Tab(Session):
    """One page of the browser."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.complaints: list[str] = []  # exceptions, refused scripts and styles
        for domain in ('Page', 'Runtime', 'Log', 'Network'):
            self.call(f'{domain}.enable')
        self.size(*PORTRAIT)

    def note(self, message: dict[str, Any]) -> None:
        """Keep what the page or the browser complains of."""
        params = message.get('params', {})
        if message.get('method') == 'Runtime.exceptionThrown':
            thrown = params['exceptionDetails']
            self.complaints.append(thrown.get('exception', {}).get('description', thrown['text']))
        elif message.get('method') == 'Log.entryAdded' and params['entry']['source'] in ('security', 'violation'):
            self.complaints.append(params['entry']['text'])

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


class Browser(Chromium):
    """A Chromium whose pages are phones."""

    def __init__(self, profile: Path, *flags: str) -> None:
        self._tabs: list[Tab] = []
        super().__init__(profile, *flags)

    def tab(self, apart: bool = True) -> Tab:
        """Return a new, empty page; apart: of another phone, which shares no cookies with the others."""
        self._tabs.append(Tab(self.target(apart)))
        return self._tabs[-1]

    def close_tabs(self) -> None:
        """Put all phones away: a page that is left open goes on trying to reach its rig."""
        for tab in self._tabs:
            tab.call('Page.close')
            tab.close()
        self._tabs.clear()

    def close(self) -> None:
        """End it, pages first."""
        with contextlib.suppress(Exception):  # it may be dead already, in any way
            self.close_tabs()
        self._tabs.clear()
        super().close()


@contextlib.contextmanager
def browsing(profile: Path, *flags: str) -> Iterator[Browser]:
    """A browser for the length of a with."""
    browser = Browser(profile, *flags)
    try:
        yield browser
    finally:
        browser.close()
