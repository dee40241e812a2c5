"""Keys of a terminal as controls of the fake pad: times, cut sequences, a real terminal given back as it was."""

from __future__ import annotations

import os
import pty
import sys
import termios

import pytest

from outrider_bringup.up.keys import FIRST_S, HELP, LEAD_S, REPEAT_S, KeyReader, Keys
from outrider_sim.devices.pad import FakePad
from outrider_sim.devices.pad_player import obey
from waiting import wait_until

UP, DOWN, RIGHT, LEFT = b'\x1b[A', b'\x1b[B', b'\x1b[C', b'\x1b[D'


class Typed:
    """A person at a terminal that is polled every 50 ms."""

    def __init__(self) -> None:
        self.keys, self.now = Keys(), 100.0

    def type(self, data: bytes = b'', after: float = 0.05) -> list[str]:
        self.now += after
        return self.keys.feed(data, self.now) + self.keys.due(self.now)


@pytest.fixture
def typed():
    return Typed()


def test_an_arrow_is_driven_under_the_dead_man_which_comes_first_and_goes_last(typed):
    assert typed.type(UP) == ['press r1']
    assert typed.type(after=LEAD_S) == ['press cross']
    assert typed.type(after=FIRST_S - LEAD_S - 0.01) == []
    assert typed.type(after=0.011) == ['release cross', 'release r1']


def test_a_key_is_held_while_repeats_come(typed):
    typed.type(UP)
    assert typed.type(after=0.5) == ['press cross']
    for _ in range(20):
        assert typed.type(UP, after=0.1) == []
    assert typed.type(after=REPEAT_S) == ['release cross', 'release r1']


def test_repeats_that_waited_for_a_late_poll_still_hold(typed):
    typed.type(UP)
    typed.type(after=0.5)
    assert typed.type(UP, after=3.0) == []


@pytest.mark.parametrize(('data', 'control'), [
    (UP, 'cross'), (DOWN, 'square'), (LEFT, 'left'), (RIGHT, 'right'), (b'u', 'up'), (b'd', 'down'), (b'D', 'down'),
    (b'\x1bOA', 'cross'), (b'\x1bOC', 'right')])
def test_driving_keys_hold_the_dead_man(typed, data, control):
    assert typed.type(data) + typed.type(after=0.1) == ['press r1', f'press {control}']


@pytest.mark.parametrize(('data', 'control'), [(b'a', 'options'), (b'x', 'share'), (b'h', 'triangle'),
                                               (b' ', 'circle')])
def test_words_need_no_dead_man(typed, data, control):
    assert typed.type(data) == [f'press {control}']
    assert typed.type(after=FIRST_S + 0.01) == [f'release {control}']


def test_the_e_stop_lets_go_of_all_else_at_once(typed):
    typed.type(UP)
    typed.type(after=0.1)
    typed.type(b'u')
    assert typed.type(b' ') == ['press circle', 'release cross', 'release up', 'release r1']
    assert typed.type(after=0.1) == []


def test_a_second_key_shares_the_dead_man_and_an_opposite_one_replaces(typed):
    typed.type(UP)
    typed.type(after=0.1)
    assert typed.type(LEFT) == ['press left']
    assert typed.type(RIGHT) == ['release left', 'press right']
    assert typed.type(after=FIRST_S + 0.1) == ['release cross', 'release right', 'release r1']


def test_a_key_that_is_replaced_before_its_press_is_never_pressed(typed):
    assert typed.type(UP) == ['press r1']
    assert typed.type(DOWN, after=0.01) == ['release r1', 'press r1']
    assert typed.type(after=0.1) == ['press square']


@pytest.mark.parametrize('cut', [1, 2])
def test_sequences_may_be_cut_anywhere(typed, cut):
    assert typed.type(UP[:cut]) == []
    assert typed.type(UP[cut:] + b'a') == ['press r1', 'press options']


def test_the_key_escape_alone_does_not_swallow_what_follows(typed):
    assert typed.type(b'\x1b') == []
    assert typed.type(after=0.2) == []
    assert typed.type(b'a') == ['press options']


@pytest.mark.parametrize('data', [b'\x1b[1;5A', b'\x1b[3~', b'\x1ba', b'\x1bOP', b'q', b'\xc3\xa4', b'\x00', b'\r'])
def test_other_keys_do_nothing_and_cost_no_later_one(typed, data):
    assert typed.type(data + b'h') == ['press triangle']


def test_release_all_lets_go_of_everything(typed):
    typed.type(UP + b'h')
    typed.type(after=0.1)
    assert typed.keys.release_all() == ['release cross', 'release r1', 'release triangle']
    assert typed.keys.release_all() == []


def test_every_line_is_a_word_of_the_fake_pad(typed, tmp_path):
    pad = FakePad(tmp_path / 'js', None, 0)
    for data in (UP, DOWN, LEFT, RIGHT, b'u', b'd', b'a', b'x', b'h', b' '):
        for line in typed.type(data) + typed.type(after=0.1) + typed.type(after=1.0):
            assert obey(pad, line) == ''
    assert not pad.held
    pad.lose()


def test_help_is_one_line():
    assert len(HELP) < 110


READER = """
import os, sys, time
from pathlib import Path
from outrider_bringup.up.keys import KeyReader
with KeyReader(sys.stdin, Path(sys.argv[1])) as keys:
    print('ready', flush=True)
    while True:
        keys.poll()
        time.sleep(0.01)
        if Path(sys.argv[2]).exists():
            raise RuntimeError('crashed')
"""


@pytest.fixture
def control(tmp_path):
    os.mkfifo(tmp_path / 'control')
    fd = os.open(tmp_path / 'control', os.O_RDWR | os.O_NONBLOCK)
    yield fd
    os.close(fd)


def read(fd: int) -> bytes:
    try:
        return os.read(fd, 4096)
    except BlockingIOError:
        return b''


@pytest.mark.parametrize('ends', ['crash', 'interrupt'])
def test_a_real_terminal_gives_single_keys_and_is_given_back(tmp_path, control, ends):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, '-c', READER, str(tmp_path / 'control'), str(tmp_path / 'crash')])
    before = termios.tcgetattr(terminal)
    got = bytearray()
    said = bytearray()
    wait_until(lambda: said.extend(os.read(terminal, 100)) or b'ready' in said, 'the reader')
    assert not termios.tcgetattr(terminal)[3] & (termios.ICANON | termios.ECHO)
    os.write(terminal, UP)
    wait_until(lambda: got.extend(read(control)) or b'release r1' in got, 'the key')
    assert got == b'press r1\npress cross\nrelease cross\nrelease r1\n'
    os.write(terminal, b'h')
    wait_until(lambda: got.extend(read(control)) or got.endswith(b'press triangle\n'), 'the second key')
    if ends == 'crash':
        (tmp_path / 'crash').touch()
    else:
        os.write(terminal, b'\x03')
    wait_until(lambda: got.extend(read(control)) or got.endswith(b'release triangle\n'), 'letting go')
    wait_until(lambda: termios.tcgetattr(terminal)[3] == before[3], 'the terminal as it was')
    os.waitpid(pid, 0)
    os.close(terminal)


def test_what_is_no_terminal_is_left_alone(tmp_path, control):
    with open('/dev/null') as null, KeyReader(null, tmp_path / 'control') as keys:
        keys.poll()
    assert read(control) == b''


def test_a_terminal_of_another_job_is_left_alone(tmp_path, control):
    leader, follower = pty.openpty()
    before = termios.tcgetattr(follower)
    with open(follower) as stream, KeyReader(stream, tmp_path / 'control') as keys:
        os.write(leader, b'h\n')
        keys.poll()
        assert termios.tcgetattr(leader) == before
    os.close(leader)
    assert read(control) == b''


def test_without_a_fake_pad_a_key_is_no_press(tmp_path, monkeypatch):
    leader, follower = pty.openpty()
    monkeypatch.setattr(KeyReader, '_in_front', lambda _: True)
    with open(follower) as stream, KeyReader(stream, tmp_path / 'control') as keys:
        os.write(leader, b'h')
        keys.poll()
        os.mkfifo(tmp_path / 'control')
        fd = os.open(tmp_path / 'control', os.O_RDWR | os.O_NONBLOCK)
        os.write(leader, b'h')
        keys.poll()
        assert read(fd) == b'press triangle\n'
    assert read(fd) == b'release triangle\n'
    os.close(fd)
    os.close(leader)
