"""The failures of the original ramp that a governor can cause, each by its name: none of them is possible any more."""

from __future__ import annotations

import inspect
import subprocess
import sys

from ramp_scene import Scene

from outrider_drive.governor import governor
from outrider_drive.governor.times import MS, S
from outrider_drive.words import Mode


def modes(s: Scene, since: int) -> set[Mode]:
    return {done.drive.mode for done in s.log[since:]}


def test_failure_1_deadman_released_with_the_drive_button_held() -> None:
    s = Scene().ready().drive()
    done = s.step(speed_mps=1.0)  # X stays down
    assert (done.drive.mode, done.drive.speed_mps) == (Mode.BRAKE, 0.0)
    since = len(s.log)
    s.run(2 * S, speed_mps=1.0)
    s.run(2 * S, deadman=True, speed_mps=1.0)  # R1 again, X never let go
    assert modes(s, since) == {Mode.HOLD}


def test_failure_2_gamepad_lost_with_the_drive_button_held() -> None:
    s = Scene().ready().drive()
    s.operator = {'report_counter': 5000, 'boottime_ns': s.now}  # its last report; the link goes on repeating it
    lost = s.now
    s.run(5 * S)
    driving = [done.drive.boottime_ns for done in s.log if done.drive.mode is Mode.DRIVE]
    assert driving[-1] - lost <= 200 * MS
    assert not s.state.armed


def test_failure_2_the_pilot_died_with_the_drive_button_held() -> None:
    s = Scene().ready().drive()
    last = s.values().request
    s.inputs = {'request': last}
    s.run(5 * S)
    driving = [done.drive.boottime_ns for done in s.log if done.drive.mode is Mode.DRIVE]
    assert driving[-1] - s.log[-250].drive.boottime_ns <= 200 * MS


def test_failure_3_presses_queued_by_a_slow_link_move_nothing() -> None:
    s = Scene().ready()
    start = s.now
    since = len(s.log)
    s.run(S)
    for press in range(20):  # delivered at once, a second late
        s.operator = {'boottime_ns': start + press * MS}
        s.step(1 * MS, deadman=bool(press % 2), speed_mps=1.0 * (press % 2), boottime_ns=start + press * MS)
    s.operator = {}
    s.request = {}
    s.run(S)
    assert Mode.DRIVE not in modes(s, since)


def test_failure_4_deadman_released_while_the_jack_lifts() -> None:
    s = Scene().ready()
    s.run(2 * S, deadman=True, jack=1)
    assert s.log[-1].relays.jack == 1
    assert s.step(jack=1).relays.jack == 0
    assert {done.relays.jack for done in (s.step(jack=1), s.step(deadman=True, jack=1))} == {0}


def test_failure_5_up_then_down_is_never_both_and_is_warned_of_again() -> None:
    s = Scene().ready()
    s.run(2 * S, deadman=True, jack=1)
    since = len(s.log)
    assert s.step(deadman=True, jack=-1).relays.jack == 0
    s.run(2 * S)
    downs = [done for done in s.log[since:] if done.relays.jack == -1]
    assert downs[0].relays.boottime_ns - s.log[since].relays.boottime_ns == 1 * S
    assert all(done.relays.jack != 1 for done in s.log[since:])


def test_failure_6_the_word_after_a_stop_is_never_one_that_keeps_it_alive() -> None:
    s = Scene().ready().drive()
    s.inputs = {'request': None, 'motors': None, 'relays': None}  # everything around it ended
    since = len(s.log)
    s.run(5 * S)
    assert modes(s, since) == {Mode.BRAKE, Mode.HOLD}


def test_failure_7_the_governor_knows_no_port_no_clock_and_no_ros() -> None:
    assert list(inspect.signature(governor.step).parameters) == ['state', 'inputs', 'now', 'rig']
    found = subprocess.run([sys.executable, '-c', 'import sys; before = set(sys.modules)\n'
                            'import outrider_drive.governor.governor\n'
                            'print(*sorted(set(sys.modules) - before))'], capture_output=True, text=True, check=True)
    assert 'outrider_drive.governor.governor' in found.stdout
    assert not {'serial', 'rclpy', 'time', 'threading', 'outrider_drive.relays'} & set(found.stdout.split())


def test_failure_8_no_step_of_the_set_point_and_reverse_works() -> None:
    s = Scene().ready()
    s.run(2 * S, deadman=True, speed_mps=-1.4)
    speeds = [done.drive.speed_mps for done in s.log if done.drive.mode is Mode.DRIVE]
    assert speeds[0] == -s.rig.limits.v_min_mps
    assert speeds[-1] == -1.4
    assert max(a - b for a, b in zip(speeds, speeds[1:], strict=False)) <= 0.7 * 0.02 + 1e-9


def test_the_machine_that_stood_still_does_not_go_on() -> None:
    for gap in (101 * MS, -1):
        s = Scene().ready().drive()
        assert s.step(100 * MS).drive.mode is Mode.DRIVE
        s.operator = {'age_ns': 0, 'boottime_ns': 0, 'report_counter': 0} if gap < 0 else {}
        assert s.step(gap).drive.mode is Mode.BRAKE
        assert 'GOVERNOR_LATE' in s.refusals
        assert not s.state.armed
