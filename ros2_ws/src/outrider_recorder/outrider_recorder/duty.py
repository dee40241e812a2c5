"""When a ride begins and ends by itself. A person's word outranks what the machine does on its own.

| mode | begins | ends |
|---|---|---|
| `start` | at once | when the recorder ends |
| `auto` | at the first movement | after `standstill_s` of standstill |
| `manual` | when a person says so | when a person says so |

A ride that a person began ends by a person's word only. After a person's stop nothing begins by itself until a whole
standstill was seen: who stops the record in the middle of a ride means that ride.
"""

from __future__ import annotations

MODES = ('start', 'auto', 'manual')
START, STOP, NOTHING = 'start', 'stop', ''
PERSON, MOVEMENT = 'person', 'movement'


class Duty:
    """Says once a second what to do."""

    def __init__(self, mode: str, standstill_s: float) -> None:
        """`mode` is one of MODES."""
        self.mode, self._standstill_s = mode, standstill_s
        self._held = False

    @property
    def by_itself(self) -> bool:
        """Return whether anything may be kept without a person's word while no ride is open."""
        return self.mode != 'manual' and not self._held

    def person_started(self) -> None:
        """Somebody asked for a ride."""
        self._held = False

    def person_stopped(self) -> None:
        """Somebody ended one."""
        self._held = True

    def step(self, *, moving: bool, still_s: float, open_by: str) -> str:
        """Return START, STOP or NOTHING; `open_by` says who began the open ride, '' where none is open."""
        if still_s >= self._standstill_s:
            self._held = False
        if self.mode == 'auto' and not open_by and moving and not self._held:
            return START
        if self.mode == 'auto' and open_by == MOVEMENT and still_s >= self._standstill_s:
            return STOP
        return NOTHING
