"""Each output on what it speaks to: a pseudo-terminal, a folder like that of sysfs, a FIFO; the kernel's own header."""

from __future__ import annotations

import json
import math
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import time
import tty
from pathlib import Path

import pytest

from outrider_alerts.beeper import Beeper, Said, Signal
from outrider_alerts.outputs import gpio
from outrider_alerts.outputs.choice import chosen
from outrider_alerts.outputs.gpio import Gpio
from outrider_alerts.outputs.output import Nothing, OutputError
from outrider_alerts.outputs.record import MOST_BYTES, Record
from outrider_alerts.outputs.serial_line import SerialLine
from outrider_alerts.outputs.sysfs import Sysfs
from outrider_alerts.sounding import Sounding
from outrider_alerts.table import load

ON = Signal(3100.0, '#e0201b', (True, False, False), math.inf, 'urgent')
OFF = Signal(0.0, '#2e9d4f', (False, True, False), math.inf, '')


def until(true, what, timeout_s=10.0):
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, f'waited {timeout_s:g} s for {what}'
        time.sleep(0.005)


def test_a_file_gets_a_line_per_signal_with_its_time(tmp_path):
    output = Record(str(tmp_path / 'beeps'))
    before_ns = time.monotonic_ns()
    output.put(ON)
    output.put(OFF)
    output.close()
    lines = [json.loads(line) for line in (tmp_path / 'beeps').read_text().splitlines()]
    assert [(line['hz'], line['tone'], line['colour']) for line in lines] == [
        (3100.0, 'urgent', '#e0201b'), (0.0, '', '#2e9d4f')]
    assert before_ns <= lines[0]['at_ns'] <= lines[1]['at_ns'] <= time.monotonic_ns()


def test_a_file_of_many_days_begins_anew(tmp_path):
    path = tmp_path / 'beeps'
    path.write_bytes(b'x' * (MOST_BYTES + 1))
    output = Record(str(path))
    output.put(ON)
    output.close()
    assert path.stat().st_size < 200


def test_a_fifo_that_nobody_reads_holds_nobody_up_and_is_heard_by_who_comes(tmp_path):
    path = tmp_path / 'fifo'
    os.mkfifo(path)
    output = Record(str(path))
    output.put(ON)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    output.put(OFF)
    assert json.loads(os.read(reader, 4096))['hz'] == 0.0
    for _ in range(2000):
        output.put(ON)  # more than it holds
    os.close(reader)
    output.put(ON)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    output.put(OFF)
    assert json.loads(os.read(reader, 4096))['hz'] == 0.0
    os.close(reader)
    output.close()


def test_a_file_that_can_not_be_written_is_one_sentence(tmp_path):
    with pytest.raises(OutputError, match='No such file or directory while writing .*/none/beeps. Correct output.'):
        Record(str(tmp_path / 'none' / 'beeps')).put(ON)


def test_a_serial_line_says_pitch_and_colour_and_ends_silent():
    ours, theirs = pty.openpty()
    tty.setraw(theirs, termios.TCSANOW)
    output = SerialLine(os.ttyname(theirs))
    output.put(ON)
    output.close()
    said = b''
    while select.select([ours], [], [], 0.5)[0] and not said.endswith(b'T 0 000000\n'):
        said += os.read(ours, 64)
    assert said == b'T 3100 e0201b\nT 0 000000\n'
    os.close(ours)
    os.close(theirs)


def test_a_serial_line_that_is_pulled_out_is_a_sentence_and_comes_back(tmp_path):
    link = tmp_path / 'port'
    with pytest.raises(OutputError, match='does not take a line'):
        SerialLine(str(link)).put(ON)
    ours, theirs = pty.openpty()
    link.symlink_to(os.ttyname(theirs))
    output = SerialLine(str(link))
    output.put(ON)
    os.close(ours)
    os.close(theirs)
    with pytest.raises(OutputError, match='Check cable and output'):
        output.put(ON)
    ours, theirs = pty.openpty()
    tty.setraw(theirs, termios.TCSANOW)
    link.unlink()
    link.symlink_to(os.ttyname(theirs))
    output.put(ON)
    assert os.read(ours, 64) == b'T 3100 e0201b\n'
    output.close()
    os.close(ours)
    os.close(theirs)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """A folder like /sys/class/gpio, with lines 5 and 6 exported already; 7 is not."""
    for number in (5, 6):
        (tmp_path / f'gpio{number}').mkdir()
    (tmp_path / 'export').write_text('')
    return tmp_path


def values(folder: Path) -> list[str]:
    return [(folder / f'gpio{number}' / 'value').read_text() for number in (5, 6)]


def test_sysfs_switches_lines_that_begin_off_and_end_off(lines):
    output = Sysfs(str(lines), (5, 6, -1, -1))
    output.put(ON)
    assert [(lines / f'gpio{number}' / 'direction').read_text() for number in (5, 6)] == ['low\n', 'low\n']
    assert values(lines) == ['1\n', '1\n']
    output.put(OFF)
    assert values(lines) == ['0\n', '0\n']
    output.put(ON)
    output.close()
    assert values(lines) == ['0\n', '0\n']
    output.close()


def test_sysfs_asks_for_a_line_that_is_not_there_and_says_when_it_does_not_come(lines):
    with pytest.raises(OutputError, match='gpio7/direction'):
        Sysfs(str(lines), (7, -1, -1, -1)).put(ON)
    assert (lines / 'export').read_text() == '7\n'


def test_what_the_kernel_is_asked_is_what_its_header_says(tmp_path):
    source = tmp_path / 'sizes.c'
    source.write_text("""
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
int main(void) {
    struct gpio_v2_line_request r; struct gpio_v2_line_values v;
    memset(&r, 0, sizeof r); memset(&v, 0, sizeof v);
    r.offsets[0] = 17; r.offsets[1] = 27; strcpy(r.consumer, "outrider buzzer");
    r.config.flags = GPIO_V2_LINE_FLAG_OUTPUT; r.num_lines = 2;
    v.bits = 2; v.mask = 3;
    unsigned long asks[2] = {GPIO_V2_GET_LINE_IOCTL, GPIO_V2_LINE_SET_VALUES_IOCTL};
    fwrite(asks, sizeof asks, 1, stdout); fwrite(&r, sizeof r, 1, stdout); fwrite(&v, sizeof v, 1, stdout);
    return 0;
}""")
    subprocess.run(['cc', '-o', tmp_path / 'sizes', source], check=True)
    asked = subprocess.run([tmp_path / 'sizes'], capture_output=True, check=True).stdout
    seen = []

    def ioctl(descriptor, number, data):
        seen.append((number, bytes(data)))
        if number == gpio.GET_LINE:
            data[588:592] = struct.pack('i', os.dup(descriptor))

    chip = tmp_path / 'gpiochip0'
    chip.write_text('')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpio.fcntl, 'ioctl', ioctl)
        output = Gpio(str(chip), (17, -1, 27, -1))
        output.put(OFF)
        output.put(ON)
        output.close()
    get, switch = struct.unpack('QQ', asked[:16])
    assert seen == [(get, asked[16:608]), (switch, asked[608:624]),
                    (switch, struct.pack('QQ', 1, 3)), (switch, struct.pack('QQ', 0, 3))]


def test_a_chip_that_is_none_is_a_sentence(tmp_path):
    chip = tmp_path / 'gpiochip0'
    chip.write_text('')
    with pytest.raises(OutputError, match=r'at lines \[17\] of .*gpiochip0. Check the wiring page'):
        Gpio(str(chip), (17, -1, -1, -1)).put(ON)
    with pytest.raises(OutputError, match='No such file'):
        Gpio(str(tmp_path / 'none'), (17, -1, -1, -1)).put(ON)


@pytest.mark.parametrize(('kind', 'path', 'lines', 'made'), [
    ('none', '', (-1,) * 4, Nothing), ('file', 'x', (-1,) * 4, Record), ('serial', 'x', (-1,) * 4, SerialLine),
    ('gpio', '', (1, -1, -1, -1), Gpio), ('sysfs', '', (1, 2, 3, 4), Sysfs)])
def test_parameters_choose_an_output(kind, path, lines, made):
    output = chosen(kind, path, lines)
    assert type(output) is made
    output.close()


@pytest.mark.parametrize(('kind', 'path', 'lines', 'sentence'), [
    ('serial', '', (-1,) * 4, "output is 'serial' and path is empty: set path to the port."),
    ('file', '', (-1,) * 4, 'set path to the file.'),
    ('gpio', '', (-1,) * 4, 'expected numbers of lines that differ'),
    ('gpio', '', (1, 1, -1, -1), 'expected numbers of lines that differ')])
def test_parameters_that_lack_something_are_one_sentence(kind, path, lines, sentence):
    with pytest.raises(OutputError, match=sentence):
        chosen(kind, path, lines)


class Broken:
    """Fails until it is mended; says when it was asked."""

    repeat_s = math.inf

    def __init__(self):
        self.mended = threading.Event()
        self.puts = []

    def put(self, signal):
        self.puts.append(signal)
        if not self.mended.is_set():
            raise OutputError('buzzer: it is broken. Mend it.')

    def close(self):
        pass


def test_an_output_that_fails_is_told_and_tried_again():
    output = Broken()
    sounding = Sounding(Beeper(load(), time.monotonic()), output)
    until(lambda: sounding.problem == 'buzzer: it is broken. Mend it.', 'the problem')
    output.mended.set()
    until(lambda: not sounding.problem, 'that it works again')
    assert sounding.alive
    sounding.close()
    assert not sounding.alive


def test_the_thread_is_woken_by_mute_test_and_the_alerters_word(tmp_path):
    path = tmp_path / 'beeps'
    sounding = Sounding(Beeper(load(), time.monotonic()), Record(str(path)))

    def tones():
        return [json.loads(line)['tone'] for line in path.read_text().splitlines()] if path.exists() else []

    until(lambda: tones() and tones()[-1] == 'no_data', 'NO DATA, for nobody speaks')
    assert sounding.lost_s > 0.0
    sounding.mute(True)
    sounding.hear(1, [Said('warn', 'caution', 1, (0, 0))])
    until(lambda: tones()[-1] == '', 'muted caution')
    assert sounding.lost_s == 0.0
    sounding.test()
    until(lambda: tones()[-1] == 'test', 'the self-test')
    sounding.close()


def test_the_thread_plays_the_pattern_on_time(tmp_path):
    path = tmp_path / 'beeps'
    sounding = Sounding(Beeper(load(), time.monotonic()), Record(str(path)))

    def beeps():
        found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line['at_ns'] for line in found if line['tone'] == 'urgent' and line['hz']]

    number = 0
    end = time.monotonic() + 20.0
    while len(beeps()) < 7 and time.monotonic() < end:
        number += 1
        sounding.hear(number, [Said('urgent', 'urgent', 2, (0, 0))])
        time.sleep(0.05)
    sounding.close()
    at_s = [(one - beeps()[0]) * 1e-9 for one in beeps()[:7]]
    wanted = [0.0, 0.14, 0.28, 0.6, 0.74, 0.88, 1.2]
    assert max(abs(a - b) for a, b in zip(at_s, wanted, strict=True)) < 0.1
