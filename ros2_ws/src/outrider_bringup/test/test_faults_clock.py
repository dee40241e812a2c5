"""A clock that is stepped for some processes: theirs jumps, what they wait by and everybody else's does not."""

import os
import subprocess
import sys
import time

import pytest

from outrider_bringup.errors import UserError
from outrider_bringup.faults import clock

HOUR_S = 3600
# Tells on every line of its input what its clocks say, and how long it waited 50 ms by the steady clock, and 50 ms
# until an instant of the wall clock.
LOOKS = """
import ctypes, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
nobody = ctypes.create_string_buffer(64)
libc.sem_init(nobody, 0, 0)
for line in sys.stdin:
    begun = time.monotonic()
    threading.Event().wait(0.05)
    steady = time.monotonic() - begun
    until = time.time_ns() + 50_000_000
    libc.sem_timedwait(nobody, (ctypes.c_long * 2)(*divmod(until, 1_000_000_000)))
    print(time.time(), time.clock_gettime(5), time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME), steady,
          time.monotonic() - begun - steady, flush=True)  # 5: CLOCK_REALTIME_COARSE
"""


@pytest.fixture
def looks(tmp_path):
    clock.set_ahead(tmp_path, 0)
    with subprocess.Popen([sys.executable, '-c', LOOKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **clock.environment(tmp_path)}) as process:
        def look():
            process.stdin.write('\n')
            process.stdin.flush()
            return [float(word) for word in process.stdout.readline().split()]

        yield look
        process.kill()


@pytest.mark.parametrize('seconds', [HOUR_S, -HOUR_S])
def test_only_the_wall_clock_jumps_at_once_and_back(looks, tmp_path, seconds):
    for ahead in (0, seconds, 0):
        clock.set_ahead(tmp_path, ahead)
        wall, coarse, monotonic, boottime, *waited = looks()
        assert wall == pytest.approx(time.time() + ahead, abs=30.0)
        assert coarse == pytest.approx(wall, abs=1.0)
        assert monotonic == pytest.approx(time.monotonic(), abs=30.0)
        assert boottime == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=30.0)
        assert all(0.04 < seconds < 30.0 for seconds in waited)


def test_it_is_compiled_once(monkeypatch):
    first = clock.library()
    monkeypatch.setenv('PATH', '/nowhere')
    assert clock.library() == first


def test_what_cannot_be_compiled_is_told_in_a_sentence(monkeypatch, tmp_path):
    broken = tmp_path / 'clock.c'
    broken.write_text('no C\n')
    monkeypatch.setattr(clock, 'SOURCE', broken)
    monkeypatch.setenv('OUTRIDER_ROOT', str(tmp_path))
    with pytest.raises(UserError, match=r'clock\.c cannot be compiled: .*Run: apt-get install gcc'):
        clock.library()
