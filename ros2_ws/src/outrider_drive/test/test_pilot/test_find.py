from __future__ import annotations

import os
import shutil

import pytest

from outrider_drive.pilot.find import Finder, Given, Roots, chosen, driver_and_motion, only_joystick
from outrider_drive.pilot.words import PadError
from outrider_sim.devices.pad_host import PadHost, Plugged


@pytest.fixture
def host(tmp_path):
    return PadHost(tmp_path)


@pytest.fixture
def roots(host):
    return Roots(host.devices, host.sys, host.dev)


def refusal(find) -> str:
    with pytest.raises(PadError) as caught:
        find()
    assert '\n' not in str(caught.value)
    return str(caught.value)


def test_a_pad_is_found_by_name_with_the_motion_sensors_of_the_same_pad(host, roots, ps4):
    host.show(Plugged(3, 'a0:01'))
    files = Finder(ps4, roots=roots)()
    assert (files.js, files.motion, files.buttons) == (host.js(3), host.motion(3), host.dev / 'event30')
    assert (files.name, files.uniq, files.driver) == ('Wireless Controller', 'a0:01', 'playstation')
    assert files.sysfs == host.sys / 'devices/virtual/misc/uhid/0005:054C:09CC.0006'


def test_no_pad_says_what_to_press(roots, ps4):
    assert 'Press its PS button' in refusal(Finder(ps4, roots=roots))


def test_another_kind_of_pad_is_not_taken(host, roots, ps4):
    host.show(Plugged(0, 'a0:01', name='Generic USB Joystick'))
    assert "no joystick device named 'Wireless Controller'" in refusal(Finder(ps4, roots=roots))


def test_two_pads_are_refused_until_one_is_named(host, roots, ps4):
    host.show(Plugged(0, 'a0:01'), Plugged(1, 'b0:02'))
    said = refusal(Finder(ps4, roots=roots))
    assert '2 pads' in said
    assert 'a0:01' in said
    assert 'b0:02' in said
    assert Finder(ps4, 'B0:02', roots)().js == host.js(1)


def test_a_kept_pad_is_the_only_one_taken_later(host, roots, ps4):
    host.show(Plugged(0, 'a0:01'))
    finder = Finder(ps4, roots=roots)
    finder.keep(finder())
    host.show(Plugged(0, 'b0:02'))
    assert "'Wireless Controller' b0:02 is there, expected a0:01" in refusal(finder)


@pytest.mark.parametrize('driver', ['hid-generic', 'xpad'])
def test_another_driver_is_refused_by_name(host, roots, ps4, driver):
    host.show(Plugged(0, 'a0:01', driver=driver))
    assert f'runs on the driver {driver}, expected playstation or sony' in refusal(Finder(ps4, roots=roots))


def test_a_driver_that_nobody_knows_is_refused(host, roots, ps4):
    host.show(Plugged(0, 'a0:01'))
    shutil.rmtree(host.sys)
    assert 'the driver nobody knows' in refusal(Finder(ps4, roots=roots))


def test_a_pad_without_id_is_refused(host, roots, ps4):
    host.show(Plugged(0, ''))
    assert 'no unique id' in refusal(Finder(ps4, roots=roots))
    host.show(Plugged(0, ''), Plugged(1, 'a0:01'))
    assert 'without id' in refusal(Finder(ps4, roots=roots))


def test_motion_sensors_of_another_pad_are_no_sign_of_life(host, roots, ps4):
    host.show(Plugged(0, 'a0:01', motion_uniq='b0:02'))
    assert Finder(ps4, roots=roots)().motion is None
    host.show(Plugged(0, 'a0:01', has_motion=False))
    assert Finder(ps4, roots=roots)().motion is None


def test_a_machine_without_input_devices_is_told(tmp_path, ps4):
    assert f'cannot read {tmp_path}/no' in refusal(Finder(ps4, roots=Roots(tmp_path / 'no')))


def test_given_fifos_need_no_kernel(tmp_path, ps4):
    os.mkfifo(tmp_path / 'js')
    os.mkfifo(tmp_path / 'motion')
    find = Given(tmp_path / 'js', tmp_path / 'motion', ps4)
    files = find()
    assert (files.js, files.motion, files.driver) == (tmp_path / 'js', tmp_path / 'motion', 'fifo')
    find.keep(files)
    assert find() == files


def test_given_files_that_are_not_there_are_named(tmp_path, ps4):
    os.mkfifo(tmp_path / 'js')
    assert f'{tmp_path}/motion is not there' in refusal(Given(tmp_path / 'js', tmp_path / 'motion', ps4))


@pytest.fixture
def given_real(host, roots, ps4):
    """Two pads whose device files are plain ones, which is all that finding looks at."""
    host.show(Plugged(0, 'a0:01'), Plugged(1, 'b0:02'))
    for number in (0, 1):
        host.js(number).touch()
        host.motion(number).touch()
    return lambda js, motion: Given(js, motion, ps4, roots)


def test_given_devices_of_one_pad_are_taken(host, given_real):
    files = given_real(host.js(1), host.motion(1))()
    assert (files.js, files.motion, files.uniq) == (host.js(1), host.motion(1), 'b0:02')
    assert given_real(host.js(1), None)().motion is None


def test_given_devices_of_two_pads_are_refused(host, given_real):
    assert f'{host.motion(1)} is not of the pad a0:01' in refusal(given_real(host.js(0), host.motion(1)))


def test_given_motion_sensors_of_a_pad_that_has_none_are_refused(host, given_real):
    find = given_real(host.js(0), host.motion(1))
    host.show(Plugged(0, 'a0:01', has_motion=False), Plugged(1, 'b0:02'))
    assert 'no sign of life at all' in refusal(find)


def test_a_given_path_that_is_another_pad_after_a_loss_is_refused(host, given_real):
    find = given_real(host.js(0), host.motion(0))
    find.keep(find())
    host.show(Plugged(1, 'a0:01'), Plugged(0, 'b0:02'))
    assert f'{host.js(0)} is now the pad b0:02, expected a0:01' in refusal(find)


def test_a_given_file_that_is_no_joystick_device_is_refused(host, given_real):
    (host.dev / 'mouse0').touch()
    assert 'no joystick device with a unique id' in refusal(given_real(host.dev / 'mouse0', None))


def test_the_words_of_the_parameters_choose(host, roots, ps4, given_real):
    assert chosen('auto', 'auto', ps4, 'B0:02', roots)().motion == host.motion(1)
    assert chosen('auto', '', ps4, 'b0:02', roots)().motion is None
    own = chosen(str(host.js(1)), 'auto', ps4, '', roots)()
    assert (own.js, own.motion) == (host.js(1), host.motion(1))
    assert chosen(str(host.js(1)), '', ps4, '', roots)().motion is None
    assert chosen(str(host.js(1)), str(host.motion(1)), ps4, '', roots)() == own


def test_the_wanted_id_holds_for_a_given_path_too(host, roots, ps4, given_real):
    assert 'expected b0:02' in refusal(chosen(str(host.js(0)), 'auto', ps4, 'B0:02', roots))


def test_a_sign_of_life_without_its_pad_is_refused(roots, ps4):
    assert 'expected both as paths' in refusal(lambda: chosen('auto', '/dev/input/event7', ps4, '', roots))


def test_the_motion_sensors_of_a_fifo_are_not_guessed(tmp_path, ps4):
    os.mkfifo(tmp_path / 'js')
    assert 'is a FIFO' in refusal(chosen(str(tmp_path / 'js'), 'auto', ps4))


def test_the_only_joystick_and_what_drives_it(host, roots):
    with pytest.raises(PadError, match=r'0 joystick devices are there \(switch one on\)'):
        only_joystick(roots)
    host.show(Plugged(4, 'a0:01', name='Strange Pad', driver='xpad'))
    assert only_joystick(roots) == host.js(4)
    assert driver_and_motion(host.js(4), roots) == ('xpad', ' Motion Sensors')
    host.show(Plugged(4, 'a0:01', has_motion=False), Plugged(5, 'b0:02'))
    assert driver_and_motion(host.js(4), roots) == ('playstation', '')
    with pytest.raises(PadError, match=f"{host.js(5)} 'Wireless Controller'"):
        only_joystick(roots)
    with pytest.raises(PadError, match='js9 is no joystick device that the kernel lists'):
        driver_and_motion(host.js(9), roots)
