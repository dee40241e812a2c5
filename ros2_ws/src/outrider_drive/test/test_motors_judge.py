"""The last judgement before the wire."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_drive.gate import MS, Drop, heard
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


def driving() -> Judge:
    judge = fresh()
    assert judge.take(command(), NOW) is None
    assert judge.order(NOW) == Order(Act.DRIVE, 3342)
    judge.wrote(NOW)
    return judge


def test_a_new_judge_stops() -> None:
    judge = Judge(Limits(), Drivetrain())
    assert judge.latch is Latch.LINK
    assert judge.order(NOW) == Order(Act.STOP, brake_current_a=FULL)
    assert judge.take(command(mode=Mode.BRAKE), NOW) is None
    assert judge.latch is Latch.LINK  # not before somebody said that the link is sound


@pytest.mark.parametrize(('changes', 'drop'), [
    ({'speed_mps': math.nan}, Drop.NUMBER),
    ({'speed_mps': math.inf}, Drop.NUMBER),
    ({'brake_current_a': math.nan}, Drop.NUMBER),
    ({'boottime_ns': NOW + 1}, Drop.FUTURE),
    ({'boottime_ns': NOW - 100 * MS - 1}, Drop.AGED),
    ({'sequence': 1}, Drop.SEQUENCE),
    ({'sequence': 0}, Drop.SEQUENCE),
    ({'link_epoch': 1}, Drop.EPOCH),
    ({'link_epoch': -1}, Drop.EPOCH),
    ({'governor_id': 8}, Drop.GOVERNOR),
])
def test_what_is_wrong_with_a_command_drops_and_counts_it(changes: dict[str, Any], drop: Drop) -> None:
    judge = driving()
    assert judge.take(replace(command(sequence=2, speed_mps=0.5), **changes), NOW) is drop
    assert judge.dropped == {drop: 1}


def test_a_command_of_100_ms_is_taken_and_drives_until_150() -> None:
    judge = fresh()
    assert judge.take(command(NOW), NOW + 100 * MS) is None
    assert judge.order(NOW + 150 * MS).act is Act.DRIVE


def test_the_lease_runs_from_the_stamp_and_its_end_latches_and_raises_the_epoch() -> None:
    judge = driving()
    judge.wrote(NOW + 90 * MS)
    assert judge.order(NOW + 150 * MS + 1).act is Act.STOP
    assert judge.latch is Latch.LEASE
    assert judge.epoch == 1
    assert judge.take(command(NOW + 151 * MS, sequence=2), NOW + 151 * MS) is Drop.EPOCH


def test_the_lease_of_a_stop_ends_without_a_latch() -> None:
    judge = fresh()
    judge.take(command(mode=Mode.OFF), NOW)
    assert judge.order(NOW) == Order(Act.RELEASE)
    assert judge.order(NOW + 151 * MS).act is Act.STOP
    assert judge.latch is None


def test_a_clock_that_runs_backwards_stops() -> None:
    assert driving().order(NOW - 1).act is Act.STOP


@pytest.mark.parametrize('changes', [
    {'connected': False}, {'neutral_required': True}, {'age_ns': 200 * MS + 1}, {'age_ns': -1},
    {'boottime_ns': NOW + 1}, {'boottime_ns': NOW - 200 * MS - 1},
])
def test_without_a_person_nothing_drives(changes: dict[str, Any]) -> None:
    judge = fresh()
    judge.take(command(operator=replace(PERSON, **changes)), NOW)
    assert judge.order(NOW).act is Act.STOP
    assert judge.latch is Latch.OPERATOR
    assert judge.epoch == 1


def test_the_person_ages_between_arrival_and_frame() -> None:
    person = replace(PERSON, age_ns=150 * MS)
    assert heard(person, NOW + 50 * MS)
    assert not heard(person, NOW + 50 * MS + 1)


def test_a_gap_makes_the_next_frame_a_stop_raises_the_epoch_and_latches() -> None:
    judge = driving()
    judge.take(command(NOW + 101 * MS, sequence=2), NOW + 101 * MS)
    assert judge.order(NOW + 100 * MS + 1).act is Act.STOP
    assert judge.latch is Latch.GAP
    assert judge.epoch == 1
    judge.wrote(NOW + 101 * MS)
    late = NOW + 102 * MS
    assert judge.take(command(late, sequence=3, epoch=1), late) is None
    assert judge.order(late).act is Act.STOP  # a drive of the new epoch is no fresh start
    assert judge.take(command(late, Mode.HOLD, 0.0, 4, 1), late) is None
    assert judge.latch is None
    assert judge.take(command(late, sequence=5, epoch=1), late) is None
    assert judge.order(late).act is Act.DRIVE


def test_a_gap_of_exactly_100_ms_is_none() -> None:
    judge = driving()
    judge.take(command(NOW + 100 * MS, sequence=2), NOW + 100 * MS)
    assert judge.order(NOW + 100 * MS).act is Act.DRIVE


def test_two_governors_latch_until_one_was_alone_for_a_second() -> None:
    judge = driving()
    assert judge.take(command(sequence=2, governor_id=8), NOW) is Drop.GOVERNOR
    assert judge.latch is Latch.TWO_GOVERNORS
    assert judge.order(NOW).act is Act.STOP
    still = NOW + 1000 * MS
    for number in range(1, 51):  # the first one goes on
        at = NOW + number * 20 * MS
        assert judge.take(command(at, Mode.BRAKE, 0.0, 10 + number, 1), at) is None
    assert judge.latch is Latch.TWO_GOVERNORS
    assert judge.take(command(still + 1, Mode.BRAKE, 0.0, 99, 1), still + 1) is None
    assert judge.latch is None


def test_a_new_governor_after_a_second_begins_with_a_stop() -> None:
    judge = driving()
    judge.wrote(NOW + 150 * MS)
    judge.order(NOW + 151 * MS)  # the lease ends
    later = NOW + 1000 * MS + 1
    judge.wrote(later)
    assert judge.take(command(later, sequence=0, epoch=1, governor_id=8), later) is None
    assert judge.order(later).act is Act.STOP
    assert judge.take(command(later, Mode.OFF, 0.0, 1, 1, governor_id=8), later) is None
    assert judge.take(command(later, sequence=2, epoch=1, governor_id=8), later) is None
    assert judge.order(later).act is Act.DRIVE


def test_after_exactly_a_second_another_governor_is_still_a_second_one() -> None:
    judge = fresh()
    later = NOW + 1000 * MS
    assert judge.take(command(later, governor_id=8), later) is Drop.GOVERNOR


def test_a_new_governor_voids_what_the_old_one_wanted() -> None:
    judge = fresh()
    later = NOW + 1000 * MS + 1
    assert judge.take(command(later, governor_id=8), later) is None
    assert judge.latch is Latch.NEW_GOVERNOR
    assert judge.epoch == 0
    assert judge.order(later).act is Act.STOP
    judge.see(Latch.FAULT)
    assert judge.epoch == 1


def test_what_is_wrong_cannot_be_cleared_while_it_lasts_and_the_gravest_is_named() -> None:
    judge = driving()
    judge.see(Latch.SILENT)
    assert (judge.latch, judge.epoch) == (Latch.SILENT, 1)
    judge.see(Latch.SILENT)
    judge.see(Latch.FAULT)
    assert (judge.latch, judge.epoch) == (Latch.FAULT, 1)
    assert judge.take(command(mode=Mode.BRAKE, sequence=3, epoch=1), NOW) is None
    assert judge.latch is Latch.FAULT
    judge.see(None)
    assert judge.latch is Latch.FAULT
    assert judge.take(command(mode=Mode.BRAKE, sequence=4, epoch=1), NOW) is None
    assert judge.latch is None


def test_a_reopened_port_voids_every_command() -> None:
    judge = driving()
    judge.renew()
    assert (judge.latch, judge.epoch) == (Latch.LINK, 1)
    judge.renew()
    assert judge.epoch == 2
    assert judge.order(NOW).act is Act.STOP


DO = st.tuples(st.integers(0, 120), st.sampled_from(['order', 'take', 'take', 'see', 'clear', 'renew']),
               st.sampled_from(Mode), st.floats(-5, 5), st.integers(-50, 250), st.integers(-1, 1),
               st.integers(0, 300), st.sampled_from([7, 7, 7, 7, 8]))


@given(st.lists(DO, max_size=60))
def test_whatever_happens_a_drive_rests_on_a_fresh_command_a_person_and_no_latch(doings: list[Any]) -> None:
    judge, now, sequence, taken, wrote = Judge(Limits(), Drivetrain()), NOW, 0, None, None
    for wait_ms, what, mode, speed_mps, age_ms, epoch_error, person_ms, governor in doings:
        now += wait_ms * MS
        epoch_before = judge.epoch
        if what == 'take':
            sequence += 1
            at = now - age_ms * MS
            offered = command(at, mode, speed_mps, sequence, judge.epoch + epoch_error, governor_id=governor,
                              operator=replace(PERSON, boottime_ns=at, age_ns=person_ms * MS))
            if judge.take(offered, now) is None:
                assert 0 <= age_ms <= 100
                assert epoch_error == 0
                taken = offered
        elif what == 'see':
            judge.see(Latch.FAULT)
        elif what == 'clear':
            judge.see(None)
        elif what == 'renew':
            judge.renew()
        order = judge.order(now)
        if order.act is Act.DRIVE:
            assert taken is not None
            assert taken.mode is Mode.DRIVE
            assert judge.latch is None
            assert taken.link_epoch == judge.epoch
            assert now - taken.boottime_ns <= 150 * MS
            assert taken.operator.age_ns + now - taken.operator.boottime_ns <= 200 * MS
            assert wrote is None or now - wrote <= 100 * MS
            assert 900 <= abs(order.erpm) <= 10_027
            assert order.erpm * taken.speed_mps > 0
        else:
            assert order.erpm == 0
            assert order.act is Act.RELEASE or 0 < order.brake_current_a <= FULL
        judge.wrote(now)
        wrote = now
        assert judge.epoch >= epoch_before
