"""`./outrider demo`, as a user types it: played to its end, stopped early, started twice."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
from pathlib import Path

import pytest
from mcap.reader import make_reader

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def demo(spawn, tmp_path):
    """Start a demo in folders of its own, on this worker's domain, output in a file."""
    domain = os.environ['ROS_DOMAIN_ID']
    env = {'OUTRIDER_RIDES': str(tmp_path / 'rides'), 'OUTRIDER_RUN': str(tmp_path / 'run')}

    def start(seconds, **more):
        return spawn(ROOT / 'outrider', 'demo', '--seconds', str(seconds), '--json', tmp_path / 'demo.json',
                     '--domain', domain, '--web-port', str(8200 + 10 * int(domain)), env={**env, **more})

    return start


def rows(tmp_path):
    return {row['name']: row for row in json.loads((tmp_path / 'demo.json').read_text())['rows']}


def processes_of(tmp_path):
    """Return the command lines of what still runs in this test's folders."""
    mark = f'OUTRIDER_RUN={tmp_path}/run'.encode()  # of the command; of its processes with /demo behind
    alive = []
    for folder in Path('/proc').iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if mark in (folder / 'environ').read_bytes():
                    alive.append((folder / 'cmdline').read_bytes())
    return alive


def test_the_demo_proves_what_it_shows_and_leaves_a_readable_ride(demo, tmp_path):
    process = demo(30)
    assert process.wait(90) == 0, process.output
    for name in ('points exact', 'radar frames', 'first track', 'warned of car', 'pass of car', 'NO DATA',
                 'class named', 'page', 'page NO DATA', 'buzzer NO DATA', 'buzzer sounded', 'alert to page',
                 'ramp', 'R1 let go', 'wheels at rest',
                 'rolled after that', 'cross still held', 'jack let go', 'drive recorded', 'byte to hazard',
                 'memory (PSS)', 'processor', 'recorded', 'ride', 'rerun recording'):
        assert f'\n{name}' in process.output
    got = rows(tmp_path)
    assert got['points exact']['points_exact'] == got['points exact']['points_played'] > 1500
    assert got['radar frames']['frames_received'] == got['radar frames']['frames_played'] >= 70
    # From the first frame on: the recording waits until the recorder listens too.
    assert got['recorded']['recorded'] == got['recorded']['due'] > got['radar frames']['frames_played']
    assert got['warned of car']['lead_s'] >= 2.5
    assert abs(got['pass of car']['clearance_m'] - got['pass of car']['clearance_truth_m']) < 0.4
    # Silence counts from the last frame, which may have come a period before the cable was out.
    assert 0.9 <= got['NO DATA']['no_data_after_s'] < 3.0
    assert got['alert to page']['page_samples'] > 100
    assert got['page NO DATA']['page_no_data_s'] < 3.0
    assert got['buzzer NO DATA']['buzzer_no_data_s'] < 3.0
    assert {'clear', 'caution'} <= set(got['page']['measured'].split(', '))
    assert 'caution' in got['buzzer sounded']['measured']
    assert not (tmp_path / 'run' / 'demo' / 'state').exists()  # its pairings go with it
    assert '#t=' not in process.output  # nobody reads a log to be paired
    assert got['ramp']['measured'].endswith('stopped, lowered')
    assert got['ramp']['drove_m'] > 1.0
    assert got['R1 let go']['release_to_last_driving_frame_ms'] < 250
    assert got['rolled after that']['rolled_m'] < 0.1
    assert got['cross still held']['driving_frames_again'] == 0
    assert got['drive recorded']['drive_recorded'] == got['drive recorded']['drive_due'] > 1000
    (ride,) = (tmp_path / 'rides').iterdir()
    assert f'./outrider view {ride.name}' in process.output
    with (ride / 'segment_000.mcap').open('rb') as stream:
        counts = {channel.topic: 0 for channel in make_reader(stream).get_summary().channels.values()}
        for _, channel, _ in make_reader(stream, validate_crcs=True).iter_messages():
            counts[channel.topic] += 1
    assert counts['/radar/points'] >= got['recorded']['recorded']
    assert min(counts['/tracks'], counts['/hazards']) > 50
    assert min(counts[f'/{topic}'] for topic in ('camera/color/compressed', 'camera/depth/image', 'gps/fix')) > 30
    assert counts['/imu/data'] > 2000
    assert min(counts[f'/{topic}'] for topic in ('drive/command', 'drive/state', 'drive/request', 'motors/state',
                                                 'relays/command', 'relays/state', 'operator', 'joy')) > 50
    assert processes_of(tmp_path) == []


def test_ctrl_c_while_the_ramp_drives_brakes_and_leaves_nothing(demo, tmp_path):
    process = demo(30)
    process.says('driving frames', 70)
    process.signal(signal.SIGINT)
    assert process.wait() in (0, 130), process.output
    got = rows(tmp_path)
    assert got['ride']['holds'] is True
    assert got['ramp']['holds'] is None
    assert processes_of(tmp_path) == []
    lines = (tmp_path / 'run' / 'demo' / 'vesc_journal.jsonl').read_text().splitlines()
    frames = [json.loads(line) for line in lines]
    drove = [frame['ns'] for frame in frames if frame['drives']]
    last = frames[-1]
    assert last['ns'] - drove[-1] > 300_000_000  # braked for a while, not only let go
    assert abs(last['speed_mps']) < 0.1


def test_without_a_terminal_there_are_no_colours_and_a_line_a_second(demo):
    process = demo(3)
    process.wait(60)
    assert '\x1b' not in process.output
    assert [line.split()[0] for line in process.output.splitlines() if '/3 s' in line] == ['0/3', '1/3', '2/3', '3/3']
    assert 'Left out for want of time: a car from behind and the ramp drives. All of it takes 30 s.' in process.output


def test_ctrl_c_while_it_plays_gives_the_table_so_far_and_leaves_nothing(demo, tmp_path):
    process = demo(60)
    process.says('first track after')
    process.signal(signal.SIGINT)
    assert process.wait() in (0, 130), process.output
    assert 'points exact' in process.output
    assert 'Nothing was lost.' in process.output
    got = rows(tmp_path)
    assert got['points exact']['holds'] is True
    assert got['ride']['holds'] is True
    assert processes_of(tmp_path) == []


def test_ctrl_c_while_it_starts_leaves_nothing(demo, tmp_path):
    process = demo(60)
    process.says('starting')
    process.signal(signal.SIGINT)
    assert process.wait() in (0, 130), process.output
    assert 'Traceback' not in process.output
    assert processes_of(tmp_path) == []


def test_a_closed_terminal_ends_the_demo_in_order(demo, tmp_path):
    process = demo(60)
    process.says('first track after')
    process.signal(signal.SIGHUP)
    process.wait()
    assert rows(tmp_path)['ride']['holds'] is True
    assert processes_of(tmp_path) == []


def test_a_second_demo_in_the_same_place_is_refused_in_one_sentence(demo):
    first = demo(60)
    first.says('starting')
    second = demo(60)
    assert second.wait() == 2
    assert 'a demo is running already' in second.output
    assert len(second.output.strip().splitlines()) == 1
    first.signal(signal.SIGINT)
    first.wait()


def test_no_demo_beside_a_machine_that_is_driven(demo, tmp_path):
    with (tmp_path / 'outrider_ttyACM0_1234abcd.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f'{os.getpid()}\n/dev/ttyACM0')
        lock.flush()
        refused = demo(3, TMPDIR=str(tmp_path))
        assert refused.wait() == 2
    assert f'process {os.getpid()} drives a real machine on /dev/ttyACM0' in refused.output
    assert len(refused.output.strip().splitlines()) == 1


def test_a_node_that_is_killed_comes_back_and_is_named_at_the_end(demo, tmp_path):
    process = demo(6)
    process.says('first track after')
    for folder in Path('/proc').iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                environment = (folder / 'environ').read_bytes()
                command = (folder / 'cmdline').read_bytes()
                if f'OUTRIDER_RUN={tmp_path}/run'.encode() in environment and b'__node:=fusion' in command:
                    os.kill(int(folder.name), signal.SIGKILL)
    process.wait(60)
    assert 'fusion was ended by SIGKILL' in process.output
    assert rows(tmp_path)['points exact']['holds'] is True
    assert rows(tmp_path)['ride']['holds'] is True
