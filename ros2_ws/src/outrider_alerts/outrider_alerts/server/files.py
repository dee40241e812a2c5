"""The page's own files, flat in static/: read when they change, told apart by their hash, kept by no cache unasked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from outrider_alerts.door import headers

FOLDER = Path(__file__).resolve().parent.parent / 'static'
TYPES = {'.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8',
         '.js': 'text/javascript; charset=utf-8', '.png': 'image/png', '.svg': 'image/svg+xml',
         '.json': 'application/json', '.webmanifest': 'application/manifest+json'}


@dataclass(frozen=True)
class File:
    """One file as it was read."""

    changed_ns: int
    body: bytes
    tag: str


class Files:
    """Answers for /, /pair, /static/NAME and the manifest."""

    def __init__(self, tones: Callable[[], bytes], folder: Path = FOLDER) -> None:
        """`tones` makes /static/tones.json."""
        self._folder, self._tones = folder, tones
        self._read: dict[str, File] = {}

    async def index(self, request: Request) -> Response:
        """Return the page; a paired phone's cookie lasts 400 days from here."""
        answer = self._answer(request, 'index.html')
        if request.scope['verdict'].phone is not None:
            ask = request.scope['ask']
            answer.headers['set-cookie'] = headers.set_cookie(ask.cookie, ask.scheme)
        return answer

    async def manifest(self, request: Request) -> Response:
        """Return what an installed page is called."""
        return self._answer(request, 'manifest.webmanifest')

    async def static(self, request: Request) -> Response:
        """Return one file."""
        return self._answer(request, request.path_params['name'])

    def _answer(self, request: Request, name: str) -> Response:
        file = self._file(name)
        if file is None:
            return JSONResponse({'error': 'there is no such file'}, 404)
        told = {'etag': file.tag, 'cache-control': 'no-cache'}
        if request.headers.get('if-none-match') == file.tag:
            return Response(status_code=304, headers=told)
        return Response(file.body, media_type=TYPES[Path(name).suffix], headers=told)

    def _file(self, name: str) -> File | None:
        if Path(name).suffix not in TYPES or '/' in name or name.startswith('.'):
            return None
        if name == 'tones.json':
            if name not in self._read:
                self._read[name] = _file(0, self._tones())
            return self._read[name]
        path = self._folder / name
        try:
            changed_ns = path.stat().st_mtime_ns
            if name not in self._read or self._read[name].changed_ns != changed_ns:
                self._read[name] = _file(changed_ns, path.read_bytes())
        except (OSError, ValueError):
            return None
        return self._read[name]


def _file(changed_ns: int, body: bytes) -> File:
    return File(changed_ns, body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
