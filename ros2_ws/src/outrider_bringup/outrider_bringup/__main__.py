"""`python -m outrider_bringup` is the outrider command."""

import sys

from outrider_bringup.loading import loading

with loading():
    from outrider_bringup.cli import main

if __name__ == '__main__':
    sys.exit(main())
