"""The fake's bytes, checked by hand against the layout that TI's demo has."""

import struct

import numpy as np
import pytest

from outrider_sim.devices import radhar, ti_frames

WALK = radhar.load()


def test_recording_is_whole():
    assert len(WALK) == 603
    assert sum(map(len, WALK)) == 13_755


def test_header_and_first_point_stand_where_the_layout_says():
    packet = ti_frames.sdk1(7, WALK[0])
    magic, version, total, platform, number, _, objects, tlvs = struct.unpack_from('<8s7I', packet)
    assert magic == bytes((2, 1, 4, 3, 6, 5, 8, 7))
    assert (version >> 24, platform, number, objects, tlvs) == (1, 0xA1443, 7, len(WALK[0]), 1)
    assert total == len(packet)
    assert len(packet) % 32 == 0
    assert struct.unpack_from('<II', packet, 36) == (1, 4 + 12 * len(WALK[0]))
    assert struct.unpack_from('<HH', packet, 44) == (len(WALK[0]), 9)
    # x 0.01171875, y -0.0390625, z -0.0078125, range 0.0436, bin 8, 30.76 dB
    assert struct.unpack_from('<HhHhhh', packet, 48) == (1, 0, 1191, 20, 6, -4)


def test_inversion_to_integers_is_exact_for_every_point():
    points = np.concatenate(WALK)
    for name in ('x', 'y', 'z'):
        assert np.array_equal(points[name] * 512, np.rint(points[name] * 512))
    bins = points['range'] / ti_frames.RECORDED_RANGE_STEP_M
    assert np.abs(bins - np.rint(bins)).max() < 1e-3
    peak = 10 ** (points['intensity_db'] / 10) - 1
    assert np.abs(peak - np.rint(peak)).max() < 2e-3
    assert np.array_equal((10 * np.log10(np.rint(peak) + 1)).astype('f4'), points['intensity_db'].astype('f4'))


def test_empty_frame_has_no_tlv():
    packet = ti_frames.sdk1(1, WALK[0][:0])
    assert len(packet) == 64
    assert struct.unpack_from('<II', packet, 28) == (0, 0)


@pytest.mark.parametrize('count', range(30))
def test_packets_are_padded_to_32_and_longer_headers_are_counted(count):
    points = np.concatenate(WALK[:3])[:count]
    assert len(ti_frames.sdk1(1, points)) % 32 == 0
    longer = ti_frames.sdk3(1, points)
    assert len(longer) % 32 == 0
    if count:
        assert struct.unpack_from('<II', longer, 40) == (1, 16 * count)


def test_padding_is_what_it_was_asked_to_be():
    packet = ti_frames.frame(1, [(1, b'abc')], 0, padding=0x7F)
    assert packet.endswith(b'abc' + b'\x7f' * (len(packet) - 47))
