import array
import json
import os
import signal

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import HazardArray, TrackArray
from outrider_interfaces.srv import MarkRide, StartRecording, StopRecording
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from recorder_helpers import cloud, ends, full_after, hazards, messages, only, state_of, streamed, tracks
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import UInt32

from outrider_node import qos


def test_known_messages_come_back_byte_for_byte(recorder, ros, rides):
    makers = {'radar/points': cloud, 'tracks': tracks, 'hazards': hazards}
    kinds = {'radar/points': PointCloud2, 'tracks': TrackArray, 'hazards': HazardArray}
    publishers = {name: ros.node.create_publisher(kinds[name], name, QoSProfile(depth=500)) for name in makers}
    process = recorder()
    for publisher in publishers.values():
        ros.matched(publisher)
    states = state_of(ros)
    sent = {name: [(make(number), serialize_message(make(number))) for number in range(120)]
            for name, make in makers.items()}
    for number in range(120):
        for name, publisher in publishers.items():
            publisher.publish(sent[name][number][1])
    ros.until(lambda: states and states[-1].messages_written >= 360, 'all of them in the ride')
    ends(process)
    folder = only(rides)
    for name, made in sent.items():
        read = messages(folder / 'segment_000.mcap', f'/{name}')
        assert [m.sequence for m in read] == list(range(120))
        for record, (message, data) in zip(read, made, strict=True):
            assert record.data == data + bytes(-len(data) % 4)  # the wire ends on a multiple of four
            assert record.publish_time == message.header.stamp.sec * 1_000_000_000 + message.header.stamp.nanosec
            assert record.log_time > record.publish_time
    info = json.loads((folder / 'ride.json').read_text())
    assert info['stop_utc'] > info['start_utc']
    assert info['dropped'] == info['lost'] == 0
    assert info['version']
    assert info['parameters']['segment_s'] == 60.0


def test_configuration_files_are_kept_word_for_word(recorder, rides, tmp_path):
    (tmp_path / 'rig.yaml').write_text('wheel: 0.34  # m\n')
    ends(recorder(f'files:=["{tmp_path}/rig.yaml", "{tmp_path}/gone.yaml"]', 'note:="to the lake"'))
    info = json.loads((only(rides) / 'ride.json').read_text())
    assert info['files'][f'{tmp_path}/rig.yaml'] == 'wheel: 0.34  # m\n'
    assert 'not readable' in info['files'][f'{tmp_path}/gone.yaml']
    assert info['note'] == 'to the lake'


def test_services_start_mark_and_stop(recorder, ros, rides):
    process = recorder('record:=manual', until=None)
    clients = {name: ros.node.create_client(kind, f'recorder/{name}')
               for name, kind in (('start', StartRecording), ('stop', StopRecording), ('mark', MarkRide))}

    def ask(name, **fields):
        future = clients[name].call_async(clients[name].srv_type.Request(**fields))
        ros.until(future.done, f'the answer to {name}')
        return future.result()

    ros.until(lambda: all(client.service_is_ready() for client in clients.values()), 'the services')
    assert not ask('stop').success
    started = ask('start', note='hill')
    assert started.success
    assert not ask('start').success
    marked = ask('mark', note='the dog')
    assert (marked.success, marked.ride) == (True, started.ride)
    assert ask('stop').success
    assert ask('start').ride not in ('', started.ride)  # within the same second: a suffix
    ends(process, signal.SIGTERM)
    folder = rides / started.ride
    mark = json.loads((folder / 'marks.jsonl').read_text())
    assert (mark['note'], mark['segment']) == ('the dog', 0)
    assert mark['stamp_ns'] == marked.stamp.sec * 1_000_000_000 + marked.stamp.nanosec
    assert json.loads((folder / 'ride.json').read_text())['note'] == 'hill'
    assert len(list(rides.iterdir())) == 2


def test_a_ride_that_exists_is_refused_by_name(recorder, rides):
    (rides / 'mine').mkdir()
    process = recorder('ride:=mine', until=None)
    assert process.wait() == 2
    assert 'recorder: ride mine exists' in process.output
    assert 'Traceback' not in process.output
    assert list((rides / 'mine').iterdir()) == []


def test_a_best_effort_publisher_beside_a_reliable_one_is_heard(recorder, ros, rides):
    reliable = ros.node.create_publisher(UInt32, 'count', qos.SENSOR)
    process = recorder()
    ros.matched(reliable)
    weak = ros.node.create_publisher(UInt32, 'count', QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT))
    ros.matched(weak)
    ros.matched(reliable)
    states = state_of(ros)
    ros.until(lambda: states, 'the state')
    before = states[-1].messages_written
    for publisher in (weak, reliable):
        publisher.publish(UInt32(data=7))
    ros.until(lambda: states[-1].messages_written >= before + 2, 'both')
    ends(process)
    assert len(messages(only(rides) / 'segment_000.mcap', '/count')) == 2


def test_excluded_and_hidden_topics_are_left_out(recorder, ros, rides):
    names = ('keep/a', 'leave/b', '_hidden')
    publishers = {name: ros.node.create_publisher(UInt32, name, qos.STATE) for name in names}
    for publisher in publishers.values():
        publisher.publish(UInt32(data=1))
    process = recorder('exclude:=["/leave/*"]')
    ros.matched(publishers['keep/a'])
    states = state_of(ros)
    ros.until(lambda: any(state.messages_written > 2 for state in states), 'messages in the ride')
    ends(process)
    assert [len(messages(only(rides) / 'segment_000.mcap', f'/{name}')) for name in names] == [1, 0, 0]


def test_latched_words_said_before_the_ride_open_it(recorder, ros, rides):
    publisher = ros.node.create_publisher(UInt32, 'latched', qos.STATE)
    publisher.publish(UInt32(data=5))
    process = recorder('record:=manual', until=None)
    ros.matched(publisher)
    client = ros.node.create_client(StartRecording, 'recorder/start')
    ros.until(client.service_is_ready, 'the service')
    for _ in range(2):  # heard before the first, long known at the second
        future = client.call_async(StartRecording.Request())
        ros.until(future.done, 'the answer')
        stop = ros.node.create_client(StopRecording, 'recorder/stop')
        ros.until(stop.service_is_ready, 'the service')
        ended = stop.call_async(StopRecording.Request())
        ros.until(ended.done, 'the answer')
    ends(process)
    last = sorted(rides.iterdir())[-1]
    assert [m.data for m in messages(last / 'segment_000.mcap', '/latched')] == [serialize_message(UInt32(data=5))]


def test_kill_9_loses_at_most_the_open_chunk_and_the_next_start_repairs(recorder, ros, rides):
    publisher = ros.node.create_publisher(UInt32, 'count', qos.SENSOR)
    process = recorder()
    ros.matched(publisher)
    states = state_of(ros)
    sent = [0]

    def tick():
        publisher.publish(UInt32(data=sent[0]))
        sent[0] += 1

    timer = ros.node.create_timer(0.01, tick)
    ros.until(lambda: sent[0] >= 150 and states, '1.5 s of messages')
    process.kill()
    timer.cancel()
    part = only(rides) / 'segment_000.mcap.part'
    got = streamed(part)['/count']
    assert got == list(range(len(got)))
    assert sent[0] - len(got) <= 60  # 0.6 s at 100 Hz
    again = recorder()
    again.says('repaired')
    ends(again)
    first = min(rides.iterdir())
    assert [m.sequence for m in messages(first / 'segment_000.mcap', '/count')] == got


def test_disk_full_is_an_alarm_and_not_the_end_of_the_node(recorder, ros, rides):
    with full_after(rides, 400 << 10) as fill:
        publisher = ros.node.create_publisher(PointCloud2, 'radar/points', qos.SENSOR)
        process = recorder('floor_mb:=0.0')
        fill(process.popen.pid)
        ros.matched(publisher)
        states = state_of(ros)
        diagnosed = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
        noise = cloud(0)

        def send():
            noise.data = array.array('B', os.urandom(4000))
            publisher.publish(noise)

        timer = ros.node.create_timer(0.01, send)
        ros.until(lambda: states and states[-1].alarm, 'the alarm')
        timer.cancel()
        assert 'the disk is full' in states[-1].alarm
        assert not states[-1].recording
        ros.until(lambda: any(status.level == b'\x02' and 'the disk is full' in status.message
                              for said in diagnosed for status in said.status), 'the diagnostic')
        got = streamed(only(rides) / 'segment_000.mcap.part')['/radar/points']
        assert got == list(range(len(got)))
        assert got
        ends(process)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signals_at_any_moment_leave_nothing_open(recorder, rides, number):
    for wait_for in (None, 'recording'):
        process = recorder(until=wait_for)
        process.signal(number)
        process.wait(10.0)
    assert not list(rides.glob('*/*.part'))


def test_what_a_latched_topic_replaced_while_the_recorder_joined_is_no_loss(recorder, ros, rides):
    process = recorder()
    states = state_of(ros)
    publishers = [ros.node.create_publisher(UInt32, f'state{number}', qos.STATE) for number in range(8)]
    sent = [0]

    def tick():
        sent[0] += 1
        for publisher in publishers:
            publisher.publish(UInt32(data=sent[0]))

    timer = ros.node.create_timer(0.002, tick)
    for publisher in publishers:
        ros.matched(publisher)
    ros.until(lambda: sent[0] >= 300, 'messages that come')
    timer.cancel()
    seen = len(states)
    ros.until(lambda: len(states) >= seen + 4, 'states from after the doubt')
    assert states[-1].messages_written > len(publishers)
    assert states[-1].messages_lost == 0
    ends(process)
    assert json.loads((only(rides) / 'ride.json').read_text())['lost'] == 0
