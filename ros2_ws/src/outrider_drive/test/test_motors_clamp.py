"""The hands' own limits, m/s to eRPM, and the name of what stops."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_drive.gate import MS
from outrider_drive.motors.judge import Act, Judge, Latch, Limits, Order
from outrider_drive.motors.units import Drivetrain
from outrider_drive.words import DriveCommand, Mode, Operator, Source

NOW = 5_000_000 * MS
PERSON = Operator(NOW, 1, 0, Source.MOTION, True, False)
FULL = Limits().stop_current_a


def command(at: int = NOW, mode: Mode = Mode.DRIVE, speed_mps: float = 1.0, sequence: int = 1, epoch: int = 0,
            **changes: Any) -> DriveCommand:
    return replace(DriveCommand(at, sequence, 7, epoch, replace(PERSON, boottime_ns=at), mode, speed_mps), **changes)


def fresh() -> Judge:
    """A judge on a sound link, cleared by a first stop (sequence 0)."""
    judge = Judge(Limits(), Drivetrain())
    judge.see(None)
    assert judge.take(command(mode=Mode.BRAKE, speed_mps=0.0, sequence=0), NOW) is None
    assert judge.latch is None
    return judge


@pytest.mark.parametrize(('speed_mps', 'erpm'), [
    (0.0, 0), (0.269, 0), (-0.269, 0), (0.2694, 900), (-0.2694, -900), (1.0, 3342), (9.0, 10027), (-9.0, -10027),
])
def test_a_set_point_is_0_or_controllable_and_within_the_clamp(speed_mps: float, erpm: int) -> None:
    judge = fresh()
    assert judge.clamped(speed_mps) == erpm
    judge.take(command(speed_mps=speed_mps), NOW)
    order = judge.order(NOW)
    assert order.erpm == erpm
    assert (order.act is Act.DRIVE) == (erpm != 0)
    assert judge.latch is None


def test_the_clamp_can_be_lowered_and_not_raised() -> None:
    judge = fresh()
    judge.max_erpm = 99_999
    assert judge.clamped(9.0) == 10_027
    judge.max_erpm = 4_000
    assert judge.clamped(9.0) == 4_000
    judge.max_erpm = 0
    assert judge.clamped(9.0) == 0


@pytest.mark.parametrize('changes', [
    {'min_erpm': 0}, {'min_erpm': 20_000}, {'max_erpm': 100_001}, {'stop_current_a': 0.0}, {'stop_current_a': 31.0},
    {'motor_current_a': 201.0}, {'stop_current_a': math.nan},
])
def test_limits_that_cannot_be_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match='Correct the rig file'):
        Limits(**changes)


def test_limits_at_their_borders_are_taken() -> None:
    assert Limits(100_000, 100_000, 200.0, 200.0).max_erpm == 100_000


def test_every_latch_has_its_text() -> None:
    assert len({latch.text for latch in Latch}) == len(Latch)


@pytest.mark.parametrize('changes', [{'pole_pairs': 0}, {'gear': math.nan}, {'wheel_m': -0.1}])
def test_a_drivetrain_that_cannot_be_built_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match='expected more than 0'):
        Drivetrain(**changes)


def test_900_erpm_are_27_cm_a_second_on_the_ramp() -> None:
    assert Drivetrain().speed_mps(900) == pytest.approx(0.27, abs=0.001)


@given(st.floats(-20, 20))
def test_speed_to_erpm_and_back_is_the_same(speed_mps: float) -> None:
    assert Drivetrain().speed_mps(Drivetrain().erpm(speed_mps)) == pytest.approx(speed_mps)


@pytest.mark.parametrize(('wanted_a', 'sent_a'), [(5.0, 5.0), (0.0, FULL), (-3.0, FULL), (99.0, FULL), (FULL, FULL)])
def test_the_governors_brake_current_is_taken_within_the_limit(wanted_a: float, sent_a: float) -> None:
    judge = fresh()
    judge.take(command(mode=Mode.BRAKE, brake_current_a=wanted_a), NOW)
    assert judge.order(NOW) == Order(Act.STOP, brake_current_a=sent_a)


def test_why_names_what_is_wrong_now_before_what_is_latched() -> None:
    judge = fresh()
    assert judge.why is None
    judge.see(Latch.FAULT)
    judge.see(Latch.SILENT)
    assert (judge.why, judge.latch) == (Latch.SILENT, Latch.FAULT)
    judge.see(None)
    assert judge.why is Latch.FAULT
