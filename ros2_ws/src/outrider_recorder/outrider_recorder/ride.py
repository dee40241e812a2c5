"""A ride on disk: its name, its folder, and small files that are either old or new, never half.

Ids are UTC, `2026-11-21T21-30-04Z`, or `boot-<n>` where nobody knew the date; they hold nothing that a path or a shell
could misread.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from outrider_recorder import inside
from outrider_recorder.errors import DiskFullError, RideError

ID = inside.RIDE_ID
SEGMENT = re.compile(r'segment_([0-9]{3,6})\.mcap(\.part)?')
BOOT = re.compile(r'boot-([0-9]{1,9})(-[0-9]+)?')
FORMAT = 1
RIDE_FILE, METADATA_FILE, MARKS_FILE, RERUN_FILE = 'ride.json', 'metadata.yaml', 'marks.jsonl', 'ride.rrd'
# Rides hold positions of a person: nobody else on the machine needs to read them.
FOLDER_MODE, FILE_MODE = 0o700, 0o600
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def utc_text(now_ns: int) -> str:
    """Return ISO 8601 in UTC with milliseconds of `now_ns` since the epoch."""
    when = datetime.fromtimestamp(now_ns // 1_000_000_000, timezone.utc)
    return f'{when:%Y-%m-%dT%H:%M:%S}.{now_ns // 1_000_000 % 1000:03d}Z'


def new_id(now_ns: int) -> str:
    """Return the id of a ride that begins at `now_ns` since the epoch."""
    return f'{datetime.fromtimestamp(now_ns // 1_000_000_000, timezone.utc):%Y-%m-%dT%H-%M-%SZ}'


def boot_name(rides: Path) -> str:
    """Return `boot-<n>`, the next free number: the id of a ride that begins before the date is known."""
    names = (BOOT.fullmatch(name) for name in (os.listdir(rides) if rides.is_dir() else ()))
    return f'boot-{1 + max((int(found.group(1)) for found in names if found), default=0)}'


def create(rides: Path, ride: str, *, exact: bool = False) -> Path:
    """Make the folder of a new ride; a taken id gets -2, -3, ... unless `exact`.

    Raises RideError where the id is not allowed, is taken (`exact`), or the folder cannot be made.
    """
    if not ID.fullmatch(ride):
        raise RideError(f"ride id '{ride}' holds more than letters, digits, - and _. Choose another.")
    try:
        rides.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        _make_private(rides)
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
        if error.errno in FULL:
            raise DiskFullError(f'{rides} is full, so no ride can begin. Free space.') from None
        raise RideError(f'no ride folder can be made in {rides} ({error.strerror}). '
                        'Correct rides_dir or OUTRIDER_RIDES.') from None
    raise RideError(f'ride {ride} has 999 namesakes in {rides}. Set the clock.')


def _make_private(rides: Path) -> None:
    """Close a folder of rides that is ours to everybody else."""
    seen = rides.stat()
    if seen.st_uid == os.geteuid() and stat.S_IMODE(seen.st_mode) & 0o077:
        rides.chmod(FOLDER_MODE)


def find(rides: Path, ride: str) -> Path:
    """Return the folder of `ride`: no link and no mount, its real path lies in `rides`. Raises RideError."""
    folder = rides / ride
    if ID.fullmatch(ride):
        try:
            with inside.opened(rides, ride):
                pass
            if folder.resolve(strict=True).parent == rides.resolve(strict=True):
                return folder
        except OSError:
            pass
    raise RideError(f"no ride '{ride[:80]}' in {rides}. Run: ./outrider view --list")


def all_rides(rides: Path) -> list[Path]:
    """Return the folders of all rides, oldest first."""
    if not rides.is_dir():
        return []
    return sorted(folder for folder in rides.iterdir()
                  if ID.fullmatch(folder.name) and not folder.is_symlink() and (folder / RIDE_FILE).is_file())


def in_order(rides: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Return folder and ride.json of all rides by when they began; one that cannot be read stands first, empty."""
    found = []
    for folder in all_rides(rides):
        try:
            found.append((folder, read_info(folder)))
        except RideError:
            found.append((folder, {}))
    return sorted(found, key=lambda one: (*order(one[1]), one[0].name))


def clock_of(info: dict[str, Any]) -> dict[str, Any]:
    """Return what ride.json says of its clock; empty in rides of a version that knew no other than the system's."""
    told = info.get('clock')
    return told if isinstance(told, dict) else {}


def true_start_ns(info: dict[str, Any]) -> int | None:
    """Return when the ride began, UTC in ns since the epoch, or None while nobody knows."""
    start, offset = info.get('start_ns'), clock_of(info).get('offset_ns', 0)
    return start + offset if isinstance(start, int) and isinstance(offset, int) else None


def order(info: dict[str, Any]) -> tuple[int, int]:
    """Return the key by which rides are sorted: one of unknown date stands behind the newest that it found there."""
    began_ns = true_start_ns(info)
    if began_ns is not None:
        return began_ns, 0
    after = clock_of(info).get('after_ns')
    return (after if isinstance(after, int) else 0), 1


def segments(folder: Path) -> list[Path]:
    """Return the segments of a ride in their order, an open or torn one (`.part`) too; links are none."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                named = SEGMENT.fullmatch(entry.name)
                if named and entry.is_file(follow_symlinks=False):
                    found.append((int(named.group(1)), entry.name))
    except OSError:
        return []
    return [folder / name for _, name in sorted(found)]


def size(folder: Path) -> int:
    """Return the bytes of a ride's segments; one that is renamed or taken away meanwhile does not count."""
    return sum(one.st_size for one in _stats(folder))


def last_write_ns(folder: Path) -> int:
    """Return when a segment was written last, ns since the epoch; 0 without one."""
    return max((one.st_mtime_ns for one in _stats(folder)), default=0)


def _stats(folder: Path) -> Iterator[os.stat_result]:
    for path in segments(folder):
        with contextlib.suppress(OSError):
            yield path.stat()


def read_marks(folder: Path) -> list[dict[str, Any]]:
    """Return the marks of a ride; a line that is damaged is left out."""
    try:
        lines = inside.read_text_at(folder / MARKS_FILE).splitlines()
    except (OSError, ValueError):
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError):
            mark = json.loads(line)
            if isinstance(mark, dict):
                found.append(mark)
    return found


def sync_folder(folder: Path) -> None:
    """Make new names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _folder_of(path: Path) -> Iterator[int]:
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_atomic(path: Path, text: str) -> None:
    """Replace `path` by `text` at once, on the disk before the return; its folder is no link. Raises OSError."""
    beside = f'.{path.name}.new'
    with _folder_of(path) as folder:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE, dir_fd=folder)
        try:
            with open(descriptor, 'w', encoding='utf-8') as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(beside, dir_fd=folder)
            raise
        os.fsync(folder)


def append_line(path: Path, record: dict[str, Any]) -> None:
    """Append one JSON line to `path`, on the disk before the return; its folder is no link. Raises OSError."""
    with _folder_of(path) as folder:
        descriptor = os.open(path.name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, FILE_MODE,
                             dir_fd=folder)
        try:
            os.write(descriptor, (json.dumps(record) + '\n').encode())
            os.fsync(descriptor)
            os.fsync(folder)
        finally:
            os.close(descriptor)


def read_info(folder: Path) -> dict[str, Any]:
    """Return ride.json. Raises RideError where it is missing or not JSON."""
    try:
        info = json.loads(inside.read_text_at(folder / RIDE_FILE))
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
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def is_open(folder: Path) -> bool:
    """Return whether a living recorder writes this ride: it holds a lock on the open segment."""
    return any(is_locked(part) for part in folder.glob('segment_*.mcap.part'))
