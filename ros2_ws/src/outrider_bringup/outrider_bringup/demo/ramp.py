"""The act with the ramp: its launch file on the demo's domain, a skater at its pad, what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from outrider_bringup import launchfile
from outrider_bringup.demo import course
from outrider_bringup.demo.course import Course
from outrider_bringup.demo.hands import Hands
from outrider_bringup.demo.shown import Frames
from outrider_bringup.demo.skater import Skater
from outrider_bringup.faults.journals import Tail, frame_of
from outrider_bringup.launchfile.plan import Plan
from outrider_node import boottime_ns

if TYPE_CHECKING:
    from outrider_bringup.demo.drive_ears import DriveEars

LAUNCH = 'ramp.launch.yaml'
SLOPE = 0.03  # downhill ahead: what stops here holds on the steepest ground that the ramp is declared for
STALE = ('vesc_journal.jsonl', 'relays_journal.jsonl', 'pad_journal.jsonl', 'pad_control')


class Ramp:
    """One act. begin() once its plan() runs, look() now and then, end(), and what it did when all has stopped."""

    def __init__(self, launch: Path, run: Path, voice: Mapping[str, str]) -> None:
        """Take the launch file, the run folder and the arguments of the voice. Raises LaunchFileError.

        What an earlier run left there goes.
        """
        self.run = run
        self.frames = Frames()
        self.plan: Plan = launchfile.load(launch, {
            'sim': 'true', 'record': 'false', 'run': str(run), 'slope': str(SLOPE), **voice})
        self._hands: Hands | None = None
        self._ears: DriveEars | None = None
        self._frames, self._pad = Tail(run / 'vesc_journal.jsonl'), Tail(run / 'pad_journal.jsonl')
        self._crossed = False
        self._until_ns = 0
        self._failed = ''
        for name in STALE:
            (run / name).unlink(missing_ok=True)

    def begin(self, ears: DriveEars, spare_s: float) -> None:
        """Let the skater begin, who has `spare_s` more than the course needs."""
        self._ears = ears
        self._hands = Hands(self.run / 'pad_control', Skater(spare_s), ears.sight)

    @property
    def over(self) -> bool:
        """Whether the skater is done, or cannot go on."""
        return self._hands is not None and self._hands.over

    @property
    def held(self) -> tuple[str, ...]:
        """What the skater holds now."""
        return self._hands.skater.held if self._hands is not None else ()

    @property
    def incidents(self) -> list[str]:
        """What the table has no row for, a sentence each."""
        disarmed = self._hands.skater.disarmed if self._hands is not None else []
        return [f'the ramp disarmed itself ({why}) and was armed again' for why in disarmed]

    def look(self) -> None:
        """Read the newest of the wire."""
        for said in self._frames.news():
            frame = frame_of(said)
            if frame is not None and frame.drives:
                self.frames.drove_ns = frame.ns
            elif frame is not None:
                self.frames.stopped_ns = frame.ns
        for said in self._pad.news():
            self._crossed = (self._crossed or said['line'] == 'press cross') and said['line'] != 'release cross'
            if self._crossed and said['line'] == 'release r1':
                self.frames.let_go_ns = said['written_ns']

    def end(self, *, late: bool = False) -> None:
        """Take the skater away; what is done from now on does not count. `late`: there was time enough."""
        if self._until_ns:
            return
        failed = ''
        if self._hands is not None:
            late = late and not self._hands.over
            self._hands.end()
            failed = self._hands.failed or ('it was not done in time' if late else '')
        self._until_ns = boottime_ns()
        self._failed = failed

    def course(self) -> Course:
        """Return what the journals tell, once their writers have ended."""
        done = course.read(self.run, until_ns=self._until_ns, failed=self._failed, slope=SLOPE,
                           finished=self._hands is not None and self._hands.done)
        if self._ears is None or done.begun_ns is None:
            return done
        to_host_ns = time.time_ns() - boottime_ns()
        heard = self._ears.heard(done.begun_ns + to_host_ns, done.until_ns + to_host_ns)
        return replace(done, heard=heard)
