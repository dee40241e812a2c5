from __future__ import annotations

import dataclasses

import pytest

from outrider_drive.pilot.find import Given
from outrider_drive.words import Source
from outrider_sim.devices import pad_wire

MS = 1_000_000


def test_a_pad_counts_after_200_ms_of_steady_reports_with_neutral_controls(rig):
    ramp = rig()
    ramp.run(200)
    assert ramp.operator.neutral_required
    ramp.run(40)
    assert not ramp.operator.neutral_required
    assert (ramp.operator.source, ramp.operator.connected) == (Source.MOTION, True)
    assert ramp.link.problem == ''


def test_the_counter_counts_reports_and_the_age_is_that_of_the_newest(rig):
    ramp = rig().live()
    before = ramp.operator
    ramp.run(200)
    assert ramp.operator.report_counter == before.report_counter + 50
    assert ramp.operator.age_ns <= 4 * MS
    ramp.run(100, pad=False)
    assert ramp.operator.age_ns == 100 * MS


def test_buttons_held_while_connecting_count_only_after_all_were_let_go(rig):
    ramp = rig()
    ramp.pad.press('r1')
    ramp.pad.press('cross')
    requests = ramp.run(1000)
    assert not any(request.deadman or request.speed_mps for request in requests)
    assert {'r1', 'cross'} <= ramp.sample.pad.held  # seen, in spite of being initial
    ramp.pad.release('r1')
    ramp.pad.release('cross')
    ramp.run(20)
    ramp.pad.press('r1')
    ramp.run(20)
    assert ramp.request.deadman


def test_a_stick_held_off_centre_is_not_neutral(rig):
    ramp = rig()
    ramp.pad.move('ry', 20000)
    ramp.run(1000)
    assert ramp.operator.neutral_required


def test_an_estop_passes_though_the_controls_do_not_count_yet(rig):
    ramp = rig()
    ramp.run(40)
    ramp.pad.press('circle')
    ramp.run(8)
    assert ramp.operator.neutral_required
    assert ramp.request.estop


@pytest.mark.parametrize('deliver', [True, False])
def test_after_a_silence_all_buttons_are_read_again_and_neutral_is_required(rig, deliver):
    ramp = rig().driving()
    ramp.pad.stall()
    ramp.run(500)
    assert ramp.link.rereads == 1
    ramp.pad.release('cross')  # told to nobody
    ramp.pad.resume(deliver=deliver)
    ramp.run(200)
    assert ramp.sample.pad.held == {'r1'}
    assert ramp.operator.neutral_required
    ramp.pad.release('r1')
    ramp.run(300)
    assert not ramp.operator.neutral_required


def test_a_frozen_link_process_believes_nothing_that_was_queued_meanwhile(rig):
    ramp = rig().driving()
    for _ in range(75):  # 300 ms in which only the pad goes on
        ramp.now += 4 * MS
        ramp.pad.step(ramp.now)
    assert not any(request.speed_mps for request in ramp.run(1000))
    assert ramp.operator.neutral_required


def test_a_joystick_device_that_froze_is_found_by_asking_the_kernel_beside_it(rig, tmp_path, ps4):
    down = set()
    given = Given(tmp_path / 'js', tmp_path / 'motion', ps4)

    class WithButtons:
        keep = given.keep

        def __call__(self):
            return dataclasses.replace(given(), buttons=tmp_path / 'js')

    ramp = rig(find=WithButtons(), held_keys=lambda _: frozenset(down)).live()
    down |= {311, 304}
    ramp.pad.press('r1')
    ramp.run(8)
    ramp.pad.press('cross')
    ramp.run(200)
    assert ramp.request.speed_mps > 0
    ramp.pad.freeze_buttons()
    down.clear()
    ramp.pad.release('r1')
    ramp.run(100)
    assert ramp.link.rereads == 1
    assert not any(request.speed_mps or request.deadman for request in ramp.run(500))


def test_controls_held_for_longer_than_the_limit_without_any_change_are_doubted(rig):
    ramp = rig(hold_limit_s=2.0).driving()
    ramp.pad.freeze_buttons()
    ramp.pad.release('r1')
    ramp.run(1900)
    assert ramp.request.speed_mps > 0
    ramp.run(100)
    assert not ramp.request.speed_mps
    assert 'held unchanged for 2 s' in ramp.link.problem


def test_events_that_the_kernel_lost_are_repaired_and_doubted(rig):
    ramp = rig().driving()
    ramp.pad.freeze_buttons()
    ramp.pad.release('cross')
    ramp.pad.freeze_buttons(False)
    ramp.pad.overflow()
    ramp.run(8)
    assert ramp.sample.pad.held == {'r1'}
    assert ramp.operator.neutral_required
    assert not ramp.request.deadman


def test_dropped_motion_events_are_doubted(rig):
    ramp = rig().driving()
    ramp.pad.motion.send(pad_wire.event(1, 0, 3, 0))
    ramp.run(8)
    assert ramp.operator.neutral_required
    assert 'lost motion events' in ramp.link.problem


def test_motion_sensors_without_their_own_clock_are_no_sign_of_life(rig):
    ramp = rig()
    ramp.pad.still()
    ramp.run(40)
    for _ in range(20):
        ramp.pad.motion.send(pad_wire.event(1, 3, 0, 5))
        ramp.run(8)
    assert ramp.operator.source == Source.NONE
    assert 'no time stamp of their own' in ramp.link.problem


def test_a_pad_that_returns_needs_neutral_and_a_new_press(rig):
    ramp = rig().driving()
    ramp.pad.lose()
    ramp.run(20)
    assert ramp.link.losses == 1
    ramp.pad.reconnect()
    ramp.run(1000)
    assert ramp.operator.connected
    assert ramp.operator.neutral_required
    assert not ramp.request.speed_mps
    ramp.pad.release('r1')
    ramp.pad.release('cross')
    ramp.run(300)
    ramp.pad.press('r1')
    ramp.run(8)
    ramp.pad.press('cross')
    ramp.run(8)
    assert ramp.request.speed_mps > 0


def test_loss_of_the_motion_sensors_alone_is_loss_of_the_pad(rig):
    ramp = rig().driving()
    ramp.pad.motion.unplug()
    ramp.run(8)
    assert not ramp.operator.connected
    assert 'ended' in ramp.link.problem
    ramp.run(500)
    assert f'{ramp.pad.motion.path} is not there' in ramp.link.problem
