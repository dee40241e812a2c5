from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_drive.pilot.records import AXIS, BUTTON, event_splitter, js_splitter
from outrider_drive.pilot.words import PadError
from outrider_sim.devices import pad_wire


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]


js_values = st.tuples(st.integers(0, 2**32 - 1), st.integers(-32768, 32767), st.sampled_from([1, 2, 0x81, 0x82]),
                      st.integers(0, 255))
event_values = st.tuples(st.integers(0, 2**62), st.integers(0, 999_999), st.integers(0, 65535), st.integers(0, 65535),
                         st.integers(-2**31, 2**31 - 1))


@given(st.lists(js_values), st.lists(st.integers(0, 10_000)))
def test_joystick_records_come_out_however_the_reads_cut_them(values, places):
    splitter = js_splitter()
    data = b''.join(struct.pack('<IhBB', *value) for value in values)
    got = [record for piece in cut(data, places) for record in splitter.feed(piece)]
    assert [(r.time_ms, r.value, r.kind | 0x80 * r.initial, r.number) for r in got] == values


@given(st.lists(event_values), st.lists(st.integers(0, 10_000)))
def test_events_come_out_however_the_reads_cut_them(values, places):
    splitter = event_splitter()
    data = b''.join(struct.pack('<qqHHi', *value) for value in values)
    got = [event for piece in cut(data, places) for event in splitter.feed(piece)]
    assert [(*divmod(e.time_us, 1_000_000), e.type, e.code, e.value) for e in got] == values


@given(st.binary(max_size=200))
def test_any_bytes_give_records_or_one_sentence(data):
    for splitter in (js_splitter(), event_splitter()):
        with contextlib.suppress(PadError):
            splitter.feed(data)


def test_known_bytes_of_a_real_pad():
    record, = js_splitter().feed(bytes.fromhex('10270000 0100 81 05'))
    assert (record.time_ms, record.value, record.kind, record.initial, record.number) == (10000, 1, BUTTON, True, 5)
    record, = js_splitter().feed(bytes.fromhex('10270000 0180 02 07'))
    assert (record.value, record.kind, record.initial, record.number) == (-32767, AXIS, False, 7)


@pytest.mark.parametrize('kind', [0, 3, 0x80, 0x83, 4])
def test_a_record_that_is_neither_button_nor_axis_is_refused(kind):
    with pytest.raises(PadError, match='neither button nor axis'):
        js_splitter().feed(struct.pack('<IhBB', 0, 0, kind, 0))


@pytest.mark.parametrize(('seconds', 'micros'), [(-1, 0), (0, -1), (0, 1_000_000)])
def test_an_event_without_a_time_of_day_is_refused(seconds, micros):
    with pytest.raises(PadError, match='no time of day'):
        event_splitter().feed(struct.pack('<qqHHi', seconds, micros, 0, 0, 0))


def test_a_device_time_above_31_bits_arrives_as_the_same_bits():
    event, = event_splitter().feed(pad_wire.event(0, 4, 5, 0xF0000001))
    assert event.value % (1 << 32) == 0xF0000001
