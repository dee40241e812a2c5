"""A ride published again: to real subscribers, at its pace, and what could move a machine only to a simulated one."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import sys
import time

import pytest
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from replay_helpers import RECORDED, copied, foreign, outrider
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Joy, PointCloud2
from tf2_msgs.msg import TFMessage

from outrider_bringup.replay import bag
from outrider_bringup.replay.player import Player
from outrider_node import qos
from outrider_perception.fusion_node import HEARS
from outrider_recorder.recording import Recording
from outrider_recorder.schema import Schemas
from outrider_recorder.segment import Message, Topic
from waiting import wait_until

EVERY = QoSProfile(depth=1000)  # a test that waits for its turn to run loses none
CLOCK = QoSProfile(depth=1000, reliability=ReliabilityPolicy.BEST_EFFORT)


@pytest.fixture
def here():
    """Return the words that publish into the domain of this test."""
    return '--domain', os.environ['ROS_DOMAIN_ID']


def stamp_ns(message):
    return message.header.stamp.sec * 1_000_000_000 + message.header.stamp.nanosec


def seconds(clock):
    return clock.clock.sec + clock.clock.nanosec * 1e-9


def test_every_message_arrives_as_it_was_recorded_with_the_time_beside_it(rides, ros, spawn, here):
    copied(rides, 'golden')
    recorded = [one for one in bag.read(RECORDED / 'golden' / 'segment_000.mcap') if one.topic.name == '/radar/points']
    got = ros.collect(PointCloud2, '/radar/points', EVERY, raw=True)
    clock = ros.collect(Clock, '/clock', CLOCK)
    mounts = ros.collect(TFMessage, '/tf_static', qos.STATIC_FRAMES)
    process = spawn('replay', 'golden', '--speed', '4', *here, module='outrider_bringup')
    ros.until(lambda: len(got) >= len(recorded) and process.popen.poll() is not None, 'the end of the ride', 40.0)
    assert process.wait() == 0, process.output
    assert [bytes(one) for one in got] == [one.data for one in recorded]
    assert 'ROS domain' in process.output
    assert f'{sum(1 for _ in bag.read(RECORDED / "golden" / "segment_000.mcap"))} messages published' in process.output
    assert len(mounts) >= 2
    times = [seconds(one) for one in clock]
    assert times == sorted(times)
    first, last = recorded[0].log_ns * 1e-9, recorded[-1].log_ns * 1e-9
    assert times[0] < first + 1.0
    assert abs(times[-1] - last) < 2.0


def test_from_to_gives_that_part_and_what_was_latched_before_it(rides, ros, spawn, here):
    copied(rides, 'golden')
    found = bag.find(rides, 'golden')
    first, last = found.first_ns + 3 * 10**9, found.first_ns + 4 * 10**9
    want = [one for one in found.messages() if one.topic.name == '/radar/points' and first <= one.log_ns <= last]
    got = ros.collect(PointCloud2, '/radar/points', EVERY, raw=True)
    mounts = ros.collect(TFMessage, '/tf_static', qos.STATIC_FRAMES)
    process = spawn('replay', 'golden', '--from', '3', '--to', '4', *here, module='outrider_bringup')
    ros.until(lambda: process.popen.poll() is not None and len(got) >= len(want), 'its end', 40.0)
    assert [bytes(one) for one in got] == [one.data for one in want]
    assert {sits.child_frame_id for one in mounts for sits in one.transforms} >= {'radar_link', 'imu_link'}


def test_a_loop_begins_again_until_it_is_interrupted(rides, ros, spawn, here):
    copied(rides, 'golden')
    got = ros.collect(PointCloud2, '/radar/points', qos.SENSOR)
    process = spawn('replay', 'golden', '--from', '3', '--to', '3.4', '--loop', *here, module='outrider_bringup')
    ros.until(lambda: len(got) > 20, 'the third time', 40.0)
    process.signal(signal.SIGINT)
    assert process.wait() == 0, process.output
    stamps = [stamp_ns(one) for one in got]
    assert stamps[:len(stamps) // 3] == stamps[len(set(stamps)):len(set(stamps)) + len(stamps) // 3]


def drives(rides):
    """A foreign bag with a pad, the drive's own topics and a camera's light."""
    kinds = {'/joy': Joy(buttons=[1]), '/light': Joy(), '/drive/request': Clock(), '/relays/state': Clock(),
             '/harmless': Clock()}
    messages = [Message(Topic(name, f'{type(one).__module__.split(".")[0]}/msg/{type(one).__name__}', Schemas().text(
        f'{type(one).__module__.split(".")[0]}/msg/{type(one).__name__}')), 0, 10**9 + number * 10**7, 0,
        serialize_message(one)) for number, (name, one) in enumerate(kinds.items())]
    return foreign(rides / 'theirs.mcap', messages)


@pytest.mark.parametrize('simulated', [False, True])
def test_what_could_move_a_machine_is_held_back_and_named_unless_it_is_simulated(rides, ros, spawn, here, simulated):
    path = drives(rides)
    kinds = {'/joy': Joy, '/light': Joy, '/drive/request': Clock, '/relays/state': Clock}
    moving = [ros.collect(kind, name, qos.EVENT) for name, kind in kinds.items()]
    harmless = ros.collect(Clock, '/harmless', qos.EVENT)
    process = spawn('replay', path, *here, *(['--sim'] if simulated else []), module='outrider_bringup')
    ros.until(lambda: harmless and process.popen.poll() is not None, 'its end')
    assert process.wait() == 0, process.output
    assert [len(one) for one in moving] == [int(simulated)] * 4
    named = '/drive/request, /joy, /light, /relays/state' in process.output
    assert named is not simulated


@contextlib.contextmanager
def real_machine(folder, port='/dev/ttyACM0'):
    """Hold the lock of a port as a motors node does."""
    with (folder / 'outrider_ttyACM0_0.lock').open('w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f'{os.getpid()}\n{port}\n')
        file.flush()
        yield


@pytest.mark.parametrize('words', [[], ['--sim']])
def test_nothing_is_published_while_a_real_machine_is_driven(rides, tmp_path, words, here):
    copied(rides, 'golden')
    with real_machine(tmp_path):
        said = outrider('replay', 'golden', *here, *words, TMPDIR=str(tmp_path))
    assert (said.returncode, said.stderr.count('\n')) == (2, 1)
    assert f'process {os.getpid()} drives a real machine on /dev/ttyACM0' in said.stderr
    assert said.stdout == ''


def test_it_ends_within_seconds_of_a_real_machine_coming_up(rides, ros, spawn, tmp_path, here):
    copied(rides, 'golden')
    got = ros.collect(PointCloud2, '/radar/points', qos.SENSOR)
    process = spawn('replay', 'golden', '--loop', *here, module='outrider_bringup', env={'TMPDIR': str(tmp_path)})
    ros.until(lambda: got, 'the first frame')
    with real_machine(tmp_path):
        assert process.wait(5.0) == 2
    assert 'drives a real machine' in process.output


def test_a_simulated_port_is_no_real_machine(rides, tmp_path, here):
    copied(rides, 'golden')
    with real_machine(tmp_path, '/dev/pts/7'):
        said = outrider('replay', 'golden', '--speed', '20', *here, TMPDIR=str(tmp_path))
    assert said.returncode == 0, said.stderr


def test_one_domain_has_one_replay(rides, ros, spawn, tmp_path, here):
    copied(rides, 'golden')
    first = spawn('replay', 'golden', '--loop', *here, module='outrider_bringup')
    first.says('ROS domain')
    said = outrider('replay', 'golden', *here)
    assert (said.returncode, said.stderr.count('\n')) == (2, 1)
    assert 'in use' in said.stderr


def test_the_space_key_pauses_and_goes_on(rides, here):
    copied(rides, 'golden')
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, '-m', 'outrider_bringup', 'replay', 'golden', *here])
    said = b''

    def until(word):
        nonlocal said
        end = time.monotonic() + 30.0
        while word not in said and time.monotonic() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    said += os.read(terminal, 4096)
        assert word in said, said

    try:
        until(b' 1.')
        os.write(terminal, b' ')
        until(b'paused')
        said = b''
        os.write(terminal, b' ')
        until(b' 2.')
        os.write(terminal, b'\x03')
        until(b'messages published')
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def test_what_the_node_says_to_a_replayed_ride_is_run_again_to_the_last_bit(rides, ros, spawn, tmp_path):
    """The whole circle: recorded inputs, the real node, the real recorder, and the replay through the same code."""
    copied(rides, 'golden')
    again = tmp_path / 'again'
    recorder = spawn('--ros-args', '-p', f'rides_dir:={again}', '-p', 'record:=start',
                     module='outrider_recorder.recorder_node')
    recorder.says('recording')
    fusion = spawn(module='outrider_perception.fusion_node')
    ros.until(lambda: ros.node.count_subscribers('/radar/points') and ros.node.count_publishers('/hazards'), 'the node')
    inputs = only_inputs(rides)
    play(bag.find(rides, str(inputs)), int(os.environ['ROS_DOMAIN_ID']))
    for process in (fusion, recorder):
        process.signal(signal.SIGINT)
        assert process.wait() == 0, process.output
    (folder,) = again.iterdir()
    said = outrider('replay', folder.name, '--through', 'perception', '--no-rrd', OUTRIDER_RIDES=str(again))
    assert said.returncode == 0, said.stdout + said.stderr
    assert 'equal to the last bit' in said.stdout


def play(found, domain):
    """Publish a bag once the node and the recorder, which finds topics by and by, listen to all of it."""
    player = Player(found, domain, simulated=False)
    topics = found.topics()
    heard_by_node = sum(topic.strip('/') in {name.strip('/') for name, _, _ in HEARS} for topic in topics)

    def tick(pace, now_ns):
        if not player.sent:
            wait_until(lambda: player.listeners >= len(topics) + heard_by_node, 'everybody to listen', 30.0)
        return True

    try:
        assert player.play(found.first_ns, found.last_ns, 1.0, tick)
    finally:
        player.close()


def only_inputs(rides):
    """The golden ride without what its fusion said."""
    folder = rides / 'golden'
    said = {'/tracks', '/hazards', '/close_passes', '/fusion/inputs', '/fusion/snapshot'}
    inputs = [one for one in bag.read(folder / 'segment_000.mcap') if one.topic.name not in said]
    made = rides / 'inputs'
    made.mkdir()
    written = Recording(made)
    for one in inputs:
        written.put(one)
    written.close()
    return made
