"""Keeps rides within their quota and the disk above its floor. Deletes only what the plan names and what is ours.

Every step goes through descriptors (see inside.py): no link is followed, no mount is entered, a folder without our
ride.json is left alone, and in ours only files of known names go. A ride of which nothing is left goes as a whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from outrider_recorder import inside, marks, metadata, quota, ride
from outrider_recorder.errors import RideError

# What is made from the record and can be made again; names of other rooms' files stand here so that they go, too.
DERIVED = ('ride.rrd', 'replay.rrd', 'report.html', 'ride.mp4', 'ride.gpx', 'ride.csv')
OWN = (*DERIVED, ride.METADATA_FILE, ride.MARKS_FILE)


def free_bytes(rides: Path) -> int:
    """Return what is free for us where rides lie, 0 where nobody knows."""
    folder = rides if rides.exists() else rides.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def survey(rides: Path) -> list[quota.Ride]:
    """Return all our rides, oldest first; what is not ours or cannot be read is not among them."""
    found: list[tuple[tuple[int, int], str, quota.Ride]] = []
    try:
        names = [name for name in os.listdir(rides) if ride.ID.fullmatch(name)]
    except OSError:
        return []
    for name in names:
        with contextlib.suppress(OSError, RideError), inside.opened(rides, name) as folder:
            info = _ours(folder)
            if info is not None:
                found.append((ride.order(info), name, _seen(rides, name, folder)))
    return [one for _, _, one in sorted(found, key=lambda entry: entry[:2])]


def _ours(folder: int) -> dict[str, Any] | None:
    """Return ride.json of an open folder, or None where it is none of ours."""
    try:
        info = json.loads(inside.read_text(folder, ride.RIDE_FILE))
    except (OSError, ValueError):
        return None
    return info if isinstance(info, dict) and isinstance(info.get('format'), int) else None


def _seen(rides: Path, name: str, folder: int) -> quota.Ride:
    files = inside.regular(folder)
    kept: set[int] = set()
    with contextlib.suppress(OSError, ValueError):
        kept = marks.segments_kept(_lines(inside.read_text(folder, ride.MARKS_FILE)))
    found = []
    for file, seen in files.items():
        named = ride.SEGMENT.fullmatch(file)
        if named and not named.group(2):
            found.append(quota.Segment(file, int(named.group(1)), seen.st_size))
    return quota.Ride(name, tuple(found), frozenset(kept),
                      tuple((file, files[file].st_size) for file in DERIVED if file in files),
                      sum(seen.st_size for seen in files.values()), ride.is_open(rides / name))


def _lines(text: str) -> Iterable[dict[str, Any]]:
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            mark = json.loads(line)
            if isinstance(mark, dict):
                yield mark


def delete(rides: Path, victims: Iterable[quota.Victim]) -> dict[str, list[str]]:
    """Delete what the plan names; return by ride what went. What cannot go stays, without a word."""
    gone: dict[str, list[str]] = {}
    for victim in victims:
        with contextlib.suppress(OSError, RideError), inside.opened(rides, victim.ride) as folder:
            if _ours(folder) is not None and victim.name in inside.regular(folder) and _may_go(victim.name):
                os.unlink(victim.name, dir_fd=folder)
                gone.setdefault(victim.ride, []).append(victim.name)
    for name, files in gone.items():
        with contextlib.suppress(OSError, RideError):
            _tidy(rides, name, files)
    return gone


def _may_go(name: str) -> bool:
    named = ride.SEGMENT.fullmatch(name)
    return name in OWN or bool(named and not named.group(2))


def _tidy(rides: Path, name: str, files: list[str]) -> None:
    """Say in ride.json and metadata.yaml what is missing; remove a ride of which nothing is left."""
    path = rides / name
    gone = [file for file in files if ride.SEGMENT.fullmatch(file)]
    if ride.is_open(path):
        return  # its recorder writes both files, and looks at the folder before it does
    with inside.opened(rides, name) as folder:
        left = inside.regular(folder)
        if not any(ride.SEGMENT.fullmatch(file) for file in left):
            for file in (*OWN, ride.RIDE_FILE):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(file, dir_fd=folder)
        empty = ride.RIDE_FILE not in inside.regular(folder)
    if empty:
        _remove(rides, name)
    elif gone:
        info = ride.read_info(path)
        ride.write_info(path, {**info, 'deleted': sorted({*info.get('deleted', []), *gone})})
        metadata.rewrite(path)


def _remove(rides: Path, name: str) -> None:
    above = os.open(rides, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # somebody else's file lies in it
            os.rmdir(name, dir_fd=above)
    finally:
        os.close(above)
