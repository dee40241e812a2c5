"""The last judgement before a relay is switched on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_drive.gate import MS, Drop
from outrider_drive.relays.judge import Latch, RelayJudge
from outrider_drive.relays.words import STOP, Wanted
from outrider_drive.words import Operator, RelayCommand, Source

NOW = 5_000_000 * MS
PERSON = Operator(NOW, 1, 0, Source.MOTION, True, False)
LIFT = Wanted('U')


def command(at: int = NOW, sequence: int = 1, epoch: int = 1, **changes: Any) -> RelayCommand:
    return replace(RelayCommand(at, sequence, 7, epoch, replace(PERSON, boottime_ns=at)), **changes)


def fresh() -> RelayJudge:
    """A judge on a link that is ready, cleared by a first neutral command (sequence 0)."""
    judge = RelayJudge()
    judge.see(1, True)
    assert judge.epoch == 1
    assert judge.take(command(sequence=0), NOW) is None
    assert judge.latch is None
    return judge


def lifting() -> RelayJudge:
    judge = fresh()
    assert judge.take(command(jack=1), NOW) is None
    assert judge.order(NOW) == (LIFT, NOW)
    return judge


def test_a_new_judge_stops_and_takes_its_first_epoch_as_given() -> None:
    judge = RelayJudge(77)
    assert (judge.epoch, judge.latch, judge.expires_ns) == (77, Latch.LINK, None)
    assert judge.order(NOW) == (STOP, NOW)
    judge.take(command(epoch=77), NOW)
    assert judge.latch is Latch.LINK


@pytest.mark.parametrize(('changes', 'wanted'), [
    ({'jack': 1}, Wanted('U')), ({'jack': -1}, Wanted('D')), ({'steer': 1}, Wanted(steer='L')),
    ({'steer': -1}, Wanted(steer='R')), ({'horn': True}, Wanted(horn=True)),
    ({'jack': 1, 'steer': -1, 'horn': True}, Wanted('U', 'R', True)),
    ({'clear_faults': True}, Wanted(clear_faults=True)),
    ({'clear_faults': True, 'horn': True}, Wanted(horn=True, clear_faults=True)),
    ({'clear_faults': True, 'jack': 1}, Wanted('U')),
    ({'clear_faults': True, 'steer': 1}, Wanted(steer='L')),
])
def test_what_a_command_means_and_that_only_a_stop_clears_faults(changes: dict[str, Any], wanted: Wanted) -> None:
    judge = fresh()
    assert judge.take(command(**changes), NOW) is None
    assert judge.order(NOW) == (wanted, NOW)


@pytest.mark.parametrize(('changes', 'drop'), [
    ({'jack': 2}, Drop.NUMBER), ({'steer': -2}, Drop.NUMBER), ({'boottime_ns': NOW + 1}, Drop.FUTURE),
    ({'boottime_ns': NOW - 101 * MS}, Drop.AGED), ({'governor_id': 8}, Drop.GOVERNOR),
    ({'link_epoch': 0}, Drop.EPOCH), ({'sequence': 0}, Drop.SEQUENCE),
])
def test_what_is_wrong_with_a_command_drops_and_counts_it(changes: dict[str, Any], drop: Drop) -> None:
    judge = fresh()
    assert judge.take(replace(command(jack=1), **changes), NOW) is drop
    assert judge.dropped == {drop: 1}
    assert judge.order(NOW)[0] == STOP


def test_the_lease_runs_from_the_stamp_and_its_end_latches_and_raises_the_epoch() -> None:
    judge = fresh()
    judge.take(command(jack=1), NOW + 90 * MS)
    assert judge.order(NOW + 90 * MS) == (LIFT, NOW)
    assert judge.order(NOW + 150 * MS) == (LIFT, NOW)
    assert judge.expires_ns == NOW + 150 * MS
    assert judge.order(NOW + 150 * MS + 1) == (STOP, NOW + 150 * MS + 1)
    assert (judge.latch, judge.epoch, judge.expires_ns) == (Latch.LEASE, 2, None)
    judge.order(NOW + 300 * MS)
    assert (judge.latch, judge.epoch) == (Latch.GAP, 2)  # raised once for each fresh start


def test_a_neutral_command_may_run_out_without_a_latch() -> None:
    judge = fresh()
    assert judge.expires_ns is None
    judge.order(NOW)
    judge.order(NOW + 90 * MS)
    assert judge.order(NOW + 151 * MS) == (STOP, NOW + 151 * MS)
    assert (judge.latch, judge.epoch) == (None, 1)


def test_a_person_who_is_not_heard_ends_it_before_the_lease() -> None:
    judge = fresh()
    judge.take(command(jack=1, operator=replace(PERSON, age_ns=150 * MS)), NOW)
    assert judge.expires_ns == NOW + 50 * MS
    assert judge.order(NOW + 50 * MS)[0] == LIFT
    assert judge.order(NOW + 50 * MS + 1)[0] == STOP
    assert (judge.latch, judge.epoch) == (Latch.OPERATOR, 2)


@pytest.mark.parametrize('changes', [{'connected': False}, {'neutral_required': True}])
def test_the_horn_too_needs_a_person(changes: dict[str, bool]) -> None:
    judge = fresh()
    judge.take(command(horn=True, operator=replace(PERSON, **changes)), NOW)
    assert judge.order(NOW)[0] == STOP
    assert judge.latch is Latch.OPERATOR


def test_a_gap_of_more_than_100_ms_in_being_served_voids_what_was_commanded() -> None:
    judge = lifting()
    judge.take(command(NOW + 100 * MS, 2, jack=1), NOW + 100 * MS)
    assert judge.order(NOW + 100 * MS)[0] == LIFT
    judge.take(command(NOW + 200 * MS, 3, jack=1), NOW + 200 * MS)
    assert judge.order(NOW + 200 * MS + 1)[0] == STOP
    assert (judge.latch, judge.epoch) == (Latch.GAP, 2)
    assert judge.order(NOW + 201 * MS)[0] == STOP
    assert judge.epoch == 2  # one gap is one


def test_only_a_command_of_the_new_epoch_that_wants_nothing_ends_a_latch() -> None:
    judge = lifting()
    judge.order(NOW + 90 * MS)
    at = NOW + 160 * MS
    judge.order(at)
    assert judge.take(command(at, 2), at) is Drop.EPOCH
    for sequence, wanted in ((3, {'jack': 1}), (4, {'steer': 1}), (5, {'horn': True})):
        assert judge.take(command(at, sequence, 2, **wanted), at) is None
        assert judge.order(at)[0] == STOP
        assert judge.latch is Latch.LEASE
    assert judge.take(command(at, 6, 2, clear_faults=True), at) is None
    assert judge.latch is None
    assert judge.order(at) == (Wanted(clear_faults=True), at)
    assert judge.take(command(at, 7, 2, jack=1), at) is None
    assert judge.order(at) == (LIFT, at)


def test_faults_may_be_cleared_while_something_is_latched() -> None:
    judge = RelayJudge()
    judge.see(1, False)
    judge.take(command(clear_faults=True), NOW)
    assert judge.order(NOW + MS) == (Wanted(clear_faults=True), NOW)
    assert judge.latch is Latch.LINK
    judge.see(2, False)
    assert judge.order(NOW + MS) == (STOP, NOW + MS)  # what was asked of the old link is void


def test_a_link_that_was_renewed_or_is_not_ready_any_more_voids_latches_and_raises_the_epoch() -> None:
    judge = lifting()
    judge.see(1, True)
    assert judge.order(NOW)[0] == LIFT
    judge.see(2, True)
    assert (judge.latch, judge.epoch, judge.order(NOW)[0]) == (Latch.LINK, 2, STOP)
    judge.take(command(sequence=2, epoch=2), NOW)
    judge.take(command(sequence=3, epoch=2, jack=1), NOW)
    judge.see(2, False)
    assert (judge.latch, judge.epoch, judge.order(NOW)[0]) == (Latch.LINK, 3, STOP)
    judge.see(2, False)
    assert judge.epoch == 3
    judge.take(command(sequence=4, epoch=3), NOW)
    assert judge.latch is Latch.LINK  # not before it is ready
    judge.see(2, True)
    judge.take(command(sequence=5, epoch=3), NOW)
    assert (judge.latch, judge.epoch) == (None, 3)


def test_two_governors_stop_it_until_one_was_alone_for_a_second() -> None:
    judge = lifting()
    assert judge.take(command(sequence=2, governor_id=8), NOW) is Drop.GOVERNOR
    assert (judge.latch, judge.epoch, judge.order(NOW)[0]) == (Latch.TWO_GOVERNORS, 2, STOP)
    judge.take(command(sequence=3, epoch=2), NOW)
    assert judge.latch is Latch.TWO_GOVERNORS
    at = NOW + 1000 * MS + 1
    judge.take(command(at, 4, 2), at)
    assert judge.latch is None


def test_a_new_governor_begins_with_nothing_and_raises_no_epoch() -> None:
    judge = lifting()
    at = NOW + 1000 * MS + 1
    assert judge.take(command(at, 2, jack=1, governor_id=8), at) is None
    assert (judge.latch, judge.epoch, judge.order(at)[0]) == (Latch.NEW_GOVERNOR, 1, STOP)
    judge.take(command(at, 3, governor_id=8), at)
    assert judge.epoch == 2  # the gap that lay before it is noticed and latched, too


def test_a_latch_that_follows_a_new_governor_raises_the_epoch() -> None:
    judge = RelayJudge()
    judge.see(1, True)
    judge.take(command(jack=1), NOW)
    judge.take(command(sequence=2), NOW)
    assert judge.latch is None
    judge.take(command(NOW + 1001 * MS, 3, governor_id=8, jack=1), NOW + 1001 * MS)
    assert (judge.latch, judge.epoch) == (Latch.NEW_GOVERNOR, 1)
    judge.take(command(NOW + 1001 * MS, 4, jack=1), NOW + 1001 * MS)
    assert (judge.latch, judge.epoch) == (Latch.TWO_GOVERNORS, 2)


def test_the_gravest_latch_is_kept() -> None:
    judge = lifting()
    judge.take(command(sequence=2, governor_id=8), NOW)
    judge.see(2, True)
    assert judge.latch is Latch.TWO_GOVERNORS


def test_a_process_that_ends_wants_nothing_whatever_is_commanded() -> None:
    judge = lifting()
    judge.end()
    assert judge.order(NOW)[0] == STOP
    assert (judge.latch, judge.epoch) == (Latch.ENDING, 2)
    judge.take(command(sequence=2, epoch=2), NOW)
    judge.take(command(sequence=3, epoch=2, jack=1), NOW)
    assert judge.order(NOW)[0] == STOP


def test_each_latch_has_its_text() -> None:
    assert len({latch.text for latch in Latch}) == len(Latch)


@given(st.lists(st.tuples(st.integers(0, 250), st.sampled_from([-1, 0, 1]), st.integers(0, 3), st.booleans(),
                          st.integers(0, 300), st.booleans()), max_size=30))
def test_nothing_is_ever_on_without_a_fresh_command_of_this_epoch_and_a_person(
        steps: list[tuple[int, int, int, bool, int, bool]]) -> None:
    judge, now = RelayJudge(), NOW
    newest: RelayCommand | None = None
    for sequence, (wait_ms, jack, old, connected, age_ms, ready) in enumerate(steps):
        now += wait_ms * MS
        judge.see(1, ready)
        given_ = command(now - old * 40 * MS, sequence, judge.epoch - (old == 3), jack=jack)
        given_ = replace(given_, operator=replace(PERSON, boottime_ns=now, age_ns=age_ms * MS, connected=connected))
        if judge.take(given_, now) is None:
            newest = given_
        wanted, computed_ns = judge.order(now)
        if not wanted.is_stop:
            assert newest is not None
            assert wanted == Wanted({1: 'U', -1: 'D'}[newest.jack])
            assert now - newest.boottime_ns <= 150 * MS
            assert newest.operator.connected
            assert newest.operator.age_ns + now - newest.operator.boottime_ns <= 200 * MS
            assert ready
            assert judge.latch is None
            assert computed_ns == newest.boottime_ns
