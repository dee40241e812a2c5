"""The real stack on the fake radar for a number of frames, in folders of its own, watched from this process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.demo import claim
from outrider_bringup.demo.options import Options
from outrider_bringup.demo.rows import Seen
from outrider_bringup.demo.session import Session
from outrider_bringup.errors import UserError

PERIOD_S = 1 / 30
START_S = 20.0  # longer than any start that is going to succeed
LOOK_S = 0.5
PORT = 8190  # of the live view, apart from the demo's


def watch(frames: int, domain: int, *, everything: bool, say: Callable[[str], None]) -> Seen:
    """Run until `frames` radar frames came, with recorder and live view or without, and return what was seen.

    Raises UserError where the stack does not get that far.
    """
    with tempfile.TemporaryDirectory(prefix='outrider-bench-') as folder, claim.domain(domain) as own:
        options = Options(paths.checkout() / 'launch' / 'bicycle.launch.yaml', Path(folder) / 'rides',
                          Path(folder) / 'run', own, record=everything, live=everything, voice=False,
                          web_port=PORT)
        session = Session(options, time.monotonic())
        try:
            session.start()
            _wait(session, frames, say)
        finally:
            seen = session.stop()
    return seen


def _wait(session: Session, frames: int, say: Callable[[str], None]) -> None:
    end = time.monotonic() + START_S + frames * PERIOD_S * 1.5
    watcher = session.watcher
    while watcher is None or len(watcher.steps) < frames:
        if session.gave_up or time.monotonic() > end:
            came = len(watcher.steps) if watcher else 0
            raise UserError(f'{came} of {frames} radar frames came. {session.gave_up or "Run: ./outrider doctor"}')
        say(f'{len(watcher.steps) if watcher else 0}/{frames} frames')
        session.tick()
        time.sleep(LOOK_S)
