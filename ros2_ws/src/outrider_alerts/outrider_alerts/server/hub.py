"""What is known now, section by section; handed over from the thread of ROS to the loop, the newest only.

A listener is woken once for however many changes; what it reads then is the newest. Nothing is queued anywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

STAMP, AGE = 'stamp_ns', 'age_ms'


class Listener:
    """One client's ear. Lives on the loop."""

    def __init__(self, names: frozenset[str] | None) -> None:
        """Hear of these sections; None: of all."""
        self._names, self._event = names, asyncio.Event()
        self._changed: dict[str, None] = {}

    def wake(self, name: str) -> None:
        """Hear that a section has changed."""
        if self._names is None or name in self._names:
            self._changed[name] = None
            self._event.set()

    def poke(self) -> None:
        """End a wait, with no news."""
        self._event.set()

    async def changed(self, timeout_s: float) -> list[str]:
        """Return the sections that changed since the last call; none after `timeout_s`."""
        if not self._changed:
            handle = asyncio.get_running_loop().call_later(timeout_s, self._event.set)
            try:
                await self._event.wait()
            finally:
                handle.cancel()
        self._event.clear()
        names, self._changed = list(self._changed), {}
        return names


class Hub:
    """The newest of everything. put() from any thread, all else on the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, now_ns: Callable[[], int]) -> None:
        """`now_ns` is the clock of the stamps."""
        self.now_ns = now_ns
        self._loop, self._lock = loop, threading.Lock()
        self._fresh: dict[str, Any] = {}
        self._newest: dict[str, Any] = {}
        self._listeners: set[Listener] = set()
        self.hooks: dict[str, Callable[[Any], None]] = {}  # by section, called on the loop with its newest value

    def put(self, name: str, value: Any) -> None:
        """Take a section's newest value; not to be changed afterwards."""
        with self._lock:
            waits = bool(self._fresh)
            self._fresh[name] = value
        if not waits:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and with it whoever would listen
                self._loop.call_soon_threadsafe(self._take)

    def newest(self, name: str) -> Any:
        """Return a section as it was put, None where nothing was."""
        return self._newest.get(name)

    def aged(self, name: str) -> Any:
        """Return a section for a browser: stamps as ages."""
        return aged(self._newest.get(name), self.now_ns())

    def listen(self, names: frozenset[str] | None = None) -> Listener:
        """Return a new ear; to be given back with leave()."""
        listener = Listener(names)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Take an ear back."""
        self._listeners.discard(listener)

    def _take(self) -> None:
        with self._lock:
            fresh, self._fresh = self._fresh, {}
        self._newest.update(fresh)
        for name in self.hooks.keys() & fresh.keys():
            self.hooks[name](fresh[name])
        for listener in self._listeners:
            for name in fresh:
                listener.wake(name)


def aged(value: Any, now_ns: int) -> Any:
    """Return `value` with each `stamp_ns` replaced by `age_ms`, which is null where the stamp is."""
    if isinstance(value, dict):
        told = {key: aged(one, now_ns) for key, one in value.items() if key != STAMP}
        if STAMP in value:
            stamp_ns = value[STAMP]
            told[AGE] = None if stamp_ns is None else max(0, round((now_ns - stamp_ns) / 1e6))
        return told
    if isinstance(value, list):
        return [aged(one, now_ns) for one in value]
    return value
