"""An unknown pad becomes a file of config/pads: the rules, and the whole with a fake pad's process."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys

import pytest
import yaml

from outrider_bringup import cli
from outrider_bringup.calibrate import pad_file
from outrider_bringup.calibrate.pad_touch import NEEDED, QUESTIONS, Found, Touch, Watch
from outrider_drive.pilot import mapping
from outrider_drive.pilot.find import Given
from outrider_drive.pilot.kernel import Told
from outrider_drive.pilot.link import PadLink
from outrider_drive.pilot.records import js_splitter
from outrider_node import boottime_ns
from outrider_sim.devices.pad_layout import GENERIC
from outrider_sim.devices.pad_wire import ARROWS
from waiting import wait_until

BUTTON, AXIS = 1, 2


class Unknown:
    """A pad of two buttons and four axes; axis 3 is a trigger."""

    def __init__(self) -> None:
        self.watch, self.found, self.splitter = Watch(2, 4), Found(2, 4), js_splitter()
        for number in range(2):
            self.send(0x80 | BUTTON, number, 0)
        for number in range(4):
            assert not self.watch.ready
            self.send(0x80 | AXIS, number, -32767 if number == 3 else 0)
        assert self.watch.ready

    def send(self, kind: int, number: int, value: int) -> Touch | None:
        record, = self.splitter.feed(struct.pack('<IhBB', 1, value, kind, number))
        return self.watch.take(record)

    def touch(self, *moves: tuple[int, int, int]) -> Touch:
        """Do each of (kind, number, value) and undo them."""
        touches = [self.send(*move) for move in moves]
        touches += [self.send(kind, number, -32767 if (kind, number) == (AXIS, 3) else 0) for kind, number, _ in moves]
        touch, = [touch for touch in touches if touch]
        return touch

    def says(self, control: str, *moves: tuple[int, int, int]) -> str:
        return self.found.assign(control, self.touch(*moves), self.watch)


@pytest.fixture
def unknown():
    return Unknown()


def test_a_button_is_taken_when_it_was_let_go(unknown):
    assert unknown.send(BUTTON, 1, 1) is None
    assert unknown.send(BUTTON, 1, 0) == Touch(frozenset({1}), {})
    assert unknown.says('cross', (BUTTON, 1, 1)) == ''
    assert unknown.found.buttons == ('unused0', 'cross')


def test_a_stick_is_the_axis_that_went_farthest(unknown):
    assert unknown.says('ly', (AXIS, 0, 21000), (AXIS, 1, 32767)) == ''
    assert unknown.found.axes == ('unused0', 'ly', 'unused2', 'unused3')


def test_a_stick_that_trembles_is_no_touch(unknown):
    assert unknown.send(AXIS, 0, 15000) is None
    assert unknown.send(AXIS, 0, 0) is None


def test_a_trigger_may_be_a_button_an_axis_or_both(unknown):
    assert unknown.says('l2', (BUTTON, 0, 1), (AXIS, 3, 32767)) == ''
    assert (unknown.found.buttons[0], unknown.found.axes[3]) == ('l2', 'l2')
    assert unknown.says('r2', (BUTTON, 1, 1)) == ''


def test_arrows_may_be_buttons_or_one_axis_for_two(unknown):
    assert unknown.says('up', (AXIS, 2, -32767)) == ''
    assert unknown.says('down', (AXIS, 2, 32767)) == ''
    assert unknown.says('left', (BUTTON, 0, 1)) == ''
    assert (unknown.found.axes[2], unknown.found.buttons[0]) == ('dpad_y', 'left')


@pytest.mark.parametrize(('control', 'moves', 'says'), [
    ('cross', [(BUTTON, 0, 1), (BUTTON, 1, 1)], '2 buttons went down'), ('cross', [(AXIS, 0, 32767)], 'no button'),
    ('lx', [(BUTTON, 0, 1)], 'no stick'), ('lx', [(AXIS, 0, -32767)], 'the other way round'),
    ('l2', [(AXIS, 0, 32767)], 'no trigger'), ('up', [(AXIS, 2, 32767)], 'went the other way')])
def test_what_cannot_be_is_told_and_asked_again(unknown, control, moves, says):
    assert says in unknown.says(control, *moves)
    assert set(unknown.found.buttons + unknown.found.axes) <= {f'unused{n}' for n in range(4)}


def test_one_number_has_one_meaning(unknown):
    assert unknown.says('cross', (BUTTON, 0, 1)) == ''
    assert unknown.says('square', (BUTTON, 0, 1)) == 'button 0 is cross already'
    assert unknown.says('cross', (BUTTON, 1, 1)) == 'cross is button 0 already'


def test_what_the_machine_is_driven_by_is_needed():
    assert set(NEEDED) == {'r1', 'cross', 'square', 'circle', 'triangle', 'options', 'share', 'ly', *ARROWS}


def test_a_file_keeps_meanings_with_their_units_and_loads(root):
    told = Told('Pad: "X" #2', (0, 1, 16, 17), tuple(range(300, 308)))
    buttons = ('r1', 'cross', 'square', 'circle', 'triangle', 'options', 'share', 'unused7')
    example = (root / 'config/pads/ps4.yaml').read_text()
    text = pad_file.text_of(told, 'xpad', ' IMU', buttons, ('lx', 'ly', 'dpad_x', 'dpad_y'), example)
    found = pad_file.checked(text, 'x.yaml')
    assert (found.names, found.drivers, found.motion_suffix) == (('Pad: "X" #2',), ('xpad',), ' IMU')
    assert (found.deadman, found.buttons[-1]) == ('r1', 'unused7')
    assert '# m/s' in text
    assert pad_file.name_of(told) == 'pad_x_2'


@pytest.fixture
def root(tmp_path):
    """A checkout of its own with the one pad file."""
    pads = tmp_path / 'checkout' / 'config' / 'pads'
    pads.mkdir(parents=True)
    shutil.copy(os.path.join(os.environ['OUTRIDER_ROOT'], 'config', 'pads', 'ps4.yaml'), pads)
    return tmp_path / 'checkout'


class Calibrating:
    """The command in a process, a fake pad of another driver's order, and a person who does what is asked."""

    def __init__(self, spawn, folder, root, *words: str) -> None:
        self.fake = spawn('--dir', folder, '--control', folder / 'control', '--layout', 'generic',
                          module='outrider_sim.devices.pad_player')
        wait_until((folder / 'control').exists, 'the fake pad')
        self.control = os.open(folder / 'control', os.O_WRONLY)
        self.log = folder / 'said'
        with self.log.open('w') as log:
            self.process = subprocess.Popen(
                [sys.executable, '-m', 'outrider_bringup', 'calibrate', 'pad', '--js', folder / 'pad_js', *words],
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, 'OUTRIDER_ROOT': str(root)})

    def answer(self, control: str) -> None:
        """Do what the question asks for; R3 is passed over as if the pad had none."""
        if control == 'r3':
            self.process.stdin.write(b'\n')
            self.process.stdin.flush()
        elif control in ('lx', 'ly', 'rx', 'ry'):
            os.write(self.control, f'move {control} 32767\nmove {control} 0\n'.encode())
        else:
            os.write(self.control, f'press {control}\nrelease {control}\n'.encode())

    def play(self) -> str:
        for number, control in enumerate(QUESTIONS, 1):
            wait_until(lambda number=number: f'{number:2}/' in self.log.read_text(), f'question {number}')
            self.answer(control)
        assert self.process.wait(20) == 0, self.log.read_text()
        return self.log.read_text()

    def close(self) -> None:
        os.close(self.control)
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


@pytest.fixture
def calibrating(spawn, tmp_path, root):
    made = []

    def make(*words: str) -> Calibrating:
        made.append(Calibrating(spawn, tmp_path, root, *words))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_an_unknown_pad_becomes_a_file_that_the_pilot_reads(calibrating, tmp_path, root):
    said = calibrating('--write').play()
    file = root / 'config' / 'pads' / 'wireless_controller.yaml'
    assert f'Written: {file}' in said
    found = mapping.load(file)
    wanted = tuple(name if name not in ('r3', 'touchpad') else f'unused{number}'
                   for number, name in enumerate(GENERIC.buttons))
    assert (found.buttons, found.button_codes, found.drivers) == (wanted, GENERIC.button_codes, ('hid-generic',))
    assert found.axis_codes == GENERIC.axis_codes
    link = PadLink(Given(tmp_path / 'pad_js', tmp_path / 'pad_motion', found), found, boottime_ns)
    wait_until(lambda: not link.step(0.01)[-1].operator.neutral_required, 'the pad as the pilot sees it')
    control = os.open(tmp_path / 'control', os.O_WRONLY)
    os.write(control, b'press square\n')
    wait_until(lambda: link.step(0.01)[-1].pad.held == {'square'}, 'the right button')
    os.close(control)
    link.close()


def test_nothing_is_written_unasked_nor_over_another_file(calibrating, root, capsys, monkeypatch, tmp_path):
    said = calibrating().play()
    assert 'Nothing was written' in said
    assert 'drivers: ["hid-generic"]' in said
    folder = root / 'config' / 'pads'
    assert [path.name for path in folder.iterdir()] == ['ps4.yaml']
    monkeypatch.setenv('OUTRIDER_ROOT', str(root))
    assert cli.main(['calibrate', 'pad', '--js', str(tmp_path / 'pad_js'), '--write', '--name', 'ps4']) == 2
    assert 'ps4.yaml is there already. Give --force' in capsys.readouterr().err
    assert yaml.safe_load((folder / 'ps4.yaml').read_text())['names'][0] == 'Wireless Controller'


@pytest.mark.parametrize(('words', 'says'), [
    ([], 'calibrate what? Known: camera-radar, level, pad, wheel.'),
    (['pat'], "calibrate knows no 'pat'. Did you mean 'pad'?"),
    (['pad', '--js', '/no/js'], '/no/js cannot be opened (No such file or directory)'),
    (['pad', '--js', '/dev/null'], '/dev/null answers no joystick question')])
def test_wrong_words_are_one_sentence(capsys, words, says):
    assert cli.main(['calibrate', *words]) == 2
    assert says in capsys.readouterr().err


def test_a_fifo_that_says_nothing_of_itself_is_refused(tmp_path, capsys):
    os.mkfifo(tmp_path / 'js')
    assert cli.main(['calibrate', 'pad', '--js', str(tmp_path / 'js')]) == 2
    assert 'with nothing beside it' in capsys.readouterr().err


def test_a_pad_that_is_lost_meanwhile_ends_it_in_one_sentence(calibrating):
    asking = calibrating()
    wait_until(lambda: ' 1/' in asking.log.read_text(), 'the first question')
    os.write(asking.control, b'lose\n')
    assert asking.process.wait(20) == 2
    assert 'the pad was lost' in asking.log.read_text()
