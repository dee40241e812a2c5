"""What the first ramp did when the pad failed it. Real FIFOs, the real link, the real teleop."""

from __future__ import annotations


def drives(requests) -> list:
    return [request for request in requests if request.speed_mps or request.jack or request.steer]


def test_r1_released_with_x_held_wishes_nothing_from_that_record_on(rig):
    ramp = rig().driving()
    ramp.pad.release('r1')
    after = ramp.run(600)
    assert not drives(after)
    assert not any(request.deadman for request in after)


def test_r1_pressed_again_with_x_still_held_does_not_drive_on(rig):
    ramp = rig().driving()
    ramp.pad.release('r1')
    ramp.run(40)
    ramp.pad.press('r1')
    assert not drives(ramp.run(200))
    assert ramp.request.deadman
    ramp.pad.release('cross')
    ramp.pad.press('cross')
    assert drives(ramp.run(40))


def test_r1_let_go_and_pressed_within_one_read_still_ends_the_drive(rig):
    ramp = rig().driving()
    ramp.pad.release('r1')
    ramp.pad.press('r1')
    assert not drives(ramp.run(200))


def test_pad_lost_with_x_held_wishes_nothing_from_the_end_of_file_on(rig):
    ramp = rig().driving()
    ramp.pad.lose()
    after = ramp.run(4500)
    assert not drives(after)
    assert not any(request.operator.connected for request in after)


def test_pad_out_of_reach_with_x_held_wishes_nothing_after_200_ms(rig):
    ramp = rig().driving()
    ramp.pad.stall()
    ramp.run(208)
    assert not drives(ramp.run(4500))
    assert ramp.operator.neutral_required
    assert ramp.operator.age_ns > 4_500_000_000


def test_twenty_presses_queued_by_a_stall_are_never_executed(rig):
    ramp = rig().live()
    ramp.pad.press('r1')
    ramp.run(40)
    ramp.pad.stall()
    ramp.run(180)  # too short for the silence to be noticed: only the pad's own time stamps tell
    for _ in range(20):
        ramp.pad.press('cross')
        ramp.pad.release('cross')
    ramp.pad.press('cross')
    ramp.pad.resume()
    assert not drives(ramp.run(1000))
    assert ramp.operator.neutral_required


def test_twenty_presses_queued_by_a_long_stall_are_never_executed(rig):
    ramp = rig().live()
    ramp.pad.press('r1')
    ramp.run(40)
    ramp.pad.stall()
    for _ in range(20):
        ramp.pad.press('cross')
        ramp.run(40)
        ramp.pad.release('cross')
        ramp.run(40)
    ramp.pad.press('cross')
    ramp.pad.resume()
    assert not drives(ramp.run(1000))
