"""The one thread that speaks with a device: it sleeps until a command, a byte, a due time or the end wakes it.

The executor's thread only hands commands over. A signal reaches this thread by the kernel's way (set_wakeup_fd), even
while the executor is busy or hangs.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

Command = TypeVar('Command')
_Taken = TypeVar('_Taken', contravariant=True)
# A third of a second of commands, whatever happened: whoever reads them judges each by its stamp.
KEPT = 16
_COMMAND, _CLOSE = 0, 255  # no signal has these numbers
_ENDINGS = frozenset((signal.SIGINT, signal.SIGTERM, _CLOSE))


class Duty(Protocol[_Taken]):
    """What the thread does. `now` is CLOCK_BOOTTIME, ns; none of it may wait."""

    def fd(self) -> int | None:
        """Return what to watch for bytes; None while the port is closed."""

    def take(self, command: _Taken, now: int) -> None:
        """Judge a command; nothing is sent yet."""

    def serve(self, now: int) -> int:
        """Do what is due; return when to be called next if nothing comes before."""

    def end(self, now: int) -> None:
        """Begin to stop; serve() goes on being called."""

    def ended(self, now: int) -> bool:
        """Return whether the stop is over."""

    def close(self) -> None:
        """Let go of the port."""


class Writer(Generic[Command]):
    """Starts the thread at once. `failure` is what ended it, `served_ns` when it last did its duty."""

    def __init__(self, name: str, duty: Duty[Command], clock_ns: Callable[[], int]) -> None:
        """Begin, and hear SIGINT and SIGTERM. To be made on the main thread."""
        self.failure: BaseException | None = None
        self.served_ns = clock_ns()
        self.rounds = 0
        self._duty, self._clock_ns = duty, clock_ns
        self._commands: deque[Command] = deque(maxlen=KEPT)
        self._known: Hashable = None
        self._ears, self._mouth = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._mouth, warn_on_full_buffer=False)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, command: Command, meaning: Hashable) -> None:
        """Hand a command over. The thread is woken where it means something else than the one before."""
        self._commands.append(command)
        if meaning != self._known:
            self._known = meaning
            self._say(_COMMAND)

    def close(self) -> None:
        """Let the duty end, wait for it, and hear no signals any more."""
        self._say(_CLOSE)
        self._thread.join()
        signal.set_wakeup_fd(-1)
        os.close(self._ears)
        os.close(self._mouth)

    def _say(self, byte: int) -> None:
        with contextlib.suppress(BlockingIOError):  # 64 kB of wake-ups lie there: it will wake
            os.write(self._mouth, bytes((byte,)))

    def _run(self) -> None:
        duty, due_ns, ending = self._duty, self._clock_ns(), False
        try:
            while True:
                asked = self._sleep(due_ns)
                now = self._clock_ns()
                if asked and not ending:
                    ending = True
                    duty.end(now)
                while self._commands:
                    duty.take(self._commands.popleft(), now)
                due_ns = duty.serve(now)
                self.served_ns, self.rounds = now, self.rounds + 1
                if ending and duty.ended(now):
                    break
        except Exception as failure:  # a dead writer must not look like a quiet machine: the diagnosis raises it
            self.failure = failure
        finally:
            duty.close()

    def _sleep(self, due_ns: int) -> bool:
        """Sleep until something is to be done; return whether it is time to end."""
        port = self._duty.fd()
        watched = [self._ears] if port is None else [self._ears, port]
        ready = select.select(watched, [], [], max(0, due_ns - self._clock_ns()) / 1e9)[0]
        return self._ears in ready and not _ENDINGS.isdisjoint(os.read(self._ears, 4096))
