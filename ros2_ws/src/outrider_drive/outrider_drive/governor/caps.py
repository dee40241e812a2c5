"""How fast at most: the lowest of the speeds that hold now, one row each."""

from __future__ import annotations

from outrider_drive.governor.jack import Up
from outrider_drive.governor.seen import Seen
from outrider_drive.words import Source

# Steering waits until the machine is no faster than its limit and what a speed control overshoots.
STEER_MARGIN_MPS = 0.1


def cap_mps(seen: Seen) -> float:
    """Return the fastest set-point that is allowed now, m/s."""
    limits, inputs = seen.rig.limits, seen.inputs
    source = inputs.request.operator.source if inputs.request is not None else Source.MOTION
    rows = (
        (True, limits.v_max_mps),
        (True, seen.tracks.battery.cap_mps(limits)),
        (seen.up is Up.COUNTED, limits.jack_counted_mps),
        (seen.wish.steer != 0, limits.steer_max_mps),
        # 0 stands for a refusal, which has a name of its own.
        (source is not Source.MOTION and limits.no_sign_of_life_mps > 0.0, limits.no_sign_of_life_mps),
        (not inputs.timeout_proved and limits.timeout_unproved_mps > 0.0, limits.timeout_unproved_mps),
    )
    return min(speed for holds, speed in rows if holds)


def may_steer(seen: Seen, setpoint_mps: float) -> bool:
    """Whether the machine is slow enough to be steered."""
    limit = seen.rig.limits.steer_max_mps
    return abs(setpoint_mps) <= limit and abs(seen.speed_mps) <= limit + STEER_MARGIN_MPS
