"""What is known after one measurement."""

from __future__ import annotations

from dataclasses import dataclass

from outrider_perception.arrays import Floats
from outrider_perception.bank import Bank
from outrider_perception.ego import EgoVelocity


@dataclass(frozen=True)
class Step:
    """What is known after one measurement: confirmed tracks, copied, with sizes (n, 3) and centres (n, 2)."""

    stamp_s: float
    tracks: Bank
    size_m: Floats
    centre_m: Floats
    ego: EgoVelocity
    used: bool                # False: the stamp repeats or is too late
    counts: dict[str, int]    # of this measurement: points, statics, movers, clusters, left out and why; of tracks:
                              # tentative ones, mirror images
    sensor: str = ''          # whose measurement it was
    degraded: tuple[str, ...] = ()  # what is missing: names of degraded.NAMES

    @property
    def speaks(self) -> bool:
        """Tell whether it is to be told: a radar scan, or anything while there is no radar."""
        return self.sensor == 'radar' or 'radar' in self.degraded
