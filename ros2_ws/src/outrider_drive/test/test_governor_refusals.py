"""The reasons switched off one by one, each reason alone, and the table itself."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ramp_scene import GOOD_MOTOR, Scene

from outrider_drive.governor.inputs import Parts
from outrider_drive.governor.refusals import TABLE, Effect, Refusal
from outrider_drive.governor.state import Drive
from outrider_drive.governor.times import MS, S
from outrider_drive.words import Mode, Source

NAN, INF = math.nan, math.inf


def test_every_reason_has_a_short_text_and_stands_in_order_of_gravity() -> None:
    assert list(TABLE) == sorted(Refusal) == list(Refusal)
    assert all(0 < len(reason.text) <= 40 for reason in Refusal)
    assert len({reason.text for reason in Refusal}) == len(Refusal)
    order = list(Effect)
    ranks = [order.index(reason.effect) for reason in Refusal]
    assert [rank for rank in ranks if rank <= 2] == sorted(rank for rank in ranks if rank <= 2)
    assert ranks[-3:] == [order.index(Effect.WAIT)] * 3


def test_conditions_switched_off_one_by_one_leave_exactly_the_rest() -> None:
    s = Scene()
    s.erpm = 0.0
    bad = replace(GOOD_MOTOR, voltage_v=20.0, temperature_fet_c=81.0, fault=3, erpm=NAN)
    s.left, s.right = bad, replace(GOOD_MOTOR, present=False)
    s.inputs = {'collision': True, 'timeout_proved': False, 'sim_clock': True, 'is_master': False,
                'other_governor_ns': s.now, 'request': None}
    s.relays = {'present': False, 'upper_open': False, 'estop_open': True, 'faults_latched': 2}
    s.step()
    left = ['SECOND_GOVERNOR', 'RESTARTED', 'NOT_MASTER', 'SIM_CLOCK', 'BAD_TELEMETRY', 'MOTOR_FAULT', 'MOTOR_MISSING',
            'RELAYS_MISSING', 'OVER_TEMPERATURE', 'VESC_TIMEOUT', 'NO_REQUEST', 'COLLISION', 'RAMP_DOWN',
            'NOT_RELEASED', 'NOT_ARMED']
    assert s.refusals == left

    def without(*names: str, also: tuple[str, ...] = ()) -> None:
        nonlocal left
        left = [reason.name for reason in Refusal if reason.name in set(left) - set(names) | set(also)]
        s.step()
        assert s.refusals == left

    s.inputs['collision'] = False
    without('COLLISION')
    s.inputs['sim_clock'] = False
    without('SIM_CLOCK')
    s.inputs['is_master'] = True
    without('NOT_MASTER')
    s.inputs['timeout_proved'] = True
    without('VESC_TIMEOUT')
    s.right = GOOD_MOTOR
    without('MOTOR_MISSING')
    s.left = replace(bad, erpm=0.0)
    without('BAD_TELEMETRY', also=('LOW_BATTERY',))
    s.left = replace(s.left, fault=0)
    without('MOTOR_FAULT')
    s.left = replace(s.left, temperature_fet_c=80.0)
    without('OVER_TEMPERATURE')
    s.left = GOOD_MOTOR
    s.run(8 * S)  # the other governor has been silent long since: its latch stays
    left.remove('LOW_BATTERY')
    assert s.refusals == left
    s.relays['present'] = True
    s.frozen_relays_ns = s.now - 300 * MS
    without('RELAYS_MISSING', also=('RELAYS_SILENT', 'ESTOP_INPUT', 'RELAY_FAULT'))
    s.frozen_relays_ns = None
    without('RELAYS_SILENT')
    s.relays['estop_open'] = False
    without()  # latched
    s.relays['faults_latched'] = 0
    without('RELAY_FAULT')
    s.frozen_motors_ns = s.now - 300 * MS
    without(also=('MOTORS_SILENT',))
    s.frozen_motors_ns = None
    without('MOTORS_SILENT')
    del s.inputs['request']
    s.operator = {'connected': False, 'neutral_required': True, 'source': Source.NONE, 'age_ns': S}
    without('NO_REQUEST', also=('PAD_LOST', 'OPERATOR_STALE', 'NEW_OPERATOR', 'NEUTRAL_REQUIRED', 'NO_SIGN_OF_LIFE'))
    s.operator['source'] = Source.MOTION
    without('NEW_OPERATOR', 'NO_SIGN_OF_LIFE')
    s.operator['connected'] = True
    without('PAD_LOST')
    s.operator['age_ns'] = 0
    without('OPERATOR_STALE')
    s.operator['neutral_required'] = False
    without('NEUTRAL_REQUIRED', 'NOT_RELEASED')
    s.request = {'speed_mps': NAN}
    without(also=('BAD_REQUEST', 'NOT_RELEASED'))
    s.request = {'deadman': True}
    without('BAD_REQUEST')
    s.request = {'estop': True}
    without(also=('ESTOP_BUTTON',))
    s.request = {}
    without('NOT_RELEASED')
    s.request = {'arm': True}
    without('SECOND_GOVERNOR', 'ESTOP_INPUT', 'ESTOP_BUTTON', 'RESTARTED', also=('NOT_RELEASED',))
    s.request = {}
    without('NOT_RELEASED')
    s.request = {'arm': True}
    without('NOT_ARMED', also=('NOT_RELEASED', 'NO_DEADMAN'))
    s.request = {}
    without('NOT_RELEASED')
    s.request = {'deadman': True}
    without('NO_DEADMAN')
    assert left == ['RAMP_DOWN']
    s.step(deadman=True, speed_mps=1.0)
    assert s.refusals == ['RAMP_DOWN', 'NOT_RELEASED']
    s.request = {}
    s.relays['upper_open'] = True
    s.run(100 * MS)
    s.drive()
    assert s.refusals == []


def test_nothing_heard_at_all_is_a_refusal_and_the_brake() -> None:
    s = Scene()
    s.inputs = dict.fromkeys(('request', 'motors', 'relays'))
    done = s.step()
    assert s.refusals == ['RESTARTED', 'MOTOR_MISSING', 'RELAYS_MISSING', 'NO_REQUEST', 'RAMP_DOWN', 'NOT_RELEASED',
                          'NOT_ARMED']
    assert done.drive.mode is Mode.BRAKE
    assert (done.drive.link_epoch, done.relays.link_epoch) == (0, 0)
    assert not done.drive.operator.connected
    assert done.drive.operator == done.relays.operator
    assert done.report.operator_age_ms == 60_000.0
    assert done.report.speed_mps == done.report.battery_v == 0.0
    assert done.report.refusal_texts[0] == 'Just started: let go, then press arm'


def _set(name: str, **values: Any) -> Any:
    def change(s: Scene) -> None:
        getattr(s, name).update(values)
    return change


def _motor(side: str, **values: Any) -> Any:
    return lambda s: setattr(s, side, replace(GOOD_MOTOR, **values))


def _silence(name: str, age_ms: int) -> Any:
    return lambda s: setattr(s, name, s.now + 20 * MS - age_ms * MS)


STAYS_ARMED = {'COLLISION', 'DRIVE_AND_JACK', 'RAMP_DOWN'}
LATCHES = {'SECOND_GOVERNOR', 'ESTOP_INPUT', 'ESTOP_BUTTON'}
STOPS: list[tuple[str, Any]] = [
    ('NOT_MASTER', _set('inputs', is_master=False)),
    ('SIM_CLOCK', _set('inputs', sim_clock=True)),
    ('VESC_TIMEOUT', _set('inputs', timeout_proved=False)),
    ('COLLISION', _set('inputs', collision=True)),
    ('SECOND_GOVERNOR', lambda s: s.inputs.update(other_governor_ns=s.now - 979 * MS)),
    ('MOTORS_SILENT', _silence('frozen_motors_ns', 151)),
    ('RELAYS_SILENT', _silence('frozen_relays_ns', 151)),
    ('BAD_TELEMETRY', _silence('frozen_motors_ns', -1)),
    ('BAD_TELEMETRY', _silence('frozen_relays_ns', -1)),
    ('MOTORS_RENEWED', lambda s: setattr(s, 'motors_epoch', 2)),
    ('RELAYS_RENEWED', _set('relays', link_epoch=2)),
    ('RELAYS_MISSING', _set('relays', present=False)),
    ('ESTOP_INPUT', _set('relays', estop_open=True)),
    ('RELAY_FAULT', _set('relays', faults_latched=1)),
    ('RELAY_FAULT', _set('relays', faults_active=1)),
    ('BAD_TELEMETRY', _set('relays', jack=2)),
    ('BAD_TELEMETRY', _set('relays', steer=-2)),
    ('RAMP_DOWN', _set('relays', upper_open=False)),
    ('RAMP_DOWN', _set('relays', lower_fitted=True, lower_open=True)),
    ('DRIVE_AND_JACK', _set('relays', jack=-1)),
    ('DRIVE_AND_JACK', _set('request', jack=1)),
    ('ESTOP_BUTTON', _set('request', estop=True)),
    ('BAD_REQUEST', _set('request', speed_mps=NAN)),
    ('BAD_REQUEST', _set('request', speed_mps=-INF)),
    ('BAD_REQUEST', _set('request', steer=2)),
    ('BAD_REQUEST', _set('request', jack=-2)),
    ('BAD_REQUEST', lambda s: s.request.update(boottime_ns=s.now + 21 * MS)),
    ('BAD_REQUEST', lambda s: s.operator.update(boottime_ns=s.now + 21 * MS)),
    ('BAD_REQUEST', _set('operator', age_ns=-1)),
    ('PAD_LOST', _set('operator', connected=False)),
    ('NEUTRAL_REQUIRED', _set('operator', neutral_required=True)),
    ('NO_SIGN_OF_LIFE', _set('operator', source=Source.BUTTONS)),
    ('OPERATOR_STALE', _set('operator', age_ns=200 * MS + 1)),
    ('OPERATOR_STALE', lambda s: s.request.update(boottime_ns=s.now - 181 * MS)),
    ('NEW_OPERATOR', _set('operator', pad_id='cc:dd')),
    ('NEW_OPERATOR', _set('request', sequence=0)),
    ('NEW_OPERATOR', _set('request', source='keys')),
    ('NO_REQUEST', _set('inputs', request=None)),
]
for motor in ('left', 'right'):
    STOPS += [('MOTOR_FAULT', _motor(motor, fault=1)), ('MOTOR_MISSING', _motor(motor, present=False)),
              ('OVER_TEMPERATURE', _motor(motor, temperature_fet_c=80.1)),
              ('OVER_TEMPERATURE', _motor(motor, temperature_motor_c=90.1))]
    STOPS += [('BAD_TELEMETRY', _motor(motor, **{name: value})) for value in (NAN, INF) for name in (
        'erpm', 'current_motor_a', 'current_input_a', 'duty', 'voltage_v', 'temperature_fet_c', 'temperature_motor_c')]


@pytest.mark.parametrize(('name', 'strike'), STOPS)
def test_each_reason_stops_at_once_and_nothing_moves_again_without_a_fresh_start(name: str, strike: Any) -> None:
    s = Scene().ready().drive()
    kept = (s.left, s.right, dict(s.inputs), dict(s.relays), dict(s.operator), dict(s.request))
    strike(s)
    done = s.step()
    assert name in s.refusals
    assert done.drive.mode is Mode.BRAKE
    assert done.drive.speed_mps == 0.0
    assert done.drive.brake_current_a == s.rig.limits.brake_current_a
    assert done.relays.jack == done.relays.steer == 0
    s.left, s.right, s.inputs, s.relays, s.operator, s.request = kept
    s.frozen_motors_ns = s.frozen_relays_ns = None
    since = len(s.log)
    s.run(2 * S, deadman=True, speed_mps=1.0)
    assert all(done.drive.mode is not Mode.DRIVE for done in s.log[since:]), 'the held request came alive again'
    assert s.state.armed == (name in STAYS_ARMED)
    assert (s.log[-1].report.state is Drive.ESTOPPED) == (name in LATCHES)
    if not s.state.armed:
        s.let_go()
        s.run(200 * MS, deadman=True, speed_mps=1.0)
        assert s.log[-1].drive.mode is not Mode.DRIVE
        s.let_go()
        if name in LATCHES:
            s.press_arm()
            s.step()
            assert not s.state.armed, 'one press cleared the e-stop and armed'
        s.press_arm()
    s.let_go()
    s.drive()


@pytest.mark.parametrize(('strike', 'name'), [
    (_silence('frozen_motors_ns', 150), 'MOTORS_SILENT'), (_silence('frozen_relays_ns', 150), 'RELAYS_SILENT'),
    (_set('operator', age_ns=200 * MS), 'OPERATOR_STALE'),
    (lambda s: s.inputs.update(other_governor_ns=s.now - 980 * MS), 'SECOND_GOVERNOR'),
    (_motor('left', temperature_fet_c=80.0), ''), (_motor('left', temperature_motor_c=90.0), ''),
])
def test_the_limit_itself_still_drives(strike: Any, name: str) -> None:
    s = Scene().ready().drive()
    strike(s)
    assert s.step().drive.mode is Mode.DRIVE, name


@pytest.mark.parametrize('theirs', [0.0, NAN, INF, 1.002, 0.998])
def test_motors_that_reckon_with_other_wheels_stop_it_and_the_same_wheels_do_not(theirs: float) -> None:
    s = Scene().ready().drive()
    ours = s.rig.limits.erpm_per_mps
    s.inputs['erpm_per_mps'] = float(np.float32(ours))
    s.step()
    assert s.refusals == []
    s.inputs['erpm_per_mps'] = theirs * ours
    last = s.step()
    assert last.drive.mode is Mode.BRAKE
    assert s.refusals[0] == 'WHEELS_DIFFER'
    assert not last.state.armed


@pytest.mark.parametrize('who', ['motors', 'relays'])
def test_a_stop_that_motors_or_relays_hold_disarms_and_forbids_arming_until_it_is_over(who: str) -> None:
    s = Scene().ready().drive()
    s.inputs[f'{who}_latched'] = True
    last = s.step()
    assert last.drive.mode is Mode.BRAKE
    assert s.refusals[0] == f'{who.upper()}_LATCHED'
    assert not last.state.armed
    s.let_go()
    s.press_arm()
    assert not s.state.armed
    s.inputs[f'{who}_latched'] = False
    s.let_go()
    assert s.press_arm().state.armed


def test_a_latch_of_relays_that_the_rig_does_not_have_is_not_missed() -> None:
    s = Scene(Parts(relays=False)).ready()
    s.inputs['relays_latched'] = True
    assert s.step().state.armed
