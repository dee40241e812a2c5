"""What a command must be before motors or relays take it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outrider_drive.gate import MS, Drop, Gate, Sender, heard, in_lease, obeyed_until_ns
from outrider_drive.words import DriveCommand, Operator, RelayCommand, Source

NOW = 5_000_000 * MS
PERSON = Operator(NOW, 1, 0, Source.MOTION, True, False)
DRIVE = DriveCommand(NOW, 1, 7, 3, PERSON)


def known() -> Gate:
    """A gate that heard governor 7 say sequence 1 at NOW."""
    gate = Gate()
    assert gate.judge(DRIVE, NOW, 3, True) == (None, Sender.NEW)
    return gate


@pytest.mark.parametrize(('changes', 'sound', 'verdict'), [
    ({}, True, (None, Sender.SAME)),
    ({}, False, (Drop.NUMBER, Sender.UNASKED)),
    ({'boottime_ns': NOW + 1}, True, (Drop.FUTURE, Sender.UNASKED)),
    ({'boottime_ns': NOW - 100 * MS}, True, (None, Sender.SAME)),
    ({'boottime_ns': NOW - 100 * MS - 1}, True, (Drop.AGED, Sender.UNASKED)),
    ({'governor_id': 8}, True, (Drop.GOVERNOR, Sender.SECOND)),
    ({'link_epoch': 2}, True, (Drop.EPOCH, Sender.SAME)),
    ({'link_epoch': 4}, True, (Drop.EPOCH, Sender.SAME)),
    ({'sequence': 1}, True, (Drop.SEQUENCE, Sender.SAME)),
    ({'sequence': 0}, True, (Drop.SEQUENCE, Sender.SAME)),
])
@pytest.mark.parametrize('kind', [DriveCommand, RelayCommand])
def test_what_is_thrown_away_has_a_name_and_is_counted(
        changes: dict[str, int], sound: bool, verdict: tuple[Drop | None, Sender],
        kind: type[DriveCommand | RelayCommand]) -> None:
    gate = known()
    assert gate.judge(replace(kind(NOW, 2, 7, 3, PERSON), **changes), NOW, 3, sound) == verdict
    assert gate.dropped == ({} if verdict[0] is None else {verdict[0]: 1})


def test_what_was_thrown_away_by_its_age_or_numbers_says_nothing_about_its_governor() -> None:
    gate = known()
    gate.judge(replace(DRIVE, governor_id=8, boottime_ns=NOW - 101 * MS), NOW, 3, True)
    gate.judge(replace(DRIVE, governor_id=8), NOW, 3, False)
    assert gate.alone(NOW)


def test_a_second_governor_within_a_second_is_one_too_many_and_for_a_second_more() -> None:
    gate = known()
    then = NOW + 1000 * MS
    foreign = replace(DRIVE, governor_id=8, boottime_ns=then)
    assert gate.judge(foreign, then, 3, True) == (Drop.GOVERNOR, Sender.SECOND)
    assert not gate.alone(then + 1000 * MS)
    assert gate.alone(then + 1000 * MS + 1)


def test_after_more_than_a_second_of_silence_another_governor_is_the_new_one_and_counts_from_its_own_start() -> None:
    gate = known()
    then = NOW + 1000 * MS + 1
    assert gate.judge(replace(DRIVE, governor_id=8, sequence=0, boottime_ns=then), then, 3, True) == (None, Sender.NEW)
    assert gate.alone(then)
    assert gate.judge(replace(DRIVE, sequence=9, boottime_ns=then), then, 3, True) == (Drop.GOVERNOR, Sender.SECOND)


def test_a_governor_of_another_epoch_is_heard_all_the_same() -> None:
    gate = known()
    then = NOW + 900 * MS
    gate.judge(replace(DRIVE, sequence=2, boottime_ns=then, link_epoch=2), then, 3, True)
    later = then + 900 * MS
    assert gate.judge(replace(DRIVE, governor_id=8, boottime_ns=later), later, 3, True)[1] is Sender.SECOND


def test_a_sequence_that_was_dropped_for_its_epoch_may_come_again() -> None:
    gate = known()
    assert gate.judge(replace(DRIVE, sequence=2), NOW, 4, True)[0] is Drop.EPOCH
    assert gate.judge(replace(DRIVE, sequence=2), NOW, 3, True)[0] is None


@pytest.mark.parametrize(('age_ms', 'so'), [(-1, False), (0, True), (150, True)])
def test_a_lease_runs_from_the_stamp(age_ms: int, so: bool) -> None:
    assert in_lease(NOW - age_ms * MS, NOW) is so
    assert not in_lease(NOW - 150 * MS - 1, NOW)


@pytest.mark.parametrize(('changes', 'so'), [
    ({}, True),
    ({'connected': False}, False),
    ({'neutral_required': True}, False),
    ({'boottime_ns': NOW + 1}, False),
    ({'age_ns': -1}, False),
    ({'age_ns': 200 * MS}, True),
    ({'age_ns': 200 * MS + 1}, False),
    ({'boottime_ns': NOW - 100 * MS, 'age_ns': 100 * MS}, True),
    ({'boottime_ns': NOW - 100 * MS, 'age_ns': 100 * MS + 1}, False),
])
def test_a_person_is_heard_within_200_ms_in_sum(changes: dict[str, int], so: bool) -> None:
    assert heard(replace(PERSON, **changes), NOW) is so


def test_lease_or_person_whichever_ends_first_says_how_long_a_command_may_move() -> None:
    assert obeyed_until_ns(DRIVE) == NOW + 150 * MS
    tired = replace(DRIVE, operator=replace(PERSON, boottime_ns=NOW - 20 * MS, age_ns=60 * MS))
    assert obeyed_until_ns(tired) == NOW + 120 * MS
    assert heard(tired.operator, NOW + 120 * MS)
    assert not heard(tired.operator, NOW + 120 * MS + 1)
