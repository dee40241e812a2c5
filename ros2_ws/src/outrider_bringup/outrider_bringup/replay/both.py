"""What is said now, beside what was recorded, as one file for rerun; made by rerun's own environment."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rclpy.serialization import serialize_message

from outrider_bringup.errors import UserError
from outrider_bringup.replay.bag import Bag
from outrider_recorder import bridge_launcher
from outrider_recorder.schema import Schemas
from outrider_recorder.segment import Message, Segment, Topic


class Kept:
    """The new outputs in a segment of their own, in a folder that goes with it; without `wanted` nothing is kept."""

    def __init__(self, wanted: Path | None) -> None:
        """Make nothing yet."""
        self._wanted, self.folder = wanted is not None, Path()
        self._segment: Segment | None = None
        self._schemas, self._counts = Schemas(), dict[str, int]()

    def __enter__(self) -> Kept:
        """Make the folder. Raises UserError where there is no room for it."""
        if self._wanted:
            try:
                self.folder = Path(tempfile.mkdtemp(prefix='outrider-replay-'))
                self._segment = Segment(self.folder, 0)
            except OSError as error:
                raise UserError(f'{tempfile.gettempdir()}: {error.strerror}; free it, or add --no-rrd') from None
        return self

    def __exit__(self, *_: object) -> None:
        """Remove it."""
        if self._segment is not None:
            with contextlib.suppress(OSError):
                self._segment.abandon()
        if self._wanted:
            shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, name: str, message: Any) -> None:
        """Keep one message."""
        if self._segment is None:
            return
        kind = f'{type(message).__module__.partition(".")[0]}/msg/{type(message).__name__}'
        stamp = message.header.stamp
        at_ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        number = self._counts[name] = self._counts.get(name, -1) + 1
        self._segment.write(Message(Topic(f'/{name}', kind, self._schemas.text(kind)), number, at_ns, at_ns,
                                    serialize_message(message)))

    def finish(self) -> None:
        """Close the segment: it can be read."""
        if self._segment is not None:
            self._segment.finish()
            self._segment.keep()
            self._segment = None


def build(bag: Bag, kept: Kept, target: Path, from_ns: int, to_ns: int) -> None:
    """Write `target`, or say in one sentence why it cannot be."""
    python = bridge_launcher.interpreter(os.environ)
    if python is None:
        print('no file for rerun: it is not set up (no .venv-rerun). Run: make setup', file=sys.stderr)
        return
    if not bag.ours:
        print('no file for rerun: only rides of ours can be drawn', file=sys.stderr)
        return
    kept.finish()
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    folder = bag.files[0][0].parent.absolute()
    command = [str(python), '-m', 'outrider_recorder.bridge', '--build', str(folder), '--beside', str(kept.folder),
               '--out', str(target.absolute()), '--from-ns', str(from_ns), '--to-ns', str(to_ns)]
    done = subprocess.run(command, env=bridge_launcher.clean(os.environ), capture_output=True, text=True, check=False)
    if done.returncode or not target.is_file():
        print(f'no file for rerun: {(done.stdout + done.stderr).strip().splitlines()[-1:] or "no word of why"}',
              file=sys.stderr)
        return
    print(f'both in {target}   ./outrider view --file {target}')
