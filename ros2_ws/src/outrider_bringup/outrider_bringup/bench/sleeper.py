"""What this machine lets anybody have: sleeps to due times 20 ms apart, writes to a pty, and does nothing else.

`python -m outrider_bringup.bench.sleeper SECONDS` claims the drive's priority, reads at the far end before everybody,
as the fakes do, and prints the periods there as JSON, ms. Between the two ends lies a worker of the kernel, of ordinary
priority, that busy neighbours delay; a USB port has none.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import threading
import time
import tty

from outrider_bringup.errors import UserError
from outrider_bringup.faults.urgent import FAKES_PRIORITY
from outrider_drive import urgency

PERIOD_NS = 20_000_000
GRACE_S = 20.0
FRAMES = bytes(22)  # as long as both set-points


class Sleeper:
    """The control beside a measurement; `periods_ms()` when that is over."""

    def __init__(self, seconds: float) -> None:
        """Start it."""
        self._process = subprocess.Popen([sys.executable, '-m', __name__, str(seconds)], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.PIPE, text=True)

    def periods_ms(self) -> list[float]:
        """Wait for its end; return its periods. Raises UserError."""
        try:
            said, _ = self._process.communicate(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise UserError('the control sleeper did not end: this machine is far too busy to measure on.') from None
        return [float(period) for period in json.loads(said)]


def sleep(seconds: float) -> list[float]:
    """Write to a pty at due times for `seconds`; return the periods at its far end in ms."""
    far, near = pty.openpty()
    tty.setraw(near)
    times: list[int] = []
    count = round(seconds * 1e9 / PERIOD_NS)
    reader = threading.Thread(target=_read, args=(far, count, times), daemon=True)
    reader.start()
    due = time.monotonic_ns()
    for _ in range(count):
        os.write(near, FRAMES)
        due += PERIOD_NS
        time.sleep(max(0.0, (due - time.monotonic_ns()) / 1e9))
    reader.join(GRACE_S / 2)
    os.close(near)
    os.close(far)
    return [(late - early) / 1e6 for early, late in zip(times, times[1:], strict=False)]


def _read(fd: int, count: int, times: list[int]) -> None:
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FAKES_PRIORITY))
    for _ in range(count):
        os.read(fd, len(FRAMES))
        times.append(time.monotonic_ns())


if __name__ == '__main__':
    urgency.claim()
    print(json.dumps(sleep(float(sys.argv[1]))))
