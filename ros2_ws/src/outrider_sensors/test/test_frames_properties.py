"""What holds for any chunking, any damage and any bytes."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_sensors.radar.frames import MAGIC, MAX_PADDING, FrameParser
from outrider_sim.devices import radhar, ti_frames

WALK = radhar.load()[:12]
EMPTY = WALK[0][:0]
SDK1 = [ti_frames.sdk1(number, points) for number, points in enumerate([*WALK[:4], EMPTY, *WALK[4:8], EMPTY], 1)]
SDK3 = [ti_frames.sdk3(number, points, padding=0x5A) for number, points in enumerate([*WALK[:4], EMPTY, *WALK[4:8]], 1)]
GENERATION = st.sampled_from([SDK1, SDK3])


def parse(chunks) -> tuple[list[tuple[int, bytes]], FrameParser]:
    parser = FrameParser(0.5, 256, 16)
    frames = [frame for now, chunk in enumerate(chunks) for frame in parser.feed(chunk, now)]
    return [(frame.number, frame.points.tobytes()) for frame in frames], parser


def cut(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[begin:end] for begin, end in pairwise(edges)]


@st.composite
def damaged(draw, packets):
    """A stream in which one frame is damaged, and the place of that frame."""
    index = draw(st.integers(0, len(packets) - 1))
    packet = packets[index]
    begin = draw(st.integers(0, len(packet) - 1))
    end = draw(st.integers(begin + 1, min(begin + 200, len(packet))))
    kind = draw(st.sampled_from(['lost', 'doubled', 'flipped', 'replaced', 'inserted', 'length']))
    middle = packet[begin:end]
    if kind == 'lost':
        middle = b''
    elif kind == 'doubled':
        middle *= 2
    elif kind == 'flipped':
        middle = bytes(byte ^ draw(st.integers(1, 255)) for byte in middle[:8]) + middle[8:]
    elif kind == 'replaced':
        middle = draw(st.binary(min_size=len(middle), max_size=len(middle)))
    elif kind == 'inserted':
        middle += draw(st.binary(max_size=64))
    else:  # any of the length words, at its worst
        begin, end = draw(st.sampled_from([(12, 16), (28, 32), (32, 36), (40, 44), (44, 48)]))
        middle = draw(st.sampled_from([bytes(4), b'\xff' * 4, b'\x00\x00\x01\x00', b'\x01\x00\x00\x00']))
    return b''.join([*packets[:index], packet[:begin], middle, packet[end:], *packets[index + 1:]]), index


@given(GENERATION, st.lists(st.integers(0, 10**6), max_size=40))
def test_any_chunking_gives_the_same_frames(packets, cuts):
    stream = b''.join(packets)
    whole, _ = parse([stream])
    assert len(whole) == len(packets)
    assert parse(cut(stream, cuts))[0] == whole


def test_byte_by_byte_gives_the_same_frames():
    for packets in (SDK1, SDK3):
        stream = b''.join(packets)
        assert parse([bytes([byte]) for byte in stream])[0] == parse([stream])[0]


@settings(max_examples=400)
@given(st.data())
def test_damage_in_one_frame_harms_no_other(data):
    packets = data.draw(GENERATION)
    stream, index = data.draw(damaged(packets))
    frames, _ = parse([stream])
    clean, _ = parse([b''.join(packets)])
    assert frames[:index] == clean[:index]
    after = clean[index + 1:]
    assert frames[len(frames) - len(after):] == after


@settings(max_examples=200)
@given(st.data())
def test_chunking_changes_nothing_after_damage_either(data):
    stream, _ = data.draw(damaged(data.draw(GENERATION)))
    whole, one = parse([stream])
    pieces, other = parse(cut(stream, data.draw(st.lists(st.integers(0, 10**6), max_size=20))))
    assert pieces == whole
    assert other.counts == one.counts


def test_a_last_frame_that_is_damaged_counts_the_same_junk_in_pieces():
    stream = b''.join(SDK1[:-1]) + SDK1[-1][:32] + bytes(4) + SDK1[-1][36:]
    pieces = [stream[:-28], stream[-28:]]
    assert parse(pieces)[1].counts == parse([stream])[1].counts


@settings(max_examples=200)
@given(st.lists(st.one_of(st.binary(max_size=300), st.just(MAGIC), st.sampled_from([p[:60] for p in SDK1 + SDK3])),
                max_size=30))
def test_random_bytes_never_raise_and_the_buffer_stays_small(chunks):
    _, parser = parse(chunks)
    # Whatever came, a few whole frames later everything is in place again.
    parser.feed(bytes(70_000), 0)
    assert [frame.number for frame in parser.feed(b''.join(SDK1), 0)] == list(range(1, len(SDK1) + 1))


@given(st.integers(1, 5000), st.binary(min_size=8, max_size=8).filter(lambda data: data != MAGIC))
def test_noise_without_a_magic_word_is_not_kept(count, noise):
    parser = FrameParser(0.5)
    stream = noise * count
    if MAGIC in stream:
        return
    parser.feed(stream, 0)
    assert parser.counts.junk_bytes >= len(stream) - len(MAGIC) - MAX_PADDING


def test_points_of_sdk3_survive_bit_for_bit():
    (_, points), *_ = parse([SDK3[0]])[0]
    assert np.frombuffer(points, 'f4').reshape(-1, 5)[:, 3].tolist() == WALK[0]['velocity'].astype('f4').tolist()
