"""The relays as a process, over the native board and real ROS: what is switched on, what not, and how it ends."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import RelayCommand, RelayState

from outrider_drive import messages
from outrider_drive import words as w
from outrider_node import boottime_ns, qos

MS = 1_000_000
PERIOD_S = 0.02
ON, OFF = 'jack U on', 'jack U off'


class Rig:
    """Board with a jack, relays' node, and a governor that says what the test wishes, 50 times a second."""

    def __init__(self, ros: Any, spawn: Any, folder: Path) -> None:
        self.ros, self._spawn, self.folder = ros, spawn, folder
        self.journal, self.control = folder / 'journal', folder / 'control'
        self.states: list[RelayState] = ros.collect(RelayState, 'relays/state', qos.STATE)
        self.said: list[DiagnosticArray] = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
        self._publisher = ros.node.create_publisher(RelayCommand, 'relays/command', qos.COMMAND)
        self.wish: dict[str, Any] = {}
        self.sequence = 0
        self.stamp = 0
        self.epoch: int | None = None  # what the governor believes; None: it reads the newest state
        self._saying = threading.Lock()
        self._on, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._govern, daemon=True)
        self._thread.start()

    def start(self, *more: str, port: Path | None = None, fake: bool = True) -> None:
        if fake:
            self.fake = self._spawn('--link', str(self.folder / 'relays'), '--journal', str(self.journal),
                                    '--control', str(self.control), '--travel', '20',
                                    module='outrider_sim.devices.relay_board_player')
            self.fake.says('fake relay board on')
        self.node = self._spawn('--ros-args', '-p', f'port:={port or self.folder / "relays"}', *more,
                                module='outrider_drive.relays.node')

    def ready(self) -> Rig:
        self.start()
        self.ros.matched(self._publisher)
        self._on.set()
        self.ros.until(lambda: self.states and self.states[-1].present, 'the board')
        self.ros.until(lambda: self.sequence > 25, 'neutral commands')
        return self

    def lift(self) -> Rig:
        self.ready()

        def lifts() -> bool:
            # Where the computer kept this process waiting for a lease: let go, then anew, as a governor does.
            self.wish = {} if self.wish and self.fell(self.states[-1].link_epoch) else {'jack': 1}
            return bool(self.states[-1].jack == 1)

        self.ros.until(lifts, 'lifting')
        return self

    _epoch_seen: int | None = None

    def fell(self, epoch: int) -> bool:
        before, self._epoch_seen = self._epoch_seen, epoch
        return before is not None and epoch != before

    def hush(self) -> int:
        """The governor says nothing more; return the stamp of its last word."""
        self._on.clear()
        with self._saying:
            return self.stamp

    def say(self) -> None:
        self._on.set()

    def once(self, **changes: Any) -> None:
        with self._saying:
            self._publish(changes)

    def _publish(self, changes: dict[str, Any]) -> None:
        self.sequence += 1
        self.stamp = now = boottime_ns()
        epoch = self.epoch if self.epoch is not None else self.states[-1].link_epoch if self.states else 0
        person = w.Operator(now, self.sequence, 0, w.Source.MOTION, True, False)
        message = messages.relay_command_to_msg(w.RelayCommand(now, self.sequence, 7, epoch, person, **self.wish))
        for name, value in changes.items():
            setattr(message, name, value)
        self._publisher.publish(message)

    def _govern(self) -> None:
        while not self._over.is_set():
            if self._on.wait(0.1):
                with self._saying:
                    if self._on.is_set():
                        self._publish({})
                self._over.wait(PERIOD_S)

    def edges(self, since_ns: int = 0) -> list[dict[str, Any]]:
        lines = self.journal.read_text().split('\n')[:-1] if self.journal.exists() else []
        return [one for one in map(json.loads, lines) if one['ns'] >= since_ns]

    def when(self, what: str, since_ns: int) -> int:
        """Wait for a relay edge since `since_ns`; return when it was."""
        found: list[int] = []

        def came() -> bool:
            found[:] = [one['ns'] for one in self.edges(since_ns) if one['what'] == what]
            return bool(found)

        self.ros.until(came, what)
        return found[0]

    def close(self) -> None:
        self._over.set()
        self._on.set()
        self._thread.join()


@pytest.fixture
def rig(ros: Any, spawn: Any, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(ros, spawn, tmp_path)
    yield made
    made.close()


def test_a_held_wish_lifts_and_the_state_says_so_at_once(rig: Rig) -> None:
    rig.lift()
    state = rig.states[-1]
    assert (state.problem, state.master, state.estop_open, state.faults_latched) == ('', True, False, 0)
    assert list(state.jack_limit_fitted) == [True, True]
    assert list(state.steer_limit_fitted) == [False, False]
    assert 0 < state.lease_ms[0] <= 300
    assert boottime_ns() - state.boottime_ns < 500 * MS
    rig.ros.until(lambda: any('motion is possible' in status.message for array in rig.said
                              for status in array.status), 'the diagnosis')
    begin = boottime_ns()
    rig.wish = {}
    off = rig.when(OFF, begin)
    rig.ros.until(lambda: rig.states[-1].jack == 0, 'the state')
    assert off - begin < 150 * MS


def test_when_commands_cease_it_lets_go_within_the_lease_and_an_old_epoch_moves_nothing(rig: Rig) -> None:
    rig.lift()
    epoch = rig.states[-1].link_epoch
    last = rig.hush()
    assert rig.when(OFF, last) - last <= 250 * MS  # 150 and what a busy computer takes
    rig.ros.until(lambda: rig.states[-1].link_epoch == epoch + 1, 'a new epoch')
    rig.epoch = epoch  # a governor that noticed nothing
    dropped, begin = rig.states[-1].commands_dropped, boottime_ns()
    rig.say()
    rig.ros.until(lambda: rig.states[-1].commands_dropped > dropped + 10, 'dropped commands')
    rig.epoch = None  # it noticed, and goes on asking: it has to ask for nothing first
    sequence = rig.sequence
    rig.ros.until(lambda: rig.sequence > sequence + 20, 'more commands')
    assert [one for one in rig.edges(begin) if one['what'] == ON] == []
    rig.wish = {}
    rig.ros.until(lambda: rig.sequence > sequence + 40, 'neutral commands')
    rig.wish = {'jack': 1}
    rig.when(ON, begin)


@pytest.mark.parametrize('changes', [
    {'boottime_ns': -101 * MS}, {'boottime_ns': 10_000 * MS}, {'link_epoch': 5}, {'sequence': 1}, {'governor_id': 8},
    {'jack': 3},
], ids=['aged', 'future', 'epoch', 'sequence', 'governor', 'number'])
def test_a_command_that_is_not_to_be_trusted_is_dropped_and_counted(rig: Rig, changes: dict[str, Any]) -> None:
    dropped, begin = rig.ready().states[-1].commands_dropped, boottime_ns()
    if 'boottime_ns' in changes:
        changes = {'boottime_ns': begin + changes['boottime_ns']}
    rig.once(**{'jack': 1, **changes})
    rig.ros.until(lambda: rig.states[-1].commands_dropped > dropped, 'the count')
    assert [one for one in rig.edges(begin) if one['what'] == ON] == []


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_go_at_once(rig: Rig, number: signal.Signals) -> None:
    rig.lift()
    begin = boottime_ns()
    rig.node.signal(number)
    assert rig.when(OFF, begin) - begin < 150 * MS
    assert rig.node.wait() == 0
    assert [one for one in rig.edges(begin) if one['what'] == ON] == []


def test_frozen_the_board_lets_go_and_resumed_nothing_moves_again(rig: Rig) -> None:
    rig.lift()
    epoch = rig.states[-1].link_epoch
    rig.node.signal(signal.SIGSTOP)
    frozen = boottime_ns()
    off = rig.when(OFF, frozen)
    assert off - frozen <= 500 * MS  # the board's own lease of 300, and what a busy computer takes
    rig.ros.until(lambda: boottime_ns() - frozen > 600 * MS, 'more than half a second')
    rig.node.signal(signal.SIGCONT)
    rig.ros.until(lambda: rig.states[-1].link_epoch != epoch and rig.states[-1].present, 'a new epoch')
    assert [one for one in rig.edges(off) if one['what'] == ON] == []


def test_unplugged_it_is_not_present_ten_times_a_second_and_back_under_another_name_it_stands(rig: Rig) -> None:
    rig.lift()
    epoch = rig.states[-1].link_epoch
    with rig.control.open('w') as control:
        print('unplug', file=control, flush=True)
        rig.ros.until(lambda: 'cannot open' in rig.states[-1].problem, 'the loss')
        count, begin = len(rig.states), boottime_ns()
        rig.ros.until(lambda: boottime_ns() - begin > 1000 * MS, 'a second')
        assert 8 <= len(rig.states) - count <= 14
        assert not any(state.present for state in rig.states[count:])
        print(f'plug {rig.folder / "elsewhere"}', file=control, flush=True)
        rig.ros.until((rig.folder / 'elsewhere').exists, 'the port')
        (rig.folder / 'relays').symlink_to('elsewhere')  # what udev does for a name by id
        rig.ros.until(lambda: rig.states[-1].problem == '' and rig.states[-1].present, 'the return')
    assert rig.states[-1].link_epoch > epoch
    assert [one for one in rig.edges(begin) if one['what'] == ON] == []


def test_a_vesc_on_its_port_is_told_by_name(rig: Rig, spawn: Any, tmp_path: Path) -> None:
    fake = spawn('--link', str(tmp_path / 'vesc'), '--control', str(tmp_path / 'c'),
                 module='outrider_sim.devices.vesc_pair')
    fake.says('fake VESC pair on')
    rig.start(port=tmp_path / 'vesc', fake=False)
    rig.ros.until(lambda: rig.states and 'is a VESC, expected the relay controller. Swap the two ports'
                  in rig.states[-1].problem, 'the sentence')
    assert not rig.states[-1].present


@pytest.mark.parametrize(('given', 'sentence'), [
    ('use_sim_time:=true', 'relays: use_sim_time is true'),
    ('prot:=x', "unknown parameter 'prot'. Did you mean 'port'?"),
])
def test_what_cannot_be_is_refused_in_one_sentence(spawn: Callable[..., Any], tmp_path: Path, given: str,
                                                   sentence: str) -> None:
    node = spawn('--ros-args', '-p', f'port:={tmp_path}/none', '-p', given, module='outrider_drive.relays.node')
    assert node.wait() == 2
    assert sentence in node.output
    assert 'Traceback' not in node.output
