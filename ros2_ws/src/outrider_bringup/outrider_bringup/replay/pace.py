"""The time of a replay: how the recording's clock follows the wall's. Pure; wall times in s of any steady clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Pace:
    """Runs from `start_ns` at `speed` times real time; stands while it is paused."""

    def __init__(self, start_ns: int, speed: float, now_s: float) -> None:
        """Begin at `now_s`."""
        self.speed, self.paused = speed, False
        self._at_ns, self._since_s = start_ns, now_s

    def at(self, now_s: float) -> int:
        """Return the recording's time."""
        return self._at_ns if self.paused else self._at_ns + round((now_s - self._since_s) * 1e9 * self.speed)

    def wait_s(self, at_ns: int, now_s: float) -> float:
        """Return how long it is until the recording's `at_ns`, <= 0 when it is due; for ever while it is paused."""
        return float('inf') if self.paused else (at_ns - self.at(now_s)) * 1e-9 / self.speed

    def toggle(self, now_s: float) -> None:
        """Pause, or go on."""
        self._at_ns, self._since_s = self.at(now_s), now_s
        self.paused = not self.paused


class Stepped:
    """The system's clock while a ride was made, of which its stamps are: the ride's own, and how it was set."""

    def __init__(self, info: dict[str, Any]) -> None:
        """`info` is ride.json; without steps both are the same."""
        clock = info.get('clock')
        told: Sequence[Any] = clock.get('steps') or () if isinstance(clock, dict) else ()
        self._steps: list[tuple[int, int]] = [(one['log_ns'], one['step_ns']) for one in told if isinstance(one, dict)
                       and isinstance(one.get('log_ns'), int) and isinstance(one.get('step_ns'), int)]

    def system_ns(self, log_ns: int) -> int:
        """Return what the system's clock showed at `log_ns`."""
        return log_ns + sum(step for at_ns, step in self._steps if at_ns <= log_ns)
