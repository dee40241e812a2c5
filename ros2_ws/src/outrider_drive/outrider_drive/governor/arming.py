"""Who may arm, and what disarms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from outrider_drive.governor.refusals import DISARMING, LATCHING, Refusal
from outrider_drive.governor.state import State
from outrider_drive.governor.times import ARM_EXPIRY
from outrider_drive.words import Request


@dataclass(frozen=True)
class Arming:
    """Outcome of one step."""

    latched: frozenset[Refusal]
    armed: bool
    pressed: bool  # a press of arm that counts
    newly: bool  # this press armed


def decide(state: State, active: frozenset[Refusal], request: Request | None, now: int) -> Arming:
    """Decide about latch and arm. `request`: the person's, None where the pad is not trusted."""
    latched = state.latched | (active & LATCHING)
    # A press counts when it is fresh, everything was let go before it, and nothing else is held with it.
    pressed = (request is not None and request.arm and not state.arm_held and state.released
               and replace(request, arm=False).is_neutral)
    clears = pressed and bool(state.latched) and not active & LATCHING
    if clears:
        latched = frozenset()
    newly = pressed and not state.armed and not state.latched and not active & DISARMING
    disarmed = (bool(active & DISARMING) or request is None or request.disarm
                or now - state.deadman_ns > ARM_EXPIRY)
    return Arming(latched, newly or (state.armed and not disarmed), pressed, newly)
