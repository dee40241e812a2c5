"""The recorder that acts by itself: movement, marks, the pad, a full disk, a clock that was never set."""

import contextlib
import json
import os
import threading

import pytest
import rclpy
from geometry_msgs.msg import TwistWithCovarianceStamped
from outrider_interfaces.msg import Alert, AlertArray, ClosePass, Hazard, HazardArray, MotorState, TrackArray
from outrider_interfaces.srv import MarkRide, StartRecording, StopRecording
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from recorder_helpers import ends, full_after, messages, only, settled, state_of
from sensor_msgs.msg import Joy, TimeReference
from std_msgs.msg import UInt32
from test_clock import TODAY_NS, Clocks, S

from outrider_node import qos
from outrider_recorder import repair, ride
from outrider_recorder.recorder_node import Recorder


def ask(ros, kind, name, **fields):
    client = ros.node.create_client(kind, f'recorder/{name}')
    ros.until(client.service_is_ready, f'the service {name}')
    future = client.call_async(kind.Request(**fields))
    ros.until(future.done, f'the answer to {name}')
    return future.result()


def speed(source, mps):
    if source == 'fusion':
        message = TrackArray(ego_velocity_valid=True)
        message.ego_velocity.x = mps
    elif source == 'gps':
        message = TwistWithCovarianceStamped()
        message.twist.twist.linear.x, message.twist.twist.linear.y = mps * 0.6, mps * 0.8
    else:
        message = MotorState(present=[True, False], erpm=[-mps * 700.0, 9e9], erpm_per_mps=700.0)
    return message


@pytest.mark.parametrize(('source', 'kind', 'topic'), [
    ('fusion', TrackArray, 'tracks'), ('gps', TwistWithCovarianceStamped, 'gps/velocity'),
    ('wheels', MotorState, 'motors/state')])
def test_a_ride_begins_with_movement_and_ends_with_standstill(recorder, ros, rides, source, kind, topic):
    process = recorder('record:=auto', 'standstill_s:=2.0', until=None)
    publisher = ros.node.create_publisher(kind, topic, qos.SENSOR)
    states = state_of(ros)
    ros.matched(publisher)
    ros.until(lambda: states, 'the state')
    assert (states[-1].recording, states[-1].waiting, states[-1].mode) == (False, True, 'auto')
    now = [0.0]
    timer = ros.node.create_timer(0.05, lambda: publisher.publish(speed(source, now[0])))
    ros.until(lambda: states[-1].ring_s > 0.5, 'messages in the ring')
    assert not any(state.recording for state in states)
    now[0] = 4.0
    ros.until(lambda: states[-1].recording, 'a ride')
    now[0] = 0.05
    ros.until(lambda: not states[-1].recording, 'its end')
    timer.cancel()
    ends(process)
    info = ride.read_info(only(rides))
    assert (info['by'], info['mode']) == ('movement', 'auto')
    got = [m.sequence for m in messages(only(rides) / 'segment_000.mcap', f'/{topic}')]
    assert got == list(range(len(got)))
    assert len(got) > 60


def test_a_simulated_machine_is_recorded_from_its_first_frame(recorder, ros, rides):
    process = recorder('record:=auto', 'simulated:=true')
    ends(process)
    assert ride.read_info(only(rides))['simulated'] is True


def test_manual_records_when_asked_only(recorder, ros, rides):
    process = recorder('record:=manual', until=None)
    moving = ros.node.create_publisher(MotorState, 'motors/state', qos.STATE)
    urgent = ros.node.create_publisher(HazardArray, 'hazards', qos.SENSOR)
    states = state_of(ros)
    ros.matched(moving)
    ros.matched(urgent)
    for _ in range(30):
        moving.publish(speed('wheels', 5.0))
        urgent.publish(HazardArray(hazards=[Hazard(track_id=1, level=Hazard.LEVEL_URGENT)]))
        ros.executor.spin_once(timeout_sec=0.05)
    settled(ros)
    assert not any(state.recording for state in states)
    assert not rides.exists() or not list(rides.iterdir())
    ends(process)


def test_urgent_hazards_and_close_passes_mark_and_not_too_often(recorder, ros, rides):
    process = recorder()
    hazards = ros.node.create_publisher(HazardArray, 'hazards', qos.SENSOR)
    passes = ros.node.create_publisher(ClosePass, 'close_passes', qos.EVENT)
    states = state_of(ros)
    ros.matched(hazards)
    ros.matched(passes)
    hazards.publish(HazardArray(hazards=[Hazard(track_id=3, level=Hazard.LEVEL_WARN)]))
    hazards.publish(HazardArray(hazards=[Hazard(track_id=3, level=Hazard.LEVEL_URGENT, distance_m=4.0)]))
    ros.until(lambda: states and states[-1].marks == 1, 'the mark')
    passes.publish(ClosePass(track_id=3, clearance_m=0.7))
    settled(ros)
    ends(process)
    (mark,) = ride.read_marks(only(rides))
    assert (mark['kind'], mark['track_id'], mark['segment']) == ('urgent', 3, 0)
    assert '4.0 m' in mark['note']


def test_an_urgent_alert_marks(recorder, ros, rides):
    process = recorder()
    publisher = ros.node.create_publisher(AlertArray, 'alerts', qos.STATE)
    states = state_of(ros)
    ros.matched(publisher)
    publisher.publish(AlertArray(alerts=[Alert(name='car', text='CAR 4 m', level=Alert.LEVEL_URGENT)]))
    ros.until(lambda: states and states[-1].marks == 1, 'the mark')
    ends(process)
    assert ride.read_marks(only(rides))[0]['note'] == 'urgent: CAR 4 m'


def test_a_mark_without_a_ride_keeps_what_went_before(recorder, ros, rides):
    process = recorder('record:=manual', until=None)
    publisher = ros.node.create_publisher(UInt32, 'count', QoSProfile(depth=500))
    states = state_of(ros)
    ros.matched(publisher)
    for number in range(200):
        publisher.publish(UInt32(data=number))
    ros.until(lambda: states and states[-1].ring_s > 0.0, 'the ring')
    settled(ros)
    answer = ask(ros, MarkRide, 'mark', note='a shout')
    assert answer.success
    assert 'are kept as' in answer.message
    ros.until(lambda: states[-1].recording, 'the clip')
    ros.until(lambda: not states[-1].recording, 'its end')
    ends(process)
    folder = rides / answer.ride
    assert len(messages(folder / 'segment_000.mcap', '/count')) == 200
    assert [mark['note'] for mark in ride.read_marks(folder)] == ['a shout']


def test_a_tap_of_the_pad_marks_and_two_seconds_end_the_ride(recorder, ros, rides):
    process = recorder('mark_button:=9')
    publisher = ros.node.create_publisher(Joy, 'joy', qos.COMMAND)
    states = state_of(ros)
    ros.matched(publisher)
    down = [False]
    timer = ros.node.create_timer(0.02, lambda: publisher.publish(Joy(buttons=[0] * 9 + [int(down[0])])))
    ros.until(lambda: states and states[-1].recording, 'the ride')
    down[0] = True
    for _ in range(8):
        ros.executor.spin_once(timeout_sec=0.05)
    down[0] = False
    ros.until(lambda: states[-1].marks == 1, 'the mark')
    down[0] = True
    ros.until(lambda: not states[-1].recording, 'the end of the ride')
    timer.cancel()
    ends(process)
    assert [mark['kind'] for mark in ride.read_marks(only(rides))] == ['pad']


def test_a_person_s_stop_outranks_movement(recorder, ros, rides):
    process = recorder('record:=auto', 'standstill_s:=60.0', until=None)
    publisher = ros.node.create_publisher(MotorState, 'motors/state', qos.STATE)
    states = state_of(ros)
    ros.matched(publisher)
    timer = ros.node.create_timer(0.05, lambda: publisher.publish(speed('wheels', 4.0)))
    ros.until(lambda: states and states[-1].recording, 'a ride')
    assert ask(ros, StopRecording, 'stop').success
    seen = len(states)
    ros.until(lambda: len(states) > seen + 3, 'seconds of movement')
    assert not states[-1].recording
    assert not states[-1].waiting
    assert ask(ros, StartRecording, 'start', note='again').success
    timer.cancel()
    ends(process)
    assert len(list(rides.iterdir())) == 2


def test_a_full_disk_that_is_freed_is_recorded_on_by_itself(recorder, ros, rides):
    with full_after(rides, 20 << 20) as fill:
        publisher = ros.node.create_publisher(UInt32, 'count', QoSProfile(depth=500))
        process = recorder('floor_mb:=0.0', until='recording')
        fill(process.popen.pid)
        states, sent = state_of(ros), [0]
        ros.matched(publisher)

        def tick():
            publisher.publish(UInt32(data=sent[0]))
            sent[0] += 1

        timer = ros.node.create_timer(0.01, tick)
        ros.until(lambda: states and states[-1].messages_written > 50, 'messages on the disk')
        filler = os.open(rides / 'filler', os.O_WRONLY | os.O_CREAT, 0o600)
        with contextlib.suppress(OSError):
            while True:
                os.write(filler, bytes(4096))
        os.close(filler)
        ros.until(lambda: 'the disk is full' in states[-1].alarm, 'the alarm')
        assert (states[-1].recording, states[-1].waiting) == (False, True)
        assert states[-1].ride
        seen = len(states)
        ros.until(lambda: len(states) > seen + 2, 'two seconds more')
        (rides / 'filler').unlink()
        ros.until(lambda: states[-1].recording, 'the ride going on')
        assert states[-1].alarm == ''
        timer.cancel()
        settled(ros)
        ends(process)
        (folder,) = ride.all_rides(rides)
        repair.repair_ride(folder)
        got = [m.sequence for path in ride.segments(folder) for m in messages(path, '/count')]
        assert got == list(range(sent[0]))
        assert len(ride.read_info(folder)['gaps']) == 1


class Own:
    """A recorder node in this process, on a clock of the test's own."""

    def __init__(self, rides, clocks):
        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = Recorder(clocks.ride_clock(), context=self.context,
                             parameter_overrides=[Parameter('rides_dir', value=str(rides))])
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def _spin(self):
        while not self._end.is_set():
            self._executor.spin_once(timeout_sec=0.05)

    def close(self):
        self._end.set()
        self._thread.join()
        self.node.close()
        self.node.destroy_node()
        self._executor.shutdown()
        self.context.try_shutdown()


def test_a_ride_in_1970_is_dated_by_gps_and_its_messages_stay_in_order(ros, rides):
    clocks = Clocks(40 * S)
    own = Own(rides, clocks)
    try:
        count = ros.node.create_publisher(UInt32, 'count', QoSProfile(depth=500))
        gps = ros.node.create_publisher(TimeReference, 'gps/time_reference', qos.SENSOR)
        states = state_of(ros)
        ros.matched(count)
        ros.matched(gps)
        ros.until(lambda: states, 'the state')
        assert (states[-1].ride, states[-1].clock_known) == ('boot-1', False)
        count.publish(UInt32(data=0))
        clocks.pass_by(1.0)
        time = TimeReference(source='gps')
        time.header.stamp.sec = clocks.real_ns // S
        time.time_ref.sec = TODAY_NS // S
        gps.publish(time)
        ros.until(lambda: states[-1].clock_known, 'the date')
        clocks.pass_by(1.0, step_s=(TODAY_NS - clocks.real_ns) / S)  # and then somebody sets the clock
        count.publish(UInt32(data=1))
        settled(ros)
    finally:
        own.close()
    folder = only(rides)
    info = ride.read_info(folder)
    assert folder.name == 'boot-1'
    assert info['clock']['source'] == 'gps'
    assert info['start_utc'] == ride.utc_text(TODAY_NS - S)
    first, second = (m.log_time for m in messages(folder / 'segment_000.mcap', '/count'))
    assert S <= second - first <= 3 * S
    assert len(info['clock']['steps']) == 1


def test_ride_json_holds_what_a_replay_compares(recorder, ros, rides):
    process = recorder('rig:=bicycle', 'profile:=full')
    ros.until(lambda: '/outrider_test' in json.loads((only(rides) / 'ride.json').read_text())['nodes'],
              'the parameters of the node that runs')
    ends(process)
    info = ride.read_info(only(rides))
    assert info['nodes']['/outrider_test']['use_sim_time'] is False
    assert info['cpu']['cores'] == os.cpu_count()
    assert len(info['cpu']['features']) == len(info['lock']) == 64
    assert (info['rig'], info['profile'], info['mode'], info['simulated']) == ('bicycle', 'full', 'start', False)
    assert info['numpy'][0] in '12'
    assert info['parameters']['profile'] == 'full'
