"""What the recorder's figures count, on rides of known content, and short runs of the real thing."""

import os

import numpy as np
import pytest

from outrider_bringup.bench import record, record_count, record_run, subjects
from outrider_bringup.bench.record_count import Chunk, Read, Sync
from outrider_bringup.errors import UserError
from outrider_recorder import ride
from outrider_recorder.segment import Message, Segment, Topic

S = 1_000_000_000
BEGIN = 1_790_000_000 * S
IMU = '/imu/data'
STAMPS = BEGIN + np.arange(0, 10 * S, S // 100, dtype=np.int64)
GIVEN = {IMU: STAMPS}


def read(stamps, sequences=None):
    return {IMU: Read(stamps, np.arange(len(stamps)) if sequences is None else sequences)}


def test_nothing_is_lost_where_all_from_the_first_on_stands_there():
    assert record_count.lost(GIVEN, read(STAMPS[300:])) == 0


def test_a_missing_stamp_a_gap_in_sequences_and_a_missing_end_are_losses():
    assert record_count.lost(GIVEN, read(np.delete(STAMPS, [500, 501]))) == 2
    assert record_count.lost(GIVEN, read(STAMPS, np.delete(np.arange(1001), 7))) == 1
    assert record_count.lost(GIVEN, read(STAMPS[:-3])) == 3
    with pytest.raises(UserError, match='nothing of /imu/data'):
        record_count.lost(GIVEN, read(STAMPS[:0]))


def test_what_a_kill_cost_is_counted_to_the_moment_of_the_kill():
    assert record_count.behind_s(GIVEN, read(STAMPS[:500]), BEGIN + 5 * S + S // 2) == pytest.approx(0.51)
    assert record_count.behind_s(GIVEN, read(STAMPS[:500]), BEGIN + 4 * S) == 0.0


def made(folder, number, begin, end):
    """A segment with a chunk every half second; returns where each ends in the file."""
    segment, ends = Segment(folder, number), []
    topic = Topic(IMU, 'sensor_msgs/msg/Imu', '')
    for place in range(begin, end):
        segment.write(Message(topic, place, int(STAMPS[place]), int(STAMPS[place]), os.urandom(20)))
        if place % 50 == 49:
            segment.flush()
            ends.append(segment.size)
    segment.finish()
    segment.keep()
    return ends


@pytest.fixture
def folder(tmp_path):
    made_folder = ride.create(tmp_path / 'rides', 'a')
    ride.write_info(made_folder, {})
    return made_folder


def test_chunks_are_found_where_they_end(folder):
    ends = made(folder, 0, 0, 500)
    found = record_count.chunks(folder / 'segment_000.mcap', [IMU])
    assert [chunk.end for chunk in found] <= ends  # an index of its messages follows each
    assert [chunk.newest[IMU] for chunk in found] == [int(STAMPS[place]) for place in range(49, 500, 50)]
    assert found[0] == Chunk(found[0].end, {IMU: int(STAMPS[49])})


def test_a_cut_costs_what_no_fsync_had_put_there(folder):
    made(folder, 0, 0, 1000)
    ends = [chunk.end for chunk in record_count.chunks(folder / 'segment_000.mcap', [IMU])]
    part = str(folder / 'segment_000.mcap.part')
    log = [Sync(BEGIN + S // 10, str(folder), names=frozenset({'segment_000.mcap.part'})),
           *(Sync(BEGIN + S + number * S // 2, part, ends[number]) for number in range(18))]
    worst, looked = record_count.power_cut_s(folder, log, GIVEN, 0, 2.0)
    # Before each fsync: the one half a second ago had what was written half a second before that.
    assert worst == pytest.approx(1.01, abs=0.02)
    assert looked == 16
    late = [sync for sync in log if sync.names or sync.at_ns not in (BEGIN + 5 * S, BEGIN + 5 * S + S // 2)]
    assert record_count.power_cut_s(folder, late, GIVEN, 0, 2.0)[0] == pytest.approx(2.01, abs=0.02)


def test_a_segment_whose_name_no_fsync_of_the_folder_put_there_is_lost_with_the_cut(folder):
    made(folder, 0, 0, 500)
    made(folder, 1, 500, 1000)
    every = [(number, [chunk.end for chunk in record_count.chunks(folder / f'segment_00{number}.mcap', [IMU])])
             for number in (0, 1)]
    log = [Sync(BEGIN + S // 10, str(folder), names=frozenset({'segment_000.mcap.part'}))]
    log += [Sync(BEGIN + S + 5 * number * S + place * S // 2, str(folder / f'segment_00{number}.mcap.part'), end)
            for number, ends in every for place, end in enumerate(ends)]
    whole = [*log[:11], Sync(BEGIN + 5 * S + 3 * S // 4, str(folder), names=frozenset(
        {'segment_000.mcap', 'segment_001.mcap.part'})), *log[11:]]
    assert record_count.power_cut_s(folder, whole, GIVEN, 0, 2.0)[0] == pytest.approx(1.01, abs=0.02)
    assert record_count.power_cut_s(folder, log, GIVEN, 0, 2.0)[0] > 4.0


def test_fsyncs_are_read_as_they_were_written(tmp_path):
    (tmp_path / 'log').write_text('7 /ab/segment_000.mcap.part 99\n8 /a ride.json/segment_000.mcap\n')
    assert record_count.syncs(tmp_path / 'log') == [
        Sync(7, '/ab/segment_000.mcap.part', 99), Sync(8, '/a', names=frozenset({'ride.json', 'segment_000.mcap'}))]


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setenv(subjects.SECONDS, '5')
    monkeypatch.setattr(record, 'KILLS', 4)
    monkeypatch.setattr(record, 'FILLED_S', 2.0)


def test_full_load_loses_nothing(short):
    lost, memory = record.load(lambda text: None)
    assert lost.value == 0
    assert memory.extra['most_mb'] < 200.0


def test_kill_9_at_random_moments_costs_at_most_the_open_chunk(short):
    (worst,) = record.kills(lambda text: None)
    assert worst.value <= record.KILL_S


def test_a_power_cut_at_any_moment_costs_little_more_than_a_second(short):
    (worst,) = record.power(lambda text: None)
    assert worst.value <= record.POWER_S


def test_a_ride_that_does_not_fit_is_refused_before_it_begins(monkeypatch):
    monkeypatch.setattr(record_run.shutil, 'disk_usage', lambda path: type('', (), {'free': 1 << 20}))
    with pytest.raises(UserError, match='has 1 MiB left, a ride of 600 s takes'), record_run.stage(600.0):
        pass
