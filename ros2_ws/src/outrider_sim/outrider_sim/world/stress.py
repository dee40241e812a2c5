"""How much worse than honest the senses are made: `score --stress S`. At 1 nothing is added and nothing drawn.

| what | at S > 1 |
|---|---|
| angle noise | sigma of the radar's azimuth in all is S times that of its grid |
| misses | a radar point is lost with (S - 1) / 5; what detector and depth miss, they miss S times as likely |
| bias | yaw, pitch and lever arms of every mount are S times as far off |
| clutter | 2 (S - 1) points a scan anywhere, of any range rate; S times the detector's false boxes |
| latency | mean and jitter of every sensor S times |
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from outrider_sim.world.places import Mount, Truth

# Error of a bearing on the chip's grid: 1/32 of sine from line to line, evenly spread.
GRID_SIGMA_RAD = 1 / 32 / math.sqrt(12)
_LOST_SHARE, _CLUTTER_A_SCAN = 0.2, 2.0


@dataclass(frozen=True)
class Stress:
    """Factors, each 1.0 for an honest sense."""

    angle_noise: float = 1.0
    misses: float = 1.0
    bias: float = 1.0
    clutter: float = 1.0
    latency: float = 1.0

    @classmethod
    def of(cls, factor: float) -> Stress:
        """Return the stress of `--stress factor`. Raises ValueError below 1 and above 5."""
        if not 1.0 <= factor <= 5.0:
            raise ValueError(f'--stress is {factor:g}, expected 1 to 5.')
        return cls(factor, factor, factor, factor, factor)

    @property
    def azimuth_sigma_rad(self) -> float:
        """Of the noise that is added to each bearing."""
        return GRID_SIGMA_RAD * math.sqrt(max(self.angle_noise ** 2 - 1.0, 0.0))

    @property
    def lost_share(self) -> float:
        """Of the radar's points."""
        return min(_LOST_SHARE * (self.misses - 1.0), 1.0)

    @property
    def clutter_a_scan(self) -> float:
        """Points anywhere, the mean."""
        return _CLUTTER_A_SCAN * (self.clutter - 1.0)

    def truth(self, true: Truth, nominal: Mount) -> Truth:
        """Return where a sensor sits and how old its data is, under stress."""
        def off(told: tuple[float, ...], is_at: tuple[float, ...]) -> tuple[float, float, float]:
            x, y, z = (a + self.bias * (b - a) for a, b in zip(told, is_at, strict=True))
            return x, y, z

        if self.bias == self.latency == 1.0:  # not even by rounding
            return true
        mount = Mount(off(nominal.xyz_m, true.mount.xyz_m), off(nominal.rpy_rad, true.mount.rpy_rad))
        return replace(true, mount=mount, latency_s=self.latency * true.latency_s,
                       jitter_sigma_s=self.latency * true.jitter_sigma_s)
