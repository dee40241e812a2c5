"""`python -m outrider_bringup` is the outrider command."""

import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # while this still loads, Ctrl+C ends it without a traceback

from outrider_bringup.cli import main

if __name__ == '__main__':
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
