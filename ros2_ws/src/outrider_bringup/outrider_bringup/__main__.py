"""`python -m outrider_bringup` is the outrider command."""

import sys

from outrider_bringup.cli import main

sys.exit(main())
