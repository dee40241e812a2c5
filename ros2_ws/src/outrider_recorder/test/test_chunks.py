"""Chunks that a reader refuses, and that our own writer makes none of them."""

import os
import struct
import zlib

import lz4.frame
import pytest
import zstandard
from mcap.opcode import Opcode
from mcap.records import Chunk
from recorder_helpers import make_topic, messages

from outrider_recorder import chunks, ride, walk
from outrider_recorder.segment import Message, Segment


def chunk(data, how='lz4', size=None, crc=None, packed=None):
    if packed is None:
        packed = {'lz4': lz4.frame.compress, 'zstd': zstandard.compress, '': bytes}[how](data)
    return Chunk(compression=how, data=packed, message_start_time=0, message_end_time=0,
                 uncompressed_crc=zlib.crc32(data) if crc is None else crc,
                 uncompressed_size=len(data) if size is None else size)


@pytest.mark.parametrize('how', ['lz4', 'zstd', ''])
def test_an_honest_chunk_is_opened(how):
    data = os.urandom(5000)
    assert chunks.opened(chunk(data, how)) == data
    assert chunks.opened(chunk(b'', how)) == b''


@pytest.mark.parametrize(('made', 'why'), [
    (lambda: chunk(b'x' * 100, size=257 << 20), 'MiB'),
    (lambda: chunk(bytes(1 << 20)), ':1'),
    (lambda: chunk(bytes(1 << 20), 'zstd'), ':1'),
    (lambda: chunk(os.urandom(5000), size=4000), 'another number'),
    (lambda: chunk(os.urandom(5000), size=6000), 'another number'),
    (lambda: chunk(b'x' * 100, crc=1), 'checksum'),
    (lambda: chunk(b'x' * 100, packed=b'nothing of the kind'), 'unpack'),
    (lambda: chunk(b'x' * 100, 'zstd', packed=b'nothing of the kind'), 'unpack'),
    (lambda: Chunk(compression='xz', data=b'', message_start_time=0, message_end_time=0, uncompressed_crc=0,
                   uncompressed_size=0), "'xz'"),
])
def test_what_is_too_large_packed_too_well_or_not_what_it_says_is_refused(made, why):
    with pytest.raises(chunks.RefusedError, match=why):
        chunks.opened(made())


@pytest.mark.parametrize('how', ['lz4', 'zstd'])
def test_a_bomb_with_a_modest_label_takes_no_more_memory_than_the_label(how):
    bomb = {'lz4': lz4.frame.compress, 'zstd': zstandard.compress}[how](bytes(64 << 20))
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(chunks.RefusedError):
        chunks.opened(chunk(b'', how, size=50_000, crc=0, packed=bomb))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 << 20


@pytest.mark.parametrize('size', [5000, 40_000, 203_520, 814_080])
@pytest.mark.parametrize('fill', ['zeros', 'half', 'pattern', 'edges'])
def test_no_chunk_of_our_own_is_refused_whatever_an_image_shows(rides, size, fill):
    data = {'zeros': bytes(size), 'half': os.urandom(size // 2) + bytes(size - size // 2),
            'pattern': b'\xe8\x03' * (size // 2), 'edges': bytes(size // 2 - 50) + os.urandom(100) + bytes(size // 2)}
    segment = Segment(ride.create(rides, 'a'), 0)
    topic, other = make_topic('/camera/depth/image', 'sensor_msgs/msg/Image'), make_topic()
    for number in range(40):
        segment.write(Message(topic, number, number, number, data[fill]))
        segment.write(Message(other, number, number, number, os.urandom(8)))
        if number % 9 == 0:
            segment.flush()
    segment.finish()
    segment.keep()
    with segment.path.open('rb') as file:
        found = [record for record in walk.records(file) if type(record).__name__ == 'Message']
    assert len(found) == 80
    assert [one.data for one in messages(segment.path, '/camera/depth/image')] == [data[fill]] * 40


def test_ordinary_messages_are_packed_again_after_one_that_was_not(rides):
    segment = Segment(ride.create(rides, 'a'), 0)
    topic = make_topic()
    segment.write(Message(topic, 0, 0, 0, bytes(100_000)))
    segment.flush()
    for number in range(100):
        segment.write(Message(topic, number, 0, 0, os.urandom(10) * 50))
    segment.finish()
    segment.keep()
    data, place, seen = segment.path.read_bytes(), len(walk.MAGIC), []
    while place + walk.HEAD.size <= len(data) - 8:
        opcode, length = walk.HEAD.unpack_from(data, place)
        if opcode == Opcode.CHUNK:
            (name,) = struct.unpack_from('<I', data, place + walk.HEAD.size + 28)
            seen.append(name)
        place += walk.HEAD.size + length
    assert seen == [0, 3]  # '' and 'lz4'
