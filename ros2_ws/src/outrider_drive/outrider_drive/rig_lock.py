"""One machine, one master: whoever holds the rig's lock file may move it. The kernel lets go with the process."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import tempfile
from pathlib import Path


class RigLockError(Exception):
    """The lock cannot be had: one sentence."""


def path_of(rig: str) -> Path:
    """Return the lock file of a rig, one for all checkouts and users of this computer."""
    return Path(tempfile.gettempdir()) / f'outrider_rig_{re.sub("[^A-Za-z0-9_-]", "_", rig)}.lock'


class RigLock:
    """A held lock. Raises RigLockError, naming the holder, where another process has it."""

    def __init__(self, path: Path, rig: str) -> None:
        """Take the lock at once or raise."""
        self._path = path
        try:
            # An existing file is opened without O_CREAT: fs.protected_regular forbids that on another user's file.
            create = 0 if path.exists() else os.O_CREAT | os.O_EXCL
            self._fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | create, 0o666)
            if create:
                os.fchmod(self._fd, 0o666)  # whatever the umask says: a run as root must not shut its user out
        except OSError as error:
            raise RigLockError(f'cannot write the lock file {path}: {os.strerror(error.errno or 0)}. Delete it or run '
                               'as its owner.') from None
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._fd, 20, 0).decode(errors='replace').strip() or 'unknown'
            os.close(self._fd)
            raise RigLockError(f'the rig {rig} belongs to process {holder}, and only one may move it. Stop that one '
                               f'first: kill {holder}') from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f'{os.getpid()}\n'.encode(), 0)

    @property
    def held(self) -> bool:
        """Whether the lock still stands where everybody looks for it: a deleted file keeps nobody out."""
        with contextlib.suppress(OSError):
            ours, there = os.fstat(self._fd), os.stat(self._path)
            return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)
        return False

    def release(self) -> None:
        """Let go."""
        with contextlib.suppress(OSError):
            os.close(self._fd)
