"""From one act's processes to the next one's, in one ride: those that are not needed any more leave, then others come.

All acts together would need more memory than a demo may have.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from outrider_bringup.launchfile.plan import Plan
from outrider_bringup.runner.stack import Stack

PATIENCE_S = 10.0  # after this long the act begins, whoever is missing then


class Change:
    """One change of acts: step() until it is `done`."""

    def __init__(self, stack: Stack, plan: Plan, leaving: Collection[str], *, after_s: float,
                 leave: Callable[[], None], ready: Callable[[], bool], begin: Callable[[], None]) -> None:
        """Begin in `after_s`: until then the last frames get through everything.

        After leave() `leaving` are ended and the processes of `plan` come; when they are `ready`, `begin` is called.
        """
        self.done = False
        self._stack, self._plan, self._leaving = stack, plan, leaving
        self._leave, self._ready, self._begin = leave, ready, begin
        self._leave_s = time.monotonic() + after_s
        self._left = False
        self._came_s: float | None = None

    def step(self) -> None:
        """Do what is due. Raises UserError where a process cannot be started."""
        if self.done or time.monotonic() < self._leave_s:
            return
        if not self._left:
            self._left = True
            self._leave()
            self._stack.retire(self._leaving)
        elif self._came_s is None:
            if not self._stack.retiring:
                self._came_s = time.monotonic()
                self._stack.add(self._plan)
        elif self._ready() or time.monotonic() - self._came_s > PATIENCE_S:
            self.done = True
            self._begin()
