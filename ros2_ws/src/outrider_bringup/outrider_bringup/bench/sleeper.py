"""What this machine lets anybody have: sleeps to due times 20 ms apart, as the drive does, and does nothing else.

`python -m outrider_bringup.bench.sleeper SECONDS` claims the same priority and prints its periods as JSON, ms.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from outrider_bringup.errors import UserError
from outrider_drive import urgency

PERIOD_NS = 20_000_000
GRACE_S = 20.0


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
    """Sleep to due times for `seconds`; return the periods in ms."""
    now = due = time.monotonic_ns()
    end, periods = now + int(seconds * 1e9), []
    while due < end:
        due += PERIOD_NS
        time.sleep(max(0.0, (due - time.monotonic_ns()) / 1e9))
        before, now = now, time.monotonic_ns()
        periods.append((now - before) / 1e6)
    return periods


if __name__ == '__main__':
    urgency.claim()
    print(json.dumps(sleep(float(sys.argv[1]))))
