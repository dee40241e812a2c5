"""The parts of up: the status line, the shared screen, the lock."""

import fcntl
import io
import math
import os

import pytest

from outrider_bringup.errors import UserError
from outrider_bringup.up import lock
from outrider_bringup.up.screen import Screen
from outrider_bringup.up.status import Status, Threat


def fed(seconds=2.0, points=23, tracks=2):
    status = Status()
    for turn in range(int(seconds * 30)):
        status.radar.arrived(turn / 30, points)
        status.tracks.arrived(turn / 30, tracks)
        status.hazards.arrived(turn / 30, 0)
    return status


def test_before_anything_came_and_when_all_is_well():
    assert Status().line(0.0) == 'radar starting   tracks starting'
    assert fed().line(2.0) == 'radar 30/s 23 pts   2 tracks   clear'
    assert '1 track ' in fed(tracks=1).line(2.0)


def test_silence_is_no_data_and_takes_the_threat_away():
    status = fed()
    status.threat = Threat(3, 1, 1, 12.0, 8.0, 1.5)
    assert status.line(2.5).endswith('URGENT car left 12 m closing 29 km/h 1.5 s')
    assert status.line(5.0) == 'radar NO DATA for 3 s   tracks NO DATA for 3 s'


@pytest.mark.parametrize(('threat', 'text'), [
    (Threat(2, 7, 0, 3.4, 0.1, math.inf), 'WARN person behind 3 m'),
    (Threat(1, 99, 9, 3.4, 5.0, math.inf), 'notice something  3 m closing 18 km/h'),
    (Threat(0, 1, 0, 3.0, 1.0, 2.0), 'clear'),
])
def test_threats_in_words(threat, text):
    status = fed()
    status.threat = threat
    assert status.line(2.0).endswith(f'   {text}')


def test_the_recorder_in_words():
    status = fed()
    status.recorder_known = True
    assert status.line(2.0).endswith('   not recording')
    status.recording, status.bytes_written = True, 2_340_000_000
    assert status.line(2.0).endswith('   recording 2.34 GB')
    status.alarm = 'disk full'
    assert status.line(2.0).endswith('   RECORDER: disk full')


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_lines_push_the_status_down():
    stream = Terminal()
    screen = Screen(stream)
    screen.status('one')
    screen.line('radar', 'hello')
    screen.end_status()
    assert stream.getvalue() == '\r\x1b[Kone\r\x1b[K[radar] hello\none\r\x1b[K'


def test_without_a_terminal_there_are_only_whole_lines():
    stream = io.StringIO()
    screen = Screen(stream)
    screen.status('one')
    screen.status('too soon')
    screen.line('', 'hello')
    screen.end_status()
    assert stream.getvalue() == 'one\nhello\n'


def test_a_terminal_that_has_gone_does_not_end_the_rig():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, 'w') as stream:
        Screen(stream).line('radar', 'hello')
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)


def test_a_lock_names_its_holder_and_is_free_when_that_has_gone(tmp_path):
    path = tmp_path / 'bicycle.lock'
    held = lock.take(path, 'bicycle')
    with pytest.raises(UserError, match=f'bicycle is up already, as process {os.getpid()} since .* kill {os.getpid()}'):
        lock.take(path, 'bicycle')
    os.close(held)
    os.close(lock.take(path, 'bicycle'))


def test_a_lock_whose_runner_was_killed_is_waited_for_shortly(tmp_path):
    path = tmp_path / 'bicycle.lock'
    with path.open('w') as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        guard.write('4194999 12:00:00')  # beyond the largest pid
        guard.flush()
        with pytest.raises(UserError, match='is just being stopped .* Try again in 3 s'):
            lock.take(path, 'bicycle')
