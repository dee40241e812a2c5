"""From the words of a verb to a story that may be shown, with progress on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.errors import UserError
from outrider_bringup.replay import bag
from outrider_bringup.rides import read
from outrider_bringup.rides.cut import Shown, cut
from outrider_recorder import ride, zones
from outrider_recorder.errors import RideError


def shown(words: str | None) -> tuple[Path | None, Shown]:
    """Return the folder of a ride of ours (None: a foreign bag) and its story without what zones hide.

    Raises UserError.
    """
    folder = paths.rides()
    recording = bag.find(folder, words) if words else bag.newest(folder)
    try:
        hide = zones.read(folder)
    except RideError as error:
        raise UserError(str(error)) from None
    bar = Bar(f'reading {recording.name}')
    story = read.read(recording, bar)
    if recording.ours:
        story.marks = ride.read_marks(folder / recording.name)
    bar.end()
    return folder / recording.name if recording.ours else None, cut(story, hide)


class Bar:
    """A line on a terminal, redrawn; nothing elsewhere."""

    def __init__(self, name: str) -> None:
        """Draw nothing yet."""
        self._name, self._tty = name, sys.stdout.isatty()

    def __call__(self, part: float) -> None:
        """Show how far it is, 0..1."""
        if self._tty:
            print(f'\r{self._name}  [{"#" * int(part * 30):<30}] {part:4.0%}', end='', flush=True)

    def end(self) -> None:
        """Take the line away."""
        if self._tty:
            print('\r\033[K', end='', flush=True)
