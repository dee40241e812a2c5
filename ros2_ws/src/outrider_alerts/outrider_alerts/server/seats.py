"""Seats of the sockets: so many in all, and of one phone so many; the newest of a phone takes the place of its oldest.

A phone that comes back after a dead spot must not be kept out by what it left behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Seat:
    """One socket's place; `gone` is set when another takes it."""

    phone: int
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Seats:
    """Of one kind of socket."""

    def __init__(self, most: int, each: int, when_full: Callable[[], None]) -> None:
        """`when_full` is called for each that finds no place."""
        self._most, self._each, self._when_full = most, each, when_full
        self._taken: dict[Seat, None] = {}

    def __len__(self) -> int:
        """How many are taken."""
        return len(self._taken)

    def take(self, phone: int) -> Seat | None:
        """Return a place, None where all are taken by other phones."""
        own = [seat for seat in self._taken if seat.phone == phone]
        if len(own) >= self._each:
            self.leave(own[0])
            own[0].gone.set()
        elif len(self._taken) >= self._most:
            self._when_full()
            return None
        seat = Seat(phone)
        self._taken[seat] = None
        return seat

    def leave(self, seat: Seat) -> None:
        """Give a place back; twice does no harm."""
        self._taken.pop(seat, None)
