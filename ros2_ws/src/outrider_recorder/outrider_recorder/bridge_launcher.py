"""Starts the bridge in rerun's own environment; without one, rides are recorded all the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

# The wheels of ROS set these for themselves; another Python must not inherit them.
FOREIGN = ('PYTHONPATH', 'PYTHONHOME', 'LD_LIBRARY_PATH', 'LD_PRELOAD', '_ROS_WHEELS_BOOTSTRAP_COMPLETE')


def interpreter(environment: Mapping[str, str]) -> Path | None:
    """Return rerun's Python: OUTRIDER_RERUN_PYTHON, else .venv-rerun in the checkout; None where neither exists."""
    named, root = environment.get('OUTRIDER_RERUN_PYTHON'), environment.get('OUTRIDER_ROOT')
    if not named and not root:
        return None
    path = Path(named) if named else Path(root or '') / '.venv-rerun' / 'bin' / 'python'
    return path if path.is_file() and os.access(path, os.X_OK) else None


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` as rerun's Python needs it: nothing of ROS, this package alone on its path."""
    kept = {name: value for name, value in environment.items() if name not in FOREIGN}
    kept['PYTHONPATH'] = str(Path(__file__).resolve().parents[1])
    kept['PYTHONUNBUFFERED'] = '1'
    kept.setdefault('ARROW_DEFAULT_MEMORY_POOL', 'system')  # its own pool holds 5 MB that nothing uses
    kept.setdefault('MIMALLOC_PURGE_DELAY', '0')  # rerun's allocator gives back what it frees: 15 MB
    return kept


def main() -> None:
    """Become the bridge."""
    python = interpreter(os.environ)
    if python is None:
        print('bridge: rerun is not set up (no OUTRIDER_RERUN_PYTHON, no .venv-rerun), so nothing is shown; '
              'rides are recorded all the same. Run: make setup', flush=True)
        sys.exit(0)
    os.execve(python, [str(python), '-m', 'outrider_recorder.bridge', *sys.argv[1:]], clean(os.environ))


if __name__ == '__main__':
    main()
