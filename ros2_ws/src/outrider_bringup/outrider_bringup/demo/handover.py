"""From one act's processes to the next one's, in one ride: those of the radar leave first, then the ramp's come.

Together they would need more memory than a demo may have.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from outrider_bringup.demo.ramp import Ramp
from outrider_bringup.faults.urgent import hurry
from outrider_bringup.runner.order import GROUPS, group_of
from outrider_bringup.runner.stack import Stack

if TYPE_CHECKING:
    from outrider_bringup.demo.drive_ears import DriveEars

DEVICES = len(GROUPS) - 1  # a real motor controller does not wait for this computer
RECORDED_S = 10.0  # after this long the skater begins, whatever is recorded then
LASTING = ('recorder', 'bridge')  # one ride from the first act to the last


class Handover:
    """One change of acts: step() until it is `done`."""

    def __init__(self, stack: Stack, ramp: Ramp, after_s: float) -> None:
        """Begin in `after_s`: until then the last frames get through everything."""
        self.done = False
        self._stack, self._ramp = stack, ramp
        self._leave_s = time.monotonic() + after_s
        self._left = False
        self._began_s: float | None = None

    def step(self, ears: DriveEars, spare_s: float) -> None:
        """Do what is due. Raises UserError where the ramp cannot be started."""
        if self.done or time.monotonic() < self._leave_s:
            return
        if not self._left:
            self._left = True
            self._stack.retire({spec.name for spec in self._stack.plan.processes} - set(LASTING))
        elif self._began_s is None:
            if not self._stack.retiring:
                self._began_s = time.monotonic()
                self._stack.add(self._ramp.plan)
        elif ears.is_recorded() or time.monotonic() - self._began_s > RECORDED_S:
            self.done = True
            pids = self._stack.pids()
            hurry(pids[spec.name] for spec in self._ramp.plan.processes
                  if group_of(spec.executable) == DEVICES and spec.name in pids)
            self._ramp.begin(ears, spare_s)
