"""Whatever happens in whatever order: what may never be seen at the governor's output, judged by the inputs alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from ramp_scene import GOOD_MOTOR, PERIOD, Scene

from outrider_drive.governor.state import Drive
from outrider_drive.governor.times import MS
from outrider_drive.words import Mode, Source

NAN = float('nan')
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    'pad lost': ('operator', {'connected': False}),
    'neutral required': ('operator', {'neutral_required': True}),
    'no sign of life': ('operator', {'source': Source.NONE}),
    'other pad': ('operator', {'pad_id': 'other'}),
    'nan age': ('operator', {'age_ns': -5}),
    'no request': ('inputs', {'request': None}),
    'no motors': ('inputs', {'motors': None}),
    'no relays': ('inputs', {'relays': None}),
    'collision': ('inputs', {'collision': True}),
    'no master': ('inputs', {'is_master': False}),
    'replay': ('inputs', {'sim_clock': True}),
    'no timeout': ('inputs', {'timeout_proved': False}),
    'relay fault': ('relays', {'faults_latched': 4}),
    'e-stop switch': ('relays', {'estop_open': True}),
    'ramp down': ('relays', {'upper_open': False}),
    'jack runs': ('relays', {'jack': -1}),
}
DRIVE_ONLY = {'ramp down', 'jack runs', 'other pad'}
BAD_MOTORS = [replace(GOOD_MOTOR, fault=1), replace(GOOD_MOTOR, present=False), replace(GOOD_MOTOR, voltage_v=NAN),
              replace(GOOD_MOTOR, erpm=NAN), replace(GOOD_MOTOR, temperature_fet_c=99.0)]
CONTROLS = st.fixed_dictionaries({}, optional={
    'deadman': st.just(True), 'speed_mps': st.sampled_from([-2.0, -0.3, 0.2, 0.5, 1.4, 9.0, NAN]),
    'steer': st.sampled_from([-1, 1]), 'jack': st.sampled_from([-1, 1]), 'arm': st.just(True),
    'disarm': st.just(True), 'estop': st.just(True), 'horn': st.just(True)})


class Anything(RuleBasedStateMachine):
    """Random controls, faults and silences on a machine that is armed and driven again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.s = Scene()
        self.fault = ''
        self.neutral_since_stop = False
        self.turned_ns = 0  # last input with a wheel that turned
        self.report_ns = 0  # true time of the newest sign of the person
        self.link_dead = False
        self.speed = 0.0
        self.jack_ns = -10**9
        self.latched = True

    def check(self, after: int = PERIOD) -> None:
        s = self.s
        if not self.link_dead:
            self.report_ns = s.now + after - 2 * MS
        else:
            s.operator = {**s.operator, 'report_counter': 10**9, 'boottime_ns': s.now + after, 'age_ns': 0}
        before, was_latched = self.speed, self.latched
        done = s.step(after)
        inputs = s.values()
        request, motors = inputs.request, inputs.motors
        driving, moves = done.drive.mode is Mode.DRIVE, done.report.state is Drive.MOVING
        good = not self.fault or self.fault in DRIVE_ONLY
        self.latched = done.report.state is Drive.ESTOPPED
        if motors is None or any(not abs(side.erpm) <= 150 for side in (motors.left, motors.right)):
            self.turned_ns = s.now

        assert driving == (done.drive.speed_mps != 0.0)
        assert (done.drive.brake_current_a == 0.0) == driving
        assert moves == (driving or done.relays.jack != 0 or done.relays.steer != 0)
        if moves:
            assert request is not None
            assert request.deadman
            assert not request.disarm
            assert not request.estop
            assert s.now - self.report_ns <= 200 * MS
            assert good
            assert s.left in (GOOD_MOTOR,)
            assert after <= 100 * MS
            assert self.neutral_since_stop
            assert not was_latched
        if driving:
            assert request is not None
            assert done.relays.jack == 0
            assert not self.fault
            assert s.now - self.jack_ns >= 200 * MS
            v = abs(done.drive.speed_mps)
            assert s.rig.limits.v_min_mps <= v <= 1.4
            assert v - abs(before) <= max(0.7 * after / 1e9, s.rig.limits.v_min_mps - abs(before)) + 1e-9
            assert before * done.drive.speed_mps >= 0.0
        if done.relays.jack:
            assert request is not None
            assert done.relays.jack == request.jack
            assert s.now - self.turned_ns >= 500 * MS
            self.jack_ns = s.now
        if was_latched and not self.latched:
            assert request is not None
            assert request.arm
            assert self.neutral_since_stop
        if request is not None and request.is_neutral:
            self.neutral_since_stop = True
        elif request is None or not request.deadman or not good or self.latched:
            self.neutral_since_stop = self.neutral_since_stop and request is not None and request.arm
        self.speed = done.drive.speed_mps

    @initialize()
    def begin(self) -> None:
        self.make_ready()

    @rule()
    def make_ready(self) -> None:
        s = self.s
        self.mend()
        for controls, steps in (({}, 30), ({'arm': True}, 1), ({}, 2), ({'arm': True}, 1), ({}, 2)):
            s.request = dict(controls)
            for _ in range(steps):
                self.check()

    @rule(speed=st.sampled_from([1.0, -1.0, 0.5]), steps=st.integers(1, 40))
    def drive(self, speed: float, steps: int) -> None:
        self.s.request = {'deadman': True, 'speed_mps': speed}
        self.hold_on(steps)

    @rule(jack=st.sampled_from([-1, 1]), steps=st.integers(1, 70))
    def lift(self, jack: int, steps: int) -> None:
        self.s.request = {'deadman': True, 'jack': jack}
        self.hold_on(steps)

    @rule(controls=CONTROLS, steps=st.integers(1, 10))
    def controls(self, controls: dict[str, Any], steps: int) -> None:
        self.s.request = controls
        self.hold_on(steps)

    @rule(steps=st.integers(1, 40))
    def hold_on(self, steps: int) -> None:
        for _ in range(steps):
            self.check()

    @rule(after=st.sampled_from([1 * MS, 60 * MS, 100 * MS, 101 * MS, 1000 * MS]))
    def late(self, after: int) -> None:
        self.check(after)

    @rule(name=st.sampled_from(sorted(FAULTS)))
    def strike(self, name: str) -> None:
        self.mend()
        where, values = FAULTS[name]
        getattr(self.s, where).update(values)
        self.fault = name
        self.check()

    @rule(motor=st.sampled_from(BAD_MOTORS))
    def bad_motor(self, motor: Any) -> None:
        self.s.left = motor
        self.check()

    @rule(steps=st.integers(1, 15))
    def pad_repeats_itself(self, steps: int) -> None:
        if not self.link_dead:
            self.link_dead, self.report_ns = True, self.s.now + PERIOD
        self.hold_on(steps)

    @rule()
    def mend(self) -> None:
        s = self.s
        s.operator, s.inputs, s.relays, s.left = {}, {}, {}, GOOD_MOTOR
        self.fault, self.link_dead = '', False


Anything.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None, derandomize=True,
                                      database=None, suppress_health_check=list(HealthCheck))
TestAnything = Anything.TestCase
