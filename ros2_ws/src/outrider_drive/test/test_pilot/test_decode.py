from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_drive.pilot.decode import PS4_AXES, Decoder
from outrider_drive.pilot.joy import AXES, ORDER, from_joy, to_joy
from outrider_drive.pilot.records import js_splitter
from outrider_drive.pilot.words import ARROWS, BUTTONS, Pad, PadError
from outrider_sim.devices import pad_wire


class Decoding:
    def __init__(self, decoder=None):
        self.decoder, self.splitter = decoder or Decoder(), js_splitter()

    def take(self, data: bytes) -> list[bool]:
        return [self.decoder.take(record) for record in self.splitter.feed(data)]

    @property
    def pad(self):
        return self.decoder.pad


@pytest.mark.parametrize('initial', [False, True])
@pytest.mark.parametrize('name', BUTTONS)
def test_each_button_is_held_and_let_go(name, initial):
    decoding = Decoding()
    assert decoding.take(pad_wire.button(1, name, True, initial)) == [True]
    assert decoding.pad.held == {name}
    assert decoding.take(pad_wire.button(2, name, True)) == [False]
    assert decoding.take(pad_wire.button(2, name, False, initial)) == [True]
    assert decoding.pad.is_neutral(0.0)


@pytest.mark.parametrize('name', ARROWS)
def test_each_arrow_is_held_and_let_go(name):
    axis, value = pad_wire.ARROWS[name]
    decoding = Decoding()
    decoding.take(pad_wire.axis(1, axis, value))
    assert decoding.pad.held == {name}
    decoding.take(pad_wire.axis(1, axis, -value))
    assert decoding.pad.held == {ARROWS[ARROWS.index(name) ^ 1]}
    decoding.take(pad_wire.axis(1, axis, 0))
    assert not decoding.pad.held


@pytest.mark.parametrize('order', [('dpad_y', 'dpad_x'), ('dpad_x', 'dpad_y')])
def test_up_to_right_ends_at_right_in_whatever_order_the_axes_come(order):
    decoding = Decoding()
    decoding.take(pad_wire.axis(1, 'dpad_y', -32767))
    values = {'dpad_y': 0, 'dpad_x': 32767}
    for axis in order:
        decoding.take(pad_wire.axis(2, axis, values[axis]))
    assert decoding.pad.held == {'right'}


@pytest.mark.parametrize('name', ['lx', 'ly', 'rx', 'ry'])
@pytest.mark.parametrize(('value', 'wanted'), [(32767, 1.0), (-32767, -1.0), (-32768, -1.0), (0, 0.0)])
def test_sticks(name, value, wanted):
    decoding = Decoding()
    decoding.take(pad_wire.axis(1, name, value))
    assert getattr(decoding.pad, name) == wanted
    assert decoding.decoder.unknown == 0


@pytest.mark.parametrize('name', ['l2', 'r2'])
@pytest.mark.parametrize(('value', 'wanted'), [(32767, 1.0), (-32767, 0.0), (-32768, 0.0), (0, 0.5)])
def test_triggers_rest_at_their_end(name, value, wanted):
    decoding = Decoding()
    decoding.take(pad_wire.axis(1, name, value))
    assert getattr(decoding.pad, name) == wanted


@pytest.mark.parametrize('record', [(5, 1, 13), (2, 1, 5), (2, 1, 6), (5, 2, 8), (5, 2, 6), (-300, 2, 7)])
def test_what_nobody_knows_is_counted_and_changes_nothing(record):
    value, kind, number = record
    decoding = Decoding()
    assert decoding.take(struct.pack('<IhBB', 0, value, kind, number)) == [False]
    assert decoding.decoder.unknown == 1
    assert decoding.pad == Pad()


def test_a_pad_is_complete_once_every_control_was_heard_of():
    decoding = Decoding()
    for name in BUTTONS:
        decoding.take(pad_wire.button(1, name, False, initial=True))
    for name in PS4_AXES:
        assert not decoding.decoder.complete
        decoding.take(pad_wire.axis(1, name, pad_wire.REST[name], initial=True))
    assert decoding.decoder.complete


def test_a_pad_with_other_numbers_is_read_by_its_own_names():
    decoding = Decoding(Decoder(('r1', 'cross'), ('dpad_x', 'ly')))
    decoding.take(struct.pack('<IhBBIhBBIhBB', 0, 1, 1, 0, 0, -32767, 2, 0, 0, 32767, 2, 1))
    assert decoding.pad == Pad(held=frozenset({'r1', 'left'}), ly=1.0)


@given(st.lists(st.tuples(st.integers(-32768, 32767), st.sampled_from([1, 2, 0x81, 0x82]), st.integers(0, 15))))
def test_whatever_the_records_are_the_state_is_a_possible_one(values):
    decoding = Decoding()
    for value in values:
        decoding.take(struct.pack('<IhBB', 0, *value))
    pad = decoding.pad
    assert pad.held <= {*BUTTONS, *ARROWS}
    assert not {'up', 'down'} <= pad.held
    assert not {'left', 'right'} <= pad.held
    assert all(-1.0 <= getattr(pad, name) <= 1.0 for name in ('lx', 'ly', 'rx', 'ry'))


@pytest.mark.parametrize(('number', 'name'), [
    (0, 'cross'), (1, 'circle'), (2, 'square'), (3, 'triangle'), (4, 'share'), (5, 'ps'), (6, 'options'), (7, 'l3'),
    (8, 'r3'), (9, 'l1'), (10, 'r1'), (11, 'up'), (12, 'down'), (13, 'left'), (14, 'right')])
def test_buttons_of_joy_stand_in_the_order_of_the_convention(number, name):
    _, buttons = to_joy(Pad(held=frozenset({name})))
    assert [place for place, down in enumerate(buttons) if down] == [number]
    assert len(buttons) == 15


def test_axes_of_joy_are_left_and_forward_positive():
    axes, _ = to_joy(Pad(lx=-1.0, ly=-0.5, rx=1.0, ry=0.5, l2=0.25, r2=1.0))
    assert axes == (1.0, 0.5, -1.0, -0.5, 0.25, 1.0)


@given(st.sets(st.sampled_from(ORDER)), st.tuples(*[st.floats(-1, 1)] * 4, *[st.floats(0, 1)] * 2))
def test_joy_and_back_is_the_same(held, values):
    pad = Pad(frozenset(held), **dict(zip(AXES, values, strict=True)))
    assert from_joy(*to_joy(pad)) == pad


@pytest.mark.parametrize(('axes', 'buttons'), [((0.0,) * 5, (0,) * 15), ((0.0,) * 6, (0,) * 14),
                                               ((float('nan'), *(0.0,) * 5), (0,) * 15), ((1.5, *(0.0,) * 5), (0,) * 15)
                                               ])
def test_a_joy_message_of_another_shape_is_refused(axes, buttons):
    with pytest.raises(PadError, match='game_controller_node'):
        from_joy(axes, buttons)


def test_controls_that_nothing_is_done_with_are_heard_of_and_change_nothing():
    decoder = Decoder(('cross', 'unused1'), ('lx', 'unused1'))
    decoding = Decoding(decoder)
    for kind, number in ((0x81, 0), (0x81, 1), (0x82, 0)):
        decoding.take(struct.pack('<IhBB', 1, 0, kind, number))
        assert not decoder.complete
    assert decoding.take(struct.pack('<IhBB', 1, 999, 0x82, 1)) == [False]
    assert decoder.complete
    assert decoding.take(struct.pack('<IhBB', 1, 1, 0x01, 1)) == [False]
    assert decoding.pad == Pad()


def test_arrows_may_be_buttons():
    decoding = Decoding(Decoder(('up', 'left'), ()))
    assert decoding.take(struct.pack('<IhBB', 1, 1, 0x01, 0)) == [True]
    assert decoding.take(struct.pack('<IhBB', 1, 1, 0x01, 1)) == [True]
    assert decoding.pad.held == {'up', 'left'}
    assert decoding.take(struct.pack('<IhBB', 1, 0, 0x01, 0)) == [True]
    assert decoding.pad.held == {'left'}
    assert decoding.take(struct.pack('<IhBB', 1, 7, 0x01, 1)) == [False]
