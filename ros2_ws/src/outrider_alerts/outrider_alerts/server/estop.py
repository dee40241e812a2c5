"""The e-stop's own slot: one question to the governor at a time, whose answer all taps share, and never a wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

DEADLINE_S = 0.3  # the page says NOT CONFIRMED after 0.5 s; its next tap asks anew
SILENT = 'the governor does not answer. Use the red switch on the ramp'

Answer = tuple[bool, str]


class EStop:
    """Lives on the loop."""

    def __init__(self, call: Callable[[], Awaitable[Answer]], deadline_s: float = DEADLINE_S) -> None:
        """`call` asks the governor."""
        self._call, self._deadline_s = call, deadline_s
        self._running: asyncio.Task[Answer] | None = None
        self.asked = 0

    async def tap(self) -> Answer:
        """Return whether the governor has latched, and its sentence."""
        self.asked += 1
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._ask())
        return await asyncio.shield(self._running)  # a phone that hangs up cancels nobody's stop

    async def _ask(self) -> Answer:
        try:
            return await asyncio.wait_for(self._call(), self._deadline_s)
        except asyncio.TimeoutError:
            return False, SILENT
