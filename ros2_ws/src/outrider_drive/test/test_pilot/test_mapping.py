from __future__ import annotations

import dataclasses
import fcntl
import math
import struct
from pathlib import Path

import pytest
import yaml

from outrider_drive.pilot import kernel, mapping
from outrider_drive.pilot.words import PadError
from outrider_sim.devices.pad_layout import GENERIC

PS4 = Path(__file__).resolve().parents[5] / 'config' / 'pads' / 'ps4.yaml'


@pytest.fixture
def content():
    return yaml.safe_load(PS4.read_text())


def refusal(content) -> str:
    with pytest.raises(PadError) as caught:
        mapping.parse(content, 'x.yaml')
    assert '\n' not in str(caught.value)
    return str(caught.value)


def test_each_key_of_the_ps4_file_has_a_comment():
    lines = [line for line in PS4.read_text().splitlines() if line and not line.startswith('#')]
    bare = [line for line in lines if '#' not in line and not line.startswith(('button', 'axis_codes', 'axes'))]
    assert bare == []


def test_an_unknown_key_is_refused_naming_the_nearest(content):
    assert refusal({**content, 'deadmann': 'r1'}) == \
        "pad: x.yaml has the key 'deadmann', which nobody knows; the nearest is 'deadman'."
    assert "the key '7'" in refusal({**content, 7: 1})


def test_each_key_is_needed(content):
    for key in list(content):
        rest = {other: value for other, value in content.items() if other != key}
        assert refusal(rest).startswith(f"pad: x.yaml lacks the key '{key}'")


@pytest.mark.parametrize(('key', 'value', 'says'), [
    ('forward_mps', 3.1, 'from 0 to 3'), ('forward_mps', -0.1, 'from 0 to 3'), ('forward_mps', math.nan, 'from 0 to 3'),
    ('stick_mps', True, 'expected a number'), ('backward_mps', '1', 'expected a number'),
    ('deadzone', 0.0, 'from 0.02'), ('hold_limit_s', math.inf, 'to 120'),
    ('deadman', 5, 'expected a name'), ('deadman', 'r9', 'expected one of'), ('forward', 'r1', 'one meaning'),
    ('stick', 'l2', 'expected one of lx'), ('names', 'Pad', 'list of names'), ('axis_codes', ['0'], 'list of numbers'),
    ('drivers', [], 'list of names'), ('axis_codes', [0, 1], 'differ in number'), ('axes', ['lx'] * 8, 'repeat'),
    ('button_codes', [304] * 13, 'repeat'),
    ('axes', ['lx', 'ly', 'l2', 'rx', 'ry', 'r2', 'dpad_x', 'wheel'], "has 'wheel'")])
def test_a_value_that_cannot_be_is_refused(content, key, value, says):
    assert says in refusal({**content, key: value})


def test_a_pad_without_arrows_cannot_have_them_mapped(content):
    cut = {key: content[key][:6] for key in ('axes', 'axis_codes')}
    assert 'expected one of' in refusal({**content, **cut})


def test_arrows_may_be_buttons_and_controls_without_use_have_a_name(content):
    buttons = [*content['buttons'], 'up', 'down', 'left', 'right', 'unused17']
    codes = [*content['button_codes'], 544, 545, 546, 547, 319]
    axes = ['lx', 'ly', 'unused2', 'rx', 'ry', 'unused5']
    parsed = mapping.parse({**content, 'buttons': buttons, 'button_codes': codes, 'axes': axes,
                            'axis_codes': content['axis_codes'][:6]}, 'x.yaml')
    assert (parsed.buttons[-1], parsed.lift) == ('unused17', 'up')
    assert 'expected one of' in refusal({**content, 'horn': 'unused17'})


def test_a_pad_without_the_driving_stick_is_refused(content):
    assert 'stick' in refusal({**content, 'axes': content['axes'][2:], 'axis_codes': content['axis_codes'][2:]})


@pytest.mark.parametrize('text', ['', '- 1', 'a: [', '\x00'])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text):
    (tmp_path / 'x.yaml').write_text(text)
    with pytest.raises(PadError, match='x.yaml'):
        mapping.load(tmp_path / 'x.yaml')


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(PadError, match='No such file'):
        mapping.load(tmp_path / 'x.yaml')
    (tmp_path / 'x.yaml').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(PadError, match='no text'):
        mapping.load(tmp_path / 'x.yaml')


def told(ps4, **changes) -> kernel.Told:
    return dataclasses.replace(kernel.Told(ps4.names[0], ps4.axis_codes, ps4.button_codes), **changes)


def test_the_map_of_the_pads_own_driver_is_taken(ps4):
    kernel.check(told(ps4), ps4)


def test_the_generic_drivers_map_is_refused_by_name(ps4):
    with pytest.raises(PadError, match=r"'Wireless Controller' \(driver hid-generic\) reports axes 0 1 2 5 3 4 16 17"):
        kernel.check(told(ps4, axes=(0, 1, 2, 5, 3, 4, 16, 17)), ps4, 'hid-generic')
    with pytest.raises(PadError, match='buttons none, expected 304'):
        kernel.check(told(ps4, buttons=()), ps4)


def test_an_unknown_pad_is_refused_by_name(ps4):
    with pytest.raises(PadError, match="'Strange Pad' is not known to ps4.yaml"):
        kernel.check(told(ps4, name='Strange Pad'), ps4)


def test_the_kernels_answers_are_read_as_its_headers_say(monkeypatch, ps4):
    """The numbers of the questions as printed by a C program with linux/joystick.h and linux/input.h."""
    answers = {0x80016A11: bytes([8]), 0x80016A12: bytes([13]), 0x80806A13: b'Wireless Controller\0\0',
               0x80406A32: bytes([0, 1, 2, 3, 4, 5, 16, 17, 9, 9]),
               0x84006A34: struct.pack('=14H', *ps4.button_codes, 99),
               0x80604518: bytes(38) + bytes([0b10000001]) + bytes(57)}
    monkeypatch.setattr(fcntl, 'ioctl', lambda fd, request, data: answers[request].ljust(len(data), b'\0'))
    assert kernel.ask(0, 'js0') == told(ps4)
    assert kernel.held_keys(0) == {304, 311}


def test_a_file_that_answers_no_question_is_refused():
    with open('/dev/null', 'rb') as null, pytest.raises(PadError, match='/dev/null answers no joystick question'):
        kernel.ask(null.fileno(), '/dev/null')


def test_what_lies_beside_a_fifo_stands_for_the_kernels_answers(tmp_path):
    assert kernel.ask_stand_in(tmp_path / 'js') is None
    GENERIC.tell(tmp_path / 'js')
    said = kernel.ask_stand_in(tmp_path / 'js')
    assert (said.name, said.driver, said.axes[:2], said.buttons[:2]) == ('Wireless Controller', 'hid-generic', (0, 1),
                                                                        (304, 305))


@pytest.mark.parametrize('text', ['', '[]', '{"name": "x"}', '{"name": "x", "driver": "", "axes": 3, "buttons": []}'])
def test_what_lies_beside_a_fifo_and_means_nothing_is_refused(tmp_path, text):
    (tmp_path / 'js.told').write_text(text)
    with pytest.raises(PadError, match='js.told cannot be understood'):
        kernel.ask_stand_in(tmp_path / 'js')
