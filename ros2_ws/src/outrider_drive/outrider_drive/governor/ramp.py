"""The set-point: rises by the acceleration, falls by the braking, and is 0 or at least the slowest controllable speed.

It starts only from rest, and it changes its sign only by way of rest.
"""

from __future__ import annotations

import math

from outrider_drive.governor.limits import Limits


def next_setpoint(current: float, wanted: float, cap: float, dt_s: float, at_rest: bool, limits: Limits) -> float:
    """Return the set-point in m/s after `dt_s`. `wanted`, `cap` in m/s; `at_rest`: the last stop has ended."""
    target = max(-cap, min(cap, wanted))
    if abs(target) < limits.v_min_mps or target * current < 0.0:
        target = 0.0
    if current == 0.0:
        return math.copysign(limits.v_min_mps, target) if target and at_rest else 0.0
    speed = abs(current)
    if abs(target) > speed:
        speed = min(abs(target), speed + limits.acceleration_mps2 * dt_s)
    else:
        speed = max(abs(target), speed - limits.braking_mps2 * dt_s)
    return math.copysign(speed, current) if speed >= limits.v_min_mps else 0.0
