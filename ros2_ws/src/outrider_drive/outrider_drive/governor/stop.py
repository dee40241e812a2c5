"""A stop: brake current until the wheels are at rest, then the handbrake until the next start.

Near standstill brake current alone creeps on a slope, so after 1.5 s the handbrake comes also without proof of rest,
unless the wheels are seen to turn. The handbrake, once on, stays: a governor never lets the machine roll.
"""

from __future__ import annotations

from dataclasses import dataclass

from outrider_drive.governor.times import STOP_LONGEST


@dataclass(frozen=True)
class Stop:
    """How far the present stop has come."""

    since_ns: int | None = None  # None: driving
    holding: bool = False

    def after(self, now: int, *, driving: bool, at_rest: bool, turning: bool) -> Stop:
        """Return the next one. `at_rest` and `turning` are of fresh telemetry; without it both are False."""
        if driving:
            return Stop()
        since = now if self.since_ns is None else self.since_ns
        spent = now - since >= STOP_LONGEST and not turning
        return Stop(since, self.holding or at_rest or spent)
