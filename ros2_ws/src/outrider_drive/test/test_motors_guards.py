"""What the telemetry must not show, how a stop is made, and the proof that a VESC stops by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_drive.gate import MS
from outrider_drive.motors.braking import Brake, Braking
from outrider_drive.motors.codec import Id
from outrider_drive.motors.guards import Guards, Sample, standing
from outrider_drive.motors.judge import Latch, Limits
from outrider_drive.motors.polling import Polls
from outrider_drive.motors.proving import Proof, objection
from outrider_drive.motors.values import Settings

LIMITS = Limits(max_erpm=5000)
GOOD = (3000.0, 3000.0)


def seen_after(wanted: int, *, erpm: tuple[float, ...] = GOOD, amperes: float = 2.0, fault: int = 0,
               until_ms: int = 3000) -> tuple[Latch | None, int]:
    """Return the first latch and after how many ms, with the telemetry as given from 0 on."""
    guards = Guards(LIMITS)
    for ms in range(0, until_ms, 10):
        latch = guards.see(ms * MS, wanted, [Sample(ms * MS, one, amperes, fault) for one in erpm])
        if latch is not None:
            return latch, ms
    return None, until_ms


@pytest.mark.parametrize(('wanted', 'telemetry', 'latch', 'after_ms'), [
    (3000, {}, None, 3000),
    (3000, {'fault': 3}, Latch.FAULT, 0),
    (0, {'fault': 3}, Latch.FAULT, 0),
    (3000, {'erpm': (-400.0, 3000.0)}, Latch.WRONG_SIGN, 210),
    (-3000, {'erpm': (-3000.0, 151.0)}, Latch.WRONG_SIGN, 210),
    (3000, {'erpm': (-150.0, -150.0)}, None, 3000),
    (0, {'erpm': (-400.0, -400.0)}, None, 3000),
    (3000, {'erpm': (6001.0, 6001.0)}, Latch.OVER_SPEED, 110),
    (0, {'erpm': (-6001.0, -6001.0)}, Latch.OVER_SPEED, 110),
    (3000, {'erpm': (6000.0, 6000.0)}, None, 3000),
    (3000, {'erpm': (3000.0, 2099.0)}, Latch.UNEQUAL, 510),
    (-3000, {'erpm': (-2099.0, -3000.0)}, Latch.UNEQUAL, 510),
    (3000, {'erpm': (3000.0, 2100.0)}, None, 3000),
    (0, {'erpm': (3000.0, 1000.0)}, None, 3000),
    (3000, {'erpm': (150.0, 0.0)}, None, 3000),
    (3000, {'erpm': (0.0, 0.0), 'amperes': 15.1}, Latch.STANDING, 1010),
    (3000, {'erpm': (150.0, 140.0), 'amperes': -15.1}, Latch.STANDING, 1010),
    (3000, {'erpm': (0.0, 0.0), 'amperes': 15.0}, None, 3000),
    (0, {'erpm': (0.0, 0.0), 'amperes': 20.0}, None, 3000),
    (3000, {'erpm': (3000.0,)}, None, 3000),
])
def test_each_wrong_is_seen_after_its_time(wanted: int, telemetry: Any, latch: Latch | None, after_ms: int) -> None:
    assert seen_after(wanted, **telemetry) == (latch, after_ms)


def test_silence_is_seen_after_150_ms_and_from_the_beginning() -> None:
    guards, talks = Guards(LIMITS), Sample(150 * MS)
    assert guards.see(150 * MS, 0, [talks, Sample(0)]) is None
    assert guards.see(150 * MS + 1, 0, [talks, Sample(0)]) is Latch.SILENT
    assert guards.see(150 * MS + 1, 0, [talks, Sample()]) is Latch.SILENT


def test_a_wrong_that_ends_in_between_begins_anew() -> None:
    guards = Guards(LIMITS)
    for ms in range(0, 1000, 10):
        right = ms % 200 == 190
        sample = Sample(ms * MS, 3000.0 if right else -3000.0)
        assert guards.see(ms * MS, 3000, [sample, sample]) is None


def test_the_gravest_of_several_is_named() -> None:
    guards = Guards(LIMITS)
    guards.see(0, 3000, [Sample(0, -7000.0), Sample(0, -7000.0)])
    both = [Sample(0, -7000.0), Sample(0, -7000.0)]
    assert guards.see(300 * MS, 3000, both) is Latch.WRONG_SIGN
    assert guards.see(310 * MS, 3000, [Sample(0, -7000.0, 0.0, 1), Sample(0, -7000.0)]) is Latch.FAULT


@given(st.lists(st.tuples(st.integers(1, 60), st.sampled_from([0, 3000, -3000]), st.floats(-8000, 8000),
                          st.floats(-8000, 8000), st.floats(-40, 40)), max_size=60))
def test_nothing_trips_before_its_time_whatever_the_wheels_do(steps: list[Any]) -> None:
    guards, now = Guards(LIMITS), 0
    since: dict[Latch, int] = {}
    for wait_ms, wanted, left, right, amperes in steps:
        now += wait_ms * MS
        latch = guards.see(now, wanted, [Sample(now, left, amperes), Sample(now, right, amperes)])
        wrong = {Latch.WRONG_SIGN: any(abs(one) > 150 and one * wanted < 0 for one in (left, right)),
                 Latch.OVER_SPEED: max(abs(left), abs(right)) > 6000}
        for name in wrong:
            if wrong[name]:
                since.setdefault(name, now)
            else:
                since.pop(name, None)
        against = now - since.get(Latch.WRONG_SIGN, now) > 200 * MS
        fast = now - since.get(Latch.OVER_SPEED, now) > 100 * MS
        assert (latch is Latch.WRONG_SIGN) == against
        assert (latch is Latch.OVER_SPEED) == (fast and not against)


def test_standing_wants_fresh_answers_of_all() -> None:
    assert standing([Sample(0, 150.0), Sample(0, -150.0)], 10, 10)
    assert not standing([Sample(0, 150.0), Sample(0, 151.0)], 10, 10)
    assert not standing([Sample(0), Sample(0)], 11, 10)
    assert not standing([Sample(0), Sample()], 10, 10)


def test_a_stop_begins_at_once_rises_evenly_and_is_full_before_200_ms() -> None:
    braking, moving = Braking(), [Sample(0, 3000.0), Sample(0, 3000.0)]
    sent = [braking.step(ms * MS, 16.0, moving) for ms in range(0, 201, 20)]
    currents = [brake.current_a for brake in sent]
    assert currents[0] == 2.0
    assert currents == sorted(currents)
    assert currents[4] == 9.0
    assert currents[8] == currents[-1] == 16.0
    assert not any(brake.hold for brake in sent)


def test_at_standstill_the_handbrake_takes_over_and_stays() -> None:
    braking = Braking()
    assert not braking.step(0, 10.0, [Sample(0)]).hold  # the ramp is never cut short
    assert not braking.step(159 * MS, 10.0, [Sample(159 * MS)]).hold
    assert braking.step(160 * MS, 10.0, [Sample(160 * MS)]) == Brake(10.0, True)
    assert braking.step(180 * MS, 10.0, [Sample(180 * MS, 500.0)]) == Brake(10.0, True)
    braking.end()
    assert not braking.held
    assert braking.step(200 * MS, 10.0, [Sample(200 * MS)]) == Brake(1.25, False)


@pytest.mark.parametrize(('age_ms', 'held'), [(200, True), (201, False)])
def test_standstill_is_believed_for_200_ms(age_ms: int, held: bool) -> None:
    braking = Braking()
    braking.step(0, 10.0, [Sample(0)])
    assert braking.step(1000 * MS, 10.0, [Sample((1000 - age_ms) * MS)]).hold is held


@pytest.mark.parametrize(('age_ms', 'held'), [(200, False), (201, True)])
def test_a_motor_counts_as_heard_for_200_ms(age_ms: int, held: bool) -> None:
    braking = Braking()
    braking.step(0, 10.0, [Sample(0, 3000.0)])
    assert braking.step(2000 * MS, 10.0, [Sample((2000 - age_ms) * MS, 3000.0)]).hold is held


def test_turning_motors_are_braked_for_as_long_as_they_turn() -> None:
    braking = Braking()
    for ms in range(0, 5000, 20):
        assert not braking.step(ms * MS, 10.0, [Sample(ms * MS, 3000.0), Sample(None)]).hold


@pytest.mark.parametrize('silent', [Sample(None), Sample(-201 * MS, 3000.0)])
def test_motors_that_say_nothing_are_held_after_a_second_and_a_half(silent: Sample) -> None:
    braking = Braking()
    braking.step(0, 10.0, [silent])
    assert not braking.step(1499 * MS, 10.0, [silent]).hold
    assert braking.step(1500 * MS, 10.0, [silent]).hold


@pytest.mark.parametrize(('timeout_ms', 'brake_a', 'good'), [
    (100, 5.0, True), (250, 5.0, True), (99, 5.0, False), (251, 5.0, False), (1000, 0.0, False), (200, 4.9, False),
    (200, float('nan'), False),
])
def test_settings_are_held_against_their_limits(timeout_ms: int, brake_a: float, good: bool) -> None:
    said = Settings(1, timeout_ms, brake_a)
    assert (objection(said) == '') is good
    assert (Proof([said, None]).problem == '') is good
    assert Proof([None, said]).over is not good


SAID = Settings(0, 200, 5.0)


def proof_with(first_ms: list[tuple[int, bool | None]], second_ms: list[tuple[int, bool | None]],
               settings: Settings | None = SAID) -> Proof:
    """Run one try: (asked at ms, bit) of both controllers; then the time is up."""
    proof = Proof([settings, settings])
    proof.see(0, True, 0)  # before it began: nothing
    for _ in range(3):
        proof.begin(0)
        for which, bits in enumerate((first_ms, second_ms)):
            for ms, bit in bits:
                proof.see(which, bit, ms * MS)
        proof.step(250 * MS)
        proof.step(400 * MS)
        if proof.over:
            break
    proof.step(500 * MS)
    return proof


RISES: list[tuple[int, bool | None]] = [(20, False), (210, True)]


def test_the_proof_wants_the_bit_to_fall_and_to_rise_in_time_on_both() -> None:
    assert proof_with(RISES, RISES).passed
    assert proof_with([(20, False), (250, True)], RISES).passed
    assert 'the VESC on the port' in proof_with([(20, False), (251, True)], RISES).problem
    assert 'the CAN VESC' in proof_with(RISES, [(20, True), (210, True)]).problem
    assert 'the CAN VESC did not show within 250 ms' in proof_with(RISES, [(20, False), (210, None)]).problem
    assert not proof_with(RISES, [(20, False), (210, False)]).passed
    assert not proof_with([(-1, False), (210, True)], RISES).passed


def test_unread_settings_are_proved_against_the_longest_timeout() -> None:
    assert proof_with([(20, False), (300, True)], RISES, None).passed
    assert not proof_with([(20, False), (301, True)], RISES, None).passed


def test_polls_take_turns_and_one_silent_controller_does_not_hold_up_the_other() -> None:
    polls, asked = Polls(2), []
    for ms in range(0, 200, 20):
        due = polls.due(ms * MS)
        assert due is not None
        polls.asked(*due, ms * MS)
        asked.append(due[0])
        assert polls.due((ms + 10) * MS) is None
        if due[0] == 0:
            assert polls.answered(0, Id.GET_VALUES) == ms * MS
    assert asked == [0, 1] * 5
    assert polls.owed_ns(1, 200 * MS) == 180 * MS
    assert polls.owed_ns(0, 200 * MS) == 0
    assert polls.awaits(1)
    assert polls.answered(1, Id.GET_VALUES) == 20 * MS  # as old as its first question
    assert polls.answered(1, Id.GET_VALUES) is None


def test_what_was_put_is_asked_first() -> None:
    polls = Polls(1)
    polls.put(0, Id.GET_APPCONF)
    assert polls.busy
    due = polls.due(0)
    assert due == (0, Id.GET_APPCONF)
    polls.asked(*due, 0)
    assert polls.busy
    assert polls.answered(0, Id.GET_APPCONF) is None
    assert not polls.busy
    assert polls.due(20 * MS) == (0, Id.GET_VALUES)


def test_a_port_is_in_doubt_from_the_first_question_that_nobody_answered_and_any_answer_ends_that() -> None:
    polls = Polls(2)
    assert polls.unheard_ns(5 * MS) == 0
    polls.asked(0, Id.GET_VALUES, 20 * MS)
    polls.asked(1, Id.GET_VALUES, 40 * MS)
    assert polls.unheard_ns(60 * MS) == 40 * MS
    polls.answered(1, Id.GET_VALUES)
    assert polls.unheard_ns(60 * MS) == 0
    polls.asked(0, Id.GET_VALUES, 80 * MS)
    assert polls.unheard_ns(80 * MS) == 0
    assert polls.unheard_ns(90 * MS) == 10 * MS
