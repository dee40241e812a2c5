"""The outermost layer: asks the gate before anything is read or accepted, and puts the headers on every answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outrider_alerts.door import headers
from outrider_alerts.door.gate import PASS, Ask, Gate, Verdict

LONGEST_PATH = 512


def boottime_s() -> float:
    """Return CLOCK_BOOTTIME, s: the clock of limits and of arming."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Entrance:
    """ASGI around the app. What passes has `ask` and `verdict` in its scope."""

    def __init__(self, app: ASGIApp, gate: Gate, count: Callable[[str], None]) -> None:
        """`count` hears 'refused' for each that does not pass."""
        self._app, self._gate, self._count = app, gate, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge, then hand on or refuse."""
        if scope['type'] not in ('http', 'websocket'):
            return  # no lifespan: there is nothing to begin or end
        asked = ask_of(scope)
        verdict = (self._gate.judge(asked, boottime_s()) if len(asked.path) <= LONGEST_PATH
                   else Verdict(414, 'this address is too long'))
        guest = scope['state'].get('guest')
        if guest is not None and verdict.phone is not None:
            guest.known = True
        if verdict.status != PASS:
            self._count('refused')
            await _refuse(asked, verdict, receive, send)
            return
        scope['ask'], scope['verdict'] = asked, verdict
        if asked.socket:
            await self._app(scope, receive, send)
            return
        fixed = [(name.encode(), value.encode('latin-1')) for name, value in headers.security(asked.host, asked.scheme)]

        async def send_with_headers(message: Message) -> None:
            if message['type'] == 'http.response.start':
                own = {name for name, _ in message['headers']}
                message['headers'] = [*message['headers'], *(one for one in fixed if one[0] not in own)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def ask_of(scope: Scope) -> Ask:
    """Return what the gate wants to know. A header that comes twice counts as none."""
    found: dict[bytes, list[str]] = {}
    for name, value in scope['headers']:
        found.setdefault(name, []).append(value.decode('latin-1'))

    def only(name: bytes) -> str:
        values = found.get(name, [])
        return values[0] if len(values) == 1 else ''

    peer = scope['client'][0] if scope.get('client') else ''
    address, scheme = headers.forwarded(peer, ','.join(found.get(b'x-forwarded-for', [])),
                                        only(b'x-forwarded-proto'))
    origin = ' '.join(found.get(b'origin', []))  # two of them are nobody's
    return Ask(scope.get('method', 'GET'), scope['path'], address, only(b'host'), origin,
               only(b'sec-fetch-site'), scheme, headers.cookie_of(found.get(b'cookie', [])),
               scope['type'] == 'websocket')


async def _refuse(asked: Ask, verdict: Verdict, receive: Receive, send: Send) -> None:
    if asked.socket:
        await receive()
        await send({'type': 'websocket.close', 'code': 1008})
        return
    body = b'' if asked.method == 'HEAD' else json.dumps({'error': verdict.sentence}).encode()
    told: list[tuple[str, str]] = [('content-type', 'application/json'), ('content-length', str(len(body))),
                                   ('cache-control', 'no-store'), *headers.security('', asked.scheme)]
    if verdict.phone is None:
        told.append(('connection', 'close'))
    await send({'type': 'http.response.start', 'status': verdict.status,
                'headers': [(name.encode(), value.encode('latin-1')) for name, value in told]})
    await send({'type': 'http.response.body', 'body': body})


def verdict_of(scope: Any) -> Verdict:
    """Return what the gate said of a request that passed."""
    verdict: Verdict = scope['verdict']
    return verdict
