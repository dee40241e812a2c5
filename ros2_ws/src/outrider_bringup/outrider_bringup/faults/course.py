"""One simulated ramp on a ROS domain of its own: the launch file's processes, kept as it keeps them, and its fakes."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from outrider_bringup import launchfile, paths
from outrider_bringup.errors import UserError
from outrider_bringup.faults import clock, inside, shm, urgent
from outrider_bringup.faults.devices import Devices
from outrider_bringup.faults.eyes import Eyes
from outrider_bringup.faults.limits import HOLD_LIMIT_MS
from outrider_bringup.faults.person import TRAVEL_S, Person
from outrider_bringup.launchfile.plan import Plan, ProcessSpec
from outrider_bringup.runner.stack import Stack
from outrider_node import boottime_ns

NODES = ('pilot', 'governor', 'motors', 'relays')
FAKES = ('fake_vesc_pair', 'fake_relay_board', 'fake_pad')
SLOPE = 0.03
TURN_S = 0.02
START_S = 40.0
TAIL_LINES = 40


class CourseError(Exception):
    """The ramp did not do what the fault needs first: one sentence. It says nothing about the fault."""


@dataclass(frozen=True)
class Variant:
    """How a course differs from what `outrider up ramp --sim` starts."""

    inside: tuple[str, ...] = ()  # nodes that can be hung from inside
    faked_clock: bool = False
    short_hold: bool = False  # the pad file's hold_limit_s is 2 s
    jack_down: bool = False  # as at the very start; else it begins up, for a fault that needs no lifting


@dataclass(frozen=True)
class Options:
    """What all courses of a campaign share."""

    beside: bool = False
    priority: str = 'fifo'


class Course:
    """A running ramp. Use it from one thread; every wait keeps the processes as the runner does."""

    def __init__(self, variant: Variant, options: Options, run: Path, domain: int) -> None:
        """Take a folder of its own and a domain; start nothing."""
        self.variant, self.options, self.run, self.domain = variant, options, run, domain
        self.devices = Devices(run, self.wait)
        self.person = Person(self)
        self.log: deque[str] = deque(maxlen=TAIL_LINES)
        self.priority = options.priority  # as granted, once it runs
        self._began_s = time.time()
        self._eyes: Eyes | None = None
        self._stack: Stack | None = None
        self._extras: list[Stack] = []

    @property
    def eyes(self) -> Eyes:
        """What can be seen from outside."""
        assert self._eyes is not None
        return self._eyes

    def start(self) -> None:
        """Start everything and wait until the ramp can be armed. Raises CourseError or UserError."""
        self.run.mkdir(parents=True, exist_ok=True)
        clock.set_ahead(self.run, 0)
        self._stack = Stack(self._plan(), out=self._hear, env=self.environment)
        self._stack.start()
        self._eyes = Eyes(self.domain)
        self.wait(lambda: self.devices.seen.moments, 'the fakes to start', START_S)
        urgent.hurry(pid for name, pid in self._stack.pids().items() if name in FAKES)
        self.wait(lambda: self.eyes.ready, 'the ramp to be ready', START_S)
        self.priority = urgent.granted(self.pids()['governor'])

    @property
    def environment(self) -> dict[str, str]:
        """The environment of all processes."""
        priority = {'OUTRIDER_PRIORITY': 'default'} if self.options.priority == 'default' else {}
        return {**os.environ, **priority, 'ROS_DOMAIN_ID': str(self.domain)}

    def pids(self) -> dict[str, int]:
        """Return the pid of every running process by name."""
        assert self._stack is not None
        return self._stack.pids()

    def wait(self, true: Callable[[], object], what: str, timeout_s: float) -> None:
        """Go on until `true`; raise CourseError, naming `what` and what the governor says, after `timeout_s`."""
        end_s = time.monotonic() + timeout_s
        while not true():
            if time.monotonic() > end_s:
                self.fail(f'waited {timeout_s:g} s for {what}')
            self.turn(TURN_S / 4)

    def fail(self, why: str) -> None:
        """Raise CourseError: `why`, and what the governor says."""
        raise CourseError(f'{why} ({self._eyes.said() if self._eyes is not None else "nothing is heard yet"})')

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self.turn(min(left_s, TURN_S))

    def turn(self, for_s: float) -> None:
        """Start again what died, read the journals, look."""
        assert self._stack is not None
        for event in self._stack.poll():
            self.log.append(f'[outrider] {event.text}')
            if event.kind in ('refused', 'gave up'):
                raise CourseError(f'{event.text}: {" / ".join(list(self.log)[-4:])}')
        self.devices.update()
        if self._eyes is not None:
            self._eyes.look(for_s)
        else:
            time.sleep(for_s)

    def kill(self, number: signal.Signals, *names: str) -> int:
        """Send a signal to each; return when the last call came back (CLOCK_BOOTTIME, ns)."""
        pids = self.pids()
        if missing := [name for name in names if name not in pids]:
            self.fail(f'{", ".join(missing)} does not run')
        with urgent.striking():
            for name in names:
                os.kill(pids[name], number)
            return boottime_ns()

    def begin(self) -> None:
        """Undo what a fault left; what is seen from now on is a new run."""
        clock.set_ahead(self.run, 0)
        self.person.let_go()
        self.devices.say('vesc', 'can mend', f'slope {SLOPE}')
        self.devices.forget()
        self.eyes.grave = (0.0, '')

    @contextlib.contextmanager
    def beside(self, specs: tuple[ProcessSpec, ...]) -> Iterator[Stack]:
        """Run more processes on this domain for a while."""
        assert self._stack is not None
        stack = Stack(Plan(specs, self._stack.plan.nodes), out=self._hear, env=self.environment)
        self._extras.append(stack)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
            self._extras.remove(stack)

    def spec(self, name: str) -> ProcessSpec:
        """Return how a process of this course is started."""
        assert self._stack is not None
        return next(spec for spec in self._stack.plan.processes if spec.name == name)

    def close(self) -> None:
        """Stop everything."""
        for stack in (*self._extras, self._stack):
            if stack is not None:
                for pid in stack.pids().values():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGCONT)
                stack.stop()
        if self._eyes is not None:
            self._eyes.close()
        shm.clean(self._began_s)

    def _hear(self, name: str, line: str) -> None:
        self.log.append(f'[{name}] {line}')

    def _plan(self) -> Plan:
        arguments = {'sim': 'true', 'run': str(self.run), 'slope': str(SLOPE), 'rides': str(self.run / 'rides'),
                     'record': 'true' if self.options.beside else 'false', 'live': 'false', 'voice': 'false'}
        if self.variant.short_hold:
            arguments['pad_file'] = str(self._short_hold())
        launch = paths.checkout() / 'launch'
        ramp = launchfile.load(launch / 'ramp.launch.yaml', arguments)
        processes, nodes = ramp.processes, ramp.nodes
        if self.options.beside:
            road = launchfile.load(launch / 'bicycle.launch.yaml', {
                'sim': 'true', 'loop': 'true', 'record': 'false', 'voice': 'false', 'run': str(self.run)})
            processes, nodes = processes + road.processes, nodes | road.nodes
        return Plan(tuple(self._changed(spec) for spec in processes), nodes, ramp.arguments)

    def _changed(self, spec: ProcessSpec) -> ProcessSpec:
        if spec.name == 'fake_vesc_pair':
            return with_words(spec, '--trace', str(self.run / 'vesc_trace.jsonl'))
        if spec.name == 'fake_relay_board':
            # A jack that is lifted and lowered in each run must stay within the board's duty budget of 25 %.
            return with_words(spec, *(['--travel', '2.0'] if self.variant.jack_down else
                                      ['--travel', str(TRAVEL_S), '--jack', 'up']))
        if spec.name not in NODES:
            return spec
        if self.variant.faked_clock:
            spec = replace(spec, env={**spec.env, **clock.environment(self.run)})
        if spec.name in self.variant.inside:
            spec = replace(spec, command=inside.command(spec.name, self.run) + spec.command[1:])
        return spec

    def _short_hold(self) -> Path:
        known = (paths.checkout() / 'config' / 'pads' / 'ps4.yaml').read_text(encoding='utf-8').splitlines()
        if not any(line.startswith('hold_limit_s:') for line in known):
            raise UserError('config/pads/ps4.yaml has no hold_limit_s, which a frozen joystick device is stopped by.')
        short = self.run / 'pad.yaml'
        short.write_text('\n'.join(f'hold_limit_s: {HOLD_LIMIT_MS / 1000:g}' if line.startswith('hold_limit_s:')
                                   else line for line in known) + '\n', encoding='utf-8')
        return short


def with_words(spec: ProcessSpec, *words: str) -> ProcessSpec:
    """Return `spec` with `words` in front of its --ros-args."""
    command = spec.command
    place = command.index('--ros-args') if '--ros-args' in command else len(command)
    return replace(spec, command=(*command[:place], *words, *command[place:]))
