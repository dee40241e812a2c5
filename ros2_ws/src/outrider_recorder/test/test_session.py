"""The recorder without ROS: ring, clip, disk full and freed, dates that come late."""

import json
import os
import threading

import pytest
from recorder_helpers import full_after, make_topic, messages
from test_clock import FLOOR_NS, TODAY_NS, Clocks, S

from outrider_recorder import clerk, recording, repair, ride, room
from outrider_recorder.errors import DiskFullError, RideError
from outrider_recorder.housekeeper import Housekeeper
from outrider_recorder.ring import Ring
from outrider_recorder.segment import Message
from outrider_recorder.session import CLIP_AFTER_S, Outside, Session
from waiting import wait_until

assert FLOOR_NS < TODAY_NS


class Stage:
    """A session with a clock of the test's own, and a topic that counts."""

    def __init__(self, rides, clocks=None, floor=0, quota=0, segment_s=60.0, free=room.free_bytes):
        self.clocks = clocks or Clocks(TODAY_NS, 'network')
        self.topic, self.number, self.said, self.texts = make_topic(), 0, [], {'rig.yaml': 'a'}
        outside = Outside(list, lambda: 0, lambda: {'files': dict(self.texts)}, lambda: self.texts,
                          self.said.append, self.said.append)
        self.session = Session(rides, self.clocks.ride_clock(), Ring(), outside, segment_s=segment_s,
                               keeper=lambda written: Housekeeper(rides, quota, floor, written, free))

    def put(self, seconds, size=100, every_s=0.1):
        for _ in range(round(seconds / every_s)):
            self.clocks.pass_by(every_s)
            self.session.put(Message(self.topic, self.number, self.session.clock.now_ns(), 1, os.urandom(size)))
            self.number += 1

    def tick(self):
        self.session.tick(self.clocks.boot_ns / S)
        self.session.clerk.finish()


@pytest.fixture
def stage(rides):
    staged = Stage(rides)
    yield staged
    staged.session.close()


def counted(folder):
    return [m.sequence for path in ride.segments(folder) for m in messages(path, '/count')]


def raw(folder):
    """Sequences of a ride of which segments may be torn."""
    return [m.sequence for path in ride.segments(folder) for m in repair.salvage(path)]


def test_a_mark_without_a_ride_keeps_the_last_half_minute(rides, stage):
    stage.put(60.0)
    stage.session.mark('person', 'the dog', stage.clocks.boot_ns / S)
    assert stage.session.open
    stage.put(3.0)
    wait_until(lambda: stage.session.status.poured, 'the ring on the disk')
    stage.tick()
    assert stage.session.open
    stage.clocks.pass_by(CLIP_AFTER_S)
    stage.tick()
    assert not stage.session.open
    (folder,) = ride.all_rides(rides)
    got = counted(folder)
    assert got == list(range(len(got)))
    assert 325 <= len(got) <= 331  # 30 s before and 3 s after at 10/s
    info = ride.read_info(folder)
    assert info['by'] == 'mark'
    assert (info['stop_ns'] - info['start_ns']) / S == pytest.approx(38.0, abs=0.3)
    (mark,) = ride.read_marks(folder)
    assert (mark['kind'], mark['note'], mark['segment']) == ('person', 'the dog', 0)
    assert (mark['stamp_ns'] - info['start_ns']) / S == pytest.approx(30.0, abs=0.3)


def test_a_ride_that_begins_by_movement_opens_with_the_ring_and_one_by_a_person_with_now(rides, stage):
    stage.put(10.0)
    first = stage.session.start('movement', ring=True)
    stage.put(1.0)
    stage.session.stop()
    assert len(counted(first)) == 110
    stage.put(10.0)
    second = stage.session.start('person', 'hill')
    stage.put(1.0)
    stage.session.stop()
    assert counted(second) == list(range(10))
    assert ride.read_info(second)['note'] == 'hill'


def test_a_clip_becomes_the_ride_when_one_is_asked_for(rides, stage):
    stage.put(5.0)
    stage.session.mark('urgent', '', 0.0)
    folder = stage.session.start('person', 'home')
    stage.clocks.pass_by(60.0)
    stage.session.tick(60.0)
    assert stage.session.open
    with pytest.raises(RideError, match='is open'):
        stage.session.start('person')
    stage.session.stop()
    assert (ride.read_info(folder)['by'], ride.read_info(folder)['note']) == ('person', 'home')


def test_what_changed_in_the_files_during_a_ride_is_kept_too(rides, stage):
    folder = stage.session.start('person')
    stage.texts = {'rig.yaml': 'a', 'bias.json': '{}'}
    stage.session.add_words('nodes', '/fusion', {'gate': 9.0})
    stage.tick()
    assert ride.read_info(folder)['nodes'] == {'/fusion': {'gate': 9.0}}
    stage.session.stop()
    assert ride.read_info(folder)['files_at_stop'] == {'bias.json': '{}'}


def test_disk_full_then_freed_the_same_ride_goes_on_and_loses_nothing_of_the_last_half_minute(rides):
    with full_after(rides, 24 << 20) as fill:
        fill(os.getpid())
        staged = Stage(rides)
        filler = rides / 'filler'
        filler.write_bytes(bytes(22 << 20))
        folder = staged.session.start('person')
        while staged.session.writing:
            staged.put(0.1, 20_000, every_s=0.01)
            staged.tick()
            assert staged.number < 5000
            wait_until(lambda: not staged.session.writing or len(staged.session._recording._queue) < 500, 'the writer')
        assert 'the disk is full' in staged.session.alarm
        assert staged.session.open
        staged.put(2.0, 1000)
        staged.tick()
        assert not staged.session.writing or not filler.exists()
        filler.unlink()
        staged.tick()
        assert staged.session.writing
        assert staged.session.alarm == ''
        staged.put(2.0, 1000)
        staged.session.close()
        got = raw(folder)
        assert sorted(got) == got
        assert got == list(range(staged.number))
        info = ride.read_info(folder)
        (gap,) = info['gaps']
        assert gap['log_ns_to'] > gap['log_ns_from']
        assert repair.repair_ride(folder)
        assert counted(folder) == list(range(staged.number))


def test_at_the_floor_with_nothing_left_to_remove_the_ride_pauses_with_an_alarm_and_goes_on(rides):
    free = [500_000_000]
    staged = Stage(rides, floor=100_000_000, free=lambda _: free[0])
    folder = staged.session.start('person')
    staged.put(2.0)
    free[0] = 50_000_000
    staged.session.keeper.look(0.0)
    staged.tick()
    assert not staged.session.writing
    assert staged.session.open
    assert '50 MB are free' in staged.session.alarm
    staged.put(2.0)
    staged.tick()
    assert not staged.session.writing
    free[0] = 500_000_000
    staged.session.keeper.look(1.0)
    staged.tick()
    assert staged.session.writing
    staged.put(2.0)
    staged.session.close()
    assert counted(folder) == list(range(60))


def test_no_ride_begins_below_the_floor(rides):
    staged = Stage(rides, floor=100, free=lambda _: 10)
    with pytest.raises(DiskFullError):
        staged.session.start('person')
    staged.session.close()


def test_a_ride_that_begins_in_1970_is_boot_1_and_is_dated_when_the_clock_jumps(rides):
    clocks = Clocks(30 * S)
    staged = Stage(rides, clocks)
    first = staged.session.start('person')
    assert first.name == 'boot-1'
    assert ride.read_info(first)['start_utc'] is None
    assert ride.true_start_ns(ride.read_info(first)) is None
    staged.put(1.0)
    staged.session.mark('person', '', 0.0)
    staged.session.stop()
    second = staged.session.start('person')
    assert second.name == 'boot-2'
    staged.put(1.0)
    clocks.pass_by(1.0, step_s=TODAY_NS / S)
    staged.put(1.0)
    staged.tick()
    staged.session.mark('person', '', 0.0)
    staged.session.stop()
    third = staged.session.start('person')
    staged.session.close()
    infos = {folder.name: info for folder, info in ride.in_order(rides)}
    assert list(infos) == [first.name, second.name, third.name]
    assert third.name == ride.new_id(clocks.real_ns)
    assert ride.true_start_ns(infos['boot-1']) == TODAY_NS + 30 * S
    assert infos['boot-1']['start_utc'] == ride.utc_text(TODAY_NS + 30 * S)
    assert infos['boot-2']['clock']['source'] == 'stepped'
    assert infos['boot-2']['clock']['offset_ns'] == TODAY_NS
    assert len(infos['boot-2']['clock']['steps']) == 1
    times = [m.log_time for m in messages(second / 'segment_000.mcap', '/count')]
    assert all(0 < after - before < 2 * S for before, after in zip(times, times[1:], strict=False))
    assert [mark['utc'] for mark in ride.read_marks(first)] == [None]
    assert ride.read_marks(second)[0]['utc'].startswith(infos['boot-2']['stop_utc'][:10])


def test_gps_dates_the_open_ride(rides):
    clocks = Clocks(TODAY_NS - 86_400 * S)
    staged = Stage(rides, clocks)
    folder = staged.session.start('person')
    staged.session.clock.hear_gps(TODAY_NS, clocks.real_ns)
    staged.tick()
    info = ride.read_info(folder)
    assert (info['clock']['source'], info['start_utc']) == ('gps', ride.utc_text(TODAY_NS))
    staged.session.close()


def test_a_ride_that_nobody_ever_dated_stands_behind_the_newest_that_it_found(rides):
    for name, start in (('2026-10-01T00-00-00Z', TODAY_NS), ('2026-10-05T00-00-00Z', TODAY_NS + 345_600 * S)):
        ride.write_info(ride.create(rides, name), {'format': 1, 'start_ns': start})
    staged = Stage(rides, Clocks(5 * S))
    staged.session.start('person')
    staged.session.close()
    ride.write_info(ride.create(rides, 'later'), {'format': 1, 'start_ns': TODAY_NS + 400_000 * S})
    assert [folder.name for folder, _ in ride.in_order(rides)] == [
        '2026-10-01T00-00-00Z', '2026-10-05T00-00-00Z', 'boot-1', 'later']


def test_the_open_ride_gives_way_to_its_quota_and_says_what_went(rides):
    staged = Stage(rides, quota=3_000_000, segment_s=0.2)
    folder = staged.session.start('person')
    for _ in range(12):
        number = staged.session.status.segment
        staged.put(0.5, 100_000)
        wait_until(lambda number=number: staged.session.status.segment > number, 'the next segment')
    staged.session.keeper.look(1e6)
    staged.tick()
    staged.session.close()
    left = [path.name for path in ride.segments(folder)]
    info = ride.read_info(folder)
    assert 'segment_000.mcap' in info['deleted']
    assert not set(info['deleted']) & set(left)
    assert sum(path.stat().st_size for path in ride.segments(folder)) < 4_000_000
    told = json.loads(next(line for line in (folder / 'metadata.yaml').read_text().splitlines()
                           if 'relative_file_paths' in line).split(': ', 1)[1])
    assert told == left


def test_a_mark_waits_for_no_disk(rides, stage, monkeypatch):
    gate = threading.Event()
    append = ride.append_line
    monkeypatch.setattr(ride, 'append_line', lambda path, record: (gate.wait(20.0), append(path, record)))
    folder = stage.session.start('person')
    stage.session.mark('person', 'a', 0.0)
    stage.put(1.0)
    gate.set()
    stage.session.stop()
    assert [mark['note'] for mark in ride.read_marks(folder)] == ['a']


def test_a_small_file_that_cannot_be_written_is_an_alarm_until_one_can(rides, stage, monkeypatch):
    def full(path, record):
        raise OSError(28, 'No space left on device')

    stage.session.start('person')
    with monkeypatch.context() as patched:
        patched.setattr(ride, 'append_line', full)
        stage.session.mark('person', 'a', 0.0)
        stage.session.clerk.finish()
        assert 'No space left on device while writing' in stage.session.alarm
    stage.session.mark('person', 'b', 0.0)
    stage.session.clerk.finish()
    assert stage.session.alarm == ''


def test_a_mark_on_a_full_disk_is_written_when_there_is_room(rides, stage, monkeypatch):
    monkeypatch.setattr(clerk, 'RETRY_S', 0.01)
    append, tried = ride.append_line, []

    def full_twice(path, record):
        tried.append(1)
        if len(tried) < 3:
            raise OSError(28, 'No space left on device')
        append(path, record)

    monkeypatch.setattr(ride, 'append_line', full_twice)
    folder = stage.session.start('person')
    stage.session.mark('person', 'a', 0.0)
    wait_until(lambda: len(tried) == 3 and not stage.session.alarm, 'the third try')
    assert [mark['note'] for mark in ride.read_marks(folder)] == ['a']


def test_a_ride_that_cannot_begin_leaves_nothing_behind_and_the_ring_as_it_was(rides, stage, monkeypatch):
    def full(folder, number):
        raise OSError(28, 'No space left on device')

    stage.put(5.0)
    with monkeypatch.context() as patched:
        patched.setattr(recording, 'Segment', full)
        with pytest.raises(DiskFullError):
            stage.session.start('movement', ring=True)
    assert list(rides.iterdir()) == []
    assert 'cannot be written' in stage.session.alarm
    folder = stage.session.start('movement', ring=True)
    stage.session.stop()
    assert counted(folder) == list(range(50))
    assert stage.session.alarm == ''
