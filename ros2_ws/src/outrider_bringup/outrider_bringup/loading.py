"""Ctrl+C while modules load: it ends the process there and then.

As an exception it can be lost. Modules in C that look up Python while they begin (YAML's, numpy's) print a
KeyboardInterrupt as ignored and go on, and the rig that nobody wants any more comes up.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Let SIGINT end the process within; for imports while nothing of ours runs yet. A handler of ours stays."""
    if (threading.current_thread() is not threading.main_thread()
            or signal.getsignal(signal.SIGINT) is not signal.default_int_handler):
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
