"""The battery: filtered over 2 s, because it sags under load. It limits the speed before it stops."""

from __future__ import annotations

import math
from dataclasses import dataclass

from outrider_drive.governor.limits import Limits
from outrider_drive.governor.times import BATTERY_FILTER


@dataclass(frozen=True)
class Battery:
    """Filtered voltage."""

    volts: float = 0.0
    at_ns: int | None = None  # of the newest telemetry; None: nothing known
    low: bool = False

    def after(self, volts: float, at_ns: int, limits: Limits) -> Battery:
        """Return the battery after a (finite) voltage that was measured at `at_ns`."""
        if self.at_ns is None:
            filtered = volts
        else:
            share = 1.0 - math.exp(-max(0, at_ns - self.at_ns) / BATTERY_FILTER)
            filtered = self.volts + share * (volts - self.volts)
        floor = limits.cell_recover_v if self.low else limits.cell_stop_v
        return Battery(filtered, at_ns, filtered < floor * limits.cells)

    def cap_mps(self, limits: Limits) -> float:
        """Return the fastest speed: v_max, falling to the slowest controllable one where the battery is low."""
        stop, slow = limits.cell_stop_v * limits.cells, limits.cell_slow_v * limits.cells
        share = min(1.0, max(0.0, (self.volts - stop) / (slow - stop)))
        return limits.v_min_mps + share * (limits.v_max_mps - limits.v_min_mps)
