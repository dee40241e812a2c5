"""Plays the demo: start, four lines while it runs, an ordered end, the closing table."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from outrider_bringup.demo import rows, shown, table
from outrider_bringup.demo.acts import ACTS, RAMP, Act, Scene, left_out, schedule
from outrider_bringup.demo.columns import is_terminal, paint, width_of
from outrider_bringup.demo.options import Options
from outrider_bringup.demo.rider import told
from outrider_bringup.demo.rows import Seen
from outrider_bringup.demo.screen import Screen, View
from outrider_bringup.demo.session import Session
from outrider_bringup.demo.table import Row
from outrider_bringup.demo.troupe import GRACE_S, LAST_FRAMES_S
from outrider_bringup.errors import UserError
from outrider_node import boottime_ns

if TYPE_CHECKING:
    from outrider_bringup.demo.watch import Watcher

REDRAW_S, LOOK_S = 0.25, 0.05  # while it plays, while it starts
FIRST_FRAME_S = 30.0  # longer than any start that is going to succeed
LATE_S = 8.0  # so long an act is waited for that a busy machine started late
ADDRESS_S = 15.0  # the page starts with the rest; later than this somebody wants to know why


class Stop:
    """Remembers that the user wants the end: Ctrl+C, kill, or a terminal that was closed."""

    def __init__(self) -> None:
        """Listen to signals from now on."""
        self.event = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.event.set()


class Player:
    """One demo from its start to its table."""

    def __init__(self, options: Options, seconds: float, began_s: float, acts: Sequence[Act] = ACTS,
                 out: TextIO = sys.stdout) -> None:
        """`began_s`: when the command's process started, on time.monotonic()."""
        self._options, self._seconds, self._out = options, seconds, out
        self._scenes = schedule(acts, seconds)
        self._next = 1  # scene that is not begun yet
        self._session = Session(replace(options, acts=tuple(scene.act for scene in self._scenes[1:])), began_s)
        self._left_out = left_out(acts, seconds)
        self._screen = Screen(out)
        self._stop = Stop()
        self._began_s = began_s
        self._address = ''

    def play(self, json_file: Path | None) -> int:
        """Play, show, sum up. Return the exit code."""
        try:
            self._session.start()
            self._run()
        finally:
            seen = self._session.stop()
            with contextlib.suppress(OSError):
                self._screen.close()
        return self._tell(seen, json_file)

    def _run(self) -> None:
        """Redraw until the time is over, the user stops it, or it has become pointless."""
        while not self._stop.event.is_set() and not self._session.gave_up:
            self._session.tick()
            view = self._view()
            if view.elapsed_s is not None and self._is_over(view.elapsed_s):
                self._show(view)
                break
            if view.elapsed_s is None and time.monotonic() - self._began_s > FIRST_FRAME_S:
                self._session.incidents.append(f'no radar frame came within {FIRST_FRAME_S:g} s of the start. '
                                               f'See {self._options.run}/stack.log')
                break
            self._show(view)
            starting = view.elapsed_s is None or self._session.changing
            self._stop.event.wait(LOOK_S if starting else REDRAW_S)

    def _is_over(self, elapsed_s: float) -> bool:
        """Tell whether the demo ends now; begin what is due before."""
        session, troupe = self._session, self._session.troupe
        if troupe is None:
            return elapsed_s >= self._seconds
        late_s = 0.0 if troupe.over else LATE_S
        if self._next == len(self._scenes):
            over = elapsed_s >= self._seconds + late_s
            if over and troupe.ramp is not None:
                troupe.ramp.end(late=True)
            return over
        scene = self._scenes[self._next]
        if elapsed_s >= scene.start_s - LAST_FRAMES_S - GRACE_S + late_s:
            session.change_to(scene.act, scene.end_s - scene.start_s - scene.act.least_s)
            self._next += 1
        return False

    def _show(self, view: View) -> None:
        first_s = self._session.first_track_s()
        try:
            self._screen.draw(view)
            if first_s is not None:
                self._screen.first_track(first_s)
        except OSError:  # the terminal has gone: end in order
            self._stop.event.set()

    def _view(self) -> View:
        session, watcher = self._session, self._session.watcher
        assert watcher is not None
        now_ns = time.time_ns()
        first_ns = session.first_frame_ns
        elapsed = None if first_ns is None else (now_ns - first_ns) / 1e9
        scene: Scene = self._scenes[self._next - 1]  # a busy machine may be behind the clock
        upper, lower = self._lines(scene, watcher, now_ns)
        return View(scene, self._seconds, elapsed, self._where(), upper, lower,
                    f'starting, {time.monotonic() - self._began_s:.0f} s', bool(self._address))

    def _lines(self, scene: Scene, watcher: Watcher, now_ns: int) -> tuple[shown.Line, shown.Line]:
        recorded_mb = watcher.recorder.bytes_written / 1e6 if watcher.recorder else 0.0
        troupe = self._session.troupe
        if scene.act is RAMP and troupe is not None and troupe.ramp is not None:
            ramp = troupe.ramp
            ramp.look()
            drive = watcher.drive
            return shown.of_ramp(drive.sight(), drive.battery_v, recorded_mb, ramp.frames, ramp.held, boottime_ns())
        alerts, tracks = watcher.last_alerts, watcher.last_tracks
        said = told(alerts.alerts if alerts else (), tracks.tracks if tracks else (), watcher.silent_s(now_ns))
        if troupe is not None and troupe.road is not None and said.level == 'nothing':
            troupe.road.told_nothing()
        return shown.of_radar(watcher.rate_hz(now_ns), watcher.points, watcher.eyes.text(time.monotonic()),
                              recorded_mb, said)

    def _where(self) -> str:
        """Return where the page is: with the code that pairs one browser only where a person reads it, not in a log."""
        voice = self._session.voice
        if voice is None:
            return 'no page asked for'
        self._address = voice.address(link=self._screen.terminal)
        late = time.monotonic() - self._began_s > ADDRESS_S
        return self._address or (f'no page ({voice.problem})' if late else 'the page is starting')

    def _tell(self, seen: Seen, json_file: Path | None) -> int:
        played = [scene.act for scene in self._scenes]
        result = [row for act in played for row in act.proves(seen)] + rows.whole(seen)
        code = table.exit_code(result, interrupted=self._stop.event.is_set())
        with contextlib.suppress(OSError):
            self._print(table.so_far(result) if self._stop.event.is_set() else result, seen)
        if json_file is not None:
            write_json(json_file, result, seen, code)
        return code

    def _print(self, result: list[Row], seen: Seen) -> None:
        colour = is_terminal(self._out)
        width = width_of(self._out) - 1
        lines = ['', *table.render(result, width=width, colour=colour), '',
                 *(paint(line, 'warn', colour) for text in seen.incidents for line in textwrap.wrap(text, width)),
                 *textwrap.wrap(self._left_out, width),
                 paint(rows.losses(seen, result), 'bold', colour)]
        if seen.ride is not None:
            lines.append(f'Look at it again   ./outrider view {seen.ride.name}')
        lines.append('Run it yourself    ./outrider up bicycle --sim, ./outrider up ramp --sim')
        print('\n'.join(lines), file=self._out, flush=True)


def write_json(path: Path, result: list[Row], seen: Seen, code: int) -> None:
    """Write the table for a program. Raises UserError where `path` cannot be written."""
    told_to_programs = {'exit_code': code, 'ride': seen.ride.name if seen.ride else '', 'incidents': seen.incidents,
                        'rows': table.as_json(result)}
    try:
        path.write_text(json.dumps(told_to_programs, indent=1) + '\n', encoding='utf-8')
    except OSError as error:
        raise UserError(f'{path} cannot be written ({error.strerror}). Choose another file for --json.') from None
