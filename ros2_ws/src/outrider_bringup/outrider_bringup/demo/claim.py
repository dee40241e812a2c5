"""What one run has to itself on this machine: its folder and its ROS domain."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from outrider_bringup.errors import UserError

# Taken when another checkout or another user plays in the wanted domain: two radars on one topic would be mixed up.
SPARE_DOMAINS = (95, 96, 97, 98, 99)


@contextlib.contextmanager
def folder(run: Path) -> Iterator[int]:
    """Hold the run folder, as a descriptor. Raises UserError where another demo holds it or nobody can."""
    try:
        run.mkdir(parents=True, exist_ok=True)
        lock = (run / 'lock').open('w')
    except OSError as error:
        raise UserError(f'{run} cannot be written ({error.strerror}). Free it, or set OUTRIDER_RUN.') from None
    with lock:
        if not _locked(lock.fileno()):
            raise UserError(f'a demo is running already (it holds {run}). Stop that one, then start again.')
        yield lock.fileno()


@contextlib.contextmanager
def domain(wanted: int, places: Path | None = None, spares: Sequence[int] = SPARE_DOMAINS) -> Iterator[int]:
    """Hold `wanted`, or a spare domain where another run holds that. Raises UserError when all are held."""
    for number in (wanted, *spares):
        try:
            held = os.open((places or Path(tempfile.gettempdir())) / f'outrider-domain-{number}.lock',
                           os.O_RDONLY | os.O_CREAT, 0o644)
        except OSError:
            continue  # another user's, and this machine lets nobody else open it
        try:
            if _locked(held):
                yield number
                return
        finally:
            os.close(held)
    raise UserError(f'ROS domain {wanted} and its spares are all in use by such runs on this machine. Stop one.')


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
