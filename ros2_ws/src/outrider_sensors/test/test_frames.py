"""The parser against the fake's encoder, which shares no code with it, and against the recording's text."""

import struct

import numpy as np
import pytest

from outrider_sensors.radar.frames import FrameParser
from outrider_sim.devices import radhar, ti_frames

STEP_MPS = radhar.VELOCITY_STEP_MPS
WALK = radhar.load()
PACKETS = [ti_frames.sdk1(number, points) for number, points in enumerate(WALK, 1)]


def parser(**limits) -> FrameParser:
    return FrameParser(STEP_MPS, **limits)


def recorded(points) -> np.ndarray:
    return np.stack([points[name] for name in ('x', 'y', 'z', 'velocity', 'intensity_db')], axis=1)


def same(frame, points) -> bool:
    want = recorded(points)
    return (frame.points.shape == want.shape and np.array_equal(frame.points[:, :3], want[:, :3].astype('f4'))
            and np.allclose(frame.points[:, 3], want[:, 3], rtol=0, atol=1e-6)
            and np.array_equal(frame.points[:, 4], want[:, 4].astype('f4')))


def test_every_point_of_the_recording_comes_out_as_its_text_says():
    frames = parser(range_bins=256, doppler_bins=16).feed(b''.join(PACKETS), 0)
    assert len(frames) == 603
    assert sum(len(frame.points) for frame in frames) == 13_755
    assert all(same(frame, points) for frame, points in zip(frames, WALK, strict=True))
    assert [frame.number for frame in frames] == list(range(1, 604))


def test_points_are_contiguous_float32_rows_ready_for_a_cloud():
    points = parser().feed(PACKETS[0] + PACKETS[1], 0)[1].points
    assert points.dtype == np.float32
    assert points.flags.c_contiguous


def test_frame_is_out_before_its_padding_came():
    packet = ti_frames.frame(1, [(1, struct.pack('<HHHhHhhh', 1, 9, 5, 0, 10, 0, 512, 0))], 1)
    content = 36 + 8 + 16
    assert len(packet) == 64
    p = parser()
    assert p.feed(packet[:content - 1], 0) == []
    assert len(p.feed(packet[content - 1:content], 0)) == 1


def test_lost_last_padding_byte_costs_no_frame():
    assert len(parser().feed(b''.join(packet[:-1] for packet in PACKETS[:50]), 0)) == 50


@pytest.mark.parametrize('length', [0, 1, 31, 2**31, 2**32 - 1])
def test_total_packet_length_is_never_believed(length):
    lies = [packet[:12] + struct.pack('<I', length) + packet[16:] for packet in PACKETS[:20]]
    assert len(parser().feed(b''.join(lies), 0)) == 20


@pytest.mark.parametrize('length', [0, 3, 5, 279, 281, 65536, 2**31, 2**32 - 1])
def test_tlv_length_that_does_not_fit_costs_only_its_own_frame(length):
    lie = PACKETS[1][:40] + struct.pack('<I', length) + PACKETS[1][44:]
    p = parser()
    frames = p.feed(PACKETS[0] + lie + PACKETS[2] + PACKETS[3], 0)
    assert [frame.number for frame in frames] == [1, 3, 4]
    assert sum(p.counts.damaged.values()) == 1


def test_length_of_4_gb_is_given_up_before_the_next_frame_comes():
    p = parser()
    p.feed(PACKETS[0][:40] + struct.pack('<I', 2**32 - 1) + PACKETS[0][44:], 0)
    assert p.counts.damaged == {'bad length': 1}
    assert len(p.feed(PACKETS[1], 0)) == 1


def test_q_beyond_the_width_of_a_coordinate_is_refused():
    p = parser()
    assert p.feed(PACKETS[0][:46] + struct.pack('<H', 16) + PACKETS[0][48:], 0) == []
    assert p.counts.damaged == {'bad length': 1}


def test_q_is_read_from_every_frame():
    point = struct.pack('<HhHhhh', 5, 0, 10, -100, 300, 50)
    packets = [ti_frames.frame(1, [(1, struct.pack('<HH', 1, q) + point)], 1) for q in (7, 8, 9)]
    frames = parser().feed(b''.join(packets), 0)
    assert [frame.points[0, 0] for frame in frames] == [300 / 128, 300 / 256, 300 / 512]


def test_negative_coordinates_to_the_edge_of_16_bits():
    point = struct.pack('<HhHhhh', 65535, -32768, 65535, -32768, -32768, -32768)
    frame, = parser().feed(ti_frames.frame(1, [(1, struct.pack('<HH', 1, 9) + point)], 1), 0)
    assert frame.points[0, :3].tolist() == [-64.0, 64.0, -64.0]
    assert frame.points[0, 3] == pytest.approx(-32768 * STEP_MPS)
    assert frame.points[0, 4] == pytest.approx(10 * np.log10(65536))


def test_velocity_keeps_its_sign_negative_is_approaching():
    point = struct.pack('<HhHhhh', 5, -2, 10, 0, 512, 0)
    frame, = parser().feed(ti_frames.frame(1, [(1, struct.pack('<HH', 1, 9) + point)], 1), 0)
    assert frame.points[0, 3] == pytest.approx(-2 * STEP_MPS)


def test_points_of_one_range_doppler_cell_are_all_kept():
    points = b''.join(struct.pack('<HhHhhh', 5, 1, 10, x, 512, 0) for x in (-100, 0, 100))
    frame, = parser().feed(ti_frames.frame(1, [(1, struct.pack('<HH', 3, 9) + points)], 3), 0)
    assert len(frame.points) == 3


def test_empty_frames_are_scans_with_no_points():
    empty = [ti_frames.sdk1(number, WALK[0][:0]) for number in (1, 2)]
    with_tlv = ti_frames.frame(3, [(1, struct.pack('<HH', 0, 9))], 0)
    p = parser()
    frames = p.feed(empty[0] + PACKETS[0] + empty[1] + with_tlv, 0)
    assert [len(frame.points) for frame in frames] == [0, len(WALK[0]), 0, 0]
    assert frames[0].points.shape == (0, 5)
    assert p.counts.empty == 3


def test_empty_frame_with_long_header_waits_for_its_last_word():
    packet = ti_frames.frame(1, [], 0, platform=ti_frames.XWR1642)
    p = parser()
    assert p.feed(packet[:39], 0) == []
    assert len(p.feed(packet[39:40], 0)) == 1


def test_header_that_counts_points_without_any_is_damage():
    p = parser()
    assert p.feed(ti_frames.frame(1, [], 7), 0) == []
    assert p.counts.damaged == {'points missing': 1}


@pytest.mark.parametrize('platform', [ti_frames.XWR1443, ti_frames.XWR1642])
def test_other_tlvs_known_or_not_are_stepped_over(platform):
    value = PACKETS[0][44:44 + 4 + 12 * len(WALK[0])]
    sizes = {2: 256, 3: 0, 4: 128, 6: 24, 9: 28, 77: 5}
    around = [(kind, bytes(range(256))[:size]) for kind, size in sizes.items()]
    packet = ti_frames.frame(1, [*around[:3], (1, value), *around[3:]], len(WALK[0]), platform=platform)
    frame, = parser().feed(packet, 0)
    assert same(frame, WALK[0])


def test_sdk3_floats_and_side_info():
    packets = [ti_frames.sdk3(number, points) for number, points in enumerate(WALK[:50], 1)]
    frames = parser().feed(b''.join(packets), 0)
    assert len(frames) == 50
    for frame, points in zip(frames, WALK[:50], strict=True):
        want = recorded(points).astype('f4')
        assert np.array_equal(frame.points[:, :4], want[:, :4])
        assert np.allclose(frame.points[:, 4], want[:, 4], atol=0.051)


def test_sdk3_points_without_side_info_have_strength_zero():
    value = np.array([[1, 2, 3, -4]], '<f4').tobytes()
    packet = ti_frames.frame(1, [(1, value)], 1, version=ti_frames.SDK3_VERSION, platform=ti_frames.XWR6843)
    frame, = parser().feed(packet, 0)
    assert frame.points.tolist() == [[2, -1, 3, -4, 0]]


def test_sdk3_frame_with_a_nan_is_damage():
    value = np.array([[1, np.nan, 3, -4]], '<f4').tobytes()
    packet = ti_frames.frame(1, [(1, value)], 1, version=ti_frames.SDK3_VERSION, platform=ti_frames.XWR6843)
    assert parser().feed(packet, 0) == []


def test_sdk3_side_info_of_another_count_is_damage():
    value = np.zeros((2, 4), '<f4').tobytes()
    packet = ti_frames.frame(1, [(1, value), (7, bytes(4))], 2, version=ti_frames.SDK3_VERSION,
                             platform=ti_frames.XWR6843)
    p = parser()
    assert p.feed(packet, 0) == []
    assert p.counts.damaged == {'bad length': 1}


def test_generations_may_mix_in_one_read():
    frames = parser().feed(PACKETS[0] + ti_frames.sdk3(2, WALK[1]) + PACKETS[2], 0)
    assert [frame.number for frame in frames] == [1, 2, 3]
    assert same(frames[0], WALK[0])
    assert same(frames[2], WALK[2])


def test_frame_numbers_may_go_backwards_and_repeat():
    packets = [ti_frames.sdk1(number, WALK[0]) for number in (9, 3, 3, 2**32 - 1, 0)]
    assert [frame.number for frame in parser().feed(b''.join(packets), 0)] == [9, 3, 3, 2**32 - 1, 0]


def test_index_beyond_the_configuration_means_the_frame_lost_its_place():
    p = parser(range_bins=256, doppler_bins=16)
    beyond = ti_frames.frame(2, [(1, struct.pack('<HHHhHhhh', 1, 9, 256, 0, 10, 0, 512, 0))], 1)
    assert [frame.number for frame in p.feed(PACKETS[0] + beyond + PACKETS[2], 0)] == [1, 3]
    assert p.counts.damaged == {'index out of range': 1}


def test_magic_word_inside_a_payload_is_data():
    points = struct.pack('<HHHhHhhh', 1, 9, 5, 0, 0x0102, 0x0304, 0x0506, 0x0708)
    p = parser()
    assert ti_frames.MAGIC in points
    frames = p.feed(ti_frames.frame(1, [(1, points)], 1) + PACKETS[1] + PACKETS[2], 0)
    assert [frame.number for frame in frames] == [1, 2, 3]


def test_frame_cut_off_by_the_next_one_is_dropped_and_the_next_is_whole():
    p = parser()
    assert [frame.number for frame in p.feed(PACKETS[0][:100] + PACKETS[1], 0)] == [2]
    assert p.counts.damaged == {'cut short': 1}


def test_frame_that_lost_its_tail_does_not_take_the_next_one_with_it():
    content = 36 + 8 + 4 + 12 * len(WALK[0])
    for lost in range(1, 60):
        numbers = [frame.number for frame in parser().feed(PACKETS[0][:content - lost] + PACKETS[1] + PACKETS[2], 0)]
        assert numbers[-2:] == [2, 3], lost


def test_arrival_is_that_of_the_chunk_with_the_first_byte():
    p = parser()
    first, second = PACKETS[0], PACKETS[1]
    assert p.feed(first[:10], 100) == []
    assert [frame.arrival_ns for frame in p.feed(first[10:] + second[:4], 200)] == [100]
    assert p.feed(second[4:90], 300) == []
    assert [frame.arrival_ns for frame in p.feed(second[90:] + PACKETS[2], 400)] == [200, 400]


def test_padding_is_no_junk_and_junk_is_counted():
    p = parser()
    p.feed(b''.join(PACKETS[:10]), 0)
    assert p.counts.junk_bytes == 0
    p.feed(bytes(100), 0)
    assert p.counts.junk_bytes >= 90
    p.feed(PACKETS[10], 0)
    assert p.counts.junk_bytes == 100 + len(PACKETS[9]) - (36 + 8 + 4 + 12 * len(WALK[9]))
    assert p.counts.frames == 11


def test_reset_forgets_an_unfinished_frame():
    p = parser()
    p.feed(PACKETS[0][:200], 0)
    p.reset()
    assert [frame.number for frame in p.feed(PACKETS[1], 0)] == [2]
    assert not p.counts.damaged
