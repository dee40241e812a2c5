"""The routes of the parked page: rides and reports, settings and zones, doctor, restart of a node."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from outrider_alerts.door import headers
from outrider_alerts.server import bodies
from outrider_alerts.server.api import RefusedError, answering
from outrider_alerts.server.errands import DOCTOR_S, REPORT_S, ErrandError, Errands
from outrider_alerts.server.hub import Hub

RIDE = re.compile(r'[A-Za-z0-9][A-Za-z0-9._:-]{0,63}')
NODE = re.compile(r'[a-z][a-z0-9_]{0,39}')
LEVELS = {'ok': 'ok', 'warn': 'warn', 'fail': 'error'}
FRESH_S = 10.0  # of a fix that a zone is laid around
MOST_WAITING = 8  # reports


class Parked:
    """Lives on the loop; whatever takes long runs beside, and is asked for again."""

    def __init__(self, errands: Errands, hub: Hub, rides: Path) -> None:
        """`rides` is the folder of rides."""
        self._errands, self._hub, self._rides = errands, hub, rides
        self._beside: set[asyncio.Task[None]] = set()
        self._making: set[str] = set()
        self._problems: dict[str, str] = {}
        self._doctor: dict[str, Any] = {'running': False, 'ran_ms': None, 'lines': []}

    def routes(self) -> list[Route]:
        """Return them."""
        table = (('/api/rides', self.rides, 'GET'), ('/api/rides/{id}/report', self.make, 'POST'),
                 ('/rides/{id}/report.html', self.report, 'GET'), ('/api/settings', self.settings, 'GET'),
                 ('/api/settings', self.change, 'POST'), ('/api/zones', self.zones, 'GET'),
                 ('/api/zones', self.add, 'POST'), ('/api/zones/remove', self.remove, 'POST'),
                 ('/api/doctor', self.doctor, 'GET'), ('/api/doctor', self.examine, 'POST'),
                 ('/api/nodes', self.nodes, 'GET'), ('/api/restart', self.restart, 'POST'))
        return [Route(path, answering(handler), methods=[method]) for path, handler, method in table]

    async def rides(self, request: Request) -> Any:
        """List the rides, newest first."""
        rides = (await self._errands.told('view', '--json', '-'))['rides']
        for one in rides:
            name = one['id']
            one['report'] = f'/rides/{name}/report.html' if one['report'] and name not in self._making else None
            if name in self._problems:
                one['report_error'] = self._problems[name]
        return rides

    async def make(self, request: Request) -> Any:
        """Begin to make a report."""
        name = self._folder(request).name
        if name not in self._making:
            if len(self._making) >= MOST_WAITING:
                raise RefusedError(503, f'{MOST_WAITING} reports are being made. Wait for one of them')
            self._making.add(name)
            self._problems.pop(name, None)
            self._run_beside(self._make(name))
        return JSONResponse({'message': f'the report of {name} is being made'}, 202)

    async def report(self, request: Request) -> Response:
        """Return a report that was made."""
        file = self._folder(request) / 'report.html'
        if not file.is_file() or file.is_symlink():
            raise RefusedError(404, 'this ride has no report. Make it first')
        return FileResponse(file, media_type='text/html; charset=utf-8', headers={
            'content-security-policy': headers.REPORT_CSP, 'cache-control': 'no-store'})

    async def settings(self, request: Request) -> Any:
        """List the settings."""
        return (await self._errands.told('settings', '--json', '-'))['settings']

    async def change(self, request: Request) -> Any:
        """Change one."""
        body = await bodies.read(request)
        key, value = body.get('key'), body.get('value')
        if not isinstance(key, str) or not NODE.fullmatch(key):
            raise RefusedError(400, 'the body names no setting, expected {"key": ..., "value": ...}')
        if isinstance(value, bool) or not isinstance(value, (str, int, float)) or str(value).startswith('-'):
            raise RefusedError(400, f'{key} cannot have this value')
        return (await self._tried('settings', '--json', '-', key, str(value)))['settings']

    async def zones(self, request: Request) -> Any:
        """List the privacy zones, without where they lie."""
        return (await self._errands.told('settings', '--json', '-'))['zones']

    async def add(self, request: Request) -> Any:
        """Lay a zone around the rig, or around where the phone says it is."""
        body = await bodies.read(request)
        name, radius = body.get('name'), body.get('radius_m')
        if not isinstance(name, str) or not 0 < len(name) <= 40 or name.startswith('-') or not name.isprintable():
            raise RefusedError(400, 'a zone has a name of 1 to 40 letters')
        place = self._place() if body.get('here') is True else (body.get('lat'), body.get('lon'))
        numbers = [radius, *place]
        if not all(type(one) in (int, float) for one in numbers):
            raise RefusedError(400, 'a zone has a radius in metres, and a place: "here": true, or "lat" and "lon"')
        words = [f'{float(one):.7f}' for one in numbers]
        return (await self._tried('settings', '--json', '-', '--zone', name, *words))['zones']

    async def remove(self, request: Request) -> Any:
        """Take a zone away."""
        name = (await bodies.read(request)).get('name')
        if not isinstance(name, str) or not 0 < len(name) <= 40 or name.startswith('-'):
            raise RefusedError(400, 'the body names no zone')
        return (await self._tried('settings', '--json', '-', '--no-zone', name))['zones']

    async def doctor(self, request: Request) -> Any:
        """Return what the doctor found."""
        return self._doctor

    async def examine(self, request: Request) -> Any:
        """Ask the doctor."""
        if not self._doctor['running']:
            self._doctor = {**self._doctor, 'running': True}
            self._run_beside(self._examine())
        return self._doctor

    async def nodes(self, request: Request) -> Any:
        """List what was started, and how it is."""
        return (await self._errands.ask({'do': 'nodes'})).get('nodes', [])

    async def restart(self, request: Request) -> Any:
        """Start one node again; the stack refuses what may not be."""
        node = (await bodies.read(request)).get('node')
        if not isinstance(node, str) or not NODE.fullmatch(node):
            raise RefusedError(400, 'the body names no node, expected {"node": "radar"}')
        answer = await self._errands.ask({'do': 'restart', 'node': node})
        if answer.get('ok') is not True:
            raise RefusedError(409, str(answer.get('message', '')))
        return {'message': str(answer.get('message', ''))}

    def close(self) -> None:
        """End what runs beside."""
        for task in self._beside:
            task.cancel()

    async def _tried(self, *words: str) -> Any:
        try:
            return await self._errands.told(*words)
        except ErrandError as error:
            raise RefusedError(409, str(error)) from None

    def _folder(self, request: Request) -> Path:
        name = request.path_params['id']
        if not RIDE.fullmatch(name) or not (self._rides / name).is_dir():
            raise RefusedError(404, 'there is no such ride')
        return Path(self._rides / name)

    def _place(self) -> tuple[float, float]:
        fix = self._hub.newest('place')
        if fix is None or self._hub.now_ns() - fix['stamp_ns'] > FRESH_S * 1e9:
            raise RefusedError(409, 'the rig does not know where it is: no fix of its GPS within 10 s')
        return fix['lat'], fix['lon']

    def _run_beside(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _make(self, name: str) -> None:
        try:
            await self._errands.run('report', name, timeout_s=REPORT_S)
        except ErrandError as error:
            self._problems[name] = str(error)
        finally:
            self._making.discard(name)

    async def _examine(self) -> None:
        lines: list[dict[str, str]] = []
        try:
            for one in (await self._errands.told('doctor', '--json', '-', timeout_s=DOCTOR_S))['checks']:
                expected = f' (expected {one["expected"]})' if one.get('expected') else ''
                lines.append({'name': str(one['name']), 'level': LEVELS.get(one['status'], 'warn'),
                              'text': f'{one.get("seen", "")}{expected}', 'next': str(one.get('action') or '')})
        except ErrandError as error:
            lines.append({'name': 'doctor', 'level': 'error', 'text': str(error), 'next': 'Run: ./outrider doctor'})
        finally:
            self._doctor = {'running': False, 'ran_ms': round(time.time() * 1000), 'lines': lines}
