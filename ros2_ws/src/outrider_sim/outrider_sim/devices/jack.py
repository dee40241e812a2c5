"""The ramp's jack under its two limit switches, as pure physics. Times are ns, any steady clock."""

from __future__ import annotations


class Jack:
    """Between down (0) and up (1). Each end opens its switch, which are normally closed."""

    def __init__(self, travel_s: float, now: int, *, up: bool = False) -> None:
        """Begin at one end, not moving."""
        self.height = 1.0 if up else 0.0
        self._per_ns = 1e-9 / travel_s
        self._direction = 0
        self._then = now

    @property
    def upper_open(self) -> bool:
        """Whether the jack is all the way up."""
        return self.height >= 1.0

    @property
    def lower_open(self) -> bool:
        """Whether it is all the way down."""
        return self.height <= 0.0

    def advance(self, now: int) -> None:
        """Let the time until `now` pass."""
        moved = self._direction * (now - self._then) * self._per_ns
        self.height = min(1.0, max(0.0, self.height + moved))
        self._then = now

    def drive(self, direction: int, now: int) -> None:
        """From `now` on lift (1), lower (-1) or stand (0)."""
        self.advance(now)
        self._direction = direction
