"""`./outrider up bicycle --sim` as a user has it: over the fake radar's pseudo-terminals, with every process real."""

import json
import os
import re
import signal
import time

import pytest

from rig_up import Up, topics_of
from waiting import wait_until

VOICE = ('alerter', 'buzzer', 'page')
NODES = ('fake_radar', 'radar', 'fusion', *VOICE, 'recorder', 'bridge')
STOP_S = 3.0


@pytest.fixture
def up(tmp_path):
    started = []

    def start(*words, **more):
        started.append(Up(tmp_path, 'bicycle', *words, **more))
        return started[-1]

    yield start
    for one in started:
        one.close()


def messages(folder):
    """Count what can be read of all segments of a ride, closed or not."""
    return sum(topics_of(folder).values())


def test_points_tracks_and_hazards_arrive_and_ctrl_c_names_the_ride(up, ros):
    from outrider_interfaces.msg import HazardArray, TrackArray
    from sensor_msgs.msg import PointCloud2

    from outrider_node import qos

    one = up('--sim', '--no-live')
    points = ros.collect(PointCloud2, 'radar/points', qos.SENSOR)
    tracks = ros.collect(TrackArray, 'tracks', qos.SENSOR)
    hazards = ros.collect(HazardArray, 'hazards', qos.SENSOR)
    ros.until(lambda: any(cloud.width for cloud in points), 'points')
    ros.until(lambda: any(array.tracks for array in tracks), 'a track')
    ros.until(lambda: len(hazards) > 10, 'hazards')
    one.says(r'radar \d+/s \d+ pts   \d+ tracks?')
    code, seconds = one.end()
    assert code == 0, one.output
    assert seconds < STOP_S
    assert one.anybody() == []
    ride = one.says(r'ride (\S+)   [\d.]+ MB   open it with: ./outrider view').group(1)
    assert messages(one.rides / ride) > 30
    assert json.loads((one.rides / ride / 'ride.json').read_text())


def test_the_live_view_is_named_and_goes_with_the_rest(up):
    one = up('--sim')
    one.says(r'watch it  http://127\.0\.0\.1:\d+/')
    code, seconds = one.end()
    assert code == 0, one.output
    assert seconds < STOP_S
    assert one.anybody() == []


@pytest.mark.parametrize('moment', [0.0, 0.1, 0.25, 0.5, 0.9, 1.4])
def test_ctrl_c_while_it_starts_leaves_nothing(up, moment):
    one = up('--sim', '--no-live')
    # Not waiting for anything is the point: the moment is the test's input.
    time.sleep(moment)
    code, seconds = one.end()
    assert seconds < STOP_S
    assert one.anybody() == []
    # Before a line of ours runs, the interpreter itself answers Ctrl+C, with a traceback and a code of its own.
    if 'is starting' in one.output:
        assert code == 0, one.output
        assert 'Traceback' not in one.output


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])
def test_kill_and_a_closed_terminal_stop_it_in_order_too(up, number):
    one = up('--sim', '--no-live')
    one.says(r'radar \d+/s')
    code, seconds = one.end(number)
    assert (code, one.anybody()) == (0, [])
    assert seconds < STOP_S


def test_on_a_terminal_the_status_stays_on_one_line(up):
    one = up('--sim', '--no-live', terminal=True)
    one.says(r'\r\x1b\[Kradar \d+/s \d+ pts')
    assert one.end()[0] == 0


@pytest.mark.parametrize('name', NODES)
def test_a_killed_node_comes_back_and_the_record_stays_readable(up, ros, name):
    from outrider_interfaces.msg import HazardArray

    from outrider_node import qos

    one = up('--sim', '--no-live', *['web_port:=0'] * (name in VOICE))
    hazards = ros.collect(HazardArray, 'hazards', qos.SENSOR)
    ros.until(lambda: len(hazards) > 10, 'hazards')
    one.says(r'recording 0\.[1-9]')  # a chunk of the record is on the disk
    first = one.main(name)
    os.kill(first, signal.SIGKILL)
    one.says(rf'{name} was ended by SIGKILL; started again in')
    one.says(f'{name} runs again')
    assert one.main(name) != first
    hazards.clear()
    ros.until(lambda: len(hazards) > 10, f'hazards after {name} was killed', 30.0)
    assert one.end()[0] == 0
    assert sum(messages(ride) for ride in one.rides.iterdir()) > 30


def test_a_killed_runner_takes_everything_with_it(up):
    one = up('--sim', '--no-live', 'web_port:=0')
    one.says(r'radar \d+/s')
    assert set(one.processes()) >= set(NODES)
    one.popen.kill()
    one.popen.wait()
    wait_until(lambda: not one.anybody(), 'the guard to stop everything', 4.0)


def test_a_second_one_is_refused_within_two_seconds_naming_the_first(up):
    one = up('--sim', '--no-record')
    one.says('is starting')
    began = time.monotonic()
    second = up('--sim', '--no-record')
    assert second.popen.wait(5) == 2
    assert time.monotonic() - began < 2.0
    assert f'bicycle is up already, as process {one.popen.pid} since ' in second.output


@pytest.mark.parametrize(('words', 'says'), [
    (['raider:=x'], "unknown argument 'raider'. Did you mean"),
    (['radar'], "'radar' is no argument of a launch file, expected NAME:=VALUE"),
    (['--radar', 'rode'], "unknown radar configuration 'rode'. Did you mean 'road'?"),
    (['--radar', '/no/such.cfg'], '/no/such.cfg was not found'),
])
def test_what_cannot_be_meant_is_refused_before_anything_starts(up, words, says):
    one = up('--sim', *words)
    assert one.popen.wait(10) == 2
    assert says in one.output
    assert 'Traceback' not in one.output


@pytest.mark.parametrize(('text', 'says'), [
    ('/**/rader:\n  ros__parameters: {}\n', r"rig.yaml:1: section '/\*\*/rader' names no node .* Did you mean 'radar'"),
    ('/**/radar:\n  ros_parameters: {}\n', r"rig.yaml:2: 'ros_parameters' stands where 'ros__parameters' is expected"),
    ('/**/radar: [\n', 'rig.yaml:2: no YAML'),
])
def test_a_rig_file_with_a_wrong_section_is_refused_before_anything_starts(up, tmp_path, text, says):
    rig = tmp_path / 'rig.yaml'
    rig.write_text(text)
    one = up('--sim', f'rig:={rig}')
    assert one.popen.wait(10) == 2
    assert re.search(says, one.output), one.output


def test_a_node_that_refuses_its_parameters_stops_the_start_with_its_sentence(up, tmp_path):
    rig = tmp_path / 'rig.yaml'
    rig.write_text('/**/radar:\n  ros__parameters:\n    mount_xyz: [0.0, 0.0, 0.0]\n')
    one = up('--sim', '--no-live', f'rig:={rig}')
    assert one.popen.wait(20) == 2
    assert "[radar] radar: unknown parameter 'mount_xyz'. Did you mean 'mount_xyz_m'?" in one.output
    assert 'bicycle was stopped, for a part of it refused to run' in one.output
    assert one.anybody() == []


def test_a_detector_without_weights_says_so_and_the_rest_goes_on(up, ros, tmp_path):
    from outrider_interfaces.msg import HazardArray

    from outrider_node import qos

    rig = tmp_path / 'rig.yaml'
    rig.write_text('/**/detector:\n  ros__parameters:\n    weights: /no/such.onnx\n')
    hazards = ros.collect(HazardArray, 'hazards', qos.SENSOR)
    one = up('--sim', '--no-live', '--no-record', 'detector:=true', f'rig:={rig}')
    one.says(r'\[detector\] detector: there is no /no/such.onnx. Put weights there or name them in the rig file')
    one.says('detector refused to run, see its last line above; it is not started again')
    count = len(hazards)
    ros.until(lambda: len(hazards) > count + 10, 'hazards')
    assert 'camera' in hazards[-1].degraded
    assert one.end()[0] == 0
