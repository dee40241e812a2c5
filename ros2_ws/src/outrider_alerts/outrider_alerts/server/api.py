"""The routes below /api that the stack itself answers: pairing, recording, marking, the e-stop.

Every error is `{"error": one sentence}` with a status of 4xx or 5xx.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from outrider_alerts.door import headers
from outrider_alerts.door.errors import DoorError
from outrider_alerts.door.gate import ESTOP, PAIR
from outrider_alerts.door.pairings import Pairings
from outrider_alerts.server import bodies
from outrider_alerts.server.errands import ErrandError
from outrider_alerts.server.estop import EStop

Handler = Callable[[Request], Awaitable[Response]]
Service = Callable[[str], Awaitable[tuple[bool, str]]]
SERVICE_S = 3.0
NO_TOKEN = 'this code is wrong, was used, or is older than ten minutes. Run at home: ./outrider pair'


class RefusedError(Exception):
    """A request that is not done: status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def answering(handler: Callable[[Request], Awaitable[Any]]) -> Handler:
    """Return `handler` with its errors as sentences, and what it returns as JSON; nothing is cached."""
    async def answer(request: Request) -> Response:
        try:
            told = await handler(request)
            done = told if isinstance(told, Response) else JSONResponse(told)
        except (RefusedError, bodies.BodyError) as error:
            done = JSONResponse({'error': error.sentence}, error.status)
        except ErrandError as error:
            done = JSONResponse({'error': str(error)}, 502)
        except DoorError as error:
            done = JSONResponse({'error': str(error)}, 503)
        done.headers.setdefault('cache-control', 'no-store')
        return done
    return answer


class Api:
    """Lives on the loop."""

    def __init__(self, pairings: Pairings, estop: EStop, service: Service) -> None:
        """`service` asks the recorder: 'start', 'stop' or 'mark'."""
        self._pairings, self._estop, self._service = pairings, estop, service

    def routes(self) -> list[Route]:
        """Return them."""
        table = ((PAIR, self.pair, 'POST'), ('/api/paired', self.paired, 'GET'),
                 ('/api/paired/revoke', self.revoke, 'POST'), ('/api/record', self.record, 'POST'),
                 ('/api/mark', self.mark, 'POST'), (ESTOP, self.stop, 'POST'))
        return [Route(path, answering(handler), methods=[method]) for path, handler, method in table]

    async def pair(self, request: Request) -> Response:
        """Exchange a token for a cookie."""
        body = await bodies.read(request)
        # A disk may take its time, and the e-stop has none.
        cookie = await asyncio.to_thread(self._pairings.pair, body.get('token'), body.get('name'))
        if cookie is None:
            raise RefusedError(403, NO_TOKEN)
        return Response(status_code=204, headers={
            'set-cookie': headers.set_cookie(cookie, request.scope['ask'].scheme)})

    async def paired(self, request: Request) -> Any:
        """List the phones."""
        own = request.scope['verdict'].phone
        return [{'id': one.id, 'name': one.name, 'since': one.since_s, 'last_seen': one.last_seen_s,
                 'this': own is not None and one.id == own.id} for one in self._pairings.phones()]

    async def revoke(self, request: Request) -> Any:
        """Send one phone away."""
        number = (await bodies.read(request)).get('id')
        if type(number) is not int or not await asyncio.to_thread(self._pairings.revoke, number):
            raise RefusedError(404, 'no phone has this number. GET /api/paired lists them')
        return {'message': 'this phone is not paired any more'}

    async def record(self, request: Request) -> Any:
        """Begin or end a ride."""
        on = (await bodies.read(request)).get('on')
        if not isinstance(on, bool):
            raise RefusedError(400, 'the body says not whether to record, expected {"on": true} or {"on": false}')
        return await self._asked('start' if on else 'stop')

    async def mark(self, request: Request) -> Any:
        """Mark this moment."""
        await bodies.read(request)
        return await self._asked('mark')

    async def stop(self, request: Request) -> Any:
        """Stop the drive; whatever the body is, it is not waited for."""
        latched, message = await self._estop.tap()
        return {'latched': latched, 'message': message}

    async def _asked(self, what: str) -> Any:
        try:
            success, message = await asyncio.wait_for(self._service(what), SERVICE_S)
        except asyncio.TimeoutError:
            raise RefusedError(504, 'the recorder does not answer. Run: ./outrider doctor') from None
        if not success:
            raise RefusedError(409, message)
        return {'message': message}
