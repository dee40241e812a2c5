from __future__ import annotations

import dataclasses
import fcntl
import os
import struct

import pytest

from outrider_drive.pilot.crosscheck import HeldCheck
from outrider_drive.pilot.feedback import Feedback
from outrider_drive.pilot.words import Files, Pad

MS = 1_000_000


@pytest.fixture
def files(tmp_path):
    """A pad's folder in sysfs without LEDs, and an event device that answers nothing."""
    os.mkfifo(tmp_path / 'event0')
    (tmp_path / 'leds').mkdir()
    return Files(tmp_path / 'js0', None, tmp_path / 'event0', sysfs=tmp_path)


def leds(files, *names):
    for name in names:
        led = files.sysfs / 'leds' / name
        led.mkdir()
        (led / 'brightness').write_text('0\n')
    return files.sysfs / 'leds'


def test_a_ps4_pads_light_bar_is_three_leds(files):
    folder = leds(files, 'input20:red', 'input20:green', 'input20:blue', 'input20:global')
    said = []
    Feedback(files, said.append).light(255, 80, 0)
    assert [(folder / f'input20:{name}' / 'brightness').read_text() for name in ('red', 'green', 'blue')] == \
        ['255\n', '80\n', '0\n']
    assert said == []


def test_a_light_bar_of_one_led_takes_three_values(files):
    folder = leds(files, 'input20:rgb:indicator')
    Feedback(files, pytest.fail).light(1, 2, 3)
    assert (folder / 'input20:rgb:indicator' / 'multi_intensity').read_text() == '1 2 3'
    assert (folder / 'input20:rgb:indicator' / 'brightness').read_text() == '255\n'


def test_the_same_colour_is_written_once(files):
    folder = leds(files, 'a:red', 'a:green', 'a:blue')
    feedback = Feedback(files, pytest.fail)
    feedback.light(9, 9, 9)
    (folder / 'a:red' / 'brightness').write_text('touched')
    feedback.light(9, 9, 9)
    assert (folder / 'a:red' / 'brightness').read_text() == 'touched'
    feedback.light(8, 9, 9)
    assert (folder / 'a:red' / 'brightness').read_text() == '8\n'


def test_a_missing_light_bar_is_said_once(files):
    said = []
    for where in (files, dataclasses.replace(files, sysfs=None)):
        feedback = Feedback(where, said.append)
        feedback.light(1, 2, 3)
        feedback.light(3, 2, 1)
    assert said == ['pad: no light bar (it has no red LED). Driving goes on without it.'] * 2


def test_a_missing_rumble_is_said_once(files):
    said = []
    for where in (files, dataclasses.replace(files, buttons=None)):
        feedback = Feedback(where, said.append)
        feedback.rumble()
        feedback.rumble()
        feedback.close()
    assert len(said) == 2
    assert all(one.startswith('pad: no rumble (') for one in said)
    assert 'no event device' in said[1]


def test_rumble_uploads_one_effect_and_plays_it_each_time(files, monkeypatch):
    uploads = []

    def ioctl(fd, request, data):
        uploads.append((request, struct.unpack_from('<Hh', data), len(data), data[10:12], data[16:20]))
        return data[:2] + struct.pack('<h', 3) + data[4:]

    monkeypatch.setattr(fcntl, 'ioctl', ioctl)
    feedback = Feedback(files, pytest.fail)
    feedback.rumble()
    feedback.rumble()
    # Number, size and places as a C program with linux/input.h prints them.
    assert uploads == [(0x40304580, (0x50, -1), 48, struct.pack('<H', 200), struct.pack('<HH', 0xC000, 0x8000))]
    assert os.read(feedback._fd, 100) == 2 * struct.pack('<qqHHi', 0, 0, 0x15, 3, 1)
    os.write(feedback._fd, bytes(1 << 16))
    feedback.rumble()  # a full queue is no reason to wait, or to give up
    feedback.close()


def test_without_an_event_device_there_is_no_cross_check(files, ps4, tmp_path):
    for path in (None, tmp_path / 'gone'):
        check = HeldCheck(path, ps4)
        assert not check.differs(100 * MS, Pad())
        check.close()


def test_an_event_device_that_answers_nothing_is_not_asked_again(files, ps4):
    check = HeldCheck(files.buttons, ps4)
    assert check.fd >= 0
    assert not check.differs(100 * MS, Pad())
    assert check.fd == -1


def test_both_must_disagree_twice_and_unchanged(files, ps4):
    answers = iter([{304}, set(), {304}, {304, 311}, {304, 311}])
    check = HeldCheck(files.buttons, ps4, lambda _: frozenset(next(answers)))
    assert [check.differs(at * 40 * MS, Pad()) for at in range(5)] == [False, False, False, False, True]
    assert not check.differs(161 * MS, Pad())  # not due
    check.close()


def test_buttons_that_nothing_is_done_with_are_not_compared(files, ps4):
    mapping = dataclasses.replace(ps4, buttons=('unused0', *ps4.buttons[1:]))
    check = HeldCheck(files.buttons, mapping, lambda _: frozenset({304}))
    assert [check.differs(at * 40 * MS, Pad()) for at in range(3)] == [False, False, False]
    check.close()


def test_keys_and_arrows_that_the_other_side_does_not_know_are_not_compared(files, ps4):
    check = HeldCheck(files.buttons, ps4, lambda _: frozenset({304, 700}))
    pad = Pad(held=frozenset({'cross', 'up'}))
    assert [check.differs(at * 40 * MS, pad) for at in range(3)] == [False, False, False]
    check.close()
