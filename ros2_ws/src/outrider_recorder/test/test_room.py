"""What goes when space runs short, and what never does: marked minutes, the open segment, anything that is not ours."""

import json
import os
import subprocess

import pytest

from outrider_recorder import quota, ride, room
from outrider_recorder.housekeeper import Housekeeper
from outrider_recorder.quota import Ride, Victim
from outrider_recorder.segment import Message, Segment

MB = 1_000_000
S = 1_000_000_000


def seen(name, count, kept=(), derived=(), opened=False):
    return Ride(name, tuple(quota.Segment(f'segment_{n:03d}.mcap', n, 10) for n in range(count)), frozenset(kept),
                derived, count * 10, opened)


def names(victims):
    return [(victim.ride, victim.name) for victim in victims]


def test_the_oldest_ride_s_segments_go_first_until_it_is_enough():
    assert names(quota.plan([seen('a', 2), seen('b', 2)], 25)) == [
        ('a', 'segment_000.mcap'), ('a', 'segment_001.mcap'), ('b', 'segment_000.mcap')]
    assert quota.plan([seen('a', 2)], 0) == []


def test_marked_ones_and_the_one_before_stay():
    assert names(quota.plan([seen('a', 6, kept={2, 3})], 1000)) == [
        ('a', f'segment_00{n}.mcap') for n in (0, 1, 4, 5)]


def test_what_can_be_made_again_goes_before_what_cannot():
    (first, *_) = quota.plan([seen('a', 2, derived=(('ride.rrd', 30),))], 1000)
    assert first == Victim('a', 'ride.rrd', 30)


def test_of_the_open_ride_the_newest_and_what_grows_stay():
    assert names(quota.plan([seen('a', 5, derived=(('ride.rrd', 30),), opened=True)], 1000)) == [
        ('a', 'segment_000.mcap'), ('a', 'segment_001.mcap'), ('a', 'segment_002.mcap')]


@pytest.mark.parametrize(('total', 'free', 'limit', 'floor', 'excess'), [
    (100, 1000, 0, 50, 0), (100, 1000, 100, 50, 0), (150, 1000, 100, 50, 52), (100, 40, 0, 100, 85),
    (150, 40, 100, 100, 85), (0, 0, 0, 0, 0)])
def test_the_excess_is_the_larger_of_both(total, free, limit, floor, excess):
    assert quota.excess(total, free, limit, floor) == excess


def made(rides, name, start_s, count=3, marks=(), **info):
    folder = ride.create(rides, name)
    ride.write_info(folder, {'format': 1, 'start_ns': start_s * S, **info})
    for number in range(count):
        segment = Segment(folder, number)
        segment.write(Message(TOPIC, number, number + 1, 1, os.urandom(MB)))
        segment.finish()
        segment.keep()
    for number in marks:
        ride.append_line(folder / ride.MARKS_FILE, {'segment': number})
    room.metadata.rewrite(folder)
    return folder


@pytest.fixture(autouse=True)
def topic(count_topic):
    global TOPIC
    TOPIC = count_topic


def test_rides_are_surveyed_by_when_they_were_not_by_their_names(rides):
    made(rides, 'boot-1', 12, clock={'offset_ns': None, 'after_ns': 200 * S})
    made(rides, 'boot-2', 12, clock={'offset_ns': 400 * S})
    made(rides, 'z', 100)
    made(rides, 'b', 200)
    made(rides, 'a', 300)
    assert [one.name for one in room.survey(rides)] == ['z', 'b', 'boot-1', 'a', 'boot-2']


def test_a_ride_tells_what_it_lost_and_stays_a_bag(rides):
    folder = made(rides, 'a', 1, count=4, marks=[2])
    rest = Housekeeper(rides, 100, 0, lambda: 0)
    rest.look(0.0)
    assert sorted(path.name for path in ride.segments(folder)) == ['segment_001.mcap', 'segment_002.mcap']
    assert ride.read_info(folder)['deleted'] == ['segment_000.mcap', 'segment_003.mcap']
    assert room.metadata.counts(folder) == {'/count': 2}
    assert rest.gone.popleft() == {'a': ['segment_000.mcap', 'segment_003.mcap']}
    assert 'marked or open' in rest.alarm


def test_a_ride_of_which_nothing_is_left_goes_as_a_whole(rides):
    made(rides, 'a', 1)
    keep = made(rides, 'b', 2)
    Housekeeper(rides, 3_500_000, 0, lambda: 0).look(0.0)
    assert [path.name for path in rides.iterdir()] == ['b']
    assert len(ride.segments(keep)) == 3


def test_room_is_made_while_a_ride_grows_past_the_quota(rides):
    made(rides, 'a', 1)
    grown = [0]
    rest = Housekeeper(rides, 4 * MB, 0, lambda: grown[0])
    rest.look(0.0)
    assert not rest.gone
    grown[0] = 2 * MB  # not on this disk: what the housekeeper is told
    rest.look(1.0)
    assert not rest.alarm


def test_below_the_floor_rides_go_and_then_there_is_an_alarm(rides):
    made(rides, 'a', 1)
    free = [10]
    rest = Housekeeper(rides, 0, MB, lambda: 0, free=lambda _: free[0])
    for now_s in range(3):
        rest.look(float(now_s))
    assert list(rides.iterdir()) == []
    assert '0 MB are free' in rest.alarm
    assert rest.alarm.count('\n') == 0
    assert (rest.below_floor, rest.has_room) == (True, False)
    free[0] = 100 * MB
    rest.look(9.0)
    assert rest.alarm == ''
    assert (rest.below_floor, rest.has_room) == (False, True)


def everything(folder):
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in sorted(folder.rglob('*'))}


def test_nothing_that_is_not_ours_is_ever_touched(rides, tmp_path):
    outside = made(tmp_path / 'outside', 'victim', 1)
    strange = rides / 'holiday'
    strange.mkdir()
    (strange / 'segment_000.mcap').write_bytes(b'mine')
    (strange / 'ride.json').write_text('["not ours"]')
    (rides / 'linked').symlink_to(outside)
    ours = made(rides, 'a', 1)
    (ours / 'segment_001.mcap').unlink()
    (ours / 'segment_001.mcap').symlink_to(outside / 'segment_000.mcap')
    (ours / 'note.txt').write_text('a word of mine')
    (ours / 'segment_009.mcap').mkdir()
    json_link = ride.create(rides, 'jsonlink')
    (json_link / 'ride.json').symlink_to(outside / 'ride.json')
    (json_link / 'segment_000.mcap').write_bytes(b'kept')
    before, theirs = everything(outside), everything(strange)
    Housekeeper(rides, 1, 0, lambda: 0).look(0.0)
    assert everything(outside) == before
    assert everything(strange) == theirs
    assert (json_link / 'segment_000.mcap').read_bytes() == b'kept'
    assert sorted(path.name for path in ours.iterdir()) == ['note.txt', 'segment_001.mcap', 'segment_009.mcap']
    assert (ours / 'segment_001.mcap').is_symlink()


def test_a_plan_that_names_what_it_should_not_is_not_followed(rides, tmp_path):
    folder = made(rides, 'a', 1)
    (tmp_path / 'precious').write_text('x')
    for name, file in (('a', '../../precious'), ('../rides/a', 'segment_000.mcap'), ('..', 'precious'),
                       ('a', 'ride.json'), ('a', 'segment_000.mcap.part'), ('a', 'note.txt')):
        one = Victim(name, file, 1)
        assert room.delete(rides, [one]) == {}
    assert (tmp_path / 'precious').exists()
    assert len(ride.segments(folder)) == 3


def test_a_mount_is_not_entered(rides):
    folder = made(rides, 'a', 1)
    if subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', str(folder)], capture_output=True, check=False).returncode:
        other = os.open('/dev/shm', os.O_RDONLY | os.O_DIRECTORY)  # where mounting is not allowed: the same answer
        try:
            assert os.fstat(other).st_dev != rides.stat().st_dev
        finally:
            os.close(other)
        return
    try:
        (folder / 'ride.json').write_text(json.dumps({'format': 1, 'start_ns': 1}))
        (folder / 'segment_000.mcap').write_bytes(b'on another disk')
        Housekeeper(rides, 1, 0, lambda: 0).look(0.0)
        assert (folder / 'segment_000.mcap').exists()
        with pytest.raises(ride.RideError):
            ride.find(rides, 'a')
    finally:
        subprocess.run(['umount', str(folder)], check=True)
    assert len(ride.segments(folder)) == 3
