"""A ramp and a person for the governor's tests: healthy unless told otherwise, time only by `step`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from outrider_drive.governor.governor import step
from outrider_drive.governor.inputs import Inputs, Parts, Rig
from outrider_drive.governor.limits import Limits
from outrider_drive.governor.refusals import Refusal
from outrider_drive.governor.state import Decision, State
from outrider_drive.governor.times import MS
from outrider_drive.words import Mode, Motor, Motors, Operator, Relays, Request, Source

GOOD_MOTOR = Motor(present=True, voltage_v=38.0, temperature_fet_c=30.0, temperature_motor_c=30.0)
PERIOD = 20 * MS


class Scene:
    """Feeds the governor every 20 ms. Fields that are set stay until they are changed.

    `operator`, `request`, `program`, `relays`, `inputs` are overrides; `left`, `right` the motors; `erpm` None lets the
    wheels follow the commands at once.
    """

    def __init__(self, parts: Parts | None = None, **limits: float) -> None:
        self.rig = Rig(7, Limits.of(limits), parts or Parts())
        self.now = 1_000_000 * MS
        self.state = State()
        self.left = self.right = GOOD_MOTOR
        self.erpm: float | None = None
        self.operator: dict[str, Any] = {}
        self.request: dict[str, Any] = {}
        self.program: dict[str, Any] | None = None
        self.relays: dict[str, Any] = {}
        self.inputs: dict[str, Any] = {}
        self.motors_epoch = 1
        self.frozen_motors_ns: int | None = None
        self.frozen_relays_ns: int | None = None
        self.counter = 0
        self.sequence = 0
        self.last: Decision | None = None
        self.log: list[Decision] = []

    def _wheels(self) -> float:
        if self.erpm is not None:
            return self.erpm
        driving = self.last is not None and self.last.drive.mode is Mode.DRIVE
        return self.last.drive.speed_mps * self.rig.limits.erpm_per_mps if driving and self.last else 0.0

    def values(self) -> Inputs:
        """Return what the governor is told now."""
        operator = Operator(**{'boottime_ns': self.now, 'report_counter': self.counter, 'age_ns': 2 * MS,
                               'source': Source.MOTION, 'connected': True, 'neutral_required': False,
                               'pad_id': 'aa:bb', **self.operator})
        request = Request(**{'boottime_ns': self.now, 'sequence': self.sequence, 'operator': operator,
                             **self.request})
        program = None if self.program is None else Request(**{
            'boottime_ns': self.now, 'sequence': self.sequence, 'operator': Operator(0, 0, 0), 'source': 'cmd_vel',
            **self.program})
        erpm = self._wheels()
        moment = self.now if self.frozen_motors_ns is None else self.frozen_motors_ns
        motors = Motors(moment, self.motors_epoch, replace(self.left, erpm=self.left.erpm or erpm),
                        replace(self.right, erpm=self.right.erpm or erpm))
        relays = Relays(**{'boottime_ns': self.now if self.frozen_relays_ns is None else self.frozen_relays_ns,
                           'link_epoch': 1, 'present': True, 'upper_fitted': True, 'upper_open': True,
                           'jack': self.last.relays.jack if self.last else 0, **self.relays})
        return Inputs(**{'request': request, 'program': program, 'motors': motors, 'relays': relays,
                         'timeout_proved': True,
                         'erpm_per_mps': self.rig.limits.erpm_per_mps, 'is_master': True, **self.inputs})

    def step(self, after: int = PERIOD, **controls: Any) -> Decision:
        """One step `after` ns; `controls` replace those held so far."""
        self.now += after
        self.counter += 1
        self.sequence += 1
        if controls:
            self.request = controls
        self.last = step(self.state, self.values(), self.now, self.rig)
        assert all(math.isfinite(value) for value in (
            self.last.drive.speed_mps, self.last.drive.brake_current_a, self.last.report.speed_mps,
            self.last.report.battery_v, self.last.report.operator_age_ms))
        self.state = self.last.state
        self.log.append(self.last)
        return self.last

    def run(self, span: int, **controls: Any) -> Decision:
        """Step every 20 ms for `span` ns."""
        for _ in range(max(1, span // PERIOD)):
            done = self.step(**controls)
        return done

    def let_go(self) -> Decision:
        """Neutral, long enough that the machine stands for the jack too."""
        self.request = {}
        return self.run(600 * MS)

    def press_arm(self) -> Decision:
        """Press arm once and let go."""
        self.step(arm=True)
        self.request = {}
        return self.step()

    def ready(self) -> Scene:
        """Clear the latch of the start and arm."""
        self.let_go()
        self.press_arm()
        self.step()
        assert self.press_arm().state.armed, self.refusals
        return self

    def drive(self, speed_mps: float = 1.0, span: int = 2_000 * MS) -> Scene:
        """Drive until the set-point stands."""
        self.run(span, deadman=True, speed_mps=speed_mps)
        assert self.last is not None
        assert self.last.drive.mode is Mode.DRIVE, self.refusals
        return self

    @property
    def refusals(self) -> list[str]:
        """Names of the last report, gravest first."""
        assert self.last is not None
        return [Refusal(reason).name for reason in self.last.report.refusals]
