"""The page's node: topics into the hub, the browser's wishes to the services. The server runs in a thread beside."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from outrider_interfaces.srv import EStop, MarkRide, StartRecording, StopRecording
from rclpy.clock import Clock, ClockType

from outrider_alerts import table
from outrider_alerts.door.pairings import Pairings
from outrider_alerts.server.hears import Hears
from outrider_alerts.server.page import KEPT_LOCAL, LOCAL, Page, Place, Stack
from outrider_node import Diagnosis, NodeError, OutriderNode, Param, run_node

LOOK_S = 1.0
BY_PAGE = 'page'


class PageNode(OutriderNode):
    """Rules are in door/; what a browser sees is in server/ and static/."""

    PARAMETERS = (
        Param('address', LOCAL, '', 'of this machine where the page listens; 0.0.0.0: all, once a phone was paired'),
        Param('port', 8000, '', 'TCP; 0: any that is free', minimum=0, maximum=65535),
        Param('names', [''], '', 'further host names by which this machine is called, as the one of a tailnet'),
        Param('rig', 'bicycle', '', 'kind of machine: bicycle, ramp, bench', choices=('bicycle', 'ramp', 'bench')),
        Param('rig_name', '', '', 'what the page calls it; empty: its kind'),
        Param('simulated', False, '', 'told on the page'),
        Param('run_dir', '', '', 'folder with the control socket; empty: OUTRIDER_RUN, else .run in the checkout'),
        Param('rides_dir', '', '', 'folder of rides; empty: OUTRIDER_RIDES, else rides/ in the checkout'),
    )

    def __init__(self, **kwargs: Any) -> None:
        """Begin to hear and to answer. Raises NodeError."""
        super().__init__('page', **kwargs)
        pairings = Pairings()
        self._pairings = pairings
        clock = self.get_clock()
        self._page = Page(self._place(), Stack(lambda: int(clock.now().nanoseconds), self._ask, self._watch, _tones,
                                               self._say), pairings)
        kind = self.value('rig')
        self._page.hub.put('rig', {'kind': kind, 'name': self.value('rig_name') or kind,
                                   'simulated': self.value('simulated')})
        self._hears = Hears(self, self._page.hub.put, lambda: int(clock.now().nanoseconds))
        self._askers = {'estop': self.create_client(EStop, 'drive/estop'),
                         'start': self.create_client(StartRecording, 'recorder/start'),
                         'stop': self.create_client(StopRecording, 'recorder/stop'),
                         'mark': self.create_client(MarkRide, 'recorder/mark')}
        self.diagnose('page', self._diagnosis)
        self.create_timer(LOOK_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._page.start()

    def close(self) -> None:
        """Answer no more."""
        self._page.close()

    def _look(self) -> None:
        if self._page.has_ended:
            raise RuntimeError('page: the server has ended. It is started again.')  # by whoever started this process
        self._hears.look()

    def _place(self) -> Place:
        root = os.environ.get('OUTRIDER_ROOT', '')
        rides = self.value('rides_dir') or os.environ.get('OUTRIDER_RIDES') or (f'{root}/rides' if root else '')
        run = self.value('run_dir') or os.environ.get('OUTRIDER_RUN') or (f'{root}/.run' if root else '')
        if not root or not rides or not run:
            raise NodeError('page: OUTRIDER_ROOT is not set, expected the checkout. Start it by ./outrider up.')
        return Place(self.value('address'), self.value('port'), socket.gethostname(), tuple(self.value('names')),
                     Path(root), Path(run), Path(rides))

    def _ask(self, what: str) -> Future[tuple[bool, str]]:
        """Ask a service, from any thread; the question itself is put in the thread of ROS."""
        asked: Future[tuple[bool, str]] = Future()
        if self.executor is None:
            asked.set_result((False, 'the page is starting'))
        else:
            self.executor.create_task(self._put_question, what, asked)
        return asked

    def _put_question(self, what: str, asked: Future[tuple[bool, str]]) -> None:
        client = self._askers[what]
        if not client.service_is_ready():
            who = 'governor' if what == 'estop' else 'recorder'
            _settle(asked, (False, f'no {who} runs here. Run: ./outrider doctor'))
            return
        request = client.srv_type.Request()
        if what == 'estop':
            request.source = BY_PAGE
        elif what != 'stop':
            request.note = BY_PAGE
        future = client.call_async(request)

        def done(answered: Any) -> None:
            answer = answered.result()
            _settle(asked, (bool(answer.latched if what == 'estop' else answer.success), answer.message))

        future.add_done_callback(done)
        asked.add_done_callback(lambda _: self._in_ros(client.remove_pending_request, future))

    def _watch(self, name: str, on: bool) -> None:
        self._in_ros(self._hears.watch, name, on)

    def _in_ros(self, do: Callable[..., None], *words: Any) -> None:
        if self.executor is not None:
            self.executor.create_task(do, *words)

    def _say(self, sentence: str) -> None:
        print(f'page: {sentence}', flush=True)

    def _diagnosis(self) -> Diagnosis:
        page, counts = self._page, self._page.counts
        values: dict[str, object] = {**{f'{name} clients': count for name, count in page.clients.items()},
                  'connections': len(page.lobby), 'refused': counts['refused'],
                  'dropped': counts['dropped'] + page.lobby.dropped, 'e-stop taps': page.stops}
        problem = page.problem or self._pairings.problem or (KEPT_LOCAL if page.is_kept_local else '')
        if problem:
            return Diagnosis('warn', problem, values)
        clients = page.clients['state']
        return Diagnosis('ok', f'port {page.port}, {clients} {"phone" if clients == 1 else "phones"}', values)


def _settle(asked: Future[tuple[bool, str]], answer: tuple[bool, str]) -> None:
    if asked.set_running_or_notify_cancel():  # nobody waits any more: the deadline has passed
        asked.set_result(answer)


def _tones() -> bytes:
    return json.dumps(table.load().tones_as_json()).encode()


def main(args: list[str] | None = None) -> None:
    """Run the node until SIGINT or SIGTERM."""
    sys.exit(run_node(PageNode, args=args))


if __name__ == '__main__':
    main()
