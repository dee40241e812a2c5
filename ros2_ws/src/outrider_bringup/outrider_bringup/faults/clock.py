"""A wall clock that is stepped for the nodes alone: the machine's own clock is never touched.

A library of our own (clock.c) is preloaded into them. libfaketime reads a file at every look at the clock and keeps
those who wait by a clock busy, so that nodes stood still for half a second now and then; a mapped number costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.errors import UserError

SOURCE = Path(__file__).with_suffix('.c')
SECOND_NS = 1_000_000_000


def library() -> Path:
    """Return the library, compiled where it is not there yet. Raises UserError where it cannot be."""
    source = SOURCE.read_bytes()
    made = paths.checkout() / '.build' / 'faults' / f'clock-{hashlib.sha256(source).hexdigest()[:16]}.so'
    if made.is_file():
        return made
    compiler = shutil.which('cc')
    if compiler is None:
        raise UserError('no C compiler was found, and a clock is stepped only by a library that is compiled here. Run: '
                        'apt-get install gcc libc6-dev')
    made.parent.mkdir(parents=True, exist_ok=True)
    staged = made.with_suffix(f'.{os.getpid()}')
    done = subprocess.run([compiler, '-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror', '-o', staged, SOURCE,
                           '-ldl'], capture_output=True, text=True)
    if done.returncode:
        raise UserError(f'{SOURCE} cannot be compiled: {(done.stderr.strip().splitlines() or ["not a word"])[0]}. Run: '
                        'apt-get install gcc libc6-dev')
    staged.replace(made)
    return made


def environment(run: Path) -> dict[str, str]:
    """Return what makes a process live by the clock of `run`, which set_ahead() has to have made."""
    return {'LD_PRELOAD': str(library()), 'OUTRIDER_FAULTS_CLOCK': str(_file(run))}


def set_ahead(run: Path, seconds: int) -> None:
    """Step the clock of `run` to so far ahead of the machine's; < 0 is behind."""
    number = struct.pack('=q', seconds * SECOND_NS)
    # In place: whoever lives by it has this very file mapped.
    with os.fdopen(os.open(_file(run), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644), 'wb', buffering=0) as file:
        file.write(number)


def _file(run: Path) -> Path:
    return run / 'clock'
