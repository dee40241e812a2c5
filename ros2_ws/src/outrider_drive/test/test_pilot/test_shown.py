from __future__ import annotations

import pytest

from outrider_drive.governor.refusals import Refusal
from outrider_drive.governor.state import Drive
from outrider_drive.pilot import shown
from outrider_drive.pilot.shown import ANSWER_NS, Refused
from outrider_drive.words import Operator, Request

MS = 1_000_000
NOBODY = Operator(0, 0, 0)


def test_each_state_has_a_colour_of_its_own():
    colours = [shown.colour(state, 0) for state in Drive]
    assert len({*colours, shown.UNHEARD}) == len(Drive) + 1
    assert shown.colour(Drive.ESTOPPED, 0) == (255, 0, 0)


@pytest.mark.parametrize(('state', 'age_ns'), [(Drive.ARMED, None), (Drive.ARMED, 501 * MS), (77, 0)])
def test_what_is_not_known_is_not_shown_as_a_state(state, age_ns):
    assert shown.colour(state, age_ns) == shown.UNHEARD


class Person:
    def __init__(self) -> None:
        self.refused, self.now = Refused(), 1_000 * MS

    def presses(self, **asked) -> None:
        self.refused.pressed(Request(self.now, 1, NOBODY, **asked), self.now)

    def shaken(self, *reasons, after: int = ANSWER_NS) -> bool:
        self.now += after
        return self.refused.told(reasons, self.now)


@pytest.fixture
def person():
    return Person()


@pytest.mark.parametrize(('asked', 'reason'), [
    ({'speed_mps': 1.0}, Refusal.RAMP_DOWN), ({'speed_mps': -1.0}, Refusal.NOT_ARMED),
    ({'jack': 1}, Refusal.JACK_NOT_STANDING), ({'steer': 1}, Refusal.COLLISION), ({'arm': True}, Refusal.MOTOR_FAULT),
    ({'speed_mps': 1.0}, Refusal.NOT_RELEASED)])
def test_a_press_that_is_refused_shakes_once(person, asked, reason):
    person.presses(**asked)
    assert person.shaken(reason)
    assert not person.shaken(reason)


@pytest.mark.parametrize(('asked', 'reason'), [
    ({'jack': 1}, Refusal.RAMP_DOWN), ({'arm': True}, Refusal.NO_DEADMAN), ({'arm': True}, Refusal.RAMP_DOWN),
    ({'steer': 1}, Refusal.RAMP_DOWN), ({'speed_mps': 1.0}, Refusal.JACK_NOT_STANDING),
    ({'horn': True}, Refusal.PAD_LOST), ({}, Refusal.PAD_LOST)])
def test_a_reason_against_something_else_shakes_nothing(person, asked, reason):
    person.presses(**asked)
    assert not person.shaken(reason)


def test_what_the_governor_said_before_the_press_is_no_answer(person):
    person.presses(speed_mps=1.0)
    assert not person.shaken(Refusal.NOT_ARMED, after=ANSWER_NS - 1)
    assert person.shaken(Refusal.NOT_ARMED, after=1)


def test_a_new_reason_under_the_same_press_shakes_again(person):
    person.presses(speed_mps=1.0)
    assert not person.shaken()
    assert person.shaken(Refusal.MOTOR_FAULT)
    assert person.shaken(Refusal.MOTOR_FAULT, Refusal.NOT_ARMED)


def test_a_tap_is_answered_after_it_was_let_go(person):
    person.presses(arm=True)
    person.presses()
    assert person.shaken(Refusal.LOW_BATTERY)
    person.presses()
    assert not person.shaken(Refusal.MOTOR_FAULT)


def test_the_next_press_is_another_question(person):
    for _ in range(2):
        person.presses(jack=1)
        assert person.shaken(Refusal.COLLISION)
        person.presses()
