"""The newest only: one slot, and a pace. A slow looker drops pictures, and never lags behind them."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Thing = TypeVar('Thing')
_EARLY = 0.1  # of a period: a stamp may jitter by so much


class Newest(Generic[Thing]):
    """A slot between two threads; what was not taken in time is gone, and counted."""

    def __init__(self) -> None:
        """Start empty."""
        self.dropped = 0
        self._thing: Thing | None = None
        self._came = threading.Condition()
        self._closed = False

    def put(self, thing: Thing) -> None:
        """Replace what lies there."""
        with self._came:
            self.dropped += self._thing is not None
            self._thing = thing
            self._came.notify()

    def take(self, wait_s: float) -> Thing | None:
        """Return the newest thing as soon as there is one, None after `wait_s` or when closed."""
        with self._came:
            if self._thing is None and not self._closed:
                self._came.wait(wait_s)
            thing, self._thing = self._thing, None
            return thing

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._came:
            self._closed = True
            self._came.notify_all()


class Pace:
    """So many a second on average, by the stamps of what comes; the evenest that they allow."""

    def __init__(self, per_s: float) -> None:
        """`per_s` at most."""
        self.per_s = per_s
        self._due_s: float | None = None

    def due(self, stamp_s: float) -> bool:
        """Return whether this one is looked at."""
        period_s = 1.0 / self.per_s
        wait_s = 0.0 if self._due_s is None else self._due_s - stamp_s
        if _EARLY * period_s < wait_s <= 2.0 * period_s:
            return False
        # After a gap, or a clock that was set, it begins anew: nothing is made up for.
        kept = self._due_s is not None and abs(wait_s) < period_s
        self._due_s = (self._due_s if kept and self._due_s is not None else stamp_s) + period_s
        return True
