"""Bytes to messages: any chunks, any damage, and no length that swallows the stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_sensors.gps.framing import MAX_PAYLOAD, Framer, checksum

PVT = b'\xb5b\x01\x07\x5c\x00' + bytes(range(92))
PVT += checksum(PVT[2:])
LINE = b'$GNRMC,093045.00,A,5231.20000,N,01324.00000,E,10.7,85.8,221126,,,A,V*12\r\n'


def with_length(length):
    return PVT[:4] + length.to_bytes(2, 'little') + PVT[6:]


def datas(packets):
    return [packet.data for packet in packets]


def line_with_checksum():
    xor = 0
    for byte in LINE[1:LINE.index(b'*')]:
        xor ^= byte
    return LINE[:LINE.index(b'*')] + b'*%02X\r\n' % xor


GOOD_LINE = line_with_checksum()


def test_checksum_is_the_one_of_the_interface_description():
    # UBX-MON-VER poll, a message that is in every manual: B5 62 0A 04 00 00 0E 34.
    assert checksum(bytes.fromhex('0a040000')) == bytes.fromhex('0e34')


@given(st.lists(st.sampled_from([PVT, GOOD_LINE, b'noise', b'\x00\xff', b'\xb5', b'$G']), max_size=12), st.data())
def test_messages_come_whole_out_of_any_chunks(parts, data):
    stream = b''.join(parts) + PVT  # whatever waited for more is decided by a good message
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    framer, got = Framer(), []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += framer.feed(stream[begin:end], begin)
    expected = [part for part in parts if part in (PVT, GOOD_LINE)] + [PVT]
    assert datas(got) == expected
    assert framer.counts.junk_bytes == len(stream) - sum(map(len, expected))


@pytest.mark.parametrize('length', [0, 1, 91, 93, 94, 150, 1000, MAX_PAYLOAD, MAX_PAYLOAD + 1, 25_000, 65_535])
def test_damaged_length_costs_its_own_message_only(length):
    framer = Framer()
    got = framer.feed(PVT + with_length(length), 1)
    for arrival in range(2, 6):
        got += framer.feed(PVT, arrival)
    assert datas(got) == [PVT] * 5
    # At once: the next message came out of its own read, none had to wait for a length to be filled.
    assert [packet.arrival_ns for packet in got] == [1, 2, 3, 4, 5]


@given(st.integers(0, len(PVT) - 1), st.integers(1, 255))
def test_any_damaged_byte_costs_no_message_but_its_own(place, flip):
    broken = PVT[:place] + bytes([PVT[place] ^ flip]) + PVT[place + 1:]
    framer = Framer()
    assert datas(framer.feed(PVT, 0) + framer.feed(broken, 1) + framer.feed(PVT, 2)) == [PVT, PVT]


@given(st.integers(0, len(PVT) - 1), st.integers(1, 40))
def test_lost_bytes_cost_no_message_but_their_own(place, count):
    broken = PVT[:place] + PVT[place + count:]
    framer = Framer()
    assert datas(framer.feed(PVT, 0) + framer.feed(broken, 1) + framer.feed(PVT, 2)) == [PVT, PVT]


def test_arrival_is_that_of_the_first_byte():
    framer = Framer()
    assert framer.feed(PVT[:40], 100) == []
    first, second = framer.feed(PVT[40:] + PVT[:10], 200) + framer.feed(PVT[10:], 300)
    assert (first.arrival_ns, second.arrival_ns) == (100, 200)


@given(st.binary(max_size=5000))
def test_noise_is_survived_and_the_next_message_comes(noise):
    framer = Framer()
    framer.feed(noise, 0)
    assert datas(framer.feed(PVT, 1))[-1:] == [PVT]


def test_long_noise_is_not_kept():
    framer = Framer()
    for _ in range(50):
        framer.feed(b'\xb5b\x01\x07\xff\x07' * 400, 0)
    assert len(framer._buffer) <= MAX_PAYLOAD + 8


@pytest.mark.parametrize('line', [GOOD_LINE[:-4] + b'00\r\n', b'$' + b'G' * 200 + b'*00\r\n', b'$GN\x80*00\r\n'])
def test_line_with_a_bad_checksum_length_or_byte_is_junk(line):
    framer = Framer()
    assert datas(framer.feed(line + GOOD_LINE, 0)) == [GOOD_LINE]
    assert framer.counts.damaged


def test_reset_forgets_half_a_message():
    framer = Framer()
    framer.feed(PVT[:50], 0)
    framer.reset()
    assert framer.feed(PVT[50:], 1) == []
