"""What the doctor says of the gamepad, on the kernel's listing as pads make it."""

import os

import pytest

from outrider_bringup.doctor import pad
from outrider_drive.pilot.find import Roots
from outrider_sim.devices.pad_host import PadHost, Plugged

UNIQ = '1c:66:6d:aa:bb:01'


@pytest.fixture
def host(tmp_path):
    return PadHost(tmp_path)


@pytest.fixture
def roots(host):
    return Roots(host.devices, host.sys, host.dev)


def test_a_pad_is_named_with_its_driver_and_its_sign_of_life(host, roots):
    host.show(Plugged(0, UNIQ))
    result = pad.found(roots)
    assert result.status == 'ok'
    assert result.seen == (f"'Wireless Controller' {UNIQ} on playstation: {host.js(0)}, sign of life "
                           f'{host.motion(0)}')


def test_no_pad_two_pads_and_a_strange_driver_are_one_sentence_each(host, roots):
    assert pad.found(roots).status == 'warn'
    assert 'no joystick device named' in pad.found(roots).seen
    assert pad.readable(roots).status == pad.known_map(roots).status == 'warn'
    host.show(Plugged(0, UNIQ), Plugged(1, '1c:66:6d:aa:bb:02'))
    assert '2 pads are there' in pad.found(roots).seen
    host.show(Plugged(0, UNIQ, driver='hid-generic'))
    assert 'runs on the driver hid-generic, expected playstation or sony' in pad.found(roots).seen


def test_a_pad_without_motion_sensors_has_no_sign_of_life(host, roots):
    host.show(Plugged(0, UNIQ, has_motion=False))
    result = pad.found(roots)
    assert result.status == 'warn'
    assert result.seen.endswith('without motion sensors')


def test_permission_missing_is_a_failure_with_the_group_to_join(host, roots, monkeypatch):
    host.show(Plugged(0, UNIQ))
    for path in (host.js(0), host.motion(0)):
        path.touch()
    assert pad.readable(roots).status == 'ok'
    monkeypatch.setattr(pad.os, 'access', lambda path, mode: path != host.motion(0))
    result = pad.readable(roots)
    assert result.status == 'fail'
    assert result.seen == f'no permission for {host.motion(0)}'
    assert result.action.startswith('sudo usermod -aG input')


def test_a_file_that_is_no_joystick_device_is_refused_by_name(host, roots):
    host.show(Plugged(0, UNIQ))
    assert pad.known_map(roots).status == 'fail'
    os.mkfifo(host.js(0))
    result = pad.known_map(roots)
    assert result.status == 'fail'
    assert 'answers no joystick question' in result.seen
