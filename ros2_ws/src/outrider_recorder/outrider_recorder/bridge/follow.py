"""The bridge at work: finds the open ride, tails it, feeds the file and the live view."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from outrider_recorder import ride
from outrider_recorder.bridge.finding import hides_of, newest_open, rig_of
from outrider_recorder.bridge.live import Live
from outrider_recorder.bridge.memory import give_back
from outrider_recorder.bridge.scene import Scene
from outrider_recorder.bridge.sink import GrowingFileSink
from outrider_recorder.bridge.tail import Tail

LOOK_S = 0.25  # the recorder closes a chunk every 0.5 s
FLUSH_S, SYNC_S = 0.5, 1.5
LOADED_S, AGAIN_S = 2.0, 10.0  # after the start of a ride libraries are loaded; later topics bring others
# After a signal: the recorder, told at the same time, closes its last segment meanwhile.
LAST_WORDS_S = 1.2

Say = Callable[[str], None]


class _Writing:
    """A ride on its way into its .rrd and, if there is one, the live view."""

    def __init__(self, folder: Path, live: Live | None) -> None:
        self.folder, self._live = folder, live
        self.tail, self._scene = Tail(folder), Scene(hides_of(folder))
        self._file = GrowingFileSink(folder.name, folder / ride.RERUN_FILE, rig_of(folder))
        self._flushed = self._synced = 0.0
        self._give_back_at = time.monotonic() + LOADED_S

    def step(self) -> bool:
        """Take what is new; return whether there was anything."""
        items = self.tail.poll()
        batch = self._scene.batch(items)
        if batch:
            self._file.send(batch)
            if self._live is not None:
                self._live.send(batch)
        now = time.monotonic()
        if now - self._flushed >= FLUSH_S:
            self._file.flush()
            self._flushed = now
        if now - self._synced >= SYNC_S:
            self._file.sync()
            self._synced = now
        if now >= self._give_back_at:
            self._give_back_at = now + AGAIN_S
            give_back()
        return bool(items)

    def close(self) -> None:
        self.tail.close()
        self._file.close()


def follow(rides: Path, stop: threading.Event, live_of: Callable[[str], Live] | None, say: Say) -> None:
    """Turn every ride that is opened in `rides` into its .rrd, as it grows, until `stop`. Raises OSError."""
    while not stop.is_set():
        folder = newest_open(rides)
        if folder is None:
            stop.wait(LOOK_S)
            continue
        say(f'following {folder}')
        live = live_of(folder.name) if live_of else None
        _one(_Writing(folder, live), stop)
        if live is not None:
            live.close()
        say(f'closed {folder / ride.RERUN_FILE}')


def _one(writing: _Writing, stop: threading.Event) -> None:
    asked = 0.0
    try:
        while True:
            if stop.is_set():
                asked = asked or time.monotonic()
                if time.monotonic() - asked > LAST_WORDS_S:
                    return
            # Asked before the look: what a recorder wrote before it let go is seen by this look or an earlier one.
            closed = not ride.is_open(writing.folder)
            if writing.step():
                stop.wait(LOOK_S)
            elif closed:
                return
            elif asked:
                time.sleep(0.05)
            else:
                stop.wait(LOOK_S)
    finally:
        writing.close()
