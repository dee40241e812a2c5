"""uvicorn's protocols with the patience that they lack: slow heads, slow readers, floods of pings, crowds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from outrider_alerts.door.headers import COOKIE
from outrider_alerts.door.lobby import Guest, Lobby

FRAGMENTS = 16  # of one message; ours come whole
WRITE_BUFFER = 64 << 10  # bytes that wait in this process for a slow reader


DRY_BODY = b'{"error": "this comes too often. Wait a second"}'
DRY = (b'HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\ncache-control: no-store\r\n'
       b'x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: %d\r\n\r\n' % len(DRY_BODY)) + DRY_BODY


class Crowd:
    """The lobby with the transports of its guests."""

    def __init__(self, lobby: Lobby, loop: asyncio.AbstractEventLoop) -> None:
        """Take the lobby that decides."""
        self.lobby, self._loop = lobby, loop
        self._transports: dict[Guest, asyncio.Transport] = {}

    def enter(self, transport: asyncio.Transport) -> Guest:
        """Let a connection in, and one out where there are too many."""
        peer = transport.get_extra_info('peername')
        guest = Guest(str(peer[0]) if peer else '', self._loop.time())
        self._transports[guest] = transport
        self._abort(self.lobby.enter(guest))
        return guest

    def leave(self, guest: Guest) -> None:
        """A connection has ended."""
        self.lobby.leave(guest)
        self._transports.pop(guest, None)

    def sweep(self) -> None:
        """End those that do not come to an end by themselves."""
        for guest in self.lobby.late(self._loop.time()):
            self._abort(guest)

    def _abort(self, guest: Guest | None) -> None:
        transport = self._transports.pop(guest, None) if guest is not None else None
        if transport is not None:
            transport.abort()


def protocols(crowd: Crowd, is_dry: Callable[[str], bool]) -> tuple[type[H11Protocol], type[WebSocketsSansIOProtocol]]:
    """Return the classes for HTTP and for sockets that uvicorn makes its connections of.

    `is_dry` says whether a stranger from an address is refused now, and counts it: to read all that it asks would cost
    ten times as much as to say so, and the e-stop waits meanwhile.
    """

    class Http(H11Protocol):
        guest: Guest
        is_new = True

        def data_received(self, data: bytes) -> None:
            if self.is_new:
                self.is_new = False
                if b'\r\n\r\n' in data and not _needs_reading(data) and is_dry(self.guest.address):
                    self.transport.write(DRY)
                    self.transport.close()
                    return
            super().data_received(data)

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            transport.set_write_buffer_limits(WRITE_BUFFER)
            self.guest = crowd.enter(transport)
            self.app_state = {**self.app_state, 'guest': self.guest}

        def connection_lost(self, exc: Exception | None) -> None:
            crowd.leave(self.guest)
            super().connection_lost(exc)

        def on_response_complete(self) -> None:
            self.guest.since_s = self.loop.time()
            super().on_response_complete()
            if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
                self.transport.close()  # answered before its body was read: nobody waits for the rest

    class Socket(WebSocketsSansIOProtocol):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.guest: Guest = self.app_state['guest']

        def connection_lost(self, exc: Exception | None) -> None:
            crowd.leave(self.guest)
            super().connection_lost(exc)

        def pause_writing(self) -> None:
            super().pause_writing()
            self.transport.pause_reading()  # who does not read our answers is not read

        def resume_writing(self) -> None:
            super().resume_writing()
            if not self.read_paused and not self.transport.is_closing():
                self.transport.resume_reading()

        def keepalive_timeout(self) -> None:
            super().keepalive_timeout()
            self.transport.abort()  # a close would wait for what is not taken

        def handle_cont(self, event: Frame) -> None:
            if len(self.frames) >= FRAGMENTS:
                self.transport.abort()
                return
            super().handle_cont(event)

    return Http, Socket


def _needs_reading(data: bytes) -> bool:
    """Return whether a head may hold our cookie, or come from a proxy for somebody else."""
    return COOKIE.encode() + b'=' in data or b'x-forwarded-' in data.lower()
