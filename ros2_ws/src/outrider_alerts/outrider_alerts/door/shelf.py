"""Keeps the book of pairings on disk: 0600, replaced whole, one writer at a time, read again when another has written.

A file that is damaged, or that others may write, counts as nobody paired, and says so.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from outrider_alerts.door.book import Book, BookError, read
from outrider_alerts.door.errors import DoorError

LARGEST = 256 << 10  # bytes; a full book has 15 kB
LOCK = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
LOOSE = stat.S_IRWXG | stat.S_IRWXO


class Shelf:
    """One file."""

    def __init__(self, path: Path) -> None:
        """Nothing is read or made yet."""
        self._path = path
        # What was read, and of which file; set at once, for changes are made in a thread beside.
        self._kept: tuple[tuple[int, ...] | None, Book] = (None, Book())
        self.problem = ''  # one sentence, '' while all is well

    def book(self) -> Book:
        """Return what is kept, for looking at only; an empty book where there is none or it cannot be used."""
        try:
            seen = self._path.stat()
            mark = (seen.st_ino, seen.st_mtime_ns, seen.st_size, seen.st_mode, seen.st_uid)
        except OSError as error:
            self.problem = '' if isinstance(error, FileNotFoundError) else self._sentence(str(error.strerror))
            self._kept = (None, Book())
            return self._kept[1]
        kept = self._kept
        if mark != kept[0]:
            kept = self._kept = (mark, self._read(seen))
        return kept[1]

    @contextlib.contextmanager
    def changing(self) -> Iterator[Book]:
        """Give the book to change; it is written when the block ends without an error. Raises DoorError."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._path.with_suffix('.lock'), LOCK, 0o600)
        except OSError as error:
            raise DoorError(self._sentence(str(error.strerror))) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.book()
            if self.problem:
                raise DoorError(self.problem)
            book = read(before.text())  # a copy: what is being changed is seen by nobody
            yield book
            if book != before:
                self._write(book)
        except OSError as error:
            raise DoorError(self._sentence(str(error.strerror))) from None
        finally:
            os.close(lock)

    def _read(self, seen: os.stat_result) -> Book:
        self.problem = ''
        if seen.st_mode & LOOSE or seen.st_uid != os.getuid():
            self.problem = self._sentence('others may read it, expected it to be yours with mode 0600')
            return Book()
        try:
            with self._path.open(encoding='utf-8') as file:
                return read(file.read(LARGEST))
        except (OSError, UnicodeDecodeError, BookError):
            self.problem = self._sentence('it is damaged')
            return Book()

    def _write(self, book: Book) -> None:
        draft = self._path.with_suffix('.new')
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.write(file, book.text().encode())
            os.fsync(file)
        finally:
            os.close(file)
        os.replace(draft, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _sentence(self, why: str) -> str:
        return (f'{self._path} cannot be used ({why}), so no phone is paired. Delete it, then pair again: '
                './outrider pair')
