"""The world as a process: how it ends, what it refuses, what it survives."""

import os
import signal
import time

import pytest

SCENE = 'seed: 3\nduration_s: {duration}\nrig: {{speed_mps: 5.5}}\nactors: [{{id: p, class: person, at: [-6, 1]}}]\n'
ENDS_S = 0.5
GYRO = 1


def scene(duration=30):
    return SCENE.format(duration=duration)


def child(playing):
    """Return the camera's pid."""
    pid = playing.process.popen.pid
    with open(f'/proc/{pid}/task/{pid}/children') as file:
        return int(file.read().split()[0])


def is_clean(playing):
    return not [path.name for path in playing.run.iterdir()
                if path.is_symlink() or path.name.startswith('camera_feed')]


def until_it_plays(playing):
    playing.until(lambda: playing.images('colour') and playing.radar.data, 'images and frames')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('to_group', [True, False])
def test_a_signal_ends_it_at_once_and_leaves_nothing(playing, number, to_group):
    playing.start(scene())
    until_it_plays(playing)
    camera = child(playing)
    begin = time.monotonic()
    if to_group:
        os.killpg(playing.process.popen.pid, number)
    else:
        playing.process.signal(number)
    playing.ends()
    assert time.monotonic() - begin < ENDS_S + 0.5  # half a second for a crowded machine
    assert is_clean(playing)
    assert not os.path.exists(f'/proc/{camera}')
    assert 'Traceback' not in playing.process.output


def test_a_signal_before_the_beginning_ends_it_too(playing):
    playing.start(scene(), start_radar=False)
    playing.process.signal(signal.SIGTERM)
    playing.ends()
    assert is_clean(playing)
    assert not (playing.run / 'world.json').exists()


def test_a_camera_that_dies_ends_the_world_with_a_sentence(playing):
    playing.start(scene())
    until_it_plays(playing)
    os.kill(child(playing), signal.SIGKILL)
    playing.ends(code=1)
    assert "world: the camera's process was killed by signal 9, expected it to live" in playing.process.output
    assert is_clean(playing)


def test_a_world_that_is_killed_takes_its_camera_with_it(playing):
    playing.start(scene())
    until_it_plays(playing)
    camera = child(playing)
    playing.process.signal(signal.SIGKILL)
    playing.until(lambda: not os.path.exists(f'/proc/{camera}'), 'the end of the camera')
    assert not (playing.run / 'camera_feed').exists()


def test_a_world_that_stood_still_goes_on_at_the_right_time(playing):
    """What was not sensed meanwhile never comes: no burst, and nothing that is old."""
    playing.start(scene(5.5))
    until_it_plays(playing)
    os.killpg(playing.process.popen.pid, signal.SIGSTOP)
    stopped_s = playing.t_s(time.clock_gettime_ns(time.CLOCK_BOOTTIME))
    time.sleep(3.0)  # what is tested
    os.killpg(playing.process.popen.pid, signal.SIGCONT)
    resumed_s = playing.t_s(time.clock_gettime_ns(time.CLOCK_BOOTTIME))
    playing.ends()
    times = [line['t_s'] for line in playing.journal]
    assert not [t_s for t_s in times if stopped_s + 0.05 < t_s < resumed_s - 0.35]
    assert [t_s for t_s in times if t_s > resumed_s]
    for stream in ('colour', 'depth'):
        first = playing.samples(GYRO)[0][1]
        taken = [(image.device_ns - first) * 1e-9 for image in playing.images(stream)]
        assert not [t_s for t_s in taken if stopped_s + 0.1 < t_s < resumed_s - 0.2]
        assert taken[-1] > resumed_s
    samples = [(row[1] - first) * 1e-9 for row in playing.samples(GYRO)]
    assert not [t_s for t_s in samples if stopped_s + 0.1 < t_s < resumed_s - 1.1]
    assert samples[-1] > resumed_s
    assert playing.t_s(time.clock_gettime_ns(time.CLOCK_BOOTTIME)) < 8.0  # it ended by the clock, three seconds lost


def test_it_ends_by_itself_when_the_scenario_does(playing):
    playing.start(scene(0.5))
    playing.ends()
    assert playing.t_s(time.clock_gettime_ns(time.CLOCK_BOOTTIME)) > 0.5
    assert is_clean(playing)


def test_control_lines_reach_each_device(playing):
    playing.start(scene())
    until_it_plays(playing)
    playing.control('radar unplug 0.2')
    playing.control('gps unplug 0.2')
    playing.control('camera unplug 0.2')
    playing.until(lambda: len(playing.radar.plugged_ns) == 2 and len(playing.gps.plugged_ns) == 2
                  and len(playing.feeds) == 2, 'all three again')
    playing.control('camera explode')
    playing.process.says("world: camera: control line 'explode' is not known")
    playing.control('radar explode')
    playing.process.says("world: radar: control line 'explode' is not known")
    playing.control('sonar off')
    playing.process.says("world: 'sonar off' is for no device of this scenario, expected a line that begins with radar")
    playing.until(lambda: playing.feeds[1].images['colour'] and playing.feeds[1].motions, 'images of the second')
    playing.start_radar()
    frames = len(playing.journal)
    playing.until(lambda: len(playing.journal) > frames, 'frames again')


def test_a_stopped_radar_sends_nothing_until_it_is_started_again(playing):
    playing.start(scene())
    until_it_plays(playing)
    playing.start_radar('sensorStop\n')
    frames = len(playing.journal)
    images = len(playing.images('colour'))
    playing.until(lambda: len(playing.images('colour')) > images + 5, 'the others')
    assert len(playing.journal) <= frames + 1
    playing.start_radar('sensorStart\n')
    playing.until(lambda: len(playing.journal) > frames + 5, 'frames')
    times = [line['t_s'] for line in playing.journal]
    assert times == sorted(times)


def test_ros_arguments_are_ignored(playing):
    playing.start(scene(0.2), '--ros-args', '-r', '__node:=world')
    playing.ends()


def test_a_second_world_in_the_same_folder_is_refused(playing, spawn):
    playing.start(scene(), start_radar=False)
    second = spawn('--scenario', playing.file, '--run', playing.run, module='outrider_sim.devices.world')
    assert second.wait() == 2
    assert 'is used by another world or fake radar' in second.output
    assert playing.process.popen.poll() is None


@pytest.mark.parametrize(('text', 'words'), [
    ('duration_s: 1\nwhat: 2\n', 'scene.yaml:2: what is no key'),
    ('duration_s: -1\n', 'scene.yaml:1: duration_s is -1'),
    ('duration_s: 1\nrig: {kind: ramp, drive: pad}\n', "has 'drive: pad', expected --wheels and --relays and --pad"),
    (None, 'expected')])
def test_a_wrong_scenario_is_one_sentence(spawn, tmp_path, text, words):
    file = tmp_path / 'scene.yaml'
    if text is not None:
        file.write_text(text)
    process = spawn('--scenario', file, '--run', tmp_path / 'run', module='outrider_sim.devices.world')
    assert process.wait() == 2
    assert words in process.output
    assert len(process.output.splitlines()) == 1
    assert process.output.startswith('world: ')
    assert not (tmp_path / 'run').exists()


@pytest.mark.parametrize('options', [('--fps', '0'), ('--size', '424'), ('--control', '/etc/passwd'), ('--what',),
                                     ('--journal', '/none/journal'), ('--control', '/tmp')])
def test_wrong_arguments_end_with_code_2(spawn, tmp_path, options):
    process = spawn('--scenario', 'x', '--run', tmp_path, *options, module='outrider_sim.devices.world')
    assert process.wait() == 2
    assert options[0] in process.output.splitlines()[-1]


def test_a_folder_that_cannot_be_made_is_one_sentence(spawn, tmp_path):
    file = tmp_path / 'scene.yaml'
    file.write_text(scene())
    process = spawn('--scenario', file, '--run', file / 'run', module='outrider_sim.devices.world')
    assert process.wait() == 2
    assert 'Not a directory, expected a folder that can be written to.' in process.output
