"""Bodies of requests: small JSON objects, within a time; anything else is one sentence."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import ClientDisconnect, Request

LONGEST = 4096  # bytes
PATIENCE_S = 3.0


class BodyError(Exception):
    """The body is not what was expected: status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


async def read(request: Request) -> dict[str, Any]:
    """Return the object that was sent, {} where nothing was. Raises BodyError."""
    try:
        raw = await asyncio.wait_for(_raw(request), PATIENCE_S)
    except asyncio.TimeoutError:
        raise BodyError(408, f'the body did not come within {PATIENCE_S:g} s') from None
    except ClientDisconnect:
        raise BodyError(400, 'the body did not come whole') from None
    try:
        told = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise BodyError(400, 'the body is no JSON object')
    return told


async def _raw(request: Request) -> bytes:
    raw = b''
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LONGEST:
            raise BodyError(413, f'the body is longer than {LONGEST} bytes')
    return raw
