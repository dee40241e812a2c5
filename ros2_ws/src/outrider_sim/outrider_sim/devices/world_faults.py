"""What the faults of a scenario do to one sensor on its wire.

| fault | radar | camera, depth | imu | gps |
|---|---|---|---|---|
| drop | no frame | no image | no sample | no message |
| freeze | the same points again | the same image at new times | the same sample at new times | the same message |
| noise | 40 points anywhere | a covered lens; depth anywhere | 0.5 rad/s, 5 m/s^2 on top | 15 m, 2 m/s on top |
| die | no ports, until power-up | the camera comes back without it | likewise | no port, until power-up |

Offset is the same for all: what is told at t, with the time and the latency of t, was measured `by_s` before (after,
where it is negative).
Where every stream of the camera is dead, it is unplugged.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.gps import GpsFix
from outrider_sim.world.model import Fault, Scenario
from outrider_sim.world.motion import PoseFn

Floats = NDArray[np.float64]

_GYRO_RADPS, _ACCEL_MPS2 = 0.5, 5.0
_PLACE_M, _SPEED_MPS = 15.0, 2.0
_DEGREE_M = 111_320.0  # of latitude


class Faults:
    """The faults of one sensor."""

    def __init__(self, scenario: Scenario, sensor: str) -> None:
        """Keep those that are the sensor's."""
        self.sensor = sensor
        self._faults = tuple(fault for fault in scenario.faults if fault.sensor == sensor)
        # Before by_s, what is told was measured before the beginning: everything stood.
        self._edges = sorted({edge for fault in self._faults for edge in (fault.from_s, fault.to_s, fault.by_s)})

    def at(self, t_s: float, do: str) -> Fault | None:
        """Return the fault of kind `do` that acts at `t_s`; the last one in the file counts."""
        for fault in reversed(self._faults):
            if fault.do == do and fault.from_s <= t_s < fault.to_s:
                return fault
        return None

    def acts(self, t_s: float, *kinds: str) -> bool:
        """Tell whether one of `kinds` acts at `t_s`."""
        return any(self.at(t_s, do) for do in kinds)

    def dead(self, t_s: float) -> bool:
        """Tell whether it is dead at `t_s`; before the world begins, whether it will be at its beginning."""
        return self.at(max(t_s, 0.0), 'die') is not None

    def measured_s(self, t_s: float) -> float:
        """Return when that was measured which is told at `t_s`: earlier where its stamps are too late."""
        fault = self.at(t_s, 'offset')
        return max(t_s - fault.by_s, 0.0) if fault else t_s

    def told(self, poses: PoseFn, t_s: float) -> PoseFn:
        """Return the poses as they are told around `t_s`, up to the next edge: shifted by the offset."""
        fault = self.at(t_s, 'offset')
        if fault is None:
            return poses
        if t_s < fault.by_s:
            return lambda times_s: poses(np.zeros_like(times_s))
        by_s = fault.by_s
        return lambda times_s: poses(times_s - by_s)

    def next_edge_s(self, t_s: float) -> float:
        """Return the first instant after `t_s` at which a fault begins or ends, inf where none does."""
        return next((edge for edge in self._edges if edge > t_s), math.inf)

    def spans(self, t0_s: float, t1_s: float) -> list[tuple[float, float]]:
        """Return t0 to t1 cut wherever a fault begins or ends."""
        cuts = [t0_s, *(edge for edge in self._edges if t0_s < edge < t1_s), t1_s]
        return list(zip(cuts[:-1], cuts[1:], strict=True))


def acting(scenario: Scenario, t_s: float) -> tuple[Fault, ...]:
    """Return all faults that act at `t_s`."""
    return tuple(fault for fault in scenario.faults if fault.from_s <= t_s < fault.to_s)


def shaken(random: np.random.Generator, gyro: Floats, accel: Floats) -> tuple[Floats, Floats]:
    """Return samples (n, 3) and (m, 3) with the noise of the fault on top."""
    return (gyro + _GYRO_RADPS * random.standard_normal(gyro.shape),
            accel + _ACCEL_MPS2 * random.standard_normal(accel.shape))


def astray(random: np.random.Generator, fix: GpsFix) -> GpsFix:
    """Return a fix thrown off; the receiver does not know of it."""
    north, east, up = (_PLACE_M * random.standard_normal(3)).tolist()
    velocity = [one + off for one, off in zip(fix.velocity_ned_mps, (_SPEED_MPS * random.standard_normal(3)).tolist(),
                                              strict=True)]
    around = math.cos(math.radians(fix.latitude_deg))
    return replace(fix, latitude_deg=fix.latitude_deg + north / _DEGREE_M,
                   longitude_deg=fix.longitude_deg + east / (_DEGREE_M * around), height_m=fix.height_m + up,
                   velocity_ned_mps=(velocity[0], velocity[1], velocity[2]))

