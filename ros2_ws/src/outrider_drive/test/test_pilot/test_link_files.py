from __future__ import annotations

import dataclasses
import os
import time

import pytest

from outrider_drive.governor import caps, conditions, seen
from outrider_drive.governor.inputs import Inputs, Rig
from outrider_drive.governor.limits import Limits
from outrider_drive.governor.refusals import DISARMING, Refusal
from outrider_drive.governor.seen import Tracks
from outrider_drive.pilot.find import Finder, Given, Roots
from outrider_drive.pilot.link import MOTION_S, _read
from outrider_drive.words import Source
from outrider_sim.devices.pad import FakePad
from outrider_sim.devices.pad_host import PadHost, Plugged
from outrider_sim.devices.pad_layout import GENERIC

MS = 1_000_000


def test_without_motion_sensors_the_source_says_so_and_the_governor_decides(rig):
    ramp = rig(has_motion=False).driving()
    ramp.run(1000)
    assert 'no motion sensors' in ramp.link.problem
    assert (ramp.operator.source, ramp.operator.connected, ramp.operator.age_ns) == (Source.BUTTONS, True, 0)
    assert ramp.request.speed_mps == 1.0
    reasons = refused(ramp, Limits())
    assert Refusal.NO_SIGN_OF_LIFE in reasons
    assert Refusal.NO_SIGN_OF_LIFE in DISARMING
    allowed = Limits(no_sign_of_life_mps=0.2)
    assert Refusal.NO_SIGN_OF_LIFE not in refused(ramp, allowed)
    assert capped(ramp, allowed) == 0.2


def look(ramp, limits):
    inputs = Inputs(request=ramp.request)
    return seen.look(Tracks(), inputs, ramp.now, Rig(1, limits), driving=False)


def refused(ramp, limits):
    return conditions.active(look(ramp, limits))


def capped(ramp, limits):
    return caps.cap_mps(look(ramp, limits))


def test_garbage_on_either_file_is_loss_and_names_the_right_device(rig):
    ramp = rig().driving()
    ramp.pad.js.send(bytes(8))
    ramp.run(4)
    assert 'no joystick device' in ramp.link.problem
    assert not ramp.request.speed_mps


def test_files_given_the_wrong_way_round_never_count(rig, tmp_path, ps4):
    ramp = rig(find=Given(tmp_path / 'motion', tmp_path / 'js', ps4))
    ramp.run(1000)
    assert ramp.operator.neutral_required
    assert ramp.link.problem


def test_a_character_device_that_is_no_joystick_is_refused(rig, tmp_path, ps4):
    class Null:
        def __call__(self):
            given = Given(tmp_path / 'js', tmp_path / 'motion', ps4)()
            return dataclasses.replace(given, js=given.js.with_name('null'))

        def keep(self, files):
            raise AssertionError('it was refused')

    (tmp_path / 'null').symlink_to('/dev/null')
    ramp = rig(find=Null())
    ramp.run(40)
    assert 'answers no joystick question' in ramp.link.problem
    assert not ramp.operator.connected


def test_a_read_error_is_loss_with_its_reason(rig):
    ramp = rig().driving()
    fd = os.open('/proc/self/mem', os.O_RDONLY)  # readable, and reading its first page is an error
    os.dup2(fd, ramp.link._js)
    os.close(fd)
    ramp.run(4)
    assert not ramp.operator.connected
    assert not ramp.request.speed_mps
    assert ramp.link.problem == 'pad: js was lost (Input/output error). Switch the pad on again.'


def test_a_file_that_may_not_be_opened_says_what_to_do(rig, tmp_path, ps4):
    class Folder:
        def __call__(self):
            return dataclasses.replace(Given(tmp_path / 'js', tmp_path / 'motion', ps4)(), js=tmp_path / 'gone')

        def keep(self, files):
            raise AssertionError('it was refused')

    ramp = rig(find=Folder())
    ramp.run(8)
    assert ramp.link.problem == f'pad: cannot open {tmp_path}/gone: No such file or directory. Switch the pad on; if ' \
                                'it is the permission, add yourself to the group input.'


@pytest.fixture
def two(tmp_path, ps4, rig):
    """Two pads, ours with the numbers 0, found by its id."""
    host = PadHost(tmp_path)
    host.show(Plugged(0, 'aa:00'), Plugged(1, 'bb:00'))
    ours = FakePad(host.js(0), host.motion(0), 7_000_000_000_000)
    finder = Finder(ps4, 'AA:00', Roots(host.devices, host.sys, host.dev))
    return host, rig(find=finder, pad=ours).live()


def test_two_pads_swapped_while_away_are_told_apart_by_their_id(two):
    host, ramp = two
    ramp.pad.lose()
    ramp.run(20)
    other = FakePad(host.js(0), host.motion(0), ramp.now)
    ramp.pad.reconnect(host.js(1), host.motion(1))
    host.show(Plugged(1, 'aa:00'), Plugged(0, 'bb:00'))
    other.press('r1')
    other.press('cross')
    ramp.run(700)
    assert ramp.operator.pad_id == 'aa:00'
    assert ramp.link.files.js == host.js(1)
    assert not ramp.sample.pad.held
    other.lose()


def test_a_bystanders_pad_does_not_take_over_when_ours_is_lost(two):
    host, ramp = two
    ramp.pad.lose()
    host.show(Plugged(1, 'bb:00'))
    ramp.run(700)
    assert not ramp.operator.connected
    assert 'bb:00 is there, expected aa:00' in ramp.link.problem


def test_a_file_that_was_called_readable_and_has_nothing_is_no_loss(rig):
    ramp = rig().live()
    assert _read(ramp.link._js) == b''


def test_a_pad_of_another_driver_is_refused_and_never_connected(rig, tmp_path):
    ramp = rig(pad=FakePad(tmp_path / 'js', tmp_path / 'motion', 7_000_000_000_000, layout=GENERIC))
    ramp.run(300)
    assert "'Wireless Controller' (driver hid-generic) reports buttons 304 305 306" in ramp.link.problem
    assert not ramp.operator.connected


def waited(link, timeout_s):
    begun = time.monotonic()
    link.step(timeout_s)
    return time.monotonic() - begun


def test_motion_reports_wake_nobody_and_are_read_every_ten_milliseconds(rig):
    ramp = rig().live()
    ramp.now += 4 * MS
    ramp.pad.step(ramp.now)
    counter = ramp.link.life.counter
    assert waited(ramp.link, 1.0) > 0.9 * MOTION_S
    assert ramp.link.life.counter == counter + 1


@pytest.mark.parametrize('happens', [lambda pad: pad.press('r1'), lambda pad: pad.lose(),
                                     lambda pad: pad.motion.unplug()])
def test_a_control_and_a_loss_wake_at_once(rig, happens, monkeypatch):
    monkeypatch.setattr('outrider_drive.pilot.link.MOTION_S', 60.0)
    ramp = rig().live()
    happens(ramp.pad)
    assert waited(ramp.link, 60.0) < 30.0


def test_reports_that_are_read_together_are_as_old_as_the_pads_clock_says(rig):
    ramp = rig().live()
    for _ in range(5):
        ramp.now += 4 * MS
        ramp.pad.step(ramp.now)
    ramp.now += 3 * MS
    ramp.read()
    assert ramp.operator.age_ns == pytest.approx(3 * MS, rel=0.01)
    assert not ramp.operator.neutral_required
