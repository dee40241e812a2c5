"""The three sockets: state, pictures, the view from above. Each client is served at its own pace, the newest only."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from outrider_alerts.door.book import Phone
from outrider_alerts.server.entrance import verdict_of
from outrider_alerts.server.hub import Hub, Listener
from outrider_alerts.server.seats import Seats

SECTIONS = ('alerts', 'recorder', 'drive', 'motors', 'relays', 'rig', 'devices', 'motion')
VIDEO, VIEW = 'video', 'view'
IDLE_S = 0.5  # without news: a dead alerter must not look like a dead link
LOOK_S = 1.0  # how often it is asked whether the phone is still paired
STALLED_S = 10.0  # a message that is not taken for so long is the last
VIEW_S = 0.1
NOT_UNDERSTOOD, NOT_PAIRED, REPLACED = 1003, 4401, 4409


class Sockets:
    """Serves them."""

    def __init__(self, hub: Hub, still: Callable[[Phone], bool], watch: Callable[[str, bool], None],
                 count: Callable[[str], None]) -> None:
        """`still`: is it paired; `watch`: somebody looks at VIDEO or VIEW, or nobody; `count` hears 'dropped'."""
        self._hub, self._still, self._watch, self._count = hub, still, watch, count
        self.seats = {name: Seats(most, each, lambda: count('refused'))
                      for name, most, each in (('state', 16, 4), (VIDEO, 8, 2), (VIEW, 8, 2))}

    async def state(self, socket: WebSocket) -> None:
        """Tell everything, then what changes."""
        await self._serve('state', socket, self._tell_state)

    async def video(self, socket: WebSocket) -> None:
        """Send the newest picture, and the next newest when asked."""
        await self._serve(VIDEO, socket, self._tell_video)

    async def view(self, socket: WebSocket) -> None:
        """Tell what is around, ten times a second at most."""
        await self._serve(VIEW, socket, self._tell_view)

    async def _serve(self, name: str, socket: WebSocket,
                     tell: Callable[[WebSocket, Listener], Awaitable[int]]) -> None:
        phone = verdict_of(socket.scope).phone
        seat = self.seats[name].take(phone.id) if phone is not None else None
        if phone is None or seat is None:
            await socket.close(1013)
            return
        if name != 'state' and len(self.seats[name]) == 1:
            self._watch(name, True)
        names = frozenset((name,)) if name != 'state' else frozenset(SECTIONS)
        listener = self._hub.listen(names)
        await socket.accept()
        guest = socket.scope['state'].get('guest')
        if guest is not None:
            guest.socket = True
        tasks = [asyncio.ensure_future(one) for one in
                 (tell(socket, listener), self._leaves(phone), _replaced(seat.gone))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            code = max(_code(task) for task in done)
            if code:
                self._count('dropped')
                await asyncio.wait_for(socket.close(code), LOOK_S)
        except (asyncio.TimeoutError, RuntimeError, WebSocketDisconnect):
            pass  # it is gone already
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._hub.leave(listener)
            if guest is not None:  # what the kernel cannot deliver now ends with the patience of a stranger
                guest.socket = guest.known = False
                guest.since_s = asyncio.get_running_loop().time()
            self.seats[name].leave(seat)
            if name != 'state' and not len(self.seats[name]):
                self._watch(name, False)

    async def _leaves(self, phone: Phone) -> int:
        while self._still(phone):
            await asyncio.sleep(LOOK_S)
        return NOT_PAIRED

    async def _tell_state(self, socket: WebSocket, listener: Listener) -> int:
        ear = _listening(socket, listener, _is_seen)
        seq, names = 0, list(SECTIONS)
        kind: dict[str, Any] = {'kind': 'snapshot', 'can': {'secure': socket.scope['ask'].scheme == 'https'}}
        try:
            while not ear.done():
                told = {**kind, 'seq': seq, 'sent_ms': round(time.time() * 1000, 1),
                        **{name: self._hub.aged(name) for name in names}}
                await asyncio.wait_for(socket.send_text(_json(told)), STALLED_S)
                seq, kind = seq + 1, {}
                names = await listener.changed(IDLE_S)
            return ear.result()
        finally:
            ear.cancel()

    async def _tell_video(self, socket: WebSocket, listener: Listener) -> int:
        wants, sent = asyncio.Event(), None
        wants.set()

        def asks(text: str) -> bool:
            wants.set()
            listener.poke()
            return text == 'next'

        ear = _listening(socket, listener, asks)
        try:
            while not ear.done():
                picture = self._hub.newest(VIDEO)
                if picture is None or picture is sent or not wants.is_set():
                    await listener.changed(IDLE_S)
                    continue
                wants.clear()
                sent = picture
                await asyncio.wait_for(socket.send_bytes(picture), STALLED_S)
            return ear.result()
        finally:
            ear.cancel()

    async def _tell_view(self, socket: WebSocket, listener: Listener) -> int:
        ear = _listening(socket, listener, lambda text: False)
        try:
            while not ear.done():
                if await listener.changed(IDLE_S) and self._hub.newest(VIEW) is not None:
                    await asyncio.wait_for(socket.send_text(_json(self._hub.aged(VIEW))), STALLED_S)
                    await asyncio.sleep(VIEW_S)
            return ear.result()
        finally:
            ear.cancel()


def _json(told: Any) -> str:
    return json.dumps(told, separators=(',', ':'), allow_nan=False)


def _listening(socket: WebSocket, listener: Listener, fits: Callable[[str], bool]) -> asyncio.Future[int]:
    """Begin to hear what the client says; its end wakes the listener."""
    ear = asyncio.ensure_future(_hear(socket, fits))
    ear.add_done_callback(lambda _: listener.poke())
    return ear


async def _hear(socket: WebSocket, fits: Callable[[str], bool]) -> int:
    """Read what the client says; return the code to close with at the first that does not fit, 0 when it leaves."""
    while True:
        message = await socket.receive()
        if message['type'] != 'websocket.receive':
            return 0
        if not fits(message.get('text') or ''):
            return NOT_UNDERSTOOD


def _is_seen(text: str) -> bool:
    """Return whether this is `{"kind": "seen", "seq": n}`, and nothing else."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return (isinstance(told, dict) and told.keys() == {'kind', 'seq'} and told['kind'] == 'seen'
            and type(told['seq']) is int)


async def _replaced(gone: asyncio.Event) -> int:
    await gone.wait()
    return REPLACED


def _code(task: asyncio.Future[int]) -> int:
    """Return what a part has to say at its end; a client that hung up or stalled gets nothing said."""
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, (asyncio.TimeoutError, RuntimeError, WebSocketDisconnect)):
        return 0
    raise error
