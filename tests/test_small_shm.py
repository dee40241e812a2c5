"""A 64 MB /dev/shm, as containers have it, carries the whole bicycle: nine ROS participants and the bridge."""

import os
import re
import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SIZE = 64 << 20
# What Fast DDS prints when a segment or a port does not fit: it goes on over UDP, and nobody would notice.
COMPLAINTS = re.compile(r'RTPS_\w+|SHM\w* Error|Failed to create segment|Fast ?DDS|No space left', re.IGNORECASE)


@pytest.fixture
def small_shm(spawn, tmp_path):
    """Start a command in a mount namespace of its own, with a fresh 64 MB /dev/shm."""
    own = ['unshare', '--mount'] if os.geteuid() == 0 else ['unshare', '--map-root-user', '--mount']

    def start(*command):
        return spawn(*own, 'sh', '-c', f'mount -t tmpfs -o size={SIZE} tmpfs /dev/shm && exec "$@"', 'sh', *command,
                     env={'OUTRIDER_RUN': str(tmp_path / 'run'), 'OUTRIDER_RIDES': str(tmp_path / 'rides')})

    return start


def test_points_and_tracks_arrive_and_fast_dds_does_not_complain(small_shm, tmp_path):
    up = small_shm(ROOT / 'outrider', 'up', 'bicycle', '--sim')
    up.says('is starting')
    # Lines of status come every five seconds; by the third, everybody has sent for ten.
    up.says('tracks starting')

    def lines():
        return re.findall(r'radar (\d+)/s (\d+) pts   (\d+) tracks?', up.output)

    for _ in range(3):
        seen = len(lines())
        up_until(up, lambda seen=seen: len(lines()) > seen, 'a line of status with points and tracks')
    assert all(int(rate) >= 25 and int(points) > 0 for rate, points, _ in lines()), up.output
    assert any(int(tracks) > 0 for _, _, tracks in lines()), up.output
    shm = os.statvfs(f'/proc/{up.popen.pid}/root/dev/shm')
    assert shm.f_blocks * shm.f_frsize == SIZE
    used = (shm.f_blocks - shm.f_bfree) * shm.f_frsize
    assert 2 << 20 < used < SIZE // 2, f'{used / 1e6:.1f} MB are used'
    up.signal(signal.SIGINT)
    assert up.wait() == 0
    assert not COMPLAINTS.search(up.output), up.output
    assert len(list((tmp_path / 'rides').iterdir())) == 1


def up_until(process, true, what):
    """Wait for `true`, failing with the output when the process has ended."""
    import time

    end = time.monotonic() + 30
    while not true():
        assert process.popen.poll() is None, f'ended before {what}:\n{process.output}'
        assert time.monotonic() < end, f'waited 30 s for {what}:\n{process.output}'
        time.sleep(0.05)
