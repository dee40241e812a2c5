"""Where things lie: the checkout, rides, and what a running stack leaves for itself."""

from __future__ import annotations

import os
from pathlib import Path


def checkout() -> Path:
    """Return the checkout: where OUTRIDER_ROOT says, else found upwards from this file."""
    named = os.environ.get('OUTRIDER_ROOT')
    if named:
        return Path(named)
    for folder in Path(__file__).resolve().parents:
        if (folder / 'ros2_ws').is_dir() and (folder / 'outrider').is_file():
            return folder
    raise FileNotFoundError('the outrider checkout was not found. Set OUTRIDER_ROOT to it.')


def rides() -> Path:
    """Return the folder of rides: OUTRIDER_RIDES, else rides/ in the checkout."""
    return Path(os.environ.get('OUTRIDER_RIDES') or checkout() / 'rides')


def run_folder() -> Path:
    """Return the folder for links to ptys, journals and logs of running stacks: OUTRIDER_RUN, else .run/."""
    return Path(os.environ.get('OUTRIDER_RUN') or checkout() / '.run')
