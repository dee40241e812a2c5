"""Which news may not wait for the next tick of 20 ms: whatever a person did, and whatever the machine lost."""

from __future__ import annotations

from dataclasses import replace

from outrider_drive.governor.inputs import Inputs
from outrider_drive.words import Motor, Motors, Operator, Relays, Request

_NOBODY = Operator(0, 0, 0)
_STILL = Motor()


def is_urgent(before: Inputs, after: Inputs) -> bool:
    """Tell whether the step from `before` to `after` is an edge: more than newer stamps and newer measurements."""
    return (_deed(before.request) != _deed(after.request) or _deed(before.program) != _deed(after.program)
            or _health(before.motors) != _health(after.motors) or _outline(before.relays) != _outline(after.relays)
            or _rest(before) != _rest(after))


def _deed(request: Request | None) -> Request | None:
    if request is None:
        return None
    operator = replace(_NOBODY, source=request.operator.source, connected=request.operator.connected,
                       neutral_required=request.operator.neutral_required, pad_id=request.operator.pad_id)
    return replace(request, boottime_ns=0, sequence=0, operator=operator)


def _health(motors: Motors | None) -> Motors | None:
    if motors is None:
        return None
    left, right = (replace(_STILL, present=motor.present, fault=motor.fault) for motor in (motors.left, motors.right))
    return replace(motors, boottime_ns=0, left=left, right=right)


def _outline(relays: Relays | None) -> Relays | None:
    return None if relays is None else replace(relays, boottime_ns=0)


def _rest(inputs: Inputs) -> tuple[object, ...]:
    return (inputs.collision, inputs.timeout_proved, inputs.sim_clock, inputs.is_master,
            inputs.motors_latched, inputs.relays_latched,
            inputs.other_governor_ns is not None)
