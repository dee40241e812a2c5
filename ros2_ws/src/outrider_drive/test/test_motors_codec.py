"""Frames: golden bytes both ways, garbage between them, answers by length."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_drive.motors import codec, values
from outrider_drive.motors.codec import Id, Reader
from outrider_drive.motors.values import AnswerError
from outrider_sim.devices import vesc_wire as wire

GOLDEN = json.loads((Path(__file__).parent / 'data' / 'vesc_golden.json').read_text())['frames']
OURS = {
    'SET_RPM 3300': codec.frame(codec.rpm(3300)),
    'SET_RPM -3300': codec.frame(codec.rpm(-3300)),
    'SET_RPM 0': codec.frame(codec.rpm(0)),
    'CAN1 SET_RPM 3300': codec.frame(codec.rpm(3300), 1),
    'CAN1 SET_RPM -3300': codec.frame(codec.rpm(-3300), 1),
    'CAN1 SET_RPM 0': codec.frame(codec.rpm(0), 1),
    'SET_CURRENT_BRAKE 5A': codec.frame(codec.brake(5.0)),
    'SET_CURRENT 0': codec.frame(codec.current(0.0)),
    'SET_DUTY 0.1': codec.frame(struct.pack('>Bi', Id.SET_DUTY, 10_000)),
    'GET_VALUES': codec.frame(codec.ask(Id.GET_VALUES)),
    'CAN1 GET_VALUES': codec.frame(codec.ask(Id.GET_VALUES), 1),
    'FW_VERSION': codec.frame(codec.ask(Id.FW_VERSION)),
    'ALIVE (never to be sent)': codec.frame(bytes((30,))),
}
VALUES = wire.values_answer(wire.Telemetry(-3300.0, 12.34, 5.6, 0.123, 39.5, 41.5, 52.5, 3, True), 9)


@pytest.mark.parametrize('name', GOLDEN)
def test_golden_frames_are_written_and_read_to_the_last_bit(name: str) -> None:
    golden = bytes.fromhex(GOLDEN[name])
    assert OURS[name] == golden
    (payload,) = Reader().feed(golden)
    assert codec.frame(payload) == golden
    assert wire.framed(payload) == golden


@pytest.mark.parametrize('name', GOLDEN)
def test_what_drives_is_told_from_what_stops(name: str) -> None:
    (payload,) = Reader().feed(bytes.fromhex(GOLDEN[name]))
    assert codec.drives(payload) == ('SET_RPM' in name or 'SET_DUTY' in name)


def test_current_drives_unless_it_is_zero_and_the_handbrake_never_does() -> None:
    assert codec.drives(codec.current(-0.001))
    assert not codec.drives(codec.handbrake(5.0))
    assert not codec.drives(b'')
    assert codec.handbrake(5.0) == bytes.fromhex('0a00001388')


@given(st.binary(max_size=80), st.lists(st.binary(min_size=1, max_size=300), max_size=3), st.integers(1, 40))
def test_whatever_lies_before_a_frame_every_frame_is_found_in_the_end(before: bytes, payloads: list[bytes],
                                                                      piece: int) -> None:
    reader, stream, got = Reader(), before + b''.join(map(codec.frame, payloads)), []
    for begin in range(0, len(stream), piece):
        got += reader.feed(stream[begin:begin + piece])
    got += reader.give_up()
    assert got[-len(payloads):] == payloads or not payloads
    assert len(reader.garbage) <= 256


@given(st.binary(min_size=1, max_size=100), st.data())
def test_a_damaged_frame_is_no_frame(payload: bytes, data: st.DataObject) -> None:
    whole = bytearray(codec.frame(payload))
    whole[data.draw(st.integers(2, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    reader = Reader()
    assert payload not in reader.feed(bytes(whole)) + reader.give_up()


def test_a_thousand_start_bytes_are_no_recursion_and_a_false_length_is_not_waited_for() -> None:
    reader = Reader()
    assert reader.feed(b'\x02' * 3000) == []
    assert reader.feed(b'\x03\x01\xf0' + codec.frame(b'\x04')) == []
    assert reader.give_up() == [b'\x04']
    assert reader.lost == 3003
    reader.forget()
    assert not reader.garbage


def test_values_are_read_at_their_places() -> None:
    said = values.values(VALUES)
    assert said == values.Values(9, -3300, 12.34, 5.6, 0.123, 39.5, 41.5, 52.5, 3, True)


@pytest.mark.parametrize('size', range(59, 74))
def test_older_firmware_answers_shorter_and_is_understood(size: int) -> None:
    said = values.values(VALUES[:size])
    assert (said.controller_id, said.timeout_active) == (9, None)


@pytest.mark.parametrize(('read', 'payload', 'word'), [
    (values.values, VALUES[:58], 'telemetry has 58 bytes'),
    (values.values, b'\x05' + VALUES[1:], 'telemetry'),
    (values.firmware, b'\0', 'no UUID'),
    (values.firmware, b'\0\x07\x01name' + bytes(3), 'no UUID'),
    (values.firmware, b'\0\x07\x01name', 'no UUID'),
    (values.firmware, b'\x01\x07\x01name' + bytes(13), 'no UUID'),
    (values.settings, b'\x11' + bytes(12), 'app configuration has 13 bytes'),
    (values.settings, b'\x12' + bytes(13), 'app configuration'),
])
def test_answers_too_short_are_refused_in_one_sentence(read: object, payload: bytes, word: str) -> None:
    with pytest.raises(AnswerError, match=word):
        read(payload)  # type: ignore[operator]


def test_version_and_settings_are_read() -> None:
    said = values.firmware(wire.version_answer(7, 1, '60_MK6', bytes(range(12))))
    assert said == values.Firmware(7, 1, '60_MK6', '000102030405060708090a0b')
    assert values.settings(wire.appconf_answer(3, 200, 7.5)) == values.Settings(3, 200, 7.5)


def test_a_long_answer_goes_through_the_long_header() -> None:
    payload = wire.appconf_answer(3, 200, 7.5)
    assert Reader().feed(wire.framed(payload)) == [payload]


def test_the_relay_controller_is_known_by_its_frames() -> None:
    status = bytes((0x7E, 0x25, 0xFF, 4, 1, 2, 3, 4, 0x55, 0x81))
    assert codec.is_relay_controller(b'\x01\x7e' + status)
    assert not codec.is_relay_controller(status[:-1])
    assert not codec.is_relay_controller(b'')
    assert not codec.is_relay_controller(bytes.fromhex(GOLDEN['SET_RPM 3300']))
