"""A phone without a screen: pairs with the demo's page, listens on its socket, and notes what a rider would be told.

What it notes is what came out of the socket of the real page, at the moment when it came.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field

from outrider_bringup.demo.talk import Socket, TalkError, pair

SILENT_S = 1.0  # NO DATA after this long without a message, as on the page
NO_DATA = 'no_data'
AGAIN_S, LOOK_S = 0.25, 0.1


@dataclass
class Heard:
    """Times are those of the host clock, ns. They only grow."""

    states: list[tuple[int, str]] = field(default_factory=list)  # each change of the level, and when
    alerts: list[tuple[int, int]] = field(default_factory=list)  # arrival and heartbeat of each choice
    links: int = 0  # how often the socket was opened


class Phone:
    """Listens in a thread of its own from the first moment that the page answers until close()."""

    def __init__(self, port: int, token: str) -> None:
        """`token` is this phone's own; it is used up."""
        self.heard = Heard()
        self.problem = ''
        self._port, self._token, self._cookie = port, token, ''
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, name='phone', daemon=True)
        self._thread.start()

    @property
    def is_linked(self) -> bool:
        """Whether the page has answered."""
        return self.heard.links > 0

    def close(self) -> None:
        """Hang up; what was heard stays."""
        self._over.set()
        self._thread.join()

    def _live(self) -> None:
        while not self._over.is_set():
            try:
                self._cookie = self._cookie or pair(self._port, self._token, 'demo')
                self._listen(Socket(self._port, '/ws/state', self._cookie))
            except (TalkError, ValueError) as error:
                self.problem = str(error)
            if self.is_linked:
                self._says(NO_DATA)
            self._over.wait(AGAIN_S)

    def _listen(self, link: Socket) -> None:
        self.heard.links += 1
        newest_s = time.monotonic()
        try:
            while not self._over.is_set():
                text = link.text(LOOK_S)
                if text is not None:
                    newest_s = time.monotonic()
                    self._take(json.loads(text))
                elif time.monotonic() - newest_s > SILENT_S:
                    self._says(NO_DATA)
        finally:
            link.close()

    def _take(self, told: dict[str, object]) -> None:
        now_ns = time.time_ns()
        alerts = told.get('alerts')
        if isinstance(alerts, dict):
            self.heard.alerts.append((now_ns, int(alerts['heartbeat'])))
            self._says(str(alerts['level']), now_ns)

    def _says(self, level: str, now_ns: int | None = None) -> None:
        if not self.heard.states or self.heard.states[-1][1] != level:
            self.heard.states.append((now_ns or time.time_ns(), level))
