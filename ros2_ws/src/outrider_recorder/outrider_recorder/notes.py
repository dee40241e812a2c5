"""ride.json and marks.jsonl of the open ride, as more comes to be known; written by the clerk."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from outrider_recorder import dating, marks, ride
from outrider_recorder.clerk import Clerk
from outrider_recorder.clock import RideClock
from outrider_recorder.recording import Status


class Notes:
    """One ride's. Nothing here waits for the disk but `begin()`."""

    def __init__(self, clerk: Clerk, clock: RideClock) -> None:
        """No ride was begun yet."""
        self._clerk, self._clock = clerk, clock
        self._info: dict[str, Any] = {}
        self._dated: tuple[str, int] = ('', 0)  # source and steps as they were written
        self._changed = False
        self.folder = Path()

    @property
    def start_ns(self) -> int:
        """Return when the ride began, on its clock."""
        return int(self._info['start_ns'])

    def begin(self, folder: Path, words: dict[str, Any], begin_ns: int, after_ns: int) -> None:
        """Write ride.json of a ride that began at `begin_ns` of its clock. Raises OSError."""
        boot_ns = self._clock.boottime_ns() - (self._clock.now_ns() - begin_ns)
        self.folder, self._changed = folder, False
        self._dated = self._clock.source, len(self._clock.steps)
        self._info = dating.dated({**words, 'format': ride.FORMAT, 'ride': folder.name, 'start_ns': begin_ns,
                                   'stop_ns': None, 'clock': dating.clock_words(self._clock, boot_ns, after_ns)})
        ride.write_info(folder, self._info)

    def undo(self) -> None:
        """Leave nothing of a ride that could not begin."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()

    def add(self, **words: Any) -> None:
        """Set keys of ride.json."""
        self._info |= words
        self._changed = True

    def add_to(self, table: str, name: str, value: Any) -> None:
        """Set one entry of one of ride.json's tables."""
        self._info.setdefault(table, {})[name] = value
        self._changed = True

    def gap_begins(self, why: str) -> None:
        """The disk refuses from now on."""
        gaps = [*self._info.get('gaps', []), {'log_ns_from': self._clock.now_ns(), 'log_ns_to': None, 'why': why}]
        self.add(gaps=gaps)

    def gap_ends(self) -> None:
        """The ride goes on."""
        self._info['gaps'][-1]['log_ns_to'] = self._clock.now_ns()
        self._changed = True

    def deleted(self, names: Iterable[str]) -> None:
        """The quota took these segments."""
        self.add(deleted=sorted({*self._info.get('deleted', []), *names}))

    def date(self, rides: Path, *, is_open: bool) -> None:
        """Where the date came to be known or the system clock was set: say so here, and in others of this boot."""
        now = self._clock.source, len(self._clock.steps)
        if now == self._dated:
            return
        self._dated = now
        if is_open:
            own = ride.clock_of(self._info)
            self.add(clock=dating.clock_words(self._clock, own['start_boottime_ns'], own['after_ns']))
        utc_ns, boot_ns, source = self._clock.utc_ns(), self._clock.boottime_ns(), self._clock.source
        if utc_ns is not None:
            utc_less_boot_ns, but = utc_ns - boot_ns, self.folder.name if is_open else ''
            self._clerk.do(lambda: dating.date_others(rides, source, utc_less_boot_ns, but), str(rides))

    def mark(self, segment: int, kind: str, note: str, track_id: int | None) -> int:
        """Write a mark; return its stamp on the ride's clock."""
        stamp_ns, path = self._clock.now_ns(), self.folder / ride.MARKS_FILE
        utc = dating.utc_or_none(stamp_ns, self._clock.offset_ns)
        line = marks.record(stamp_ns, utc, segment, kind, note, track_id)
        self._clerk.do(lambda: ride.append_line(path, line), str(path))
        return stamp_ns

    def end(self, status: Status, lost: int, files: dict[str, str]) -> None:
        """Write ride.json of a closed ride; waits for the disk. `files`: texts as they are now."""
        told = self._info.get('files', {})
        self.add(stop_ns=self._clock.now_ns(), messages=status.messages, bytes=status.bytes, dropped=status.dropped,
                 lost=lost, alarm=status.alarm,
                 files_at_stop={path: text for path, text in files.items() if text != told.get(path)})
        self.write()
        self._clerk.finish()

    def write(self) -> None:
        """Have ride.json written where it changed."""
        if self._changed:
            self._info = dating.dated(self._info)
            folder, info = self.folder, copy.deepcopy(self._info)
            self._clerk.do(lambda: ride.write_info(folder, info), str(folder))
            self._changed = False
