"""Payloads to values and back, against hand-made bytes."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from outrider_drive.relays import protocol
from outrider_drive.relays.protocol import ProtocolError
from outrider_drive.relays.words import Event, Fault, Flag, HelloAnswer, Limit, Phase, ResetCause, Status, Wanted


def body_of(frame: bytes) -> bytes:
    """Payloads here contain no 0x7E, so they stand in the frame as they are."""
    assert frame[2] == 0xFF
    return frame[4:-2]


def test_crc16_is_the_one_of_the_table() -> None:
    assert protocol.crc16(b'123456789') == 0x29B1


def test_a_command_stands_byte_for_byte_as_the_protocol_says() -> None:
    payload = protocol.encode_command(Wanted('U', 'R', horn=True), session=0x01020304, host_id=0x0A0B0C0D,
                                      sequence=0x1122, echo_ms=0x55667788)
    assert payload[:19].hex() == '01' '04030201' '0d0c0b0a' '2211' '88776655' + b'URH-'.hex()
    assert len(payload) == 21
    assert struct.unpack('<H', payload[19:])[0] == protocol.crc16(b'\x13' + payload[:19])


def test_a_clear_is_said_only_with_a_stop() -> None:
    payload = protocol.encode_command(Wanted(clear_faults=True), session=1, host_id=2, sequence=3, echo_ms=4)
    assert payload[15:19] == b'---C'
    with pytest.raises(ValueError, match='want a stop first'):
        Wanted('U', clear_faults=True)


@pytest.mark.parametrize('letters', [('X', '-'), ('L', '-'), ('', '-'), ('UD', '-'), ('-', 'U'), ('-', '')])
def test_a_letter_that_is_none_cannot_be_wanted(letters: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match='is no wanted state'):
        Wanted(*letters)


def test_hello_has_nine_bytes() -> None:
    assert protocol.encode_hello(0x11223344, 0x5566)[:7].hex() == '01' '44332211' '6655'
    assert len(protocol.encode_hello(1, 2)) == 9


def test_a_status_says_every_field(bytes_of: Any) -> None:
    body = struct.pack('<BIIHBccBBHHHHHHBBBHHHBBHhhH', 1, 2, 3, 4, 0x13, b'U', b'R', 1, 4, 5, 6, 7, 8, 9, 10, 0x11, 1,
                       31, 1 << 14, 1, 11, 7, 4, 950, -32768, -5, 12)
    said = protocol.decode(0x25, body_of(bytes_of.seal(0x25, body)))
    assert said == Status(
        session=2, uptime_ms=3, sequence=4, flags=Flag.HELLO_SEEN | Flag.STOP_SEEN | Flag.MASTER_ON, jack='U',
        steer='R', jack_phase=Phase.ON, steer_phase=Phase.BLOCKED_BY_LIMIT, jack_on_ms=5, steer_on_ms=6,
        jack_lease_ms=7, steer_lease_ms=8, jack_duty_ms=9, steer_duty_ms=10, limits_raw=Limit.JACK_UPPER | Limit.ESTOP,
        limits_debounced=Limit.JACK_UPPER, limits_fitted=Limit(31), faults_latched=Fault.WATCHDOG,
        faults_active=Fault.ESTOP, rejected=11, last_reject=7, reset_cause=ResetCause.WATCHDOG, longest_loop_us=950,
        jack_position=None, steer_position=-5, dropped=12)


def test_an_answer_and_an_event_say_every_field(bytes_of: Any) -> None:
    answer = struct.pack('<BIIHIHBBI', 1, 2, 3, 4, 5, 0x0102, 2, 3, 6)
    assert protocol.decode(0x46, body_of(bytes_of.seal(0x46, answer))) == HelloAnswer(
        2, 3, 4, 5, (1, 2), 2, ResetCause.BROWN_OUT, 6)
    event = struct.pack('<BIIHBBI', 1, 2, 3, 4, 5, 1, 6)
    assert protocol.decode(0x6A, body_of(bytes_of.seal(0x6A, event))) == Event(2, 3, 4, 5, 1, 6)


@pytest.mark.parametrize(('change', 'says'), [
    ({'version': 2}, 'speaks protocol 2, expected 1'),
    ({'jack': b'X'}, "jack 'X'"),
    ({'cause': 77}, 'reset cause 77'),
])
def test_a_status_of_another_protocol_is_refused_by_name(bytes_of: Any, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        protocol.decode(0x25, body_of(bytes_of.seal(0x25, bytes_of.status(**change))))


def test_unknown_id_wrong_length_and_wrong_crc_are_refused_by_name(bytes_of: Any) -> None:
    good = body_of(bytes_of.seal(0x25, bytes_of.status()))
    with pytest.raises(ProtocolError, match='id 0x24'):
        protocol.decode(0x24, good)
    with pytest.raises(ProtocolError, match='has 48 bytes, expected 49'):
        protocol.decode(0x25, good[:-1])
    with pytest.raises(ProtocolError, match='CRC16'):
        protocol.decode(0x25, good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(ProtocolError, match='has 0 bytes'):
        protocol.decode(0x25, b'')


def test_the_crc_covers_the_id() -> None:
    # A hello answer and an event differ in length; what is tested is that one id's seal does not hold for another.
    payload = protocol.sealed(0x13, bytes(23))
    with pytest.raises(ProtocolError, match='CRC16'):
        protocol.decode(0x46, payload)
