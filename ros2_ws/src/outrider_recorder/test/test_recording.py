import os
import threading
import time

import pytest
from recorder_helpers import full_after, in_rerun, make_topic, messages, streamed

from outrider_recorder import recording, ride
from outrider_recorder.recording import Recording
from outrider_recorder.segment import Message, Segment
from waiting import wait_until


def message(topic, number, size=100):
    return Message(topic, number, time.time_ns(), 1_000_000_000 + number, number.to_bytes(4, 'little') * (size // 4))


def test_what_goes_in_comes_out(rides, count_topic):
    folder = ride.create(rides, 'a')
    written = Recording(folder)
    sent = [message(count_topic, number) for number in range(500)]
    for one in sent:
        written.put(one)
    status = written.close()
    assert (status.messages, status.dropped, status.alarm) == (500, 0, '')
    read = messages(folder / 'segment_000.mcap', '/count')
    assert [(m.sequence, m.log_time, m.publish_time, m.data) for m in read] == \
           [(m.sequence, m.log_ns, m.publish_ns, m.data) for m in sent]
    assert not list(folder.glob('*.part'))


def test_next_segment_opens_with_what_late_joiners_need(rides, count_topic):
    latched = make_topic('/tf_static', 'tf2_msgs/msg/TFMessage')
    head = Message(latched, 3, 1, 2, b'\0\1\0\0\0\0\0\0')
    folder = ride.create(rides, 'a')
    written = Recording(folder, segment_s=0.3, heads=lambda: [head])
    number = 0
    while written.status().segment < 2:
        written.put(message(count_topic, number))
        number += 1
        time.sleep(0.002)
    written.close()
    paths = sorted(folder.glob('segment_*.mcap'))
    assert len(paths) >= 3
    got = [m.sequence for path in paths for m in messages(path, '/count')]
    assert got == list(range(number))
    for path in paths:
        (first,) = messages(path, '/tf_static')
        assert (first.sequence, first.publish_time, first.data) == (0, 2, head.data)  # counted in this ride
        assert first.log_time <= min((m.log_time for m in messages(path, '/count')), default=2**63)


def test_the_folder_is_a_rosbag2_bag(rides, count_topic):
    folder = ride.create(rides, 'a')
    qos = ('- history: 3\n  depth: 0\n  reliability: 1\n  durability: 2\n  deadline: {sec: 9223372036, nsec: 854775807}'
           '\n  lifespan: {sec: 9223372036, nsec: 854775807}\n  liveliness: 1\n  liveliness_lease_duration: '
           '{sec: 9223372036, nsec: 854775807}\n  avoid_ros_namespace_conventions: false')
    topic = count_topic.__class__(count_topic.name, count_topic.kind, count_topic.schema, qos)
    written = Recording(folder, segment_s=0.3)
    for number in range(100):
        written.put(message(topic, number))
    wait_until(lambda: written.status().segment == 1, 'the next segment')
    for number in range(100, 150):
        written.put(message(topic, number))
    written.close()
    said = in_rerun("""
import sys
from pathlib import Path
from rosbags.rosbag2 import Reader
with Reader(Path(sys.argv[1])) as bag:
    (connection,) = bag.connections
    assert connection.msgtype == 'std_msgs/msg/UInt32', connection
    assert connection.ext.offered_qos_profiles[0].reliability.name == 'RELIABLE'
    assert bag.message_count == 150 and bag.duration > 0
    print(sum(1 for _ in bag.messages()), len(bag.storage.files if hasattr(bag, 'storage') else bag.files))
""", folder)
    assert said.split()[0] == '150'


def test_a_chunk_is_closed_every_half_second(rides, count_topic):
    folder = ride.create(rides, 'a')
    written = Recording(folder)
    began = time.monotonic()
    written.put(message(count_topic, 0))
    part = folder / 'segment_000.mcap.part'
    wait_until(lambda: '/count' in streamed(part), 'the first chunk')
    assert time.monotonic() - began < 1.5
    written.close()


def test_a_slow_disk_drops_says_so_and_never_stalls_the_caller(rides, count_topic, monkeypatch):
    folder = ride.create(rides, 'a')
    gate = threading.Event()
    write = Segment.write

    def stuck(self, one):
        gate.wait(20)
        write(self, one)

    monkeypatch.setattr(Segment, 'write', stuck)
    written = Recording(folder, queue_bytes=10_000)
    began = time.monotonic()
    for number in range(1000):
        written.put(message(count_topic, number))
    assert time.monotonic() - began < 0.5
    status = written.status()
    assert 880 <= status.dropped <= 900
    assert 'too slow' in status.alarm
    gate.set()
    assert written.close().messages == 1000 - status.dropped


def test_a_stuck_fsync_stalls_neither_caller_nor_writer(rides, count_topic, monkeypatch):
    folder = ride.create(rides, 'a')
    gate = threading.Event()
    monkeypatch.setattr(recording, 'SYNC_S', 0.01)
    monkeypatch.setattr(Segment, 'sync', lambda self: gate.wait(20))
    written = Recording(folder)
    for number in range(100):
        written.put(message(count_topic, number))
    part = folder / 'segment_000.mcap.part'
    wait_until(lambda: streamed(part).get('/count') == list(range(100)), 'all in the file, none synced')
    gate.set()
    written.close()


def test_disk_full_stops_with_an_alarm_and_leaves_what_was_written_readable(rides, count_topic):
    with full_after(rides, 256 << 10) as fill:
        folder = ride.create(rides, 'a')
        fill(os.getpid())
        written = Recording(folder)
        number = 0
        while not written.status().stopped:
            written.put(message(count_topic, number, 0)._replace(data=os.urandom(2000)))
            number += 1
            time.sleep(0.01)
            assert number < 2000
        status = written.close()
        assert 'the disk is full' in status.alarm
        assert '\n' not in status.alarm
        found = streamed(folder / 'segment_000.mcap.part')
        assert found['/count'] == list(range(len(found['/count'])))
        assert len(found['/count']) > 20
        assert not written.put(message(count_topic, number))  # for whoever holds the ring
        assert status.dropped == 0
        assert [one.sequence for one in written.leftover()] == list(range(len(found['/count']), number))


def test_a_segment_is_never_written_over(rides, count_topic):
    folder = ride.create(rides, 'a')
    for name in ('segment_000.mcap', 'segment_001.mcap.part'):
        (folder / name).write_bytes(b'precious')
    for number in (0, 1):
        with pytest.raises(FileExistsError):
            Segment(folder, number)
    assert (folder / 'segment_000.mcap').read_bytes() == b'precious'
