"""A wall clock that is stepped for the nodes alone, by libfaketime: the machine's own clock is never touched.

CLOCK_MONOTONIC and CLOCK_BOOTTIME stay the kernel's (FAKETIME_DONT_FAKE_MONOTONIC, libfaketime 0.9.10).
"""

from __future__ import annotations

from pathlib import Path

from outrider_bringup.errors import UserError

LIBRARIES = ('/usr/lib/*/faketime/libfaketimeMT.so.1', '/usr/lib/faketime/libfaketimeMT.so.1',
             '/usr/lib64/faketime/libfaketimeMT.so.1')


def library() -> Path:
    """Return libfaketime. Raises UserError where the system has none."""
    found = [path for pattern in LIBRARIES for path in Path('/').glob(pattern[1:])]
    if not found:
        raise UserError('libfaketime is not installed, and a clock is stepped only by it. Run: apt-get install '
                        'faketime')
    return found[0]


def environment(run: Path) -> dict[str, str]:
    """Return what makes a process live by the clock of `run`, read anew whenever it asks."""
    return {'LD_PRELOAD': str(library()), 'FAKETIME_DONT_FAKE_MONOTONIC': '1', 'FAKETIME_NO_CACHE': '1',
            'FAKETIME_TIMESTAMP_FILE': str(_file(run))}


def set_ahead(run: Path, seconds: int) -> None:
    """Step the clock of `run` to so far ahead of the machine's; < 0 is behind."""
    staged = run / '.clock'
    staged.write_text(f'{seconds:+d}\n', encoding='ascii')
    staged.rename(_file(run))


def _file(run: Path) -> Path:
    return run / 'clock'
