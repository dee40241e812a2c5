"""The index of rides: one SQLite file beside them, made from them, and made anew whenever it is missing or odd.

A ride is read again only when it changed: its ride.json, its metadata.yaml (written with each segment) or its marks.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from outrider_bringup.errors import UserError
from outrider_bringup.rides.story import Story
from outrider_bringup.rides.where import Where
from outrider_recorder import ride

FILE = 'index.sqlite'
VERSION = 1
_WATCHED = (ride.RIDE_FILE, ride.METADATA_FILE, ride.MARKS_FILE)
_NONE = '-'
_SCHEMA = """
CREATE TABLE ride (id TEXT PRIMARY KEY, stamp TEXT NOT NULL, began_ns INTEGER, length_s REAL, bytes INTEGER,
  marks INTEGER, rig TEXT, simulated INTEGER, whole INTEGER, way_m REAL, urgent INTEGER, warns INTEGER, passes INTEGER,
  silent_s REAL, gps INTEGER, camera INTEGER);
CREATE TABLE pass (ride TEXT NOT NULL REFERENCES ride ON DELETE CASCADE, at_s REAL, clearance_m REAL, class INTEGER,
  side INTEGER, night INTEGER, speed_mps REAL, closing_mps REAL);
CREATE INDEX pass_of_ride ON pass (ride, clearance_m);
"""
ReadStory = Callable[[Path], Story]


class Index:
    """Opens the index of a folder of rides; a context."""

    def __init__(self, rides: Path) -> None:
        """Open it, or begin anew. Raises UserError where it can be neither."""
        self._rides = rides
        try:
            self._database = self._open()
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                (rides / FILE).unlink()
            try:
                self._database = self._open()
            except sqlite3.Error as error:
                raise UserError(f'{rides / FILE} cannot be written ({error}). Correct its folder') from None

    def __enter__(self) -> Index:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._database.close()

    def _open(self) -> sqlite3.Connection:
        path = self._rides / FILE
        if path.is_symlink():  # a link may lead to somebody else's file
            raise sqlite3.DatabaseError('it is a link')
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, ride.FILE_MODE)
        os.close(descriptor)
        database = sqlite3.connect(path, isolation_level=None)
        database.execute('PRAGMA foreign_keys = ON')
        database.execute('PRAGMA journal_mode = WAL')
        version = database.execute('PRAGMA user_version').fetchone()[0]
        if version == 0:
            database.executescript(f'BEGIN;{_SCHEMA}PRAGMA user_version = {VERSION};COMMIT')
        elif version != VERSION:
            database.close()
            raise sqlite3.DatabaseError('of another version')
        return database

    def stale(self) -> list[Path]:
        """Forget rides that are gone; return the folders of those that are new or changed."""
        known = dict(self._database.execute('SELECT id, stamp FROM ride'))
        with os.scandir(self._rides) as entries:
            there = {entry.name: stamp(entry.path) for entry in entries
                     if entry.is_dir(follow_symlinks=False) and ride.ID.fullmatch(entry.name)}
        for gone in known.keys() - there.keys():
            self._database.execute('DELETE FROM ride WHERE id = ?', (gone,))
        return [self._rides / name for name in sorted(there)
                if not there[name].startswith(_NONE) and known.get(name) != there[name]]

    def put(self, folder: Path, story: Story) -> None:
        """Take what `folder` holds now."""
        info, sensors = story.info, {one.name for one in story.health}
        size = ride.size(folder)
        row = (folder.name, stamp(folder), ride.true_start_ns(info), story.length_s, size, len(story.marks),
               str(info.get('rig') or ''), int(bool(info.get('simulated'))), int(info.get('stop_ns') is not None),
               story.distance_m, sum(one.level == 3 for one in story.episodes),
               sum(one.level == 2 for one in story.episodes), len(story.passes),
               sum(end - begin for begin, end in story.silences) * 1e-9, int('gps' in sensors),
               int('camera' in sensors))
        passes = [(folder.name, (one.at_ns - story.first_ns) * 1e-9, one.clearance_m, one.kind, one.side,
                   int(one.night), one.speed_mps, one.closing_mps) for one in story.passes]
        self.put_rows(row, passes)

    def put_rows(self, row: Sequence[object], passes: Sequence[Sequence[object]]) -> None:
        """Replace the rows of one ride, all or none."""
        with contextlib.closing(self._database.cursor()) as cursor:
            cursor.execute('BEGIN')
            cursor.execute('DELETE FROM ride WHERE id = ?', (row[0],))
            cursor.execute(f'INSERT INTO ride VALUES ({",".join("?" * len(row))})', tuple(row))
            cursor.executemany('INSERT INTO pass VALUES (?,?,?,?,?,?,?,?)', passes)
            cursor.execute('COMMIT')

    def find(self, where: Where) -> list[str]:
        """Return the ids of rides that fit, in no order."""
        found = self._database.execute(f'SELECT r.id FROM ride r WHERE {where.sql}', where.values)
        return [str(row[0]) for row in found]

    def update(self, read: ReadStory) -> None:
        """Read every ride that is new or changed; one that cannot be read is not found by any question."""
        for folder in self.stale():
            with contextlib.suppress(UserError):
                self.put(folder, read(folder))


def stamp(folder: str | Path) -> str:
    """Return what changes when a ride does; it begins with _NONE where there is no ride.json."""
    told = []
    for name in _WATCHED:
        try:
            seen = os.stat(f'{folder}/{name}', follow_symlinks=False)
            told.append(f'{seen.st_mtime_ns}:{seen.st_size}')
        except OSError:
            told.append(_NONE)
    return ' '.join(told)
