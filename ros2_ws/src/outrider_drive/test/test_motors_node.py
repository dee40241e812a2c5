"""The motors as a process, over a real pty and real ROS: what drives, what does not, and how it ends."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import DriveCommand, MotorState

from outrider_drive import messages
from outrider_drive import words as w
from outrider_drive.motors.judge import Latch
from outrider_node import boottime_ns, qos
from outrider_sim.devices import vesc_wire as wire

MS = 1_000_000
PERIOD_S = 0.02


class Rig:
    """Fake pair, motors' node, and a governor that says what the test wishes, 50 times a second."""

    def __init__(self, ros: Any, spawn: Any, folder: Path) -> None:
        self.ros, self._spawn, self.folder = ros, spawn, folder
        self.journal, self.control = folder / 'journal', folder / 'control'
        self.states: list[MotorState] = ros.collect(MotorState, 'motors/state', qos.STATE)
        self.said: list[DiagnosticArray] = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
        self._publisher = ros.node.create_publisher(DriveCommand, 'drive/command', qos.COMMAND)
        self.mode, self.speed_mps = w.Mode.BRAKE, 0.0
        self.changes: dict[str, Any] = {}
        self.sequence = 0
        self.epoch: int | None = None  # what the governor believes; None: it reads the newest state
        self._on = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._govern, daemon=True)
        self._thread.start()

    def start(self, *more: str, port: Path | None = None, fake: bool = True) -> None:
        if fake:
            self.fake = self._spawn('--link', str(self.folder / 'vesc'), '--journal', str(self.journal),
                                    '--control', str(self.control), module='outrider_sim.devices.vesc_pair')
            self.fake.says('fake VESC pair on')
        self.node = self._spawn('--ros-args', '-p', f'port:={port or self.folder / "vesc"}', *more,
                                module='outrider_drive.motors.node')

    def ready(self, *more: str) -> Rig:
        self.start(*more)
        self.ros.matched(self._publisher)
        self._on.set()
        self.ros.until(lambda: self.states and self.states[-1].timeout_proved and not self.states[-1].latch,
                       'motors that may drive')
        return self

    def drive(self) -> Rig:
        """Come to speed."""
        self.ready()
        self.speed_mps = 1.0

        def fast() -> bool:
            # Where the computer kept this process waiting for a lease: begin anew, as a governor does.
            self.mode = w.Mode.BRAKE if self.states[-1].latch else w.Mode.DRIVE
            return bool(min(self.states[-1].erpm) > 2500) and self.mode is w.Mode.DRIVE

        self.ros.until(fast, 'speed')
        return self

    def hush(self) -> int:
        """The governor says nothing more; return the stamp of its last word."""
        self._on.clear()
        with self._saying:
            return self._stamp

    def say(self) -> None:
        self._on.set()

    def once(self, **changes: Any) -> None:
        """Say one command, whatever the governor does."""
        with self._saying:
            self._publish(changes)

    _saying = threading.Lock()
    _stamp = 0

    def _publish(self, changes: dict[str, Any]) -> None:
        self.sequence += 1
        now = boottime_ns()
        self._stamp = now
        epoch = self.epoch if self.epoch is not None else self.states[-1].link_epoch if self.states else 0
        person = w.Operator(now, self.sequence, 0, w.Source.MOTION, True, False)
        said = w.DriveCommand(now, self.sequence, 7, epoch, person, self.mode,
                              self.speed_mps if self.mode is w.Mode.DRIVE else 0.0)
        message = messages.drive_command_to_msg(said)
        for name, value in changes.items():
            setattr(message, name, value)
        self._publisher.publish(message)

    def _govern(self) -> None:
        while not self._over.is_set():
            if self._on.wait(0.1):
                with self._saying:
                    if self._on.is_set():
                        self._publish(self.changes)
                self._over.wait(PERIOD_S)

    def frames(self, since_ns: int = 0) -> list[dict[str, Any]]:
        """Return the set-points that the VESCs read."""
        lines = self.journal.read_text().split('\n')[:-1] if self.journal.exists() else []
        said = [json.loads(line) for line in lines]
        return [one for one in said if one['ns'] >= since_ns and wire.setting(bytes.fromhex(one['hex'])) is not None]

    def driving(self, since_ns: int = 0) -> list[dict[str, Any]]:
        return [one for one in self.frames(since_ns) if one['drives']]

    def stopped(self, since_ns: int) -> None:
        """Wait until the VESCs have read stops and nothing else for a while."""
        self.ros.until(lambda: len(self.frames(since_ns)) > 30 and not any(
            one['drives'] for one in self.frames(since_ns)[-30:]), 'stopping frames')

    def diagnosed(self, words: str) -> None:
        self.ros.until(lambda: any(words in status.message for array in self.said for status in array.status), words)

    def close(self) -> None:
        self._over.set()
        self._on.set()
        self._thread.join()


def from_first_stop(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the frames from the first that does not drive. Those read together have one time: their order counts."""
    return frames[next(i for i, one in enumerate(frames) if not one['drives']):]


@pytest.fixture
def rig(ros: Any, spawn: Any, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(ros, spawn, tmp_path)
    yield made
    made.close()


def test_it_drives_on_fresh_commands_and_tells_50_times_a_second(rig: Rig) -> None:
    rig.drive()
    state = rig.states[-1]
    assert list(state.present) == [True, True]
    assert state.erpm_per_mps == pytest.approx(3342, rel=0.01)
    assert (state.problem, state.latch) == ('', 0)
    assert state.header.stamp.sec == pytest.approx(time.time(), abs=2.0)
    assert boottime_ns() - state.boottime_ns < 200 * MS
    began, count = time.monotonic(), len(rig.states)
    rig.ros.until(lambda: time.monotonic() - began > 1.0, 'a second')
    assert 45 <= len(rig.states) - count <= 60
    rig.diagnosed('driving is possible')


def test_when_commands_cease_the_first_stop_comes_within_the_lease_and_nothing_drives_by_itself_again(
        rig: Rig) -> None:
    rig.drive()
    epoch = rig.states[-1].link_epoch
    last = rig.hush()
    rig.stopped(last)
    stops = from_first_stop(rig.frames(last))
    assert stops[0]['ns'] - last <= 250 * MS  # 150 and what a busy computer takes to read it
    assert not any(one['drives'] for one in stops)
    rig.ros.until(lambda: rig.states[-1].latch == Latch.LEASE, 'the latch')
    assert rig.states[-1].link_epoch == epoch + 1
    rig.epoch = epoch  # a governor that noticed nothing
    dropped, begin = rig.states[-1].commands_dropped, boottime_ns()
    rig.say()
    rig.ros.until(lambda: rig.states[-1].commands_dropped > dropped + 10, 'dropped commands')
    assert rig.driving(begin) == []


@pytest.mark.parametrize(('changes', 'latch'), [
    ({'boottime_ns': -101 * MS}, 0), ({'boottime_ns': 10_000 * MS}, 0), ({'link_epoch': 5}, 0), ({'sequence': 1}, 0),
    ({'speed_mps': float('nan')}, 0), ({'governor_id': 8}, Latch.TWO_GOVERNORS),
], ids=['aged', 'future', 'epoch', 'sequence', 'nan', 'governor'])
def test_a_command_that_is_not_to_be_trusted_is_dropped_and_counted(
        rig: Rig, changes: dict[str, Any], latch: int) -> None:
    dropped, begin = rig.ready().states[-1].commands_dropped, boottime_ns()
    if 'boottime_ns' in changes:
        changes = {'boottime_ns': begin + changes['boottime_ns']}

    def is_counted() -> bool:
        rig.once(**{'mode': DriveCommand.MODE_DRIVE, 'speed_mps': 1.0, **changes})  # best effort: one may be lost
        return bool(rig.states[-1].commands_dropped > dropped)

    rig.ros.until(is_counted, 'the count')
    if latch:
        rig.ros.until(lambda: any(state.latch == latch for state in rig.states), 'the latch')
    assert rig.driving(begin) == []


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_a_signal_brakes_first_and_holds_before_the_port_is_let_go(rig: Rig, number: signal.Signals) -> None:
    rig.drive()
    begin = boottime_ns()
    rig.node.signal(number)
    assert rig.node.wait() == 0
    rig.ros.until(lambda: rig.frames(begin)[-1:] and rig.frames(begin)[-1]['hex'].startswith('0a'), 'the handbrake')
    stops = from_first_stop(rig.frames(begin))
    assert stops[0]['ns'] - begin < 150 * MS
    assert not any(one['drives'] for one in stops)
    assert abs(stops[-1]['speed_mps']) < 0.05


def test_frozen_and_resumed_it_sends_one_driving_frame_at_most_and_stays_stopped(rig: Rig) -> None:
    rig.drive()
    epoch = rig.states[-1].link_epoch
    rig.node.signal(signal.SIGSTOP)
    frozen = boottime_ns()
    rig.ros.until(lambda: boottime_ns() - frozen > 500 * MS, 'half a second')
    resumed = boottime_ns()
    rig.node.signal(signal.SIGCONT)
    rig.stopped(resumed)
    for which in (0, 1):
        assert len([one for one in rig.driving(resumed) if one['vesc'] == which]) <= 1
    rig.ros.until(lambda: rig.states[-1].link_epoch != epoch, 'a new epoch')
    rig.ros.until(lambda: min(rig.states[-1].present), 'both motors')
    assert rig.states[-1].latch


def test_unplugged_and_plugged_in_under_another_name_it_is_found_and_stands(rig: Rig) -> None:
    rig.drive()
    epoch = rig.states[-1].link_epoch
    with rig.control.open('w') as control:
        print('unplug', file=control, flush=True)
        rig.ros.until(lambda: 'cannot open' in rig.states[-1].problem, 'the loss')
        assert not max(rig.states[-1].present)
        begin = boottime_ns()
        print(f'plug {rig.folder / "elsewhere"}', file=control, flush=True)
        rig.ros.until((rig.folder / 'elsewhere').exists, 'the port')
        (rig.folder / 'vesc').symlink_to('elsewhere')  # what udev does for a name by id
        rig.ros.until(lambda: rig.states[-1].problem == '' and min(rig.states[-1].present), 'the return')
    assert rig.states[-1].link_epoch > epoch
    assert rig.driving(begin) == []


def test_the_relay_controller_on_its_port_is_told_by_name(rig: Rig, spawn: Any, tmp_path: Path) -> None:
    board = spawn('--link', str(tmp_path / 'relays'), module='outrider_sim.devices.relay_board_player')
    board.says('fake relay board on')
    rig.ros.until((tmp_path / 'relays').exists, 'the port')
    rig.start(port=tmp_path / 'relays', fake=False)
    rig.ros.until(lambda: rig.states and 'is the relay controller, expected a VESC. Swap the two ports'
                  in rig.states[-1].problem, 'the sentence')
    assert not rig.states[-1].timeout_proved
    rig.diagnosed('is the relay controller')


def test_one_vesc_alone(rig: Rig, spawn: Any) -> None:
    fake = spawn('--single', '--link', str(rig.folder / 'vesc'), '--control', str(rig.control),
                 module='outrider_sim.devices.vesc_pair')
    fake.says('fake VESC pair on')
    rig.start('-p', 'can_id:=-1', fake=False)
    rig.ros.until(lambda: rig.states and rig.states[-1].timeout_proved, 'the proof')
    assert list(rig.states[-1].present) == [True, False]


@pytest.mark.parametrize(('given', 'sentence'), [
    ('use_sim_time:=true', 'motors: use_sim_time is true'),
    ('min_erpm:=20000', 'motors: min_erpm 20000, max_erpm 10027: expected 0 < min_erpm <= max_erpm'),
    ('stop_current_a:=40.0', 'motors: stop_current_a 40, motor_current_a 30'),
    ('unproved_erpm:=20000', 'motors: unproved_erpm is 20000, expected 0 to 10027'),
    ('can_id:=254', "parameter 'can_id' is 254, expected -1 to 253"),
    ('wheel_diameter_m:=0.0', "parameter 'wheel_diameter_m' is 0.0, expected 0.02 to 1.0 m"),
    ('max_rpm:=3', "unknown parameter 'max_rpm'. Did you mean 'max_erpm'?"),
])
def test_what_cannot_be_is_refused_in_one_sentence(spawn: Callable[..., Any], tmp_path: Path, given: str,
                                                   sentence: str) -> None:
    node = spawn('--ros-args', '-p', f'port:={tmp_path}/none', '-p', given, module='outrider_drive.motors.node')
    assert node.wait() == 2
    assert sentence in node.output
    assert 'Traceback' not in node.output


def test_with_no_vesc_there_it_ends_at_once(rig: Rig) -> None:
    rig.start(port=rig.folder / 'none', fake=False)
    rig.ros.until(lambda: rig.states and 'cannot open' in rig.states[-1].problem, 'the sentence')
    begin = time.monotonic()
    rig.node.signal(signal.SIGTERM)
    assert rig.node.wait() == 0
    assert time.monotonic() - begin < 1.0
