"""Outlives the runner by seconds: when the runner dies without having stopped its stack, this process does it.

Started as `python -S -m outrider_bringup.runner.guard STACK` with a pipe as its standard input. `done` on it ends the
guard; its end without that word means that the runner was killed. Standard library only, in a session of its own.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from outrider_bringup.runner.members import members, send
from outrider_bringup.runner.stopping import Stopping

DONE = b'done'
EVERY_S = 0.05
# A child that was just being started shows its mark only after its exec: look again before believing in an empty list.
EMPTY_LOOKS = 4


def stop_all(stack: str) -> None:
    """Stop every process of a stack in order; return when none is left."""
    stopping = Stopping(time.monotonic())
    empty = 0
    while empty < EMPTY_LOOKS:
        alive = members(stack)
        empty = 0 if alive else empty + 1
        send(stopping.step(time.monotonic(), alive))
        time.sleep(EVERY_S)


def main() -> int:
    """Wait for the runner's last word."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    said = b''
    while chunk := os.read(0, 64):
        said += chunk
    if DONE not in said:
        stop_all(sys.argv[1])
    return 0


if __name__ == '__main__':
    sys.exit(main())
