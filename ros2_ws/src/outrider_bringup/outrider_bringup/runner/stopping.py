"""How a stack is stopped, as a decision: who gets which signal now. Pure; takes the time and who is alive.

| after | what |
|---|---|
| 0 s | SIGINT (SIGTERM to who is still starting) to the first group, to the next when it is gone or its wait over |
| 1.0 s after its group's SIGINT, 2.2 s at the latest | SIGTERM |
| 1.8 s after its group's SIGINT, 2.6 s at the latest | SIGKILL |
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from dataclasses import dataclass, field

from outrider_bringup.runner.order import GROUPS

# How long the next group waits for this one: motors brake for up to 1.5 s, and that is to be recorded; the recorder
# gets time to close its segment on a slow disk.
WAIT_S = (0.2, 0.2, 1.6, 0.9, 0.6)
LAST_GROUP = len(GROUPS) - 1
TERM_S, KILL_S = 1.0, 1.8
LAST_TERM_S, LAST_KILL_S = 2.2, 2.6


@dataclass(frozen=True)
class Member:
    """A living process of a stack.

    `root`: started by the runner, or left behind by a parent that is gone. `starting`: too young to have anything to
    close, and not yet listening for signals.
    """

    pid: int
    group: int
    name: str
    root: bool = True
    starting: bool = False


@dataclass
class Stopping:
    """The state of one stop; `begun_s` on the clock that `step` is given."""

    begun_s: float
    group: int = -1
    forced: set[str] = field(default_factory=set)  # names that did not go when asked
    _since_s: dict[int, float] = field(default_factory=dict)
    _sent: set[tuple[int, int]] = field(default_factory=set)

    def step(self, now_s: float, alive: Iterable[Member]) -> list[tuple[int, signal.Signals]]:
        """Return (pid, signal) to send now. Call it some twenty times a second until nobody is alive."""
        members = list(alive)
        self._advance(now_s, {member.group for member in members})
        orders = []
        for member in members:
            number = self._due(now_s, member)
            if number is None or (number != signal.SIGKILL and (member.pid, number) in self._sent):
                continue
            self._sent.add((member.pid, number))
            if number == signal.SIGKILL:
                self.forced.add(member.name)
            orders.append((member.pid, number))
        return orders

    def _advance(self, now_s: float, living: set[int]) -> None:
        while self.group < LAST_GROUP:
            waited_s = now_s - self._since_s.get(self.group, now_s)
            if self.group >= 0 and self.group in living and waited_s < WAIT_S[self.group]:
                return
            self.group += 1
            self._since_s[self.group] = now_s

    def _due(self, now_s: float, member: Member) -> signal.Signals | None:
        total_s = now_s - self.begun_s
        asked_s = now_s - self._since_s.get(member.group, now_s)
        if total_s >= LAST_KILL_S or asked_s >= KILL_S:
            return signal.SIGKILL
        if total_s >= LAST_TERM_S or asked_s >= TERM_S:
            return signal.SIGTERM
        if not member.root or member.group > self.group:
            return None
        # An interpreter that still imports answers SIGINT with a traceback, SIGTERM with silence.
        return signal.SIGTERM if member.starting else signal.SIGINT
