import signal
import sys
import time
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.srv import DescribeParameters, SetParameters
from rclpy.parameter import Parameter
from tf2_msgs.msg import TFMessage

from outrider_node import qos

PROBE = str(Path(__file__).with_name('probe.py'))


def executors():
    try:
        import rclpy.experimental.events_executor  # noqa: F401
    except ImportError:
        return ['single']
    return ['single', 'events']


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('executor', executors())
def test_a_signal_ends_a_node_within_one_second_and_lets_it_close(spawn, executor, number):
    node = spawn(sys.executable, PROBE, executor)
    node.says('spinning')
    asked = time.monotonic()
    node.signal(number)
    assert node.wait(3.0) == 0
    assert time.monotonic() - asked < 1.0
    assert node.output.rstrip().endswith('closed')
    assert 'Traceback' not in node.output


def test_a_node_leaves_the_generator_of_messages_out_and_talks_all_the_same(spawn, ros):
    told = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    node = spawn(sys.executable, '-c', f"""
import atexit, runpy, sys
atexit.register(lambda: print('parser', 'lark.lark' in sys.modules, flush=True))
sys.argv = [{PROBE!r}, 'auto']
runpy.run_path({PROBE!r}, run_name='__main__')
""")
    ros.until(lambda: told, 'its diagnostics')
    node.signal(signal.SIGINT)
    assert node.wait(3.0) == 0
    assert 'parser False' in node.output


@pytest.mark.parametrize('executor', executors())
def test_a_signal_during_start_up_still_ends_it_cleanly(spawn, executor):
    node = spawn(sys.executable, '-c', f"""
import os, signal, sys
sys.path.insert(0, {str(Path(PROBE).parent)!r})
from probe import Probe
from outrider_node import run_node

class Struck(Probe):
    def __init__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        super().__init__()

sys.exit(run_node(Struck, executor={executor!r}))
""")
    assert node.wait() == 0
    assert 'closed' in node.output
    assert 'Traceback' not in node.output


@pytest.mark.parametrize('executor', executors())
def test_a_refusal_from_a_callback_is_one_sentence_and_exit_code_two(spawn, executor):
    node = spawn(sys.executable, PROBE, executor, '--ros-args', '-p', 'mode:=refuse')
    assert node.wait() == 2
    assert 'radar: no port, expected /dev/ttyACM0. Plug it in.' in node.output
    assert 'Traceback' not in node.output


@pytest.mark.parametrize('executor', executors())
def test_a_defect_in_a_callback_is_not_swallowed(spawn, executor):
    node = spawn(sys.executable, PROBE, executor, '--ros-args', '-p', 'mode:=fail')
    assert node.wait() not in (0, 2)
    assert 'RuntimeError: a defect' in node.output


@pytest.mark.parametrize(('given', 'sentence'), [
    ('rnage_max_m:=4.0', "radar: unknown parameter 'rnage_max_m'. Did you mean 'range_max_m'?"),
    ('range_max_m:=40.0', "radar: parameter 'range_max_m' is 40.0, expected 0.0 to 10.0 m."),
    ('range_max_m:=far', "radar: parameter 'range_max_m' is 'far', expected a number"),
    ('mode:=ilde', "radar: parameter 'mode' is 'ilde', expected one of idle, refuse, fail. Did you mean 'idle'?"),
    ('mount_xyz_m:=[1.0, 2.0]', 'expected a list of 3 numbers'),
])
def test_a_parameter_that_does_not_fit_is_refused_in_one_sentence(spawn, given, sentence):
    node = spawn(sys.executable, PROBE, 'single', '--ros-args', '-p', given)
    assert node.wait() == 2
    assert sentence in node.output
    assert 'Traceback' not in node.output


def test_whole_numbers_stand_for_floats_and_standard_parameters_pass(spawn):
    node = spawn(sys.executable, PROBE, 'single', '--ros-args', '-p', 'range_max_m:=4', '-p', 'use_sim_time:=true',
                 '-p', 'mount_rpy_deg:=[0, 0, 180]', '-p', 'qos_overrides./tf_static.publisher.depth:=1')
    node.says("'range_max_m': 4.0")
    node.says("'mount_rpy_deg': [0.0, 0.0, 180.0]")


def test_a_node_tells_its_mount_and_its_health_also_in_a_namespace(spawn, ros):
    mounts = ros.collect(TFMessage, '/tf_static', qos.STATE)
    health = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    spawn(sys.executable, PROBE, 'single', '--ros-args', '-r', '__ns:=/left/box', '-p', 'mount_xyz_m:=[-0.9, 0.0, 0.8]')
    ros.until(lambda: mounts and health, 'a mount and a diagnosis')
    sits = mounts[0].transforms[0]
    assert (sits.header.frame_id, sits.child_frame_id) == ('base_link', 'radar_link')
    assert sits.transform.translation.x == -0.9
    status = health[0].status[0]
    assert (status.name, status.message) == ('outrider/radar', 'no frames')
    assert status.level == b'\x01'
    assert [(value.key, value.value) for value in status.values] == [('frames_per_s', '0.0')]


def test_parameters_tell_unit_and_range_and_cannot_change_at_run_time(spawn, ros):
    node = spawn(sys.executable, PROBE, 'single')
    node.says('spinning')
    describe = ros.node.create_client(DescribeParameters, '/radar/describe_parameters')
    change = ros.node.create_client(SetParameters, '/radar/set_parameters')
    ros.until(lambda: describe.service_is_ready() and change.service_is_ready(), 'parameter services')
    told = describe.call_async(DescribeParameters.Request(names=['range_max_m']))
    ros.until(told.done, 'the description')
    described = told.result().descriptors[0]
    assert described.description == 'farthest range [m]'
    assert described.floating_point_range[0].to_value == 10.0
    wish = SetParameters.Request(parameters=[Parameter('range_max_m', value=5.0).to_parameter_msg()])
    answered = change.call_async(wish)
    ros.until(answered.done, 'the answer')
    assert not answered.result().results[0].successful
