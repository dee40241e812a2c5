"""The record is read back to its last message, and what is broken is named."""

import shutil

import pytest
from mcap.writer import CompressionType, Writer

from outrider_bringup.demo import ride


@pytest.fixture
def folder(tmp_path):
    """A ride of one closed segment: three point messages and one of tracks."""
    made = tmp_path / '2026-11-21T21-30-04Z'
    made.mkdir()
    with (made / 'segment_000.mcap').open('wb') as stream:
        writer = Writer(stream, compression=CompressionType.NONE)
        writer.start(profile='ros2')
        schema = writer.register_schema('any', 'ros2msg', b'')
        for topic, stamps in (('/radar/points', (10, 20, 30)), ('/tracks', (10,))):
            channel = writer.register_channel(topic, 'cdr', schema)
            for stamp in stamps:
                writer.add_message(channel, log_time=stamp + 5, publish_time=stamp, data=b'x' * 100)
        writer.finish()
    return made


def test_a_whole_ride_is_counted_by_topic_and_stamp(folder):
    (folder / 'ride.rrd').write_bytes(b'x' * 7)
    got = ride.read(folder)
    assert got.messages == {'/radar/points': 3, '/tracks': 1}
    assert got.stamps_ns == {10: 1, 20: 1, 30: 1}
    assert (got.broken, got.total, got.rrd_bytes) == ([], 4, 7)
    assert got.record_bytes == (folder / 'segment_000.mcap').stat().st_size


def test_a_cut_segment_is_broken(folder):
    segment = folder / 'segment_000.mcap'
    segment.write_bytes(segment.read_bytes()[:-40])
    assert ride.read(folder).broken


def test_a_flipped_byte_inside_is_broken(folder):
    segment = folder / 'segment_000.mcap'
    data = bytearray(segment.read_bytes())
    data[data.index(b'x' * 100) + 50] ^= 1
    segment.write_bytes(data)
    assert ride.read(folder).broken


def test_an_open_segment_is_named(folder):
    shutil.copy(folder / 'segment_000.mcap', folder / 'segment_001.mcap.part')
    assert ride.read(folder).broken == ['segment_001.mcap.part was not closed']


def test_a_missing_and_an_empty_ride_are_named(tmp_path):
    assert 'is missing' in ride.read(tmp_path / 'none').broken[0]
    assert ride.read(tmp_path).broken == ['no segment']
