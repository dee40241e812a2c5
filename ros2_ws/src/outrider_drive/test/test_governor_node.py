"""The governor as a process: what it says on the wire, when, and whom it refuses."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from outrider_interfaces.msg import DriveCommand, DriveRequest, DriveState, MotorState, OperatorState, RelayCommand
from outrider_interfaces.srv import EStop
from rosgraph_msgs.msg import Clock

from outrider_drive.governor.refusals import Refusal
from outrider_node import boottime_ns, qos

WHEELS = ('--ros-args', '-p', 'rig_name:=test')


class Governor:
    """A running governor and what it said so far."""

    def __init__(self, ros: Any, spawn: Any, tmp_path: Path, *more: str, env: dict[str, str] | None = None) -> None:
        self.ros = ros
        self.commands = ros.collect(DriveCommand, 'drive/command', qos.COMMAND)
        self.relays = ros.collect(RelayCommand, 'relays/command', qos.COMMAND)
        self.states = ros.collect(DriveState, 'drive/state', qos.STATE)
        self.requests = ros.node.create_publisher(DriveRequest, 'drive/request', qos.COMMAND)
        self.process = spawn(*WHEELS, '-p', f'lock_file:={tmp_path}/lock', *more, module='outrider_drive.governor.node',
                             env=env)

    def heard(self) -> Governor:
        self.ros.until(lambda: self.states and self.commands, 'the governor')
        self.ros.matched(self.requests)
        return self

    def refuses(self, refusal: Refusal) -> bool:
        return bool(self.states) and int(refusal) in self.states[-1].refusals


@pytest.fixture
def governor(ros: Any, spawn: Any, tmp_path: Path) -> Callable[..., Governor]:
    return lambda *more, **rest: Governor(ros, spawn, tmp_path, *more, **rest)


def request(**controls: Any) -> DriveRequest:
    now = boottime_ns()
    operator = OperatorState(boottime_ns=now, report_counter=1, age_ns=0, source=OperatorState.SOURCE_MOTION,
                             connected=True, neutral_required=False, pad_id='aa')
    return DriveRequest(boottime_ns=now, sequence=1, source='gamepad', operator_state=operator, **controls)


def test_it_begins_latched_and_says_fifty_times_a_second_that_nothing_moves(governor: Any) -> None:
    one = governor().heard()
    assert one.states[0].state == DriveState.STATE_ESTOPPED
    assert one.states[0].refusals[0] == Refusal.RESTARTED
    assert one.states[0].refusal_texts[0] == Refusal.RESTARTED.text
    one.ros.until(lambda: len(one.commands) > 20 and len(one.relays) > 20, 'a row of commands')
    assert {command.mode for command in one.commands} <= {DriveCommand.MODE_BRAKE, DriveCommand.MODE_HOLD}
    assert all((command.jack, command.steer, command.horn) == (0, 0, False) for command in one.relays)
    stamps = [command.boottime_ns for command in one.commands]
    assert stamps == sorted(stamps)
    sequences = [command.sequence for command in one.commands]
    assert sequences == sorted(set(sequences))
    assert len({command.governor_id for command in [*one.commands, *one.relays]}) == 1
    assert one.states[-1].limits_hash != 0


def test_every_edge_is_answered_by_a_command_made_after_it(governor: Any) -> None:
    one = governor().heard()
    for horn in (True, False) * 10:
        before = len(one.commands)
        now = boottime_ns()
        one.requests.publish(request(horn=horn))
        one.ros.until(lambda before=before: len(one.commands) > before, 'an answer')
        assert one.commands[before].boottime_ns >= now


def test_the_service_stops_it_for_good_and_names_who_asked(governor: Any) -> None:
    one = governor().heard()
    client = one.ros.node.create_client(EStop, 'drive/estop')
    one.ros.until(client.service_is_ready, 'the service')
    answer = client.call_async(EStop.Request(source='page'))
    one.ros.until(answer.done, 'an answer')
    assert answer.result().latched
    assert 'page' in answer.result().message
    one.ros.until(lambda: one.refuses(Refusal.ESTOP_BUTTON), 'the latch to be shown')


def test_another_governor_on_the_wire_latches(governor: Any) -> None:
    one = governor().heard()
    stranger = one.ros.node.create_publisher(DriveCommand, 'drive/command', qos.COMMAND)
    one.ros.until(lambda: stranger.get_subscription_count() > 1, 'governor and test to listen')
    stranger.publish(DriveCommand(governor_id=5, boottime_ns=boottime_ns()))
    one.ros.until(lambda: one.refuses(Refusal.SECOND_GOVERNOR), 'the second governor to be refused')


def test_a_replay_that_publishes_the_clock_is_a_refusal_while_it_lasts(governor: Any) -> None:
    one = governor().heard()
    assert not one.refuses(Refusal.SIM_CLOCK)
    clock = one.ros.node.create_publisher(Clock, '/clock', 10)
    one.ros.until(lambda: one.refuses(Refusal.SIM_CLOCK), 'the refusal')
    one.ros.node.destroy_publisher(clock)
    one.ros.until(lambda: not one.refuses(Refusal.SIM_CLOCK), 'its end')


def test_motors_that_reckon_with_other_wheels_are_refused(governor: Any) -> None:
    one = governor().heard()
    motors = one.ros.node.create_publisher(MotorState, 'motors/state', qos.STATE)
    one.ros.matched(motors)
    motors.publish(MotorState(boottime_ns=boottime_ns(), present=[True, True], erpm_per_mps=1.0))
    one.ros.until(lambda: one.refuses(Refusal.WHEELS_DIFFER), 'the refusal')


def test_a_second_one_for_the_same_machine_ends_at_once_and_names_the_holder(
        governor: Any, spawn: Any, tmp_path: Path) -> None:
    one = governor().heard()
    second = spawn(*WHEELS, '-p', f'lock_file:={tmp_path}/lock', module='outrider_drive.governor.node')
    assert second.wait() == 2
    assert f'the rig test belongs to process {one.process.popen.pid}' in second.output
    assert 'Traceback' not in second.output


def test_without_its_lock_file_it_is_no_master_any_more(governor: Any, tmp_path: Path) -> None:
    one = governor().heard()
    (tmp_path / 'lock').unlink()
    one.ros.until(lambda: one.refuses(Refusal.NOT_MASTER), 'the refusal')


def test_the_lock_goes_with_the_process_however_that_ends(governor: Any, spawn: Any, tmp_path: Path) -> None:
    one = governor().heard()
    os.kill(one.process.popen.pid, signal.SIGKILL)
    one.process.wait()
    second = governor()
    second.ros.until(lambda: second.commands, 'the second one')


@pytest.mark.parametrize(('given', 'sentence'), [
    (('-p', 'use_sim_time:=true'), 'governor: use_sim_time is true'),
    (('-p', 'v_max_mps:=9.0'), "parameter 'v_max_mps' is 9.0, expected 0.3 to 3.0 m/s"),
    (('-p', 'v_max_mps:=0.3'), 'governor: the slowest controllable speed is 0.27 m/s'),
    (('-p', 'v_max:=1.0'), "unknown parameter 'v_max'. Did you mean 'v_max_mps'?"),
    (('-p', 'parts:=[left_motor, wing]'), "parameter 'parts' has 'wing', expected some of left_motor"),
    (('-p', 'parts:=[relays]'), 'governor: the rig declares no motor'),
    (('-p', 'lock_file:=/nowhere/lock'), 'cannot write the lock file /nowhere/lock: No such file or directory'),
])
def test_what_a_rig_file_may_not_say_is_one_sentence(spawn: Any, given: tuple[str, ...], sentence: str) -> None:
    lock = () if 'lock_file' in given[1] else ('-p', 'lock_file:=/dev/null')
    process = spawn('--ros-args', *given, *lock, module='outrider_drive.governor.node')
    assert process.wait() == 2
    assert sentence in process.output
    assert 'Traceback' not in process.output


def test_a_rig_without_relays_does_not_miss_them(governor: Any) -> None:
    one = governor('-p', 'parts:=[left_motor]').heard()
    assert not one.refuses(Refusal.RELAYS_MISSING)
    assert one.refuses(Refusal.MOTOR_MISSING)


def test_it_ends_within_a_second_of_a_signal(governor: Any) -> None:
    one = governor().heard()
    begun = time.monotonic()
    one.process.signal(signal.SIGTERM)
    assert one.process.wait() == 0
    assert time.monotonic() - begun < 1.5
