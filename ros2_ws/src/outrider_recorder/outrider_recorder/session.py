"""The recorder without ROS: a ring, at most one open ride, its marks, and what happens when the disk is full.

| state | messages go | ends |
|---|---|---|
| no ride | into the ring | `start()`, a mark |
| ride | to the disk | `stop()`, the disk refuses or falls below its floor |
| stopped by the disk | into the ring, what could not be written first | by itself, when there is room |
| clip: a mark without a ride | ring and what follows to the disk | CLIP_AFTER_S later |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outrider_recorder import dating, ride
from outrider_recorder.clerk import Clerk
from outrider_recorder.clock import RideClock
from outrider_recorder.errors import DiskFullError, RideError
from outrider_recorder.housekeeper import Housekeeper
from outrider_recorder.notes import Notes
from outrider_recorder.recording import Recording, Status
from outrider_recorder.ring import Pour, Ring
from outrider_recorder.segment import Message

CLIP_AFTER_S = 5.0
BY_MARK = 'mark'
NONE = Status(0, 0, 0, 0, True, '')


@dataclass(frozen=True)
class Outside:
    """What a session asks of its node. `words()` adds to ride.json at its start, `files()` reads texts at its end."""

    heads: Callable[[], Iterable[Message]]
    lost: Callable[[], int]
    words: Callable[[], dict[str, Any]]
    files: Callable[[], dict[str, str]]
    say: Callable[[str], None]
    warn: Callable[[str], None]


class Session:
    """Every method is called from one thread; times are seconds of a clock that never jumps."""

    def __init__(self, rides: Path, clock: RideClock, ring: Ring, outside: Outside, *, segment_s: float,
                 keeper: Callable[[Callable[[], int]], Housekeeper]) -> None:
        """`keeper(written)` makes the housekeeper; it is started here."""
        self.rides, self.clock, self.ring = rides, clock, ring
        self._outside, self._segment_s = outside, segment_s
        self._recording: Recording | None = None
        self._stopped: Recording | None = None  # by the disk: the ride is open, nothing is written
        self._clip_end_s: float | None = None
        self._lost_before = self._written_before = 0
        self._last, self._alarm = NONE, ''
        self.folder, self.by, self.marks = rides, '', 0
        self.clerk = Clerk()
        self._notes = Notes(self.clerk, clock)
        self.keeper = keeper(self._written)
        self.keeper.start()

    @property
    def open(self) -> bool:
        """Return whether a ride is open, written to or waiting for room."""
        return bool(self.by)

    @property
    def writing(self) -> bool:
        """Return whether messages go to the disk."""
        return self._recording is not None

    @property
    def status(self) -> Status:
        """Return the status of the open ride, or of the last one."""
        current = self._recording or self._stopped
        return current.status() if current is not None else self._last

    @property
    def alarm(self) -> str:
        """Return what is wrong, in one sentence, or ''."""
        return self.status.alarm or self._alarm or self.keeper.alarm or self.clerk.alarm

    @property
    def duration_s(self) -> float:
        """Return the length of the open ride, s."""
        return (self.clock.now_ns() - self._notes.start_ns) / 1e9 if self.open else 0.0

    def put(self, message: Message) -> None:
        """Take one message; never waits for the disk."""
        if self._recording is None:
            self.ring.put(message)
        elif not self._recording.put(message):
            self._interrupt()
            self.ring.put(message)

    def start(self, by: str, note: str = '', name: str = '', *, ring: bool = False) -> Path:
        """Begin a ride; with `ring`, with what the ring holds. Raises RideError where one is open or none can begin."""
        if self.open and self._clip_end_s is None:
            raise RideError(f'{self.folder.name} is open. Stop it first.')
        if self.open:  # a clip becomes the ride
            self._clip_end_s, self.by = None, by
            self._notes.add(by=by, **({'note': note} if note else {}))
            self._notes.write()
            return self.folder
        if self.keeper.below_floor:
            self.keeper.look(self.clock.boottime_ns() / 1e9)  # the first ride of a day must not wait for the thread
            if self.keeper.below_floor:
                raise DiskFullError(self.keeper.alarm.removeprefix('recorder: ') or f'{self.rides} is full.')
        self._recording = self._begun(by, note, name, self.ring.pour() if ring else None)
        self.by, self.marks, self._alarm = by, 0, ''
        self._lost_before, self._clip_end_s = self._outside.lost(), None
        self._outside.say(f'recording {self.folder}')
        return self.folder

    def _begun(self, by: str, note: str, name: str, pour: Pour | None) -> Recording:
        """Make folder, ride.json and first segment. Raises RideError; then the ring is as it was."""
        begin_ns = (pour.first_ns if pour else 0) or self.clock.now_ns()
        offset_ns = self.clock.offset_ns
        called = name or (ride.boot_name(self.rides) if offset_ns is None else ride.new_id(begin_ns + offset_ns))
        after_ns = dating.newest_ns(self.rides) if offset_ns is None else 0
        made = None
        try:
            made = ride.create(self.rides, called, exact=bool(name))
            self._notes.begin(made, {**self._outside.words(), 'by': by, 'note': note}, begin_ns, after_ns)
            self.folder = made
            return Recording(made, segment_s=self._segment_s, heads=self._outside.heads, now_ns=self.clock.now_ns,
                             pour=pour)
        except (OSError, RideError) as error:
            for message in pour or ():
                self.ring.put(message)
            if made is not None:
                self._notes.undo()
            failed = error if isinstance(error, RideError) else (
                DiskFullError if error.errno in ride.FULL else RideError)(
                f'{made} cannot be written ({error.strerror}). Free space or correct it.')
            self._alarm = f'recorder: {failed}'
            raise failed from None

    def stop(self) -> Status:
        """End the open ride; waits for the disk. Returns its last status."""
        if not self.open:
            return self._last
        self._last = self._recording.close() if self._recording is not None else self.status
        self._written_before += self._last.bytes
        self._recording = self._stopped = self._clip_end_s = None
        self._alarm, self.by = self._last.alarm, ''
        self._take_gone()
        self._notes.end(self._last, self._outside.lost() - self._lost_before, self._outside.files())
        self._outside.say(f'closed {self.folder}: {self._last.messages} messages, {self._last.bytes} bytes')
        return self._last

    def mark(self, kind: str, note: str, now_s: float, track_id: int | None = None) -> int:
        """Mark this moment; without an open ride the ring becomes one. Return the stamp. Raises RideError.

        It is on the disk soon after; where that fails there is an alarm.
        """
        if not self.open:
            self.start(BY_MARK, note, ring=True)
            self._clip_end_s = now_s + CLIP_AFTER_S
        elif self._clip_end_s is not None:
            self._clip_end_s = now_s + CLIP_AFTER_S
        self.marks += 1
        return self._notes.mark(self.status.segment, kind, note, track_id)

    def add_words(self, table: str, name: str, value: Any) -> None:
        """Add to one of ride.json's tables what came to be known later; written with the next tick."""
        if self.open:
            self._notes.add_to(table, name, value)

    def tick(self, now_s: float) -> None:
        """Once a second: clock, clip's end, floor, going on after a full disk."""
        self.clock.look()
        self._notes.date(self.rides, is_open=self.open)
        if self._recording is not None:
            status = self._recording.status()
            if status.stopped or (self.keeper.below_floor and self.keeper.alarm):
                self._interrupt()
            elif self._clip_end_s is not None and now_s >= self._clip_end_s and status.poured:
                self.stop()
        elif self._stopped is not None and self.keeper.has_room:
            self._go_on()
        self._take_gone()
        if self.open:
            self._notes.write()

    def close(self) -> None:
        """End the open ride and the threads."""
        self.stop()
        self.keeper.close()
        self.clerk.close()

    def _interrupt(self) -> None:
        """The disk refuses, or is at its floor: keep what could not be written, and wait."""
        stopped = self._recording
        assert stopped is not None
        if not stopped.status().stopped:
            stopped.close()
        self._recording, self._stopped = None, stopped
        self._alarm = stopped.status().alarm or self.keeper.alarm
        for message in stopped.leftover():
            self.ring.put(message)
        self._notes.gap_begins(self._alarm)
        self._outside.warn(self._alarm)

    def _go_on(self) -> None:
        pour = self.ring.pour()
        try:
            self._recording = Recording(self.folder, segment_s=self._segment_s, heads=self._outside.heads,
                                        now_ns=self.clock.now_ns, pour=pour, after=self._stopped)
        except OSError:
            for message in pour:
                self.ring.put(message)
            return
        self._stopped, self._alarm, self.clerk.alarm = None, '', ''
        self._notes.gap_ends()
        self._outside.say(f'recording {self.folder} again')

    def _written(self) -> int:
        current = self._recording or self._stopped
        return self._written_before + (current.status().bytes if current is not None else 0)

    def _take_gone(self) -> None:
        while self.keeper.gone:
            gone = self.keeper.gone.popleft()
            count = sum(map(len, gone.values()))
            self._outside.say(f'{count} files of {", ".join(sorted(gone))} removed to make room')
            own = [name for name in gone.get(self.folder.name, ()) if ride.SEGMENT.fullmatch(name)]
            if own:
                self._notes.deleted(own)
