"""A ride on disk: its name, its folder, and small files that are either old or new, never half.

Ids are UTC, `2026-11-21T21-30-04Z`, and hold nothing that a path or a shell could misread.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from outrider_recorder.errors import RideError

ID = re.compile(r'[0-9A-Za-z_-]+')
FORMAT = 1
RIDE_FILE, METADATA_FILE, MARKS_FILE, RERUN_FILE = 'ride.json', 'metadata.yaml', 'marks.jsonl', 'ride.rrd'
# Rides hold positions of a person: nobody else on the machine needs to read them.
FOLDER_MODE, FILE_MODE = 0o700, 0o600


def utc_text(now_ns: int) -> str:
    """Return ISO 8601 in UTC with milliseconds of `now_ns` since the epoch."""
    when = datetime.fromtimestamp(now_ns // 1_000_000_000, timezone.utc)
    return f'{when:%Y-%m-%dT%H:%M:%S}.{now_ns // 1_000_000 % 1000:03d}Z'


def new_id(now_ns: int) -> str:
    """Return the id of a ride that begins at `now_ns` since the epoch."""
    return f'{datetime.fromtimestamp(now_ns // 1_000_000_000, timezone.utc):%Y-%m-%dT%H-%M-%SZ}'


def create(rides: Path, ride: str, *, exact: bool = False) -> Path:
    """Make the folder of a new ride; a taken id gets -2, -3, ... unless `exact`.

    Raises RideError where the id is not allowed, is taken (`exact`), or the folder cannot be made.
    """
    if not ID.fullmatch(ride):
        raise RideError(f"ride id '{ride}' holds more than letters, digits, - and _. Choose another.")
    try:
        rides.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        for number in range(1, 1000):
            folder = rides / (ride if number == 1 else f'{ride}-{number}')
            try:
                folder.mkdir(mode=FOLDER_MODE)
            except FileExistsError:
                if exact:
                    raise RideError(f'ride {ride} exists in {rides} and is never overwritten. '
                                    'Choose another name.') from None
                continue
            sync_folder(rides)
            return folder
    except OSError as error:
        raise RideError(f'no ride folder can be made in {rides} ({error.strerror}). '
                        'Correct rides_dir or OUTRIDER_RIDES.') from None
    raise RideError(f'ride {ride} has 999 namesakes in {rides}. Set the clock.')


def find(rides: Path, ride: str) -> Path:
    """Return the folder of `ride`, which must be a real folder directly in `rides`. Raises RideError."""
    folder = rides / ride
    if not ID.fullmatch(ride) or folder.is_symlink() or not folder.is_dir():
        raise RideError(f"no ride '{ride}' in {rides}. Run: ./outrider view --list")
    return folder


def all_rides(rides: Path) -> list[Path]:
    """Return the folders of all rides, oldest first."""
    if not rides.is_dir():
        return []
    return sorted(folder for folder in rides.iterdir()
                  if ID.fullmatch(folder.name) and not folder.is_symlink() and (folder / RIDE_FILE).is_file())


def sync_folder(folder: Path) -> None:
    """Make new names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, text: str) -> None:
    """Replace `path` by `text` at once, on the disk before the return. Raises OSError."""
    beside = path.with_name(f'.{path.name}.new')
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
    try:
        with open(descriptor, 'w', encoding='utf-8') as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    sync_folder(path.parent)


def append_line(path: Path, record: dict[str, Any]) -> None:
    """Append one JSON line to `path`, on the disk before the return. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, FILE_MODE)
    try:
        os.write(descriptor, (json.dumps(record) + '\n').encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_info(folder: Path) -> dict[str, Any]:
    """Return ride.json. Raises RideError where it is missing or not JSON."""
    try:
        info = json.loads((folder / RIDE_FILE).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        raise RideError(f'{folder.name}: {RIDE_FILE} is missing or damaged, so this is no ride. '
                        'Run: ./outrider view --list') from None
    if not isinstance(info, dict):
        raise RideError(f'{folder.name}: {RIDE_FILE} holds no JSON object. Run: ./outrider view --list')
    return info


def write_info(folder: Path, info: dict[str, Any]) -> None:
    """Replace ride.json. Raises OSError."""
    write_atomic(folder / RIDE_FILE, json.dumps(info, indent=2, sort_keys=True, default=str) + '\n')


def is_locked(part: Path) -> bool:
    """Return whether a living process writes this segment."""
    try:
        with part.open('rb') as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def is_open(folder: Path) -> bool:
    """Return whether a living recorder writes this ride: it holds a lock on the open segment."""
    return any(is_locked(part) for part in folder.glob('segment_*.mcap.part'))
