from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_drive.pilot.teleop import STOP_SAID_NS, Teleop
from outrider_drive.pilot.words import ARROWS, BUTTONS, Pad, Sample
from outrider_drive.words import Operator, Source

LIVE = Operator(1_000, 1, 0, Source.MOTION, connected=True, neutral_required=False)
NOT_LIVE = [dataclasses.replace(LIVE, neutral_required=True), dataclasses.replace(LIVE, connected=False)]
CONTROLS = (*BUTTONS, *ARROWS)


class Hands:
    """What a person does, each change one sample."""

    def __init__(self, mapping, operator=LIVE) -> None:
        self.teleop, self.operator, self.pad = Teleop(mapping), operator, Pad()

    def press(self, *names):
        for name in names:
            self.pad = dataclasses.replace(self.pad, held=self.pad.held | {name})
            request = self.send(frozenset({name}))
        return request

    def release(self, *names):
        self.pad = dataclasses.replace(self.pad, held=self.pad.held - set(names))
        return self.send()

    def tilt(self, ly):
        self.pad = dataclasses.replace(self.pad, ly=ly)
        return self.send()

    def wait(self):
        """Let the time go by for which a stop is said."""
        self.operator = dataclasses.replace(self.operator, boottime_ns=self.operator.boottime_ns + STOP_SAID_NS)
        return self.send()

    def send(self, pressed=frozenset()):
        return self.teleop.take(Sample(self.pad, self.operator, True, pressed))


@pytest.fixture
def hands(ps4):
    return Hands(ps4)


@pytest.mark.parametrize(('control', 'field', 'value'), [
    ('cross', 'speed_mps', 1.0), ('square', 'speed_mps', -0.5), ('up', 'jack', 1), ('down', 'jack', -1),
    ('left', 'steer', 1), ('right', 'steer', -1)])
def test_controls_move_only_when_pressed_under_the_dead_man(hands, control, field, value):
    assert getattr(hands.press(control), field) == 0
    assert getattr(hands.press('r1'), field) == 0
    hands.release(control)
    assert getattr(hands.press(control), field) == value
    assert getattr(hands.release('r1'), field) == 0
    assert getattr(hands.press('r1'), field) == 0


@pytest.mark.parametrize(('control', 'field'), [('options', 'arm'), ('share', 'disarm'), ('circle', 'estop'),
                                                ('triangle', 'horn')])
def test_words_are_said_while_held_and_need_no_dead_man(hands, control, field):
    assert getattr(hands.press(control), field)
    assert getattr(hands.send(), field)
    hands.release(control)
    assert hands.wait().is_neutral


def test_a_tap_within_one_read_still_stops_and_is_said_for_300_ms(hands):
    for control, field in (('circle', 'estop'), ('share', 'disarm')):
        assert getattr(hands.send(frozenset({control})), field)
        hands.operator = dataclasses.replace(hands.operator, boottime_ns=hands.operator.boottime_ns + STOP_SAID_NS - 1)
        assert getattr(hands.send(), field)
        assert hands.wait().is_neutral


@pytest.mark.parametrize('operator', NOT_LIVE)
def test_while_not_live_only_stopping_words_pass(ps4, operator):
    hands = Hands(ps4, operator)
    request = hands.press('r1', 'options', 'triangle', 'cross', 'up', 'left', 'circle', 'share')
    assert (request.estop, request.disarm) == (True, True)
    assert dataclasses.replace(request, estop=False, disarm=False).is_neutral


@pytest.mark.parametrize('operator', NOT_LIVE)
def test_a_press_before_the_operator_was_live_never_counts(ps4, operator):
    hands = Hands(ps4, operator)
    hands.press('r1', 'options', 'cross')
    hands.operator = LIVE
    assert hands.send().is_neutral
    assert hands.send().is_neutral


def test_what_is_held_without_a_press_seen_never_counts(hands):
    hands.pad = Pad(held=frozenset({'r1', 'cross', 'options', 'up'}))
    assert hands.send().is_neutral


@pytest.mark.parametrize('stop', ['circle', 'share'])
def test_a_stopping_word_beats_all_others(hands, stop):
    request = hands.press('r1', 'options', 'cross', stop)
    assert (request.speed_mps, request.arm) == (0.0, False)
    assert hands.send().speed_mps == 0.0


def test_the_stick_drives_in_proportion_beyond_its_dead_zone(hands):
    hands.press('r1')
    assert hands.tilt(-0.12).speed_mps == 0.0
    assert hands.tilt(-0.56).speed_mps == pytest.approx(0.7)
    assert hands.tilt(-1.0).speed_mps == pytest.approx(1.4)
    assert hands.tilt(1.0).speed_mps == pytest.approx(-1.4)


def test_a_stick_tilted_before_the_dead_man_counts_only_after_its_rest(hands):
    hands.tilt(-1.0)
    assert hands.press('r1').speed_mps == 0.0
    assert hands.tilt(-0.9).speed_mps == 0.0
    hands.tilt(0.0)
    assert hands.tilt(-1.0).speed_mps == pytest.approx(1.4)
    hands.release('r1')
    assert hands.press('r1').speed_mps == 0.0


def test_wishes_that_contradict_are_none(hands):
    assert hands.press('r1', 'cross', 'square').speed_mps == 0.0
    hands.release('square')
    assert hands.tilt(0.8).speed_mps == 0.0
    assert hands.tilt(0.0).speed_mps == 1.0


def test_drive_and_jack_together_are_neither(hands):
    request = hands.press('r1', 'cross', 'up')
    assert (request.speed_mps, request.jack) == (0.0, 0)
    assert hands.release('up').speed_mps == 1.0


def test_steering_works_while_driving(hands):
    request = hands.press('r1', 'cross', 'left')
    assert (request.speed_mps, request.steer) == (1.0, 1)


def test_up_rolling_to_right_stops_the_jack_and_steers_right(hands):
    assert hands.press('r1', 'up').jack == 1
    rolling = hands.press('right')
    assert (rolling.jack, rolling.steer) == (0, -1)
    right = hands.release('up')
    assert (right.jack, right.steer) == (0, -1)
    assert hands.release('right').steer == 0


def test_left_and_right_at_once_on_a_pad_with_buttons_for_them_is_neither(hands):
    request = hands.press('r1', 'left', 'right', 'up')
    assert (request.steer, request.jack) == (0, 0)


def test_requests_carry_the_operator_unchanged_its_time_and_a_sequence(hands):
    first, second = hands.send(), hands.send()
    assert first.operator is LIVE
    assert (first.boottime_ns, first.source) == (LIVE.boottime_ns, 'gamepad')
    assert second.sequence == first.sequence + 1


def test_sequences_wrap_at_32_bits(hands):
    hands.teleop._sequence['gamepad'] = (1 << 32) - 1
    assert hands.send().sequence == 0


def test_cmd_vel_drives_under_the_dead_man(hands):
    hands.press('r1')
    request = hands.teleop.cmd_vel(LIVE, 0.8, 0.3, LIVE.boottime_ns)
    assert (request.source, request.deadman, request.speed_mps, request.steer) == ('cmd_vel', True, 0.8, 1)
    assert request.sequence == 1
    assert hands.teleop.cmd_vel(LIVE, 0.8, -0.3, LIVE.boottime_ns).steer == -1
    assert hands.teleop.cmd_vel(LIVE, 0.8, 0.1, LIVE.boottime_ns).steer == 1
    assert hands.teleop.cmd_vel(LIVE, 0.8, 0.05, LIVE.boottime_ns).steer == 0
    hands.release('r1')
    assert hands.teleop.cmd_vel(LIVE, 0.8, 0.3, LIVE.boottime_ns).is_neutral


@pytest.mark.parametrize(('speed', 'turn', 'age_ns'), [
    (math.nan, 0.0, 0), (math.inf, 0.0, 0), (0.5, math.nan, 0), (0.5, 0.5, 100_000_001), (0.5, 0.5, -1)])
def test_cmd_vel_that_is_late_early_or_no_number_wishes_nothing(hands, speed, turn, age_ns):
    hands.press('r1')
    request = hands.teleop.cmd_vel(LIVE, speed, turn, LIVE.boottime_ns - age_ns)
    assert (request.speed_mps, request.steer) == (0.0, 0)


@pytest.mark.parametrize('operator', NOT_LIVE)
def test_cmd_vel_of_an_operator_who_is_not_live_wishes_nothing(hands, operator):
    hands.press('r1')
    assert hands.teleop.cmd_vel(operator, 0.8, 0.3, operator.boottime_ns).is_neutral


@pytest.mark.parametrize('control', ['cross', 'square', 'up', 'down', 'left', 'right', 'circle', 'share'])
def test_a_persons_own_hands_go_before_cmd_vel(hands, control):
    hands.press('r1', control)
    request = hands.teleop.cmd_vel(LIVE, 0.8, 0.3, LIVE.boottime_ns)
    assert (request.speed_mps, request.steer) == (0.0, 0)


def test_a_tilted_stick_goes_before_cmd_vel(hands):
    hands.press('r1')
    hands.tilt(-0.5)
    assert hands.teleop.cmd_vel(LIVE, 0.8, 0.0, LIVE.boottime_ns).speed_mps == 0.0


def test_cmd_vel_never_asks_for_more_than_the_ceiling(hands):
    hands.press('r1')
    for asked, wanted in ((1e300, 3.0), (-1e300, -3.0), (2.9, 2.9)):
        assert hands.teleop.cmd_vel(LIVE, asked, 0.0, LIVE.boottime_ns).speed_mps == wanted


def test_cmd_vel_of_an_impossible_time_carries_a_possible_one(hands):
    assert hands.teleop.cmd_vel(LIVE, 0.5, 0.0, LIVE.boottime_ns + 5).boottime_ns == LIVE.boottime_ns
    assert hands.teleop.cmd_vel(LIVE, 0.5, 0.0, -10**18).boottime_ns == 0
    assert hands.teleop.cmd_vel(LIVE, 0.5, 0.0, 7).boottime_ns == 7


step = st.tuples(st.sampled_from(CONTROLS), st.booleans(), st.sampled_from([LIVE, *NOT_LIVE]),
                 st.sampled_from([0.0, 0.0, -1.0, 0.3, 1.0]))


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(step, max_size=40))
def test_nothing_ever_moves_without_a_held_dead_man_and_a_live_operator(ps4, steps):
    hands = Hands(ps4)
    pressed_live: set[str] = set()
    stopped = False
    for name, down, hands.operator, tilt in steps:
        hands.pad = dataclasses.replace(hands.pad, ly=tilt)
        live = hands.operator.connected and not hands.operator.neutral_required
        pressed_live = pressed_live if live else set()
        if down and name not in hands.pad.held:
            pressed_live |= {name} if live else set()
            request = hands.press(name)
        else:
            pressed_live -= {name}
            request = hands.release(name)
        moving = bool(request.speed_mps or request.jack or request.steer)
        assert request.deadman == ('r1' in pressed_live)
        assert not moving or request.deadman
        assert not (request.speed_mps and request.jack)
        assert abs(request.speed_mps) <= 1.4
        assert not request.arm or 'options' in pressed_live
        stopped = stopped or 'circle' in hands.pad.held  # and is said ever after, for the clock stands still
        assert request.estop == stopped
        assert not moving or not (request.estop or request.disarm)
