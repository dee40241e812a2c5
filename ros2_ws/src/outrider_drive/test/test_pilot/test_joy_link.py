from __future__ import annotations

import dataclasses
import math

import pytest

from outrider_drive.pilot.joy import to_joy
from outrider_drive.pilot.joy_link import HOLD_S, JoyLink
from outrider_drive.pilot.teleop import Teleop
from outrider_drive.pilot.words import Pad
from outrider_drive.words import Source

MS = 1_000_000


class Far:
    """Another node that reads the pad, 50 ms a message, and this pilot's end."""

    def __init__(self, mapping) -> None:
        self.now = 9_000 * MS
        self.link, self.teleop = JoyLink(mapping, lambda: self.now), Teleop(mapping)
        self.pad = Pad()
        self.requests = []

    def say(self, ms: int = 50, age_ms: float = 1.0, publishers: int = 1, shape=None) -> None:
        for _ in range(0, ms, 50):
            self.now += 50 * MS
            axes, buttons = shape or to_joy(self.pad)
            self.link.take(axes, buttons, int(age_ms * MS), publishers)
            self.read()

    def read(self) -> None:
        self.samples = self.link.step()
        self.operator = self.samples[-1].operator
        self.requests += [self.teleop.take(sample) for sample in self.samples]

    def hold(self, *names, **axes) -> Far:
        self.pad = Pad(held=frozenset(names), **axes)
        self.say()
        return self

    def drive(self) -> Far:
        self.say()
        self.hold('r1').hold('r1', 'cross')
        assert self.requests[-1].speed_mps == 1.0
        return self


@pytest.fixture
def far(ps4):
    return Far(ps4)


def test_nothing_heard_is_no_pad(far):
    far.read()
    assert not far.operator.connected
    assert 'nothing was heard on joy yet' in far.link.problem


def test_a_joy_node_counts_as_without_sign_of_life(far):
    far.drive()
    assert (far.operator.source, far.operator.connected, far.operator.age_ns) == (Source.BUTTONS, True, 0)
    assert 'proves no pad in reach' in far.link.problem
    assert far.link.files is None


def test_what_is_held_at_the_first_message_counts_only_after_all_was_let_go(far):
    far.hold('r1', 'cross')
    far.say(500)
    assert far.requests[-1].is_neutral
    assert 'Let go' in far.link.problem
    far.hold()
    far.drive()


def test_every_message_is_a_state_of_its_own_in_order(far):
    far.say()
    for names in (('r1',), ('r1', 'cross'), ('r1',), ()):
        axes, buttons = to_joy(Pad(held=frozenset(names)))
        far.link.take(axes, buttons, MS)
    before = len(far.requests)
    far.read()
    assert [request.speed_mps for request in far.requests[before:]] == [0.0, 1.0, 0.0, 0.0, 0.0]
    assert [set(sample.pressed) for sample in far.samples] == [{'r1'}, {'cross'}, set(), set(), set()]


def test_a_node_that_falls_silent_is_a_lost_pad(far):
    far.drive()
    far.now += 201 * MS
    far.read()
    assert not far.operator.connected
    assert far.requests[-1].is_neutral
    assert 'silent for 200 ms' in far.link.problem
    assert far.link.losses == 1
    far.say(500)
    assert far.requests[-1].is_neutral  # it still tells what was held before


def test_autorepeat_of_a_lost_pad_drives_on_for_no_longer_than_the_limit(far):
    far.drive()
    far.say(int(HOLD_S * 1000) - 50)
    assert far.requests[-1].speed_mps == 1.0
    far.say(100)
    assert far.requests[-1].is_neutral
    assert 'held unchanged for 5 s' in far.link.problem


@pytest.mark.parametrize(('said', 'why'), [
    ({'age_ms': 151.0}, 'stamped 151 ms ago'), ({'age_ms': -5.0}, 'stamped -5 ms ago'),
    ({'publishers': 2}, '2 nodes publish joy'), ({'shape': ([0.0] * 4, [0] * 12)}, "game_controller_node's order"),
    ({'shape': ([math.nan] * 6, [0] * 15)}, "game_controller_node's order")])
def test_what_cannot_be_trusted_is_a_lost_pad(far, said, why):
    far.drive()
    far.say(**said)
    assert not far.operator.connected
    assert far.requests[-1].is_neutral
    assert why in far.link.problem


def test_messages_that_found_no_room_are_doubted(far):
    far.drive()
    axes, buttons = to_joy(dataclasses.replace(far.pad, lx=0.5))
    for _ in range(65):
        far.link.take(axes, buttons, MS)
    far.read()
    assert far.operator.neutral_required


def test_the_last_word_is_that_nobody_is_there(far):
    far.drive()
    last = far.link.close()
    assert (last.operator.connected, last.pad) == (False, Pad())
