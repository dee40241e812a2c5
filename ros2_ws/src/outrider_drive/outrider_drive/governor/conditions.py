"""When each reason holds: one row each. What the person has to do next (release, arm, dead-man) is in governor.py."""

from __future__ import annotations

from collections.abc import Callable

from outrider_drive.governor.caps import cap_mps
from outrider_drive.governor.jack import Up
from outrider_drive.governor.refusals import Refusal
from outrider_drive.governor.seen import Seen
from outrider_drive.governor.sound import relays_are_sound
from outrider_drive.governor.times import OPERATOR_MAX_AGE, OTHER_GOVERNOR, SILENCE
from outrider_drive.words import Relays, Request, Source

WHEELS_TOLERANCE = 1e-3  # a float32 on the wire; no two wheels are that equal


def _ask(seen: Seen, question: Callable[[Request], bool]) -> bool:
    """Ask a sound request."""
    request = seen.inputs.request
    return request is not None and seen.request_sound and question(request)


def _ask_relays(seen: Seen, question: Callable[[Relays], bool]) -> bool:
    """Ask a declared relay board that is there, fresh or not."""
    relays = seen.inputs.relays
    return seen.rig.parts.relays and relays is not None and relays.present and question(relays)


def _second_governor(seen: Seen) -> bool:
    other = seen.inputs.other_governor_ns
    return other is not None and seen.now - other < OTHER_GOVERNOR


def _estop_asked(seen: Seen) -> bool:
    """By whoever, however old or damaged the request is: a stop is always obeyed."""
    return any(request is not None and request.estop for request in (seen.inputs.request, seen.inputs.program))


def _wheels_differ(seen: Seen) -> bool:
    """Metres mean something else to the motors: the same rig file, another start of it."""
    ours = seen.rig.limits.erpm_per_mps
    return bool(seen.motors) and not abs(seen.inputs.erpm_per_mps - ours) <= WHEELS_TOLERANCE * ours  # NaN too


def _bad_telemetry(seen: Seen) -> bool:
    bad_relays = _ask_relays(seen, lambda relays: not relays_are_sound(relays, seen.now))
    return (seen.inputs.motors is not None and not seen.motors_sound) or bad_relays


def _bad_request(seen: Seen) -> bool:
    bad = seen.inputs.request is not None and not seen.request_sound
    return bad or (seen.inputs.program is not None and not seen.program_sound)


def _new_operator(seen: Seen) -> bool:
    return _ask(seen, seen.before.operator.is_another)


def _renewed(before: int | None, after: int | None) -> bool:
    return before is not None and after != before


def _drive_and_jack(seen: Seen) -> bool:
    return seen.wish.speed_mps != 0.0 and (seen.wish.jack != 0 or seen.jack_runs)


def _jack_not_standing(seen: Seen) -> bool:
    return seen.wish.jack != 0 and not (seen.tracks.standstill.holds(seen.now) and seen.before.stop.holding)


CONDITIONS: dict[Refusal, Callable[[Seen], bool]] = {
    Refusal.SECOND_GOVERNOR: _second_governor,
    Refusal.ESTOP_INPUT: lambda seen: _ask_relays(seen, lambda relays: relays.estop_open),
    Refusal.ESTOP_BUTTON: _estop_asked,
    Refusal.NOT_MASTER: lambda seen: not seen.inputs.is_master,
    Refusal.SIM_CLOCK: lambda seen: seen.inputs.sim_clock,
    Refusal.WHEELS_DIFFER: _wheels_differ,
    Refusal.GOVERNOR_LATE: lambda seen: seen.late,
    Refusal.BAD_TELEMETRY: _bad_telemetry,
    Refusal.MOTOR_FAULT: lambda seen: any(motor.fault != 0 for motor in seen.motors),
    Refusal.MOTOR_MISSING: lambda seen: not seen.motors or not all(motor.present for motor in seen.motors),
    Refusal.MOTORS_SILENT: lambda seen: bool(seen.motors) and seen.motors_age_ns > SILENCE,
    Refusal.MOTORS_RENEWED: lambda seen: _renewed(seen.before.motors_epoch, seen.tracks.motors_epoch),
    Refusal.MOTORS_LATCHED: lambda seen: seen.inputs.motors_latched,
    Refusal.RELAYS_MISSING: lambda seen: seen.rig.parts.relays and not _ask_relays(seen, lambda relays: True),
    Refusal.RELAYS_SILENT: lambda seen: _ask_relays(seen, lambda relays: seen.now - relays.boottime_ns > SILENCE),
    Refusal.RELAYS_RENEWED: lambda seen: (seen.rig.parts.relays
                                          and _renewed(seen.before.relays_epoch, seen.tracks.relays_epoch)),
    Refusal.RELAYS_LATCHED: lambda seen: seen.rig.parts.relays and seen.inputs.relays_latched,
    Refusal.RELAY_FAULT: lambda seen: _ask_relays(
        seen, lambda relays: relays.faults_latched != 0 or relays.faults_active != 0),
    Refusal.OVER_TEMPERATURE: lambda seen: any(
        motor.temperature_fet_c > seen.rig.limits.fet_max_c
        or motor.temperature_motor_c > seen.rig.limits.motor_max_c for motor in seen.motors),
    Refusal.LOW_BATTERY: lambda seen: seen.tracks.battery.low,
    Refusal.VESC_TIMEOUT: lambda seen: not seen.inputs.timeout_proved and not seen.rig.limits.timeout_unproved_mps,
    Refusal.NO_REQUEST: lambda seen: seen.inputs.request is None,
    Refusal.BAD_REQUEST: _bad_request,
    Refusal.PAD_LOST: lambda seen: _ask(seen, lambda request: not request.operator.connected),
    Refusal.OPERATOR_STALE: lambda seen: _ask(
        seen, lambda request: max(seen.operator_age_ns, seen.now - request.boottime_ns) > OPERATOR_MAX_AGE),
    Refusal.NEW_OPERATOR: _new_operator,
    Refusal.NEUTRAL_REQUIRED: lambda seen: _ask(seen, lambda request: request.operator.neutral_required),
    Refusal.NO_SIGN_OF_LIFE: lambda seen: _ask(
        seen, lambda request: (request.operator.source is not Source.MOTION
                               and not seen.rig.limits.no_sign_of_life_mps)),
    Refusal.COLLISION: lambda seen: seen.inputs.collision,
    Refusal.DRIVE_AND_JACK: _drive_and_jack,
    Refusal.RAMP_DOWN: lambda seen: seen.up is Up.NO,
    Refusal.SPEED_TOO_LOW: lambda seen: cap_mps(seen) < seen.rig.limits.v_min_mps,
    Refusal.JACK_NOT_STANDING: _jack_not_standing,
}


def active(seen: Seen) -> frozenset[Refusal]:
    """Return every reason that holds now."""
    return frozenset(reason for reason, holds in CONDITIONS.items() if holds(seen))
