"""One `outrider up`: starts the stack, shows what it does, stops it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from outrider_bringup.launchfile import Plan
from outrider_bringup.runner.stack import Event, Stack
from outrider_bringup.up import play
from outrider_bringup.up.control import Control
from outrider_bringup.up.desk import Desk, Seen
from outrider_bringup.up.drive import ARMED
from outrider_bringup.up.keys import HELP, KeyReader
from outrider_bringup.up.screen import Screen
from outrider_bringup.up.status import Status, spoken_bytes

TURN_S = 0.1
KEYS_S = 0.03  # what a finger waits for
# A node that refuses this early never was well: the rig is not up, and the user stands beside it.
START_S = 15.0
SPARED = (play.DETECTOR,)  # without weights a radar sees what it saw before: the rest goes on, and says that it is lost
EXIT_OK, EXIT_UNWELL, EXIT_REFUSED = 0, 1, 2


class Stop:
    """Remembers that somebody asked to stop: Ctrl+C, kill, or a terminal that was closed."""

    def __init__(self) -> None:
        """Take over SIGINT, SIGTERM and SIGHUP."""
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


class Session:
    """A rig that is up; `run()` returns the exit code when it is down again."""

    def __init__(self, rig: str, plan: Plan, *, run: Path, rides: Path, env: Mapping[str, str], lock: int,
                 keys: Path | None = None, until: str = '', arms: bool = False) -> None:
        """Take the plan; start nothing. `lock` is held until the last process has gone.

        `keys` is the control FIFO of a simulated pad that the keys of the terminal play. When the process `until` has
        ended all is over: the world of a scenario, which waits for its beginning, and where it `arms` the machine, also
        for that.
        """
        self._rig, self._run, self._rides = rig, run, rides
        self._screen = Screen(sys.stdout)
        self._stack = Stack(plan, out=self._screen.line, env=env, holds=[lock])
        self._status = Status(looks=any(spec.name == 'radar' for spec in plan.processes))
        self._keys = keys
        self._nodes = {spec.name for spec in plan.processes}
        self._until, self._arms, self._played, self._broken = until, arms, False, False
        self._address = ''
        self._given_up: set[str] = set()

    def run(self, stop: Stop) -> int:
        """Start, watch until somebody stops it, stop. Raises UserError before anything runs."""
        before = _rides(self._rides)
        begun_s = time.monotonic()
        refused = False
        try:
            if stop.asked:
                return EXIT_OK
            self._stack.start()
            self._screen.line('', f'{self._rig} is starting   Ctrl+C stops it')
            with self._listening() as keys, self._asked() as control:
                watch = _watch(self._status, self._screen.line)
                while not (stop.asked or refused or self._played or self._broken or self._stack.over):
                    watch.spin(TURN_S if keys is None else KEYS_S)
                    if keys is not None:
                        keys.poll()
                    if control is not None:
                        control.poll()
                    refused = self._tell(self._stack.poll(), time.monotonic() - begun_s)
                    if self._until:
                        self._begin_play(time.monotonic() - begun_s)
                    self._look_for_address()
                    self._screen.status(self._status.line(time.monotonic()))
        finally:
            self._screen.end_status()
            stopped = self._stack.stop()
        if stopped.left:
            self._screen.line('', f'could not be ended: {", ".join(stopped.left)}; see them with: ps -ef')
        self._say_rides(_rides(self._rides) - before)
        if refused:
            self._screen.line('', f'{self._rig} was stopped, for a part of it refused to run')
            return EXIT_REFUSED
        return EXIT_OK if (stop.asked or self._played) and not stopped.left else EXIT_UNWELL

    def _begin_play(self, age_s: float) -> None:
        hold = self._run / play.HOLD
        armed = not self._arms or self._status.drive.state == ARMED
        if hold.exists() and (age_s > play.READY_S or play.ready(self._nodes, self._status.others.values,
                                                                 self._status.recording, armed)):
            hold.unlink()
            self._screen.line('', 'the scenario begins')

    def _listening(self) -> contextlib.AbstractContextManager[KeyReader | None]:
        """Return the keys of the terminal, where there is a simulated pad for them to play."""
        if self._keys is None or not sys.stdin.isatty():
            return contextlib.nullcontext()
        self._screen.line('', HELP)
        return KeyReader(sys.stdin, self._keys)

    def _drive_seen(self) -> Seen | None:
        drive = self._status.drive
        return None if drive.heard_s is None else Seen(drive.state, drive.speed_mps, drive.heard_s)

    @contextlib.contextmanager
    def _asked(self) -> Iterator[Control | None]:
        """Let the page ask this stack for a restart; without that it runs all the same."""
        try:
            control = Control(self._run, Desk(self._stack, self._drive_seen).answer)
        except OSError as error:
            self._screen.line('', f'nothing can be started again from the page: {error.strerror or error}')
            yield None
            return
        try:
            yield control
        finally:
            control.close()

    def _tell(self, events: list[Event], age_s: float) -> bool:
        for event in events:
            if event.kind in ('refused', 'gave up'):
                self._nodes.discard(event.name)
            over = event.name == self._until and event.code == EXIT_OK
            self._screen.line('outrider', 'the scenario is over' if over else event.text)
            self._played |= over
            self._broken |= event.name == self._until and not over
        return any(event.kind == 'refused' and event.name not in SPARED for event in events) and age_s < START_S

    def _look_for_address(self) -> None:
        try:
            live = json.loads((self._run / 'live.json').read_text())
            address = str(live['web'])
        except (OSError, ValueError, KeyError, TypeError):
            return
        if address != self._address:
            self._address = address
            self._screen.line('', f'watch it  {address}')

    def _say_rides(self, new: set[str]) -> None:
        for ride in sorted(new):
            folder = self._rides / ride
            size = sum(path.stat().st_size for path in folder.glob('segment_*'))
            self._screen.line('', f'ride {ride}   {spoken_bytes(size)}   open it with: ./outrider view {ride}')


def _watch(status: Status, say: Callable[[str, str], None]):  # type: ignore[no-untyped-def]
    """Import rclpy only now: the stack is starting meanwhile."""
    from outrider_bringup.up.watch import Watch

    return Watch(status, say)


def _rides(folder: Path) -> set[str]:
    return {entry.name for entry in os.scandir(folder) if entry.is_dir()} if folder.is_dir() else set()
