"""Whether a port still takes what is written to it. Pure."""

from __future__ import annotations

from outrider_drive.gate import MS

NO_PROGRESS_NS = 40 * MS


class Progress:
    """Watches the bytes that leave. `room` is whether the newest write found room."""

    def __init__(self, now: int) -> None:
        """Begin with a port just opened."""
        self.room = True
        self._left, self._moved_ns = 0, now

    def stalled(self, written: int, waiting: int, now: int) -> bool:
        """Return whether bytes wait in the port and none has left for 40 ms; `written` counts from its opening."""
        left = written - waiting
        if left != self._left or (not waiting and self.room):
            self._left, self._moved_ns = left, now
        return now - self._moved_ns > NO_PROGRESS_NS
