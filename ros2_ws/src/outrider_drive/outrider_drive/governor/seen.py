"""What the governor knows at one step: its inputs, judged against what came before."""

from __future__ import annotations

from dataclasses import dataclass, field

from outrider_drive.governor import sound, wish
from outrider_drive.governor.battery import Battery
from outrider_drive.governor.inputs import Inputs, Rig
from outrider_drive.governor.jack import JackTrack, Up
from outrider_drive.governor.operator_age import OperatorTrack
from outrider_drive.governor.standstill import Standstill, turns_slowly
from outrider_drive.governor.stop import Stop
from outrider_drive.governor.times import GOVERNOR_GAP, JACK_RUN_ON, SILENCE, S
from outrider_drive.words import Motor, Relays


@dataclass(frozen=True)
class Tracks:
    """What is carried from step to step about the world."""

    now: int | None = None  # of the last step
    operator: OperatorTrack = field(default_factory=OperatorTrack)
    battery: Battery = field(default_factory=Battery)
    standstill: Standstill = field(default_factory=Standstill)
    stop: Stop = field(default_factory=Stop)
    jack: JackTrack = field(default_factory=JackTrack)
    motors_epoch: int | None = None
    relays_epoch: int | None = None
    jack_commanded_ns: int | None = None  # last step that let the jack move


@dataclass(frozen=True)
class Seen:
    """One step's knowledge. `before` is what was carried in, `tracks` what `before` became with these inputs."""

    now: int
    rig: Rig
    inputs: Inputs
    before: Tracks
    tracks: Tracks
    motors: tuple[Motor, ...]  # declared and heard
    motors_sound: bool
    request_sound: bool  # False: none, or one that makes no sense
    program_sound: bool
    relays: Relays | None  # sound and fresh, of a declared board
    wish: wish.Wish

    @property
    def late(self) -> bool:
        """Whether more than 100 ms went by since the last step, or the clock ran backwards."""
        return self.before.now is not None and not 0 <= self.now - self.before.now <= GOVERNOR_GAP

    @property
    def dt_s(self) -> float:
        """Time since the last step."""
        return 0.0 if self.before.now is None else (self.now - self.before.now) / S

    @property
    def motors_age_ns(self) -> int:
        """Age of the telemetry; without any, longer than the machine runs."""
        return self.now - self.inputs.motors.boottime_ns if self.inputs.motors else self.now + 1

    @property
    def telemetry_counts(self) -> bool:
        """Whether the wheels' state is known now."""
        return self.motors_sound and self.motors_age_ns <= SILENCE and all(motor.present for motor in self.motors)

    @property
    def at_rest(self) -> bool:
        """Whether the wheels are known to be at rest now."""
        return self.telemetry_counts and turns_slowly(self.motors, self.rig.limits)

    @property
    def turning(self) -> bool:
        """Whether a wheel is known to turn at a speed that can be controlled."""
        return self.telemetry_counts and any(abs(motor.erpm) >= self.rig.limits.min_erpm for motor in self.motors)

    @property
    def speed_mps(self) -> float:
        """Measured speed, mean of the declared motors; 0 where it is not known."""
        if not self.telemetry_counts:
            return 0.0
        return sum(motor.erpm for motor in self.motors) / len(self.motors) / self.rig.limits.erpm_per_mps

    @property
    def up(self) -> Up:
        """How well the jack is known to be up. A rig without relays has no jack."""
        if not self.rig.parts.relays:
            return Up.SEEN
        return self.tracks.jack.up(self.relays, self.rig.limits.jack_travel_s) if self.relays else Up.NO

    @property
    def jack_runs(self) -> bool:
        """Whether the jack moves, or may still."""
        commanded = self.before.jack_commanded_ns
        return ((self.relays is not None and self.relays.jack != 0)
                or (commanded is not None and self.now - commanded < JACK_RUN_ON))

    @property
    def operator_age_ns(self) -> int:
        """Age of the newest sign of the person; without any, longer than the machine runs."""
        age = self.tracks.operator.age_ns(self.now)
        return self.now + 1 if age is None else age


def look(before: Tracks, inputs: Inputs, now: int, rig: Rig, *, driving: bool) -> Seen:
    """Take `inputs` in. `driving`: the last step asked the wheels to turn."""
    request, program = inputs.request, inputs.program
    request_sound = request is not None and sound.request_is_sound(request, now)
    program_sound = program is not None and sound.request_is_sound(program, now)
    motors = inputs.declared_motors(rig.parts)
    motors_sound = inputs.motors is not None and sound.motors_are_sound(motors, inputs.motors.boottime_ns, now)
    asked = wish.NOTHING
    if request is not None and request_sound:
        asked = wish.merged(request, program if program_sound else None, now)
    if not rig.parts.relays:
        asked = wish.Wish(asked.speed_mps)
    tracks = _tracks(before, inputs, now, rig, motors, motors_sound, request_sound, driving)
    return Seen(now, rig, inputs, before, tracks, motors, motors_sound, request_sound, program_sound,
                _fresh_relays(inputs, now, rig), asked)


def _fresh_relays(inputs: Inputs, now: int, rig: Rig) -> Relays | None:
    relays = inputs.relays
    if relays is None or not rig.parts.relays or not relays.present:
        return None
    return relays if sound.relays_are_sound(relays, now) and now - relays.boottime_ns <= SILENCE else None


def _tracks(before: Tracks, inputs: Inputs, now: int, rig: Rig, motors: tuple[Motor, ...], motors_sound: bool,
            request_sound: bool, driving: bool) -> Tracks:
    operator, battery, standstill, jack = before.operator, before.battery, Standstill(), JackTrack()
    if inputs.request is not None and request_sound:
        operator = operator.after(inputs.request)
    if inputs.motors is not None and motors_sound and all(motor.present for motor in motors):
        battery = battery.after(min(motor.voltage_v for motor in motors), inputs.motors.boottime_ns, rig.limits)
        standstill = before.standstill.after(turns_slowly(motors, rig.limits), inputs.motors.boottime_ns, driving)
    relays = _fresh_relays(inputs, now, rig)
    if relays is not None:
        known = before.jack if relays.link_epoch == before.relays_epoch else JackTrack()
        jack = known.after(relays)
    return Tracks(now, operator, battery, standstill, before.stop, jack,
                  inputs.motors.link_epoch if inputs.motors else before.motors_epoch,
                  inputs.relays.link_epoch if inputs.relays else before.relays_epoch, before.jack_commanded_ns)
