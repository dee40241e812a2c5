"""A running stack: starts the processes of a plan, starts them again, stops them in order and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import outrider_bringup
from outrider_bringup import rigs
from outrider_bringup.errors import UserError
from outrider_bringup.launchfile.plan import Plan
from outrider_bringup.runner import guard
from outrider_bringup.runner.child import Child
from outrider_bringup.runner.members import MARK, mark, members, send
from outrider_bringup.runner.order import group_of
from outrider_bringup.runner.output import Output
from outrider_bringup.runner.stopping import Stopping

STOP_EVERY_S = 0.03
GIVE_UP_S = 2.85  # only a process that the kernel cannot end (a dead disk) is still there then
OUTPUT_S = 0.2  # for last lines, after the last process has gone


@dataclass(frozen=True)
class Event:
    """Something that happened to a process; `text` is one sentence.

    `kind`: 'died' (it will be started again), 'respawned', 'ended', 'refused' (exit code 2), 'gave up'.
    """

    name: str
    kind: str
    text: str
    code: int | None = None


@dataclass(frozen=True)
class Stopped:
    """How a stop went: seconds, names that had to be killed, and names that could not even be."""

    seconds: float
    forced: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Stack:
    """The processes of a plan. Used from one thread; `out(name, line)` is called from another.

    `env` is the environment of the processes. `holds` are descriptors that stay open until the last process has gone,
    even if this process is killed (a lock). Nothing survives this process: see guard.
    """

    def __init__(self, plan: Plan, *, out: Callable[[str, str], None], env: Mapping[str, str],
                 holds: Sequence[int] = ()) -> None:
        """Take the plan; start nothing."""
        self.id = secrets.token_hex(6)
        self.plan = plan
        self._env = {**env, 'PYTHONUNBUFFERED': '1'}
        self._env.pop(MARK, None)
        self._holds = tuple(holds)
        self._children = [Child(spec) for spec in plan.processes]
        self._leaving: list[Child] = []
        self._farewell = Stopping(0.0)
        self._output = Output(out)
        self._guard: subprocess.Popen[bytes] | None = None
        self._stopped: Stopped | None = None

    def start(self) -> None:
        """Check the parameter files and start everything. Raises UserError, with nothing left running."""
        rigs.check(self.plan)
        try:
            self._start_guard()
            for child in self._children:
                self._launch(child)
        except UserError:
            self.stop()
            raise

    def add(self, plan: Plan) -> None:
        """Start the processes of one more plan beside those that run. Raises UserError; then stop() is due."""
        rigs.check(plan)
        for child in [Child(spec) for spec in plan.processes]:
            self._children.append(child)
            self._launch(child)

    def retire(self, names: Collection[str]) -> None:
        """End these processes for good, in order and with the patience of stop(), as poll() is called."""
        self._leaving += [child for child in self._children if child.spec.name in names]
        self._children = [child for child in self._children if child.spec.name not in names]
        self._farewell = Stopping(time.monotonic())

    @property
    def retiring(self) -> bool:
        """Tell whether one of those that were retired still runs."""
        return bool(self._leaving)

    def poll(self) -> list[Event]:
        """Return what has happened since the last call, and start again what is due. Call it several times a second."""
        events = []
        now_s = time.monotonic()
        for child in self._children:
            if child.renewal is not None:
                events += self._renew(child, child.renewal, now_s)
            elif child.popen is not None and (code := child.popen.poll()) is not None:
                child.popen = None
                events.append(self._after(child, code, now_s))
            elif child.again_s is not None and now_s >= child.again_s:
                events.append(self._relaunch(child))
        if self._leaving:
            self._see_off()
        return events

    def restart(self, name: str) -> None:
        """End a process in order and start it again, as poll() is called; one that has ended is started again.

        Raises KeyError where the stack has no process of that name.
        """
        {child.spec.name: child for child in self._children}[name].renew()

    def _renew(self, child: Child, ending: Stopping, now_s: float) -> list[Event]:
        alive = members(self.id, child.spec.name)
        send(ending.step(now_s, alive))
        if alive or (child.popen is not None and child.popen.poll() is None):
            return []
        child.popen, child.renewal = None, None
        return [self._relaunch(child)]

    def _see_off(self) -> None:
        names = {child.spec.name for child in self._leaving}
        alive = [member for member in members(self.id) if member.name in names]
        send(self._farewell.step(time.monotonic(), alive))
        self._reap()
        if not alive:
            self._leaving.clear()

    def pids(self) -> dict[str, int]:
        """Return the pid of every running process by name."""
        return {child.spec.name: child.popen.pid for child in self._children if child.popen is not None}

    def children(self) -> tuple[Child, ...]:
        """Return the processes that belong to it now, for whoever wants to tell of them."""
        return tuple(self._children)

    @property
    def over(self) -> bool:
        """Tell whether nothing runs and nothing will be started again."""
        return all(child.over for child in self._children)

    def stop(self) -> Stopped:
        """Stop everything in order, within 3 s; a second call returns the same. Ctrl+C does not interrupt it."""
        if self._stopped is None:
            with _uninterrupted():
                self._stopped = self._stop()
        return self._stopped

    def _stop(self) -> Stopped:
        begun_s = time.monotonic()
        for child in self._children:
            child.stay_down()
        stopping = Stopping(begun_s)
        while alive := members(self.id):
            now_s = time.monotonic()
            send(stopping.step(now_s, alive))
            time.sleep(STOP_EVERY_S)
            self._reap()
            if now_s - begun_s > GIVE_UP_S:  # never before all were killed: a look may last that long on a busy machine
                alive = members(self.id)
                break
        self._reap()
        seconds = time.monotonic() - begun_s
        if self._guard is not None and self._guard.stdin is not None:
            with contextlib.suppress(OSError):
                self._guard.stdin.write(guard.DONE)
                self._guard.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._guard.wait(0.5)
        self._output.close(OUTPUT_S)
        return Stopped(seconds, tuple(sorted(stopping.forced)), tuple(sorted({member.name for member in alive})))

    def _reap(self) -> None:
        for child in (*self._children, *self._leaving):
            if child.popen is not None and child.popen.poll() is not None:
                child.popen = None

    def _start_guard(self) -> None:
        folder = str(Path(outrider_bringup.__file__).parent.parent)
        self._guard = subprocess.Popen(
            [sys.executable, '-S', '-m', guard.__name__, self.id], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, bufsize=0, cwd='/', start_new_session=True, pass_fds=self._holds,
            env={'PATH': os.defpath, 'PYTHONPATH': folder, 'PYTHONDONTWRITEBYTECODE': '1'})

    def _launch(self, child: Child) -> None:
        spec = child.spec
        env = {**self._env, **spec.env, MARK: mark(self.id, group_of(spec.executable), spec.name)}
        try:
            child.popen = subprocess.Popen(spec.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                           stderr=subprocess.STDOUT, cwd=spec.cwd, env=env, start_new_session=True)
        except OSError as error:
            raise UserError(f'{spec.name} was not started: {error.strerror}: {error.filename or spec.command[0]} '
                            f'({spec.where})') from None
        assert child.popen.stdout is not None
        self._output.add(spec.name, child.popen.stdout)

    def _after(self, child: Child, code: int, now_s: float) -> Event:
        name = child.spec.name
        send((member.pid, signal.SIGKILL) for member in members(self.id, name))  # children that it left behind
        verdict = child.deaths.judge(now_s, code)
        if verdict.kind != 'respawn':
            child.outcome = verdict.kind
            return Event(name, verdict.kind, verdict.text, code)
        child.again_s = now_s + child.spec.respawn_delay_s
        return Event(name, 'died', verdict.text, code)

    def _relaunch(self, child: Child) -> Event:
        child.again_s = None
        child.restarts += 1
        try:
            self._launch(child)
        except UserError as error:
            child.outcome = 'gave up'
            return Event(child.spec.name, 'gave up', str(error))
        return Event(child.spec.name, 'respawned', f'{child.spec.name} runs again')


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Keep SIGINT from raising in here; only the main thread can and need."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
