"""How long the last judgement holds, and what a latch voids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

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
    return judge


def test_only_what_drives_expires() -> None:
    judge = fresh()
    assert judge.expires_ns is None
    judge.take(command(), NOW)
    assert judge.expires_ns == NOW + 150 * MS


@pytest.mark.parametrize('mode', [Mode.BRAKE, Mode.OFF])
def test_what_latches_voids_a_milder_stop_too(mode: Mode) -> None:
    judge = fresh()
    judge.take(command(mode=mode, brake_current_a=2.0), NOW)
    assert judge.order(NOW) != Order(Act.STOP, brake_current_a=FULL)
    judge.see(Latch.FAULT)
    assert judge.order(NOW) == Order(Act.STOP, brake_current_a=FULL)


def test_what_stays_wrong_raises_the_epoch_once_and_so_does_a_gap() -> None:
    judge = fresh()
    judge.see(Latch.LINK)
    judge.see(Latch.LINK)
    assert judge.epoch == 1
    judge.see(None)
    judge.wrote(NOW)
    at = NOW + 101 * MS
    judge.order(at)
    assert judge.latch is Latch.LINK
    judge.take(command(at, Mode.BRAKE, 0.0, 2, 1), at)
    judge.order(at)
    assert (judge.latch, judge.epoch) == (None, 1)


def test_an_end_latches_and_only_stops_whatever_comes() -> None:
    judge = fresh()
    judge.take(command(), NOW)
    judge.end()
    assert (judge.latch, judge.epoch, judge.expires_ns) == (Latch.ENDING, 1, None)
    for sequence, mode in enumerate((Mode.BRAKE, Mode.DRIVE, Mode.OFF), start=2):
        assert judge.take(command(mode=mode, sequence=sequence, epoch=1, brake_current_a=1.0), NOW) is None
        assert judge.order(NOW) == Order(Act.STOP, brake_current_a=FULL)


def test_the_first_epoch_is_given() -> None:
    assert Judge(Limits(), Drivetrain(), 77).epoch == 77
