"""`outrider record` beside a recorder that runs, and without one."""

import signal
import sys

import pytest

from outrider_recorder import ride


@pytest.fixture
def rides(tmp_path, monkeypatch):
    monkeypatch.setenv('OUTRIDER_RIDES', str(tmp_path / 'rides'))
    return tmp_path / 'rides'


@pytest.fixture
def record(spawn):
    def run(*arguments):
        process = spawn(sys.executable, '-m', 'outrider_bringup', 'record', *arguments)
        return process.wait(40.0), process.output
    return run


def test_without_a_recorder_there_is_nothing_to_mark_stop_or_tell(rides, record):
    for option in ('--mark', '--stop', '--status'):
        code, said = record(option)
        assert code == 2
        assert 'Run: ./outrider record' in said
        assert said.count('\n') == 1


def test_start_mark_and_stop_are_told_to_the_recorder_that_runs(rides, record, spawn):
    recorder = spawn('--ros-args', '-p', f'rides_dir:={rides}', '-p', 'record:=manual',
                     module='outrider_recorder.recorder_node')
    code, said = record('--status')
    assert (code, 'not recording, waits to be asked' in said) == (0, True)
    code, said = record('--note', 'hill')
    assert (code, 'recording' in said) == (0, True)
    code, said = record()
    assert (code, 'is open. Stop it first.' in said) == (1, True)
    assert record('--mark', '--note', 'dog')[0] == 0
    assert '1 marks' in record('--status')[1]
    assert record('--stop')[0] == 0
    recorder.signal(signal.SIGTERM)
    assert recorder.wait() == 0
    (folder,) = ride.all_rides(rides)
    assert ride.read_info(folder)['note'] == 'hill'
    assert [mark['note'] for mark in ride.read_marks(folder)] == ['dog']


def test_alone_it_is_a_recorder_until_a_signal(rides, spawn):
    process = spawn(sys.executable, '-m', 'outrider_bringup', 'record', '--profile', 'light')
    process.says('recording')
    process.signal(signal.SIGINT)
    assert process.wait() == 0, process.output
    assert 'closed' in process.output
    (folder,) = ride.all_rides(rides)
    info = ride.read_info(folder)
    assert (info['profile'], info['mode'], bool(info['stop_ns'])) == ('light', 'start', True)
