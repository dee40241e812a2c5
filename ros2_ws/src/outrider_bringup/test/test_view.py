"""view and record, as a user types them."""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from rclpy.serialization import serialize_message
from std_msgs.msg import UInt32

from outrider_recorder import ride
from outrider_recorder.recording import Recording
from outrider_recorder.schema import Schemas
from outrider_recorder.segment import Message, Topic


def made(rides, name, seconds=61):
    folder = ride.create(rides, name)
    start_ns = time.time_ns()
    info = {'ride': name, 'start_ns': start_ns, 'stop_ns': start_ns + seconds * 10**9, 'stop_utc': 'then', 'alarm': ''}
    topic = Topic('/count', 'std_msgs/msg/UInt32', Schemas().text('std_msgs/msg/UInt32'))
    written = Recording(folder)
    for number in range(10):
        written.put(Message(topic, number, start_ns + number, start_ns + number,
                            serialize_message(UInt32(data=number))))
    written.close()
    ride.write_info(folder, info)
    return folder


def outrider(*words, **env):
    return subprocess.run([sys.executable, '-m', 'outrider_bringup', *words], capture_output=True, text=True,
                          env={**os.environ, **env}, timeout=90, check=False)


def test_the_list_names_length_size_marks_and_state(rides):
    made(rides, 'b', 61)
    ride.append_line(made(rides, 'a', 5) / ride.MARKS_FILE, {'note': 'x'})
    torn = made(rides, 'c')
    (torn / 'segment_000.mcap').rename(torn / 'segment_000.mcap.part')
    ride.write_info(torn, {'start_ns': time.time_ns()})
    damaged = ride.create(rides, 'd')
    (damaged / 'ride.json').write_text('{')
    said = outrider('view', '--list')
    assert said.returncode == 0
    rows = {line.split()[0]: line for line in said.stdout.splitlines()}
    assert re.search(r'0:05 .* 1  whole', rows['a'])
    assert re.search(r'1:01 .* 0  whole', rows['b'])
    assert 'cut off' in rows['c']
    assert 'damaged' in rows['d']


def test_the_list_counts_what_each_device_said(rides):
    folder = ride.create(rides, 'a')
    ride.write_info(folder, {'start_ns': 0, 'stop_ns': 10**9})
    written, kind = Recording(folder), 'std_msgs/msg/UInt32'
    for name, count in (('/imu/data', 40), ('/camera/color/compressed', 3), ('/rear/camera/color/compressed', 2)):
        for number in range(count):
            written.put(Message(Topic(name, kind, Schemas().text(kind)), number, 1, 1,
                                serialize_message(UInt32(data=number))))
    written.close()
    assert 'whole: camera 5, imu 40\n' in outrider('view', '--list').stdout
    (folder / 'metadata.yaml').write_text('rosbag2_bagfile_information:\n  topics_with_message_count: [{}]\n')
    assert 'whole\n' in outrider('view', '--list').stdout


@pytest.mark.parametrize('name', ['nope', '../rides', 'a/b'])
def test_a_ride_that_is_not_there_is_one_sentence(rides, name):
    made(rides, 'a')
    said = outrider('view', name)
    assert said.returncode == 2
    assert said.stderr.count('\n') == 1
    assert 'no ride' in said.stderr


def test_no_ride_at_all_and_no_rerun_are_one_sentence_each(rides, tmp_path):
    assert 'Make one' in outrider('view').stdout
    made(rides, 'a')
    said = outrider('view', '--newest', OUTRIDER_RERUN_PYTHON=str(tmp_path / 'none'))
    assert (said.returncode, said.stderr.count('\n')) == (2, 1)
    assert 'make setup' in said.stderr


def test_the_newest_is_built_once_served_and_ended(rides, spawn):
    made(rides, 'a')
    newest = made(rides, 'b')
    for built in (True, False):
        shown = spawn('view', '--newest', module='outrider_bringup')
        shown.says('b: http://127.0.0.1:')
        assert ('built' in shown.output) is built
        shown.signal(signal.SIGINT)
        assert shown.wait(5.0) == 0
    assert (newest / 'ride.rrd').stat().st_mode & 0o777 == 0o600
    assert not (rides / 'a' / 'ride.rrd').exists()


def test_a_picture_is_drawn_without_a_screen(rides, tmp_path):
    made(rides, 'a')
    said = outrider('view', '--png', str(tmp_path / 'a.png'))
    if not any(Path('/usr/share/vulkan/icd.d').glob('*.json')):  # nothing to draw with: it must say what is missing
        assert said.returncode == 1
        assert 'apt-get install mesa-vulkan-drivers' in said.stdout
        return
    assert said.returncode == 0, said.stdout + said.stderr
    data = (tmp_path / 'a.png').read_bytes()
    assert data[:8] == b'\x89PNG\r\n\x1a\n'
    width, height = struct.unpack('>II', data[16:24])
    assert (width, height) == (1600, 1000)
    start, packed = 8, b''
    while start < len(data):
        length, kind = struct.unpack('>I4s', data[start:start + 8])
        packed += data[start + 8:start + 8 + length] if kind == b'IDAT' else b''
        start += 12 + length
    assert len(set(zlib.decompress(packed))) > 50  # not one flat colour


def test_record_runs_a_recorder_of_its_own_until_ctrl_c(rides, spawn):
    process = spawn('record', '--note', 'by: hand "quoted"', module='outrider_bringup')
    process.says('recording 20')
    process.signal(signal.SIGINT)
    assert process.wait(8.0) == 0
    assert 'See it: ./outrider view' in process.output
    (folder,) = ride.all_rides(rides)
    info = ride.read_info(folder)
    assert info['note'] == 'by: hand "quoted"'
    assert info['stop_utc']
    assert not list(folder.glob('*.part'))


def test_record_talks_to_the_recorder_that_runs(rides, spawn):
    running = spawn('--ros-args', '-p', 'segment_s:=30.0', module='outrider_recorder.recorder_node')
    running.says('recording')
    assert outrider('record', '--stop').returncode == 0
    started = spawn('record', '--note', 'hill', module='outrider_bringup')
    assert started.wait() == 0, started.output
    assert 'recording' in started.output
    assert outrider('record').returncode == 1  # it is open already
    assert outrider('record', '--mark', '--note', 'the dog').returncode == 0
    assert 'closed' in outrider('record', '--stop').stdout
    running.signal(signal.SIGTERM)
    assert running.wait() == 0
    folder = ride.all_rides(rides)[-1]
    assert json.loads((folder / 'marks.jsonl').read_text())['note'] == 'the dog'


def test_nothing_to_mark_or_stop_is_one_sentence(rides):
    for word in ('--mark', '--stop'):
        said = outrider('record', word)
        assert said.returncode == 2
        assert said.stderr.count('\n') == 1


def test_the_doctor_looks_at_folder_space_rerun_and_pictures(rides, monkeypatch, tmp_path):
    from outrider_bringup.doctor import recorder

    seen = {check.name: check.run() for check in recorder.CHECKS}
    assert (seen['rides folder'].status, seen['rerun'].status) == ('ok', 'ok')
    assert all(result.action for result in seen.values() if result.status != 'ok')  # space, pictures: the machine's
    monkeypatch.setenv('OUTRIDER_RIDES', str(tmp_path / 'file' / 'rides'))
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('OUTRIDER_RERUN_PYTHON', str(tmp_path / 'none'))
    answers = {check.name: check.run() for check in recorder.CHECKS}
    assert answers['rides folder'].status == 'fail'
    assert answers['rerun'].status == 'warn'
    assert all(answer.action for answer in (answers['rides folder'], answers['rerun']))
