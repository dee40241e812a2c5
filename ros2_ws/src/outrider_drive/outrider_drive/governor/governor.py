"""One step: (state, inputs, now) -> (state, commands, report). All rules are in the files beside this one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from outrider_drive.governor import arming, caps, conditions, ramp, seen
from outrider_drive.governor.inputs import Inputs, Rig
from outrider_drive.governor.refusals import LATCHING, NO_DRIVE, NO_JACK, STOPPING, UNTRUSTED, Refusal
from outrider_drive.governor.state import Decision, Drive, Report, State
from outrider_drive.governor.times import CLEAR_PULSE, MS
from outrider_drive.governor.wish import NOTHING, of_person
from outrider_drive.words import DriveCommand, Mode, Operator, RelayCommand, Request

AGE_SHOWN_MAX_MS = 60_000.0
NOBODY = Operator(boottime_ns=0, report_counter=0, age_ns=2**63)


@dataclass(frozen=True)
class Motion:
    """What may move in this step."""

    setpoint_mps: float = 0.0
    steer: int = 0
    jack: int = 0  # asked for and allowed; it moves when it was warned of
    refused: bool = False  # a press that nothing came of, or a motion that ended: let go first


def step(state: State, inputs: Inputs, now: int, rig: Rig) -> Decision:
    """Decide at `now` (ns, CLOCK_BOOTTIME, taken after the newest input came). Call it at 50 Hz and on every edge."""
    view = seen.look(state.tracks, inputs, now, rig, driving=state.setpoint_mps != 0.0)
    active = conditions.active(view)
    request = None if active & UNTRUSTED else inputs.request
    arm = arming.decide(state, active, request, now)
    held = arm.armed and request is not None and request.deadman
    motion = _motion(state, view, active, held)

    warned = state.warned.after(motion.jack, now)
    jack = warned.moves(now, rig.limits.horn_lead_s)
    driving = motion.setpoint_mps != 0.0
    moving = driving or jack != 0 or motion.steer != 0
    stop = view.tracks.stop.after(now, driving=driving, at_rest=view.at_rest, turning=view.turning)
    clear_until = now + CLEAR_PULSE if arm.pressed and not arm.newly and not moving else state.clear_until_ns
    after = State(
        latched=arm.latched, armed=arm.armed,
        released=_released(state, request, motion, arm.pressed or bool(active & LATCHING)),
        arm_held=request is None or request.arm, deadman_ns=now if held or arm.newly else state.deadman_ns,
        moving=moving, setpoint_mps=motion.setpoint_mps, warned=warned, clear_until_ns=clear_until,
        sequence=(state.sequence + 1) & 0xFFFFFFFF,
        tracks=replace(view.tracks, stop=stop, jack_commanded_ns=now if jack else view.tracks.jack_commanded_ns))
    horn = (request is not None and request.horn) or (motion.jack != 0 and jack == 0)
    return Decision(after, _drive_command(after, inputs, now, rig),
                    _relay_command(after, inputs, now, rig, jack, motion.steer, horn),
                    _report(after, view, active, held, rig))


def _motion(state: State, view: seen.Seen, active: frozenset[Refusal], held: bool) -> Motion:
    wish = view.wish if held else NOTHING
    free = held and state.released
    may_drive, may_jack, may_act = (free and not active & forbids for forbids in (NO_DRIVE, NO_JACK, STOPPING))
    refused = bool((wish.speed_mps and not may_drive) or (wish.jack and not may_jack) or (wish.steer and not may_act))
    setpoint = 0.0
    if may_drive:
        setpoint = ramp.next_setpoint(state.setpoint_mps, wish.speed_mps, caps.cap_mps(view), view.dt_s,
                                      view.before.stop.holding, view.rig.limits)
    steer = wish.steer if may_act and caps.may_steer(view, setpoint) else 0
    return Motion(setpoint, steer, wish.jack if may_jack else 0, refused or (state.moving and not held))


def _released(state: State, request: Request | None, motion: Motion, spent: bool) -> bool:
    """Whether a press in the next step is a fresh one; `spent`: arm was pressed, or an e-stop holds."""
    if request is None or motion.refused or spent:
        return False
    if not request.deadman and of_person(request):
        return False  # the dead-man comes first: a control that is already held when it closes moves nothing
    return request.is_neutral or state.released


def _drive_command(state: State, inputs: Inputs, now: int, rig: Rig) -> DriveCommand:
    command = DriveCommand(now, state.sequence, rig.governor_id, inputs.motors.link_epoch if inputs.motors else 0,
                           inputs.request.operator if inputs.request else NOBODY)
    if state.setpoint_mps:
        return replace(command, mode=Mode.DRIVE, speed_mps=state.setpoint_mps)
    if state.tracks.stop.holding:
        return replace(command, mode=Mode.HOLD, brake_current_a=rig.limits.hold_current_a)
    return replace(command, mode=Mode.BRAKE, brake_current_a=rig.limits.brake_current_a)


def _relay_command(state: State, inputs: Inputs, now: int, rig: Rig, jack: int, steer: int, horn: bool) -> RelayCommand:
    return RelayCommand(now, state.sequence, rig.governor_id, inputs.relays.link_epoch if inputs.relays else 0,
                        inputs.request.operator if inputs.request else NOBODY, jack, steer, horn,
                        clear_faults=now < state.clear_until_ns and not state.moving)


def _report(state: State, view: seen.Seen, active: frozenset[Refusal], held: bool, rig: Rig) -> Report:
    reasons = set(active | state.latched)
    if not state.released:
        reasons.add(Refusal.NOT_RELEASED)
    if not state.armed:
        reasons.add(Refusal.NOT_ARMED)
    elif not held:
        reasons.add(Refusal.NO_DEADMAN)
    return Report(rig.governor_id, _name(state), tuple(sorted(reasons)), view.speed_mps, state.setpoint_mps,
                  view.tracks.battery.volts, min(AGE_SHOWN_MAX_MS, view.operator_age_ns / MS), rig.limits.hash)


def _name(state: State) -> Drive:
    if state.latched:
        return Drive.ESTOPPED
    if state.moving:
        return Drive.MOVING
    if not state.tracks.stop.holding:
        return Drive.STOPPING
    return Drive.ARMED if state.armed else Drive.DISARMED
