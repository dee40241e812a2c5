"""What the simulated ramp itself does, for whoever measures: one JSON line now and then, stamped CLOCK_BOOTTIME.

| field | what |
|---|---|
| ns | when |
| speed_mps, travelled_m | of the ramp, > 0 ahead |
| current_a | of each motor, > 0 pushes ahead |
| along | a motor pushes the way the ramp moves, or would start it |
| line | a control line that was just obeyed; then nothing else but ns |
"""

from __future__ import annotations

import json
from typing import TextIO

from outrider_sim.devices.vesc_model import MS, Ramp

MOVING_NS, RESTING_NS = 4 * MS, 100 * MS
REST_MPS = 0.001
PUSH_A = 0.1  # less is the noise of a current sensor


class Trace:
    """Writes a line every 4 ms while the ramp moves or is pushed, every 100 ms at rest, and at once when that ends."""

    def __init__(self, file: TextIO) -> None:
        """Take an open file."""
        self._file = file
        self._due_ns = 0
        self._along = False

    def note(self, ramp: Ramp, now: int) -> None:
        """Write what is due at `now`."""
        along = is_pushed(ramp)
        if now < self._due_ns and along == self._along:
            return
        self._along = along
        busy = along or abs(ramp.speed_mps) > REST_MPS
        self._due_ns = now + (MOVING_NS if busy else RESTING_NS)
        self._write({'ns': now, 'speed_mps': round(ramp.speed_mps, 4), 'travelled_m': round(ramp.travelled_m, 5),
                     'current_a': [round(one.current_a, 2) for one in ramp.controllers], 'along': along})

    def line(self, line: str, now: int) -> None:
        """Write that a control line was obeyed at `now`."""
        self._write({'ns': now, 'line': line.strip()})

    def _write(self, said: dict[str, object]) -> None:
        self._file.write(json.dumps(said) + '\n')
        self._file.flush()


def is_pushed(ramp: Ramp) -> bool:
    """Tell whether a motor pushes along the motion; at rest any current that is no brake would start one."""
    return any(one.current_a * (ramp.speed_mps or one.current_a) > 0.0 and abs(one.current_a) >= PUSH_A
               for one in ramp.controllers)
