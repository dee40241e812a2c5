"""One serial port, owned by one process, that never blocks and never keeps old commands.

pySerialTransfer writes through it. Its send() prints and swallows every exception and says True all the same, so
what went wrong is remembered here, where the link can ask.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import select
import tempfile
import termios
import time
from pathlib import Path
from typing import IO

import serial

# A frame of 27 bytes takes 2.4 ms at 115200 baud; a device that takes none for this long does not read any more.
WRITE_TIMEOUT_S = 0.02
BAUD = 115200
# Linux gives these majors to the near ends of ptys (Documentation/admin-guide/devices.txt).
_PTY_MAJORS = range(136, 144)


class PortError(OSError):
    """The port cannot be had: one sentence."""


class OwnedPort(serial.Serial):  # type: ignore[misc]
    """A port that is locked while open. `failure` is the reason why the last write did not go out, or ''."""

    def __init__(self, name: str, room: str, device: str) -> None:
        """Remember the name; nothing is opened yet. Errors begin with `room` and name `device`."""
        super().__init__(None, BAUD, timeout=0)
        self.port = name
        self.room, self.device = room, device
        self.failure = ''
        self.written = 0  # bytes, since the start
        self._lock: IO[str] | None = None

    def own(self) -> None:
        """Open the port and lock it against every other program. Raises PortError."""
        self._lock = _locked(self.port, self.room)
        try:
            super().open()
        except (OSError, serial.SerialException, termios.error) as error:
            self._unlock()
            number = getattr(error, 'errno', None)  # pyserial hides it in some of its own
            reason = os.strerror(number) if number else str(error)
            raise PortError(f'{self.room}: cannot open {self.port}: {reason}. Plug {self.device} in or correct the '
                            'port in the rig file.') from None
        # A pty's far end stays open between two of us and would keep the flag for ever.
        if os.major(os.fstat(self.fileno()).st_rdev) not in _PTY_MAJORS:
            fcntl.ioctl(self.fileno(), termios.TIOCEXCL)
        self.failure = ''

    def write(self, data: bytes) -> int:
        """Write all of `data` within WRITE_TIMEOUT_S, or set `failure`. Return how many bytes left.

        pyserial's own write calls a process that was kept waiting for the processor a stalled device.
        """
        left, end = memoryview(data), time.monotonic() + WRITE_TIMEOUT_S
        while left:
            try:
                left = left[os.write(self.fileno(), left):]
            except BlockingIOError:
                wait_s = end - time.monotonic()
                if wait_s <= 0:
                    self.failure = f'no room for {len(left)} of {len(data)} bytes within {WRITE_TIMEOUT_S * 1000:g} ms'
                    break
                select.select([], [self.fileno()], [], wait_s)
            except OSError as error:
                self.failure = os.strerror(error.errno or 0)
                break
        self.written += len(data) - len(left)
        return len(data) - len(left)

    def write_now(self, data: bytes) -> int:
        """Write what fits at once; return how many bytes that were, 0 where there is no room. Sets `failure`."""
        self.failure = ''
        try:
            count = os.write(self.fileno(), data)
        except BlockingIOError:
            return 0
        except OSError as error:
            self.failure = os.strerror(error.errno or 0)
            return 0
        self.written += count
        return count

    def read_now(self, at_most: int) -> bytes:
        """Return what has come, b'' where nothing. Raises OSError on a port that is gone."""
        if not select.select([self.fileno()], [], [], 0)[0]:
            return b''
        data = os.read(self.fileno(), at_most)
        if not data:
            raise OSError(errno.EIO, os.strerror(errno.EIO))  # the end of the file: hung up
        return data

    def release(self, drain_s: float = 0.0) -> None:
        """Close the port. What has not left after `drain_s` is thrown away, so that it cannot arrive late."""
        with contextlib.suppress(OSError, termios.error):
            if self.is_open and not self._left(drain_s):
                # Without this, close() of a real port waits up to 30 s for the device to take what is queued.
                self.reset_output_buffer()
        with contextlib.suppress(OSError, termios.error):
            self.close()
        self._unlock()

    def _left(self, within_s: float) -> bool:
        """Return whether all that was written left within `within_s`; tcdrain() would wait for ever."""
        if not within_s:
            return False
        end = time.monotonic() + within_s
        while self.out_waiting and time.monotonic() < end:
            time.sleep(0.001)
        return not self.out_waiting

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def lock_path(port: str) -> Path:
    """Return the lock file of `port`; all names of one device, by-id links too, share it."""
    device = os.path.realpath(port)
    digest = hashlib.sha256(device.encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f'outrider_{Path(device).name}_{digest}.lock'


def real_ports_held(folder: Path | None = None) -> list[tuple[str, int]]:
    """Return (path, process id) of every port that a motors or relays link holds now and that is no pty.

    Whatever stands in for a machine asks here first. `folder` holds the lock files; the temporary one by default.
    """
    held = []
    for path in sorted((folder or Path(tempfile.gettempdir())).glob('outrider_*.lock')):
        with contextlib.suppress(OSError), path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                process, port = _holder(file)
                if port and not port.startswith('/dev/pts/') and process.isdecimal():
                    held.append((port, int(process)))
    return held


def _holder(file: IO[str]) -> tuple[str, str]:
    """Return process id and port that stand in a lock file, '' where it says nothing of them."""
    process, _, port = file.read().strip().partition('\n')
    return process, port


def _everybodys(path: Path) -> IO[str]:
    """Open a file that every user may hold: a run as root must not shut its user out for ever. Raises OSError."""
    # Where it exists it is opened without O_CREAT: fs.protected_regular forbids that on another user's file.
    create = 0 if path.exists() else os.O_CREAT | os.O_EXCL
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | create, 0o666)
    if create:
        os.fchmod(descriptor, 0o666)  # whatever the umask says
    return os.fdopen(descriptor, 'r+')


def _locked(port: str, room: str) -> IO[str]:
    """Return the held lock file; the kernel lets go of it with the process, however that ends."""
    path = lock_path(port)
    try:
        file = _everybodys(path)
    except OSError as error:
        raise PortError(f'{room}: cannot write the lock file {path}: {os.strerror(error.errno or 0)}. Delete it or '
                        'run as its owner.') from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = _holder(file)[0] or 'unknown'
        file.close()
        raise PortError(f'{room}: {port} belongs to process {holder}, and only one may move the machine. Stop that '
                        'one first.') from None
    file.truncate(0)
    file.write(f'{os.getpid()}\n{os.path.realpath(port)}\n')
    file.flush()
    return file
