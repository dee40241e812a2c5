"""The whole server: made of its parts, run on a loop in a thread of its own, on a port that may be taken at first."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from outrider_alerts.door.book import Phone
from outrider_alerts.door.errors import DoorError
from outrider_alerts.door.gate import Gate
from outrider_alerts.door.headers import is_loopback
from outrider_alerts.door.hosts import Hosts
from outrider_alerts.door.lobby import Lobby
from outrider_alerts.door.pairings import Pairings
from outrider_alerts.server.addresses import listening, own_addresses
from outrider_alerts.server.api import Api
from outrider_alerts.server.entrance import Entrance, boottime_s
from outrider_alerts.server.errands import Errands
from outrider_alerts.server.estop import EStop
from outrider_alerts.server.files import Files
from outrider_alerts.server.hub import Hub
from outrider_alerts.server.parked import Parked
from outrider_alerts.server.sockets import Sockets
from outrider_alerts.server.wire import Crowd, protocols

LOCAL = '127.0.0.1'
KEPT_LOCAL = 'no phone was ever paired, so the page stays on this machine. Run at home: ./outrider pair'
AGAIN_S = 2.0
PING_S = 10.0
MESSAGE = 1024  # bytes of what a client may say on a socket
HEAD = 8192  # bytes of a request's head
SWEEP_S = 1.0


@dataclass(frozen=True)
class Place:
    """Where the page is found, and what lies beside it. An `address` of the network is opened once it may be."""

    address: str
    port: int
    hostname: str
    names: tuple[str, ...]  # further ones by which this machine is called
    root: Path  # of the command
    run: Path
    rides: Path


@dataclass(frozen=True)
class Stack:
    """What the thread of ROS does for the page; each may be called from any thread."""

    now_ns: Callable[[], int]
    ask: Callable[[str], Future[tuple[bool, str]]]  # 'estop', 'start', 'stop', 'mark'
    watch: Callable[[str, bool], None]  # somebody looks at 'video' or 'view', or nobody
    tones: Callable[[], bytes]
    say: Callable[[str], None]


class Page:
    """Runs from start() to close()."""

    def __init__(self, place: Place, stack: Stack, pairings: Pairings) -> None:
        """Take the parts; nothing is opened yet."""
        self._place, self._stack, self._pairings = place, stack, pairings
        self._loop = asyncio.new_event_loop()
        self.hub = Hub(self._loop, stack.now_ns)
        self.lobby = Lobby()
        self._crowd = Crowd(self.lobby, self._loop)
        self.counts: Counter[str] = Counter()
        self.port = 0  # once it is open
        self.problem = ''  # one sentence while it is not
        self.is_kept_local = False
        self._began = False
        self._estop = EStop(lambda: self._asked('estop'))
        self._parked = Parked(Errands(place.root, place.run), self.hub, place.rides)
        self._sockets = Sockets(self.hub, self._still, stack.watch, self._count)
        self._gate = Gate(pairings, Hosts(place.hostname, names=place.names), boottime_s())
        self.hub.hooks['drive'] = lambda drive: self._gate.drive(drive['state'] == 'disarmed', boottime_s())
        self._thread = threading.Thread(target=self._run, name='page', daemon=True)
        self._over = asyncio.Event()
        self._keeping: asyncio.Future[None] | None = None

    @property
    def clients(self) -> dict[str, int]:
        """How many sockets of each kind are open."""
        return {name: len(seats) for name, seats in self._sockets.seats.items()}

    @property
    def stops(self) -> int:
        """How often the e-stop was tapped."""
        return self._estop.asked

    @property
    def has_ended(self) -> bool:
        """Whether the server has come to an end that nobody asked for."""
        return self._began and not self._thread.is_alive()

    def start(self) -> None:
        """Begin to answer, as soon as the port is free."""
        self._thread.start()
        self._began = True

    def close(self) -> None:
        """End within two seconds."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(4.0)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        try:
            while (listener := await self._listener()) is not None:
                server = uvicorn.Server(self._config())
                beside = asyncio.ensure_future(self._beside(server))
                address, self.port = listener.getsockname()[:2]
                self.problem = ''
                self._stack.say(f'answers at http://{f"[{address}]" if ":" in address else address}:{self.port}')
                try:
                    await server.serve(sockets=[listener])
                finally:
                    beside.cancel()
                    listener.close()
        finally:
            self._parked.close()

    def _address(self) -> str:
        """Return where to listen: on this machine alone before a phone may be paired."""
        wanted = self._place.address
        self.is_kept_local = not is_loopback(wanted) and not self._pairings.ever_paired()
        if self.is_kept_local:
            self._stack.say(KEPT_LOCAL)
            return LOCAL
        if not is_loopback(wanted):
            self._gate.hosts = Hosts(self._place.hostname, own_addresses(), self._place.names)
        return wanted

    def _config(self) -> uvicorn.Config:
        # What uvicorn would say of each strange request fills a disk; of its own failures it may speak.
        logging.getLogger('uvicorn').setLevel(logging.ERROR)
        http, sockets = protocols(self._crowd, self._is_dry)
        return uvicorn.Config(
            self.app(), http=http, ws=sockets, loop='none', lifespan='off', log_config=None, log_level='error',
            access_log=False, proxy_headers=False, server_header=False, ws_max_size=MESSAGE,
            ws_per_message_deflate=False, ws_ping_interval=PING_S, ws_ping_timeout=PING_S, timeout_keep_alive=5,
            timeout_graceful_shutdown=1, h11_max_incomplete_event_size=HEAD)

    def app(self) -> Entrance:
        """Return the ASGI application."""
        files = Files(self._stack.tones)
        api = Api(self._pairings, self._estop, self._asked)
        routes = [Route('/', files.index), Route('/pair', files.index), Route('/static/{name}', files.static),
                  Route('/manifest.webmanifest', files.manifest), *api.routes(), *self._parked.routes(),
                  WebSocketRoute('/ws/state', self._sockets.state), WebSocketRoute('/ws/video', self._sockets.video),
                  WebSocketRoute('/ws/view', self._sockets.view)]
        app = Starlette(routes=routes, exception_handlers={404: _nothing, 405: _nothing, 500: _failed})
        app.router.redirect_slashes = False
        return Entrance(app, self._gate, self._count)

    async def _listener(self) -> socket.socket | None:
        """Return the open port; waits while it is taken. None where the page is closed before."""
        address = self._address()
        while not self._over.is_set():
            try:
                return listening(address, self._place.port)
            except OSError as error:
                why = 'another program has it' if error.errno == errno.EADDRINUSE else str(error.strerror)
                said, self.problem = self.problem, (
                    f'port {self._place.port} of {address} cannot be opened ({why}), '
                    f'tried again every {AGAIN_S:g} s')
                if said != self.problem:
                    self._stack.say(self.problem)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._over.wait(), AGAIN_S)
        return None

    async def _beside(self, server: uvicorn.Server) -> None:
        while not self._over.is_set() and not (self.is_kept_local and self._pairings.ever_paired()):
            self._crowd.sweep()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._over.wait(), SWEEP_S)
        server.should_exit = True

    async def _asked(self, what: str) -> tuple[bool, str]:
        return await asyncio.wrap_future(self._stack.ask(what))

    def _still(self, phone: Phone) -> bool:
        now = next((one for one in self._pairings.phones() if one.id == phone.id), None)
        if now is not None and self._pairings.is_news(now) and (self._keeping is None or self._keeping.done()):
            self._keeping = self._loop.run_in_executor(None, self._keep, now)
        return now is not None

    def _keep(self, phone: Phone) -> None:
        with contextlib.suppress(DoorError):  # a full disk parts no phone from its page
            self._pairings.seen(phone)

    def _is_dry(self, address: str) -> bool:
        if not self._gate.is_dry(address, boottime_s()):
            return False
        self._count('refused')
        return True

    def _count(self, what: str) -> None:
        self.counts[what] += 1


async def _nothing(request: Request, error: Any) -> JSONResponse:
    return JSONResponse({'error': 'there is nothing here'}, error.status_code)


async def _failed(request: Request, error: Any) -> JSONResponse:
    return JSONResponse({'error': 'the page failed at this request; its log says why'}, 500)
